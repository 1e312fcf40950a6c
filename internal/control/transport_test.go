package control

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// served is a client of a real server on loopback, with pauses so short that a test does not feel them.
func served(t *testing.T, handler http.HandlerFunc) (*Client, *httptest.Server) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return clientOf(t, server), server
}

func clientOf(t *testing.T, server *httptest.Server) *Client {
	t.Helper()
	c := opened(t, Config{BaseURL: server.URL + "/api/v1", APIKey: testKey, OrgID: "demo", MaxRetries: 2, UserAgent: "agent/1"})
	c.http.RetryWaitMin, c.http.RetryWaitMax = time.Microsecond, time.Millisecond
	return c
}

// CONTRACT.md 1.4, 1.75, 8.44
func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	c, _ := served(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got := fmt.Sprintf("%s %s\n%s\n%s|%s|%s|%s", r.Method, r.RequestURI, body,
			r.Header.Get("Authorization"), r.Header.Get("Content-Type"), r.Header.Get("Accept"), r.Header.Get("User-Agent"))
		want := "PUT /api/v1/settings/demo\n" + `{"require_eval":true}` + "\n" +
			"Bearer " + testKey + "|application/json|application/json|agent/1 octomil_rollback_policy"
		if got != want {
			t.Errorf("the server saw\n%s\nwant\n%s", got, want)
		}
		if r.Header.Get("Idempotency-Key") != "" {
			t.Error("an idempotency key would let net/http repeat a POST")
		}
	})
	ctx := WithCaller(t.Context(), "octomil_rollback_policy")
	err := c.call(ctx, request{operation: "test", method: http.MethodPut, path: join("settings", "demo"), body: Settings{"require_eval": true}}, nil)
	if err != nil {
		t.Error(err)
	}
}

// CONTRACT.md 1.12
func TestIDsInAPathAreEscaped(t *testing.T) {
	t.Parallel()
	var uri atomic.Value
	c, _ := served(t, func(w http.ResponseWriter, r *http.Request) {
		uri.Store(r.RequestURI)
		_ = json.NewEncoder(w).Encode(map[string]string{"id": strings.TrimPrefix(r.URL.Path, "/api/v1/models/phi 4/rollouts/"), "version": "1", "status": "active"})
	})
	for id, want := range map[string]string{
		"1.0.0+build.7": "1.0.0%2Bbuild.7", "a/b": "a%2Fb", "a b": "a%20b", "50%": "50%25", "ä?#": "%C3%A4%3F%23", "v1..2": "v1..2", "…": "%E2%80%A6",
	} {
		if _, err := c.Rollout(t.Context(), "phi 4", id); err != nil {
			t.Errorf("%s: %v", id, err)
		}
		if want := "/api/v1/models/phi%204/rollouts/" + want; uri.Load() != want {
			t.Errorf("the id %q went out as %s; want %s", id, uri.Load(), want)
		}
	}
}

// CONTRACT.md 1.12
func TestAnIDThatWouldNameAnotherPathIsRefused(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, ok("{}"))
	for _, id := range []string{"", ".", ".."} {
		if err := c.DeleteRollout(t.Context(), "m", id, true); err == nil || Ambiguous(err) || NotFound(err) {
			t.Errorf("cancelling the rollout %q ended with %v", id, err)
		}
		if _, err := c.Rollouts(t.Context(), id); err == nil {
			t.Errorf("listing the rollouts of the model %q went well", id)
		}
	}
	if len(w.sent) != 0 {
		t.Errorf("sent %q", w.calls())
	}
}

// CONTRACT.md 1.83
func TestTheKeyNeverFollowsARedirectToAnotherHost(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(elsewhere.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
			c, _ := served(t, func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, elsewhere.URL+"/api/v1/things/1", status)
			})
			err := asError[*APIError](t, send(t.Context(), c, method))
			mustContain(t, err.Error(), elsewhere.URL, "not followed")
			if err.StatusCode != status {
				t.Errorf("%s %d ended with %v", method, status, err)
			}
		}
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("the other host got %d requests", n)
	}
}

// CONTRACT.md 1.83
func TestARedirectOnTheSameHost(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		method   string
		status   int
		followed bool
	}{
		{http.MethodGet, 301, true}, {http.MethodGet, 307, true}, {http.MethodPut, 307, true}, {http.MethodPost, 308, true},
		// net/http would make a GET of these, and the write would seem done.
		{http.MethodPut, 302, false}, {http.MethodPost, 301, false}, {http.MethodDelete, 303, false},
	} {
		var seen []string
		c, _ := served(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			seen = append(seen, r.Method+" "+r.URL.Path+" "+r.Header.Get("Authorization")+" "+string(body))
			if r.URL.Path != "/moved" {
				http.Redirect(w, r, "/moved", tc.status)
			}
		})
		err := send(t.Context(), c, tc.method)
		if (err == nil) != tc.followed {
			t.Errorf("%s %d ended with %v", tc.method, tc.status, err)
		}
		want := tc.method + " /moved Bearer " + testKey + " "
		if tc.method != http.MethodGet {
			want += `{"n":1}`
		}
		if tc.followed && (len(seen) != 2 || seen[1] != want) {
			t.Errorf("%s %d: the server saw %q; want the second to be %q", tc.method, tc.status, seen, want)
		}
	}
	c, _ := served(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) })
	if _, err := c.Model(t.Context(), "m"); !HasStatus(err, http.StatusFound) {
		t.Errorf("a circle ended with %v", err)
	}
}

// CONTRACT.md 1.81
func TestTruncatedBodyIsAFailedAttempt(t *testing.T) {
	t.Parallel()
	var tried atomic.Int32
	cutOff := func(w http.ResponseWriter, _ *http.Request) {
		tried.Add(1)
		w.Header().Set("Content-Length", "100")
		w.Header().Set("X-Request-Id", "req_5")
		_, _ = io.WriteString(w, `{"id":"5",`)
	}
	c, _ := served(t, cutOff)
	_, err := c.Model(t.Context(), "m")
	failed := asError[*TransportError](t, err)
	if tried.Load() != 3 || !errors.Is(err, io.ErrUnexpectedEOF) || failed.NotExecuted {
		t.Errorf("after %d attempts: %v", tried.Load(), err)
	}
	mustContain(t, err.Error(), "could not read the model", "200", "req_5", "cut off", failed.Host)

	tried.Store(0)
	if err := send(t.Context(), c, http.MethodPost); !Ambiguous(err) || tried.Load() != 1 {
		t.Errorf("a POST whose answer was cut off was sent %d times and ended with %v", tried.Load(), err)
	}
}

func TestACutConnection(t *testing.T) {
	t.Parallel()
	var tried atomic.Int32
	c, _ := served(t, func(w http.ResponseWriter, r *http.Request) {
		if tried.Add(1) > 1 {
			_, _ = io.WriteString(w, `{"id":"m"}`)
			return
		}
		panic(http.ErrAbortHandler)
	})
	if _, err := c.Model(t.Context(), "m"); err != nil || tried.Load() != 2 {
		t.Errorf("%v after %d attempts", err, tried.Load())
	}
	tried.Store(0)
	if err := send(t.Context(), c, http.MethodPost); !Ambiguous(err) || tried.Load() != 1 {
		t.Errorf("a POST was sent %d times and ended with %v", tried.Load(), err)
	}
}

func TestAServerThatIsDown(t *testing.T) {
	t.Parallel()
	c, server := served(t, func(http.ResponseWriter, *http.Request) {})
	server.Close()
	err := asError[*TransportError](t, send(t.Context(), c, http.MethodPost))
	if !err.NotExecuted || !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a refused connection: %v, not executed %t", err, err.NotExecuted)
	}
	mustContain(t, err.Error(), strings.TrimPrefix(server.URL, "http://"))
	if strings.Contains(err.Error(), "things/1") {
		t.Errorf("the URL is said twice: %v", err)
	}
}

func TestRequestTimeoutIncludesTheBody(t *testing.T) {
	t.Parallel()
	c, _ := served(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"id":`)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	c.retries = 0
	attemptOf(t, c).timeout = 50 * time.Millisecond
	_, err := c.Model(t.Context(), "m")
	mustContain(t, asError[*TransportError](t, err).Error(), "`request_timeout` (50ms)")
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"id":"m"}`)
	}))
	var dialled atomic.Int32
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			dialled.Add(1)
		}
	}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)

	stranger := clientOf(t, server)
	_, err := stranger.Model(t.Context(), "m")
	var unknown *tls.CertificateVerificationError
	if !errors.As(err, &unknown) || dialled.Load() != 1 {
		t.Errorf("a certificate that nothing vouches for: %v after %d connections", err, dialled.Load())
	}

	extra := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	trusting := opened(t, Config{BaseURL: server.URL, APIKey: testKey, CACertificates: extra})
	if _, err := trusting.Model(t.Context(), "m"); err != nil {
		t.Errorf("with the certificate: %v", err)
	}

	if _, err := New(Config{BaseURL: server.URL, CACertificates: []byte("no PEM")}); !errors.Is(err, ErrNoCertificate) {
		t.Errorf("a file without a certificate: %v", err)
	}
}

// CONTRACT.md 1.8
func TestOldTLSIsRefused(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10} //nolint:gosec // what must be refused
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	extra := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	c := opened(t, Config{BaseURL: server.URL, APIKey: testKey, CACertificates: extra})
	_, err := c.Model(t.Context(), "m")
	mustContain(t, asError[*TransportError](t, err).Error(), "protocol version")
}

// CONTRACT.md 1.5
func TestUnusableKey(t *testing.T) {
	t.Parallel()
	_, err := New(Config{BaseURL: DefaultURL, APIKey: testKey + "\nX-Other: 1"})
	if !errors.Is(err, ErrUnusableKey) || strings.Contains(err.Error(), testKey) {
		t.Errorf("got %v; want an error that does not show the key", err)
	}
	if _, err := New(Config{BaseURL: "://"}); err == nil {
		t.Error("a URL that is none was accepted")
	}
}

// The environment is read once a process, so the request is made by another one.
func TestTheProxyOfTheEnvironmentIsUsed(t *testing.T) {
	if os.Getenv("OCTOMIL_TEST_BEHIND_PROXY") != "" {
		c := opened(t, Config{BaseURL: "http://octomil.invalid/api/v1", APIKey: testKey})
		defer (&http.Client{Transport: attemptOf(t, c).inner}).CloseIdleConnections()
		if m, err := c.Model(context.Background(), "m"); err != nil || m.Name != "by proxy" {
			t.Fatalf("got %+v, %v", m, err)
		}
		return
	}
	t.Parallel()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Host == "octomil.invalid" {
			_, _ = io.WriteString(w, `{"id":"m","name":"by proxy"}`)
		}
	}))
	t.Cleanup(proxy.Close)
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTheProxyOfTheEnvironmentIsUsed$", "-test.v")
	child.Env = append(os.Environ(), "OCTOMIL_TEST_BEHIND_PROXY=1", "HTTP_PROXY="+proxy.URL, "http_proxy="+proxy.URL, "NO_PROXY=", "no_proxy=")
	if out, err := child.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("%v\n%s", err, out)
	}
}
