package control

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// testKey is a key that nothing else contains, so that a search for it finds leaks only.
const testKey = "oct_secret_7f3a9c"

// reply is one scripted response; the zero status means 200. do overrides the rest.
type reply struct {
	status int
	header map[string]string
	body   string
	do     func(*http.Request) (*http.Response, error)
}

func ok(body string) reply                 { return reply{body: body} }
func answer(status int, body string) reply { return reply{status: status, body: body} }

// failing is an attempt that ended without a response.
func failing(err error) reply {
	return reply{do: func(*http.Request) (*http.Response, error) { return nil, err }}
}

// unanswered is a request that the server accepts and never responds to.
var unanswered = reply{do: func(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}}

var errCut = errors.New("connection reset by peer")

// sent is a request as it left the client.
type sent struct {
	method, path string
	query        url.Values
	body         string
	header       http.Header
	at           time.Time
}

// wire is an in-memory transport: it gives its replies in order, the last one over and over, and keeps what was sent. Without a
// network a synctest bubble can tell that everything waits.
type wire struct {
	mu      sync.Mutex
	replies []reply
	sent    []sent
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	r := w.next(req)
	if r.do != nil {
		return r.do(req)
	}
	resp := &http.Response{
		StatusCode: r.status, Status: http.StatusText(r.status), Header: http.Header{}, Request: req,
		Body: io.NopCloser(strings.NewReader(r.body)),
	}
	if r.status == 0 {
		resp.StatusCode = http.StatusOK
	}
	resp.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	for name, value := range r.header {
		resp.Header.Set(name, value)
	}
	return resp, nil
}

func (w *wire) next(req *http.Request) reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := sent{
		method: req.Method, path: req.URL.EscapedPath(), query: req.URL.Query(), header: req.Header.Clone(), at: time.Now(),
	}
	if req.Body != nil {
		body, _ := io.ReadAll(req.Body)
		s.body = string(body)
	}
	w.sent = append(w.sent, s)
	return w.replies[min(len(w.sent), len(w.replies))-1]
}

// calls are method and path, below the API's root, of everything that was sent.
func (w *wire) calls() []string {
	var calls []string
	for _, s := range w.sent {
		calls = append(calls, s.method+" "+strings.TrimPrefix(s.path, "/api/v1/"))
	}
	return calls
}

// scripted is a client whose server gives these replies; it repeats a request twice.
func scripted(t *testing.T, replies ...reply) (*Client, *wire) {
	t.Helper()
	return scriptedWith(t, Config{MaxRetries: 2}, replies...)
}

func scriptedWith(t *testing.T, cfg Config, replies ...reply) (*Client, *wire) {
	t.Helper()
	cfg.BaseURL = "https://octomil.test/api/v1"
	cfg.APIKey = testKey
	if cfg.OrgID == "" {
		cfg.OrgID = "demo"
	}
	c := opened(t, cfg)
	w := &wire{replies: replies}
	attemptOf(t, c).inner = w
	return c, w
}

func opened(t *testing.T, cfg Config) *Client {
	t.Helper()
	c, err := New(cfg)
	if err != nil {
		t.Fatalf("opening the client: %v", err)
	}
	return c
}

func attemptOf(t *testing.T, c *Client) *attempt {
	t.Helper()
	a, isAttempt := c.http.HTTPClient.Transport.(*attempt)
	if !isAttempt {
		t.Fatalf("the transport is %T", c.http.HTTPClient.Transport)
	}
	return a
}

// asError fails the test unless err is a T.
func asError[T error](t *testing.T, err error) T {
	t.Helper()
	var target T
	if !errors.As(err, &target) {
		t.Fatalf("got the error %v (%T); want a %T", err, err, target)
	}
	return target
}

func mustContain(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not say %q", text, part)
		}
	}
}
