package acctest

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// RewriteAnswers passes the body of every answer to the provider through a function, as a proxy in between could do it; nil leaves the
// answers alone again. path is below the root of the API. It works in virtual time only.
func (s *Sandbox) RewriteAnswers(t testing.TB, rewrite func(method, path string, body []byte) []byte) {
	t.Helper()
	proxy, ok := s.transport.(*rewriter)
	if !ok {
		t.Fatal("answers are rewritten only without a network: use StartVirtual")
	}
	proxy.mu.Lock()
	defer proxy.mu.Unlock()
	proxy.rewrite = rewrite
}

type rewriter struct {
	http.RoundTripper
	mu      sync.Mutex
	rewrite func(method, path string, body []byte) []byte
}

func (r *rewriter) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.RoundTripper.RoundTrip(req)
	r.mu.Lock()
	rewrite := r.rewrite
	r.mu.Unlock()
	if err != nil || rewrite == nil {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	body = rewrite(req.Method, strings.TrimPrefix(strings.Trim(req.URL.EscapedPath(), "/"), "api/v1/"), body)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return resp, nil
}

// expectPrintable fails the test where a text would do something to a terminal.
func expectPrintable(t testing.TB, text string) {
	t.Helper()
	if control.Printable(text) != text {
		t.Errorf("this text is not printable: %q", text)
	}
}
