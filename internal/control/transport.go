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
	"strings"
	"syscall"
	"time"
)

// unlimitedRetries leaves the counting to checkRetry: a 429 may be repeated as long as the operation lasts, any other
// failure only as often as the configuration says.
const unlimitedRetries = 1 << 30

// baseTransport is the standard one, with TLS 1.2 as the least and the extra certificates beside the system's. Proxies come
// from the environment.
func baseTransport(extraCertificates []byte) (*http.Transport, error) {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return nil, errors.New("http.DefaultTransport has been replaced by something that is no *http.Transport")
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
		return nil, errors.New("no PEM certificate was found in it")
	}
	t.TLSClientConfig.RootCAs = pool
	return t, nil
}

// stayOnHost follows a redirect only on the host it came from, so that the key reaches no other one. The answer of a redirect
// elsewhere is passed on as it is and ends as an *APIError.
func stayOnHost(req *http.Request, via []*http.Request) error {
	first := via[0]
	if req.URL.Host != first.URL.Host || req.URL.Scheme != first.URL.Scheme || len(via) > 5 {
		return http.ErrUseLastResponse
	}
	return nil
}

// attempt sends a single try: it passes the gate, limits the try's time and reads the whole body, so that a cut-off body
// counts as a failed try and not as a surprise of the decoder.
type attempt struct {
	inner   http.RoundTripper
	gate    *gate
	timeout time.Duration
}

func (a *attempt) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := a.gate.wait(req.Context()); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(req.Context(), a.timeout,
		fmt.Errorf("no whole answer within request_timeout (%s)", a.timeout))
	defer cancel()

	started := time.Now()
	resp, err := a.inner.RoundTrip(req.WithContext(ctx))
	if err != nil {
		logAttempt(req, nil, time.Since(started), err)
		return nil, attemptError(ctx, req.Context(), err)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	_ = resp.Body.Close()
	if err == nil && len(body) > maxBody {
		err = fmt.Errorf("the answer is larger than %d MiB", maxBody>>20)
	}
	logAttempt(req, resp, time.Since(started), err)
	if err != nil {
		return nil, attemptError(ctx, req.Context(), fmt.Errorf("the answer (%s, request %s) was cut off: %w",
			resp.Status, requestID(resp), err))
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if resp.StatusCode == http.StatusTooManyRequests {
		a.gate.pause(retryAfter(resp))
	}
	return resp, nil
}

// attemptError tells a try that took too long from an operation that has ended.
func attemptError(try, operation context.Context, err error) error {
	if try.Err() != nil && operation.Err() == nil {
		return context.Cause(try)
	}
	return err
}

// retryAfter is the pause that an answer asks for: seconds or an HTTP date; negative when it says nothing usable.
func retryAfter(resp *http.Response) time.Duration {
	header := strings.TrimSpace(resp.Header.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(header, 64); err == nil && seconds >= 0 && seconds < 1e6 {
		return time.Duration(seconds * float64(time.Second))
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(time.Until(at), 0)
	}
	return -1
}

// retryBudget follows one request through its attempts.
type retryBudget struct {
	operation    string
	method       string
	failuresLeft int
	repeated     bool
	rateLimit    *RateLimitError
}

type retryBudgetKey struct{}

func withRetryBudget(ctx context.Context, b *retryBudget) context.Context {
	return context.WithValue(ctx, retryBudgetKey{}, b)
}

// checkRetry decides by method and by what is known to have been executed (the control API contract, section 1).
func checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	budget, ok := ctx.Value(retryBudgetKey{}).(*retryBudget)
	if !ok || ctx.Err() != nil {
		return false, ctx.Err()
	}
	var limit *RateLimitError
	if errors.As(err, &limit) {
		return false, err
	}
	if resp != nil && resp.StatusCode == http.StatusTooManyRequests {
		return budget.retryRateLimited(ctx, resp), nil
	}
	if !worthRepeating(budget.method, resp, err) || budget.failuresLeft <= 0 {
		return false, err
	}
	budget.failuresLeft--
	budget.repeated = true
	return true, nil
}

// retryRateLimited repeats a 429, which was not executed, unless the pause that the server asks for outlasts the operation.
func (b *retryBudget) retryRateLimited(ctx context.Context, resp *http.Response) bool {
	deadline, limited := ctx.Deadline()
	if !limited {
		return true
	}
	left := time.Until(deadline)
	if hint := retryAfter(resp); hint > left {
		b.rateLimit = &RateLimitError{Hint: hint, Left: left}
		return false
	}
	return true
}

func worthRepeating(method string, resp *http.Response, err error) bool {
	repeatable := method != http.MethodPost
	if err != nil {
		var certificate *tls.CertificateVerificationError
		if errors.As(err, &certificate) {
			return false
		}
		return neverSent(err) || repeatable
	}
	switch resp.StatusCode {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return repeatable
	}
	return false
}

// neverSent is true when the connection was refused or could not be made, so that the server cannot have executed anything.
func neverSent(err error) bool {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return true
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

// backoff is the pause before the next attempt: exponential with full jitter. For a 429 the gate holds every request back, so
// nothing is added here.
func backoff(minimum, maximum time.Duration, attemptNumber int, resp *http.Response) time.Duration {
	if resp != nil && resp.StatusCode == http.StatusTooManyRequests {
		return 0
	}
	if resp != nil {
		if hint := retryAfter(resp); hint >= 0 {
			return min(hint, maximum)
		}
	}
	ceiling := min(minimum<<min(attemptNumber, 16), maximum)
	return ceiling/2 + rand.N(ceiling/2+1)
}
