package control

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/octomil/terraform-provider-octomil/internal/control/readcache"
)

// DefaultURL is the vendor's public control plane (CONTRACT.md, section 1).
const DefaultURL = "https://api.octomil.com/api/v1"

const (
	// maxBody limits the body of one response, in bytes.
	maxBody = 32 << 20
	// retryWaitMin and retryWaitMax bound the pause between two attempts of one request.
	retryWaitMin = 500 * time.Millisecond
	retryWaitMax = 10 * time.Second
)

// Config configures a client.
type Config struct {
	// BaseURL is the normalized root of the API, as NormalizeURL returns it.
	BaseURL string
	// APIKey is sent as the bearer token and masked by value in every log line.
	APIKey string
	// AllowInsecureHTTP allows uploads to another machine in clear text, where the server asks for that.
	AllowInsecureHTTP bool
	// OrgID is the organization that list and create calls name; "" leaves it to the key.
	OrgID string
	// MaxRequestsPerMinute limits the whole client; 0 means no limit.
	MaxRequestsPerMinute int
	// MaxRetries is how often one request is repeated after a failure other than 429.
	MaxRetries int
	// RequestTimeout limits a single attempt, its body included. Defaults to 30 s.
	RequestTimeout time.Duration
	// CACertificates are PEM certificates to trust in addition to the system's.
	CACertificates []byte
	// UserAgent is sent with every request; the resource type of the caller is appended.
	UserAgent string
	// Transport replaces the network, so that a test can run in virtual time; nil is the network.
	Transport http.RoundTripper
}

// Client speaks the control API. It is safe for concurrent use, and opening one sends no request.
type Client struct {
	base    *url.URL
	orgID   string
	apiKey  string
	agent   string
	retries int
	gate    *gate
	http    *retryablehttp.Client
	// storage uploads files. It does not send the API key.
	storage *http.Client
	// insecure allows uploads in clear text.
	insecure bool
	// stallTimeout is how long an upload may make no progress.
	stallTimeout time.Duration

	recent     *recentWrites
	cache      *readcache.Cache
	looks      looks
	modelNames *nameIndex[Model]
	groupNames *nameIndex[Group]
	// unheard is what no diagnostic has said yet of what fails all requests.
	unheard unheard
	// createLock is held while an object is created whose name is not unique: see lockCreate.
	createLock chan struct{}
	clock      *answerClock
	// aliases are the names of models that the server takes for an ID.
	aliases modelAliases
}

// ErrUnusableKey means that the API key cannot be sent in an HTTP header.
var ErrUnusableKey = errors.New("the API key contains a line break or another character that is not allowed in an HTTP header")

// New returns a client. It fails on a URL, a key or a certificate that cannot be used; whether the server accepts the key shows
// only with the first request.
func New(cfg Config) (*Client, error) {
	base, err := url.Parse(cfg.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("the API URL %q cannot be parsed: %w", cfg.BaseURL, err)
	}
	if cfg.RequestTimeout <= 0 {
		cfg.RequestTimeout = 30 * time.Second
	}
	if strings.ContainsFunc(cfg.APIKey, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil, ErrUnusableKey
	}
	inner, storage := cfg.Transport, cfg.Transport
	if inner == nil {
		network, err := baseTransport(cfg.CACertificates)
		if err != nil {
			return nil, err
		}
		inner, storage = network, newStorageTransport(network, storageHosts{loopback: loopback(base.Hostname())})
	}
	c := &Client{
		base:    base,
		orgID:   cfg.OrgID,
		apiKey:  cfg.APIKey,
		agent:   cfg.UserAgent,
		retries: cfg.MaxRetries,
		gate:    newGate(cfg.MaxRequestsPerMinute),
		storage: &http.Client{
			Transport:     storage,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		insecure:     cfg.AllowInsecureHTTP,
		stallTimeout: cfg.RequestTimeout,
		recent:       newRecentWrites(),
		cache:        newCache(),
		createLock:   make(chan struct{}, 1),
		clock:        &answerClock{},
	}
	c.modelNames = newNameIndex(c, modelKind, func(m Model) string { return m.Name })
	c.groupNames = newNameIndex(c, groupKind, func(g Group) string { return g.Name })
	c.http = &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport: &attempt{
				inner:   inner,
				gate:    c.gate,
				clock:   c.clock,
				timeout: cfg.RequestTimeout,
			},
			CheckRedirect: stayOnHost,
		},
		RetryWaitMin: retryWaitMin,
		RetryWaitMax: retryWaitMax,
		RetryMax:     unlimitedRetries,
		CheckRetry:   checkRetry,
		Backoff:      backoff,
		// Without this the response to the last attempt, with the server's message, would be discarded.
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	return c, nil
}

// OrgID is the organization that the client was configured with, or "".
func (c *Client) OrgID() string { return c.orgID }

// Fingerprint tells clients apart that may get other answers: by the server, the organization and the API key, which it does not reveal.
func (c *Client) Fingerprint() string {
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%q %q %q", c.base, c.orgID, c.apiKey)))
}

// request is one call of the API, before it has been sent.
type request struct {
	// operation names the call in errors and logs, in words for users: "create the rollout".
	operation string
	method    string
	// path is below the base URL, with each ID already escaped; see join.
	path  string
	query url.Values
	body  any
	// form is sent instead of a JSON body.
	form url.Values
	// readOnly is true of a request that changes nothing although its method is not GET.
	readOnly bool
	// once is true of a request that must not be repeated before its effect is known. Every POST is such a request.
	once bool
	// slow is true of a request that the server may take minutes to answer, so that only the operation limits its time.
	slow bool
	// creates is the path of the collection that a POST to another path creates an object of, "" for none.
	creates string
	// secret is true of a request whose response contains a secret, so that no error may quote it.
	secret bool
	// answer gets the body of an answer that accepts the request, whatever that is; it may be nil.
	answer *[]byte
	// accepted becomes true where the server has accepted the request and not executed it yet; it may be nil.
	accepted *bool
}

// writes is true of a request that may change something.
func (r request) writes() bool { return r.method != http.MethodGet && !r.readOnly }

// collection is the path of the collection that a POST creates an object of.
func (r request) collection() string { return cmp.Or(r.creates, r.path) }

// get reads one object.
func get[T any](ctx context.Context, c *Client, operation, path string, query url.Values) (T, error) {
	return cached(ctx, c, path+"?"+query.Encode(), func(ctx context.Context) (T, error) {
		var object T
		err := c.call(ctx, request{operation: operation, method: http.MethodGet, path: path, query: query}, &object)
		return object, err
	})
}

// post sends a POST; callers that create go through createOnce.
func (c *Client) post(ctx context.Context, operation, path string, body, out any) error {
	return c.call(ctx, request{operation: operation, method: http.MethodPost, path: path, body: body}, out)
}

// call sends one request, with the retries that its method allows, and decodes a JSON response into out unless out is nil. Where
// the answer contradicts what this client has just written, it was not executed, and call sends it again for a while.
// It returns *APIError when the server refused, *TransportError when there was no complete response, *BodyError when the
// response does not match the contract, *MismatchError when it is about something else, and *RateLimitError when the pause that the server asks for would outlast ctx.
func (c *Client) call(ctx context.Context, r request, out any) error {
	err := c.send(ctx, r, out)
	if !c.contradicts(r, err) {
		return err
	}
	_, err = LookAgain(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, c.send(ctx, r, out) },
		func(_ struct{}, err error) bool { return !c.contradicts(r, err) })
	return err
}

// send is call without a second look.
func (c *Client) send(ctx context.Context, r request, out any) error {
	if err := checkPath(r); err != nil {
		return err
	}
	if r.writes() {
		c.looks.wrote(r)
		defer c.looks.wrote(r)
		defer c.written(ctx)
		defer c.modelNames.invalidate(r.path)
		defer c.groupNames.invalidate(r.path)
	}
	ctx = c.logContext(ctx)
	payload, contentType, err := r.payload()
	if err != nil {
		return fmt.Errorf("could not %s: encoding the request: %w", r.operation, err)
	}
	budget := &retryBudget{request: r, secret: c.apiKey, gate: c.gate, failuresLeft: c.retries}
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
		req.Header.Set("Content-Type", contentType)
	}

	resp, err := c.http.Do(req)
	if err != nil {
		return c.transportError(ctx, r, budget, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		budget.mayBeExecuted = true
		return c.transportError(ctx, r, budget, err)
	}
	if budget.rateLimit != nil {
		budget.rateLimit.APIError = newAPIError(r, resp, body, c.apiKey)
		return budget.rateLimit
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		refused := newAPIError(r, resp, body, c.apiKey)
		refused.NoOrg = c.orgID == "" && refused.wantsOrg()
		refused.unheard = &c.unheard
		if r.method == http.MethodDelete && NotFound(refused) {
			c.recent.add(r, nil) // a stale read may still show it
			if budget.mayBeExecuted {
				return nil // an earlier attempt deleted it and its response was lost
			}
		}
		return refused
	}
	if err := c.checkSubject(ctx, r, payload, resp, body); err != nil {
		return err
	}
	c.recent.add(r, body)
	if r.accepted != nil {
		*r.accepted = resp.StatusCode == http.StatusAccepted
	}
	c.unheard.accepted()
	if r.answer != nil {
		*r.answer = body
	}
	if out == nil {
		return nil
	}
	if err := decodeBounded(body, out); err != nil {
		return newBodyError(r, resp, body, c.apiKey, err)
	}
	return nil
}

// decodeBounded decodes JSON within the bounds of CheckJSON.
func decodeBounded(body []byte, out any) error {
	if err := CheckJSON(body); err != nil {
		return err
	}
	return json.Unmarshal(body, out)
}

// payload is the encoded body, nil for none.
func (r request) payload() (payload []byte, contentType string, err error) {
	switch {
	case r.form != nil:
		return []byte(r.form.Encode()), "application/x-www-form-urlencoded", nil
	case r.body != nil:
		payload, err = json.Marshal(r.body)
		return payload, "application/json", err
	}
	return nil, "", nil
}

// transportError is the error of a request that ended without a response: with err, or because ctx ended.
func (c *Client) transportError(ctx context.Context, r request, budget *retryBudget, err error) error {
	var limit *RateLimitError
	if errors.As(err, &limit) {
		limit.Operation = r.operation
		errors.As(budget.last, &limit.APIError)
		return limit
	}
	err = withoutURL(err)
	if ctx.Err() != nil {
		err = ctx.Err()
		if budget.last != nil {
			err = fmt.Errorf("%w; the previous attempt: %s", err, describeFailure(budget.last))
		}
	}
	return &TransportError{
		Operation: r.operation, Host: c.base.Host, Err: withoutSecret(err, c.apiKey), NotExecuted: !budget.mayBeExecuted,
	}
}

// withoutURL unwraps net/http's error, which repeats method and URL.
func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// describeFailure is the error of a failed attempt without the operation, which the error around it names already.
func describeFailure(err error) string {
	var api *APIError
	if errors.As(err, &api) {
		return "the server answered " + api.Answer() + api.requestSuffix()
	}
	return err.Error()
}

// payloadReader returns an untyped nil for nil: retryablehttp would read a typed one as a body.
func payloadReader(payload []byte) any {
	if payload == nil {
		return nil
	}
	return bytes.NewReader(payload)
}

// join builds a path of constants and IDs; each part is escaped on its own, so that "+" and "/" in an ID survive.
func join(parts ...string) string {
	escaped := make([]string, len(parts))
	for i, part := range parts {
		escaped[i] = strings.ReplaceAll(url.PathEscape(part), "+", "%2B")
	}
	return strings.Join(escaped, "/")
}

// checkPath refuses a path that cleaning would turn into the path of another object: with an empty ID, the deletion of one rollout
// would name all of them, and with ".." the model.
func checkPath(r request) error {
	for _, part := range strings.Split(r.path, "/") {
		if part == "" || part == "." || part == ".." {
			return fmt.Errorf("could not %s: %q is not a valid ID", r.operation, part)
		}
		if id, err := url.PathUnescape(part); err == nil && len(id) > MaxIDLength {
			return fmt.Errorf("could not %s: an ID of %d bytes, which begins with %q, is not a valid ID", r.operation, len(id), id[:40])
		}
	}
	return nil
}

// orgParameter is the query parameter, and the field of a body, that names the organization (CONTRACT.md, section 1).
const orgParameter = "org_id"

// scoped adds the client's organization to a query, where one is configured.
func (c *Client) scoped(query url.Values) url.Values {
	if query == nil {
		query = url.Values{}
	}
	if c.orgID != "" {
		query.Set(orgParameter, c.orgID)
	}
	return query
}
