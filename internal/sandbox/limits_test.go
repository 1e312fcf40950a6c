package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// everyRequest are a request of each route, of each control, of the page and of an upload, with a key.
func everyRequest() []string {
	var all []string
	for _, r := range routes() {
		all = append(all, r.method+" /api/v1"+strings.NewReplacer("{", "", "}", "").Replace(r.path))
	}
	example := strings.NewReplacer("{$}", "", "{model}", "phi-4-mini", "{version}", "1.0.0", "{email}", "a@example.com")
	s := New(Options{})
	for _, c := range s.controls() {
		all = append(all, c.method+" "+example.Replace(c.path))
	}
	for path := range s.pages() {
		all = append(all, "GET "+example.Replace(path))
	}
	return append(all, "PUT /uploads/x", "OPTIONS /api/v1/models")
}

func (h *harness) raw(method, path, body string, change func(*http.Request)) *httptest.ResponseRecorder {
	h.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Host = "localhost:8787"
	req.Header.Set("Authorization", "Bearer sandbox")
	req.Header.Set("Content-Type", "application/json")
	change(req)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	return rec
}

// A page of another site, or one whose name was made to lead to this machine, gets nothing and changes nothing.
//
// CONTRACT.md 8.4
func TestPagesOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	refused := map[string]func(*http.Request){
		"another host":          func(r *http.Request) { r.Host = "rebound.example" },
		"another host and port": func(r *http.Request) { r.Host = "rebound.example:8787" },
		"a host that begins so": func(r *http.Request) { r.Host = "localhost.example:8787" },
		"an address":            func(r *http.Request) { r.Host = "192.168.1.2:8787" },
		"any address":           func(r *http.Request) { r.Host = "0.0.0.0:8787" },
		"no host":               func(r *http.Request) { r.Host = "" },
		"a site":                func(r *http.Request) { r.Header.Set("Origin", "https://example.com") },
		"a site that begins so": func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1.example.com") },
		"a file":                func(r *http.Request) { r.Header.Set("Origin", "null") },
		"two sites":             func(r *http.Request) { r.Header["Origin"] = []string{"http://localhost", "https://example.com"} },
		"a fetch":               func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
	}
	h := newHarness(t)
	for _, request := range everyRequest() {
		method, path, _ := strings.Cut(request, " ")
		for name, change := range refused {
			if rec := h.raw(method, path, "{}", change); rec.Code != http.StatusForbidden {
				t.Errorf("%s from %s: %d", request, name, rec.Code)
			}
		}
	}
	if n := len(h.Ledger()); n > 0 {
		t.Errorf("%d requests were executed", n)
	}
	for name, change := range map[string]func(*http.Request){
		"none":          func(*http.Request) {},
		"a page here":   func(r *http.Request) { r.Header.Set("Origin", "http://localhost:3000") },
		"an address":    func(r *http.Request) { r.Host = "127.0.0.1:8787"; r.Header.Set("Origin", "http://127.0.0.1") },
		"IPv6":          func(r *http.Request) { r.Host = "[::1]:8787"; r.Header.Set("Origin", "http://[::1]:8787") },
		"IPv6, no port": func(r *http.Request) { r.Host = "[::1]" },
		"upper case":    func(r *http.Request) { r.Host = "LocalHost" },
		"a navigation":  func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "none") },
	} {
		if rec := h.raw("GET", "/api/v1/models", "", change); rec.Code != http.StatusOK {
			t.Errorf("%s: %d: %s", name, rec.Code, rec.Body)
		}
	}
}

// What a browser sends without asking first writes nothing, even where it says nothing of the page.
//
// CONTRACT.md 8.4
func TestSimpleRequestsWriteNothing(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for _, request := range everyRequest() {
		method, path, _ := strings.Cut(request, " ")
		if method != http.MethodPost {
			continue
		}
		for _, kind := range []string{"text/plain", "text/plain; charset=utf-8", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "", "bad/;;"} {
			rec := h.raw(method, path, `{"path":"**","status":500,"times":-1}`, func(r *http.Request) {
				r.Header.Del("Authorization")
				r.Header.Set("Content-Type", kind)
			})
			if rec.Code != http.StatusUnsupportedMediaType {
				t.Errorf("%s as %q: %d", request, kind, rec.Code)
			}
		}
	}
	if n := len(h.Ledger()); n > 0 || h.do(200, "GET", "/api/v1/models", nil).status != 200 {
		t.Errorf("%d requests were executed", n)
	}
}

// CONTRACT.md 8.5
func TestBodiesThatAreTooLarge(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	large := `{"name":"` + strings.Repeat("x", maxRequestBody) + `"}`
	for _, request := range []string{"POST /api/v1/device-groups", "PUT /api/v1/settings/demo", "POST /sandbox/faults", "PUT /sandbox/devices/offline", "PUT /sandbox/versions/phi-4-mini/1.0.0/status"} {
		method, path, _ := strings.Cut(request, " ")
		if rec := h.raw(method, path, large, func(*http.Request) {}); rec.Code != http.StatusRequestEntityTooLarge || !strings.Contains(rec.Body.String(), "16777216 bytes") {
			t.Errorf("%s: %d: %s", request, rec.Code, rec.Body)
		}
	}
}

// pipes is a listener whose connections are in memory, so that their deadlines pass in virtual time.
type pipes struct {
	dialed chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.dialed:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error { close(p.closed); return nil }

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// A client that sends nothing more does not keep its connection; one that waits for an answer does.
//
// CONTRACT.md 8.5
func TestSlowClients(t *testing.T) {
	t.Parallel()
	const key = "Host: localhost\r\nAuthorization: Bearer sandbox\r\n"
	for name, tc := range map[string]struct {
		sent   string
		after  time.Duration
		answer string
	}{
		"no header":               {"GET /api/v1/models HTTP/1.1\r\n", headerTimeout, ""},
		"no body":                 {"POST /api/v1/device-groups HTTP/1.1\r\n" + key + "Content-Length: 9\r\n\r\n{", bodyTimeout, "408"},
		"no body of a control":    {"PUT /sandbox/devices/offline HTTP/1.1\r\n" + key + "Content-Length: 9\r\n\r\n{", bodyTimeout, "408"},
		"no body of the page":     {"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{", bodyTimeout, ""},
		"no body of a stream":     {"GET /sandbox/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{", bodyTimeout, "400"},
		"no file":                 {"PUT %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc", bodyTimeout, ""},
		"no further request":      {"GET /api/v1/models HTTP/1.1\r\n" + key + "\r\n", idleTimeout, "200"},
		"an answer that is late":  {"GET /api/v1/device-groups HTTP/1.1\r\n" + key + "Content-Length: 2\r\n\r\n{}", 45*time.Second + idleTimeout, "200"},
		"a control without delay": {"GET /sandbox/fleet?model=phi-4-mini HTTP/1.1\r\n" + key + "\r\n", idleTimeout, "200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t)
				h.AddFault(Fault{Path: "device-groups", Method: "GET", DelayMS: 45_000})
				sent := tc.sent
				if strings.Contains(sent, "%s") {
					at, _ := h.createUpload("3.0.0", "model.onnx")
					sent = fmt.Sprintf(sent, strings.TrimPrefix(at, "http://127.0.0.1"))
				}
				listener := &pipes{dialed: make(chan net.Conn), closed: make(chan struct{})}
				web := newWebServer(h.Server)
				served := make(chan error, 1)
				go func() { served <- web.Serve(listener) }()
				client, server := net.Pipe()
				listener.dialed <- server
				begun := time.Now()
				go func() { _, _ = io.WriteString(client, sent) }()
				all, _ := io.ReadAll(bufio.NewReader(client))
				if took := time.Since(begun); took < tc.after || took > tc.after+time.Second {
					t.Errorf("the connection ended after %s; want %s", took, tc.after)
				}
				if !strings.HasPrefix(string(all), strings.TrimSpace("HTTP/1.1 "+tc.answer)) && tc.answer != "" {
					t.Errorf("the answer is %q", all)
				}
				_ = client.Close()
				_ = web.Close()
				if err := <-served; !errors.Is(err, http.ErrServerClosed) {
					t.Error(err)
				}
			})
		})
	}
}
