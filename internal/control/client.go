// Package control is the client of the Octomil control API. It knows nothing of Terraform's types: callers hand it plain
// values and get plain values or typed errors back. Each noun of the API has a file of its own.
package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// DefaultURL is the vendor's public control plane (the control API contract, section 1).
const DefaultURL = "https://api.octomil.com/api/v1"

const (
	// maxBody caps what is read of one answer, in bytes.
	maxBody = 32 << 20
	// retryWaitMin and retryWaitMax bound the pause between two attempts of one request.
	retryWaitMin = 500 * time.Millisecond
	retryWaitMax = 10 * time.Second
)

// Config is what a client needs to know. The zero value of a duration or a count means its default.
type Config struct {
	// BaseURL is the normalised root of the API, as NormalizeURL returns it.
	BaseURL string
	// APIKey is sent as the bearer and masked by value in every log line.
	APIKey string
	// OrgID is the organization that list and create calls name; empty leaves it to the key.
	OrgID string
	// MaxRequestsPerMinute limits the whole client; 0 means no limit.
	MaxRequestsPerMinute int
	// MaxRetries counts how often one request is repeated after a failure other than 429.
	MaxRetries int
	// RequestTimeout limits a single attempt, its body included. Default 30 s.
	RequestTimeout time.Duration
	// CACertificates are extra PEM certificates to trust, beside the system's.
	CACertificates []byte
	// UserAgent is sent with every request; the resource type of the caller is appended.
	UserAgent string
}

// Client speaks the control API. It is safe for concurrent use, and opening one sends no request.
type Client struct {
	base    *url.URL
	orgID   string
	apiKey  string
	agent   string
	retries int
	http    *retryablehttp.Client

	modelsMu sync.Mutex
	models   map[string]Model
}

// New opens a client. It fails on an unusable URL or certificate only; the key is first used by the first request.
func New(cfg Config) (*Client, error) {
	base, err := url.Parse(cfg.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("the API URL %q cannot be parsed: %w", cfg.BaseURL, err)
	}
	if cfg.RequestTimeout <= 0 {
		cfg.RequestTimeout = 30 * time.Second
	}
	inner, err := baseTransport(cfg.CACertificates)
	if err != nil {
		return nil, err
	}
	c := &Client{
		base:    base,
		orgID:   cfg.OrgID,
		apiKey:  cfg.APIKey,
		agent:   cfg.UserAgent,
		retries: cfg.MaxRetries,
		models:  map[string]Model{},
	}
	c.http = &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport: &attempt{
				inner:   inner,
				gate:    newGate(cfg.MaxRequestsPerMinute),
				timeout: cfg.RequestTimeout,
			},
			CheckRedirect: stayOnHost,
		},
		RetryWaitMin: retryWaitMin,
		RetryWaitMax: retryWaitMax,
		RetryMax:     unlimitedRetries,
		CheckRetry:   checkRetry,
		Backoff:      backoff,
		// Without this the answer to the last attempt, with the server's own words, would be thrown away.
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	return c, nil
}

// OrgID is the organization that the client was configured with, or "".
func (c *Client) OrgID() string { return c.orgID }

// request is one call of the API, before it has been sent.
type request struct {
	// operation names the call in errors and logs, in words that a user understands: "create the rollout".
	operation string
	method    string
	// path is below the base URL, with each id already escaped; see join.
	path  string
	query url.Values
	body  any
}

// get reads one object into out.
func (c *Client) get(ctx context.Context, operation, path string, query url.Values, out any) error {
	return c.call(ctx, request{operation: operation, method: http.MethodGet, path: path, query: query}, out)
}

// call sends one request, with the retries that its method allows, and decodes a JSON answer into out unless out is nil.
// It returns *APIError when the server refused, *TransportError when there was no whole answer, *BodyError when the answer
// was not what the contract promises, and *RateLimitError when waiting for the server's pause would outlast ctx.
func (c *Client) call(ctx context.Context, r request, out any) error {
	ctx = c.logContext(ctx)
	var payload []byte
	if r.body != nil {
		var err error
		if payload, err = json.Marshal(r.body); err != nil {
			return fmt.Errorf("could not %s: encoding the request: %w", r.operation, err)
		}
	}
	budget := &retryBudget{operation: r.operation, method: r.method, failuresLeft: c.retries}
	ctx = withRetryBudget(ctx, budget)

	target := c.base.JoinPath(r.path)
	target.RawQuery = r.query.Encode()
	req, err := retryablehttp.NewRequestWithContext(ctx, r.method, target.String(), payloadReader(payload))
	if err != nil {
		return fmt.Errorf("could not %s: %w", r.operation, err)
	}
	req.Header.Set("Authorization", "Bearer "+c.apiKey)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", userAgent(ctx, c.agent))
	if payload != nil {
		req.Header.Set("Content-Type", "application/json")
	}

	resp, err := c.http.Do(req)
	if err != nil {
		return c.transportError(ctx, r, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return c.transportError(ctx, r, err)
	}
	if budget.rateLimit != nil {
		budget.rateLimit.APIError = newAPIError(r, resp, body, c.apiKey)
		return budget.rateLimit
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		if r.method == http.MethodDelete && resp.StatusCode == http.StatusNotFound && budget.repeated && !bareNotFound(body) {
			return nil // an earlier attempt had deleted it and its answer was lost
		}
		return newAPIError(r, resp, body, c.apiKey)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return &BodyError{Operation: r.operation, RequestID: requestID(resp), Excerpt: excerpt(body, c.apiKey), Err: err}
	}
	return nil
}

func (c *Client) transportError(ctx context.Context, r request, err error) error {
	var limit *RateLimitError
	if errors.As(err, &limit) {
		return limit
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err // it would repeat method and URL
	}
	return &TransportError{
		Operation: r.operation, Host: c.base.Host, Err: err, NotExecuted: neverSent(err),
	}
}

// payloadReader keeps nil a nil: retryablehttp takes a typed nil for a body.
func payloadReader(payload []byte) any {
	if payload == nil {
		return nil
	}
	return bytes.NewReader(payload)
}

// join builds a path of constant words and ids; each id is escaped on its own, so that "+" and "/" in it survive.
func join(parts ...string) string {
	escaped := make([]string, len(parts))
	for i, part := range parts {
		escaped[i] = strings.ReplaceAll(url.PathEscape(part), "+", "%2B")
	}
	return strings.Join(escaped, "/")
}

// scoped adds the client's organization to a query, where one is configured.
func (c *Client) scoped(query url.Values) url.Values {
	if query == nil {
		query = url.Values{}
	}
	if c.orgID != "" {
		query.Set("org_id", c.orgID)
	}
	return query
}
