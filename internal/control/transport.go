package control

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control/readcache"
)

// unlimitedRetries leaves the counting to checkRetry: a 429 is repeated as long as the operation lasts, any other failure only
// MaxRetries times.
const unlimitedRetries = 1 << 30

// ErrNoCertificate means that the extra certificates of a Config hold none in PEM form.
var ErrNoCertificate = errors.New("no PEM certificate was found")

// baseTransport is the standard transport with TLS 1.2 as the minimum, and the extra certificates in addition to the system's.
// Proxies come from the environment.
func baseTransport(extraCertificates []byte) (*http.Transport, error) {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return nil, errors.New("http.DefaultTransport is not a *http.Transport")
	}
	t := standard.Clone()
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	t.MaxIdleConnsPerHost = 16
	if len(extraCertificates) == 0 {
		return t, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(extraCertificates) {
		return nil, ErrNoCertificate
	}
	t.TLSClientConfig.RootCAs = pool
	return t, nil
}

// maxRedirects is how often one attempt follows a redirect.
const maxRedirects = 5

// stayOnHost follows a redirect only on the host it came from, so that the key reaches no other host, and only where the method
// stays the same: a DELETE that net/http turns into a GET would look like a success. Any other redirect ends as an *APIError.
func stayOnHost(req *http.Request, via []*http.Request) error {
	first := via[0]
	sameHost := req.URL.Host == first.URL.Host && req.URL.Scheme == first.URL.Scheme
	if !sameHost || req.Method != first.Method || len(via) > maxRedirects {
		return http.ErrUseLastResponse
	}
	return nil
}

// attempt sends a request once: it passes the gate, limits the time and reads the whole body, so that a truncated body counts as a
// failed attempt and not as an error of the decoder.
type attempt struct {
	inner   http.RoundTripper
	gate    *gate
	clock   *answerClock
	timeout time.Duration
}

// notSentError is an attempt that ended at the gate, before it was sent.
type notSentError struct{ error }

func (e notSentError) Unwrap() error { return e.error }

// errTooLarge is not repeated: the next response would be as large.
var errTooLarge = fmt.Errorf("the response is larger than %d MiB", maxBody>>20)

func (a *attempt) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := a.gate.wait(req.Context()); err != nil {
		return nil, notSentError{err}
	}
	readcache.Sent(req.Context())
	ctx, cancel := a.limited(req.Context())
	defer cancel()

	started := time.Now()
	resp, err := a.inner.RoundTrip(req.WithContext(ctx))
	if err != nil {
		logAttempt(req, nil, time.Since(started), err)
		return nil, attemptError(ctx, req.Context(), err)
	}
	if err := checkFinal(resp); err != nil {
		logAttempt(req, resp, time.Since(started), err)
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	_ = resp.Body.Close()
	if err == nil && len(body) > maxBody {
		err = errTooLarge
	}
	logAttempt(req, resp, time.Since(started), err)
	if err != nil {
		return nil, attemptError(ctx, req.Context(), fmt.Errorf("the response %s was cut off: %w", headline(resp), err))
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	a.gate.learn(resp)
	a.clock.learn(resp)
	return resp, nil
}

// limited limits the time of one attempt. Of a slow request, the operation limits it.
func (a *attempt) limited(ctx context.Context) (limited context.Context, cancel context.CancelFunc) {
	if budget, ok := ctx.Value(retryBudgetKey{}).(*retryBudget); ok && budget.request.slow {
		return context.WithTimeoutCause(ctx, longestSlow, fmt.Errorf("the server has not answered within %s", longestSlow))
	}
	return context.WithTimeoutCause(ctx, a.timeout, fmt.Errorf("a single attempt took longer than `request_timeout` (%s)", a.timeout))
}

// longestSlow limits an attempt of a slow request where the operation has no deadline, or a later one.
const longestSlow = 6 * time.Hour

// errNotFinal is an answer that is none, such as 101 Switching Protocols. It is not repeated: the next one would be the same.
var errNotFinal = errors.New("the server answered with a status below 200, which is no answer to a request")

// checkFinal refuses a status below 200 and ends its connection: of 101, net/http hands out the bare connection as the body, which
// neither a time limit nor a cancellation ends.
func checkFinal(resp *http.Response) error {
	if resp.StatusCode >= http.StatusOK {
		return nil
	}
	_ = resp.Body.Close()
	return fmt.Errorf("%w: %s", errNotFinal, headline(resp))
}

// headline is what is known of a response before its body.
func headline(resp *http.Response) string {
	if id := requestID(resp); id != "" {
		return fmt.Sprintf("%d (request %s)", resp.StatusCode, id)
	}
	return strconv.Itoa(resp.StatusCode)
}

// attemptError distinguishes an attempt that took too long from an operation that has ended.
func attemptError(attempt, operation context.Context, err error) error {
	if attempt.Err() != nil && operation.Err() == nil {
		return context.Cause(attempt)
	}
	return err
}

// retryBudget follows one request through its attempts.
type retryBudget struct {
	request      request
	secret       string
	gate         *gate
	failuresLeft int
	// last is the error of the attempt that is being repeated, nil before the first repetition.
	last error
	// mayBeExecuted is true once the response to an attempt is missing or a server fault, so that its effect is unknown.
	mayBeExecuted bool
	rateLimit     *RateLimitError
}

type retryBudgetKey struct{}

func withRetryBudget(ctx context.Context, b *retryBudget) context.Context {
	return context.WithValue(ctx, retryBudgetKey{}, b)
}

// checkRetry decides by method and by what is known to have been executed (CONTRACT.md, section 1).
func checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	budget, ok := ctx.Value(retryBudgetKey{}).(*retryBudget)
	if !ok {
		return false, err
	}
	if err != nil && !neverSent(err) || err == nil && serverFault(resp.StatusCode) {
		budget.mayBeExecuted = true
	}
	if ctx.Err() != nil {
		return false, err // a response that came in time still counts
	}
	var limit *RateLimitError
	if errors.As(err, &limit) {
		return false, err
	}
	if err == nil && resp.StatusCode == http.StatusTooManyRequests {
		return budget.retryRateLimited(ctx, resp), nil
	}
	if !worthRepeating(budget.request, resp, err) || budget.failuresLeft <= 0 {
		return false, err
	}
	budget.failuresLeft--
	budget.recordFailure(resp, err)
	return true, nil
}

// recordFailure keeps the error of an attempt that is about to be repeated, in case the operation ends before the next one.
func (b *retryBudget) recordFailure(resp *http.Response, err error) {
	if err != nil {
		b.last = withoutURL(err)
		return
	}
	body, _ := io.ReadAll(resp.Body) // in memory since RoundTrip
	b.last = newAPIError(b.request, resp, body, b.secret)
}

// retryRateLimited repeats a 429, which was not executed, unless the pause that the server asks for outlasts the operation, or the
// server has answered nothing else for too long.
func (b *retryBudget) retryRateLimited(ctx context.Context, resp *http.Response) bool {
	var limit *RateLimitError
	if errors.As(b.gate.checkLimit(ctx, max(pauseHint(resp), 0)), &limit) {
		limit.Operation = b.request.operation
		b.rateLimit = limit
		return false
	}
	b.recordFailure(resp, nil)
	return true
}

func worthRepeating(r request, resp *http.Response, err error) bool {
	repeatable := r.method != http.MethodPost && !r.once
	if err != nil {
		var certificate *tls.CertificateVerificationError
		if errors.As(err, &certificate) || errors.Is(err, errTooLarge) || errors.Is(err, errNotFinal) {
			return false
		}
		return neverSent(err) || repeatable
	}
	return repeatable && serverFault(resp.StatusCode)
}

// serverFault is true for the statuses that do not tell whether the request was executed (CONTRACT.md, section 1).
func serverFault(status int) bool {
	switch status {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// neverSent is true when the connection to the server or its proxy could not be made, or the request was still held back here: the
// server cannot have executed anything.
func neverSent(err error) bool {
	var held notSentError
	var op *net.OpError
	if errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") {
		return true
	}
	return errors.As(err, &held) || errors.Is(err, syscall.ECONNREFUSED)
}

// backoff is the pause before the next attempt: exponential with jitter, or as long as a 503 asks for, within maximum. For a 429
// the gate holds every request back, so nothing is added here.
func backoff(minimum, maximum time.Duration, attemptNumber int, resp *http.Response) time.Duration {
	if resp != nil && resp.StatusCode == http.StatusTooManyRequests {
		return 0
	}
	ceiling := min(minimum<<min(attemptNumber, 16), maximum)
	pause := ceiling/2 + rand.N(ceiling/2+1)
	if resp != nil {
		pause = max(pause, min(retryAfter(resp), maximum))
	}
	return pause
}
