package sandbox

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const createBody = `{"version":"2.0.0","rollout_percentage":10}`

// CONTRACT.md 8.42
func TestFaultBeforeExecution(t *testing.T) {
	t.Parallel()
	w := newHTTPHarness(t)
	w.scriptFault(`{"method":"POST","path":"models/*/rollouts","cut":"before"}`)
	if status, _, err := w.send("POST", rolloutsPath, createBody); err == nil {
		t.Errorf("the cut request was done %d", status)
	}
	if n := w.rollouts(); n != 2 {
		t.Errorf("a request cut before its execution left %d rollouts", n)
	}
	if status, _, err := w.send("POST", rolloutsPath, createBody); err != nil || status != 201 {
		t.Errorf("the next request: %d %v", status, err)
	}
}

// CONTRACT.md 8.42
func TestFaultAfterExecution(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{
		`{"method":"POST","path":"models/*/rollouts","execute":true,"cut":"before"}`,
		`{"method":"POST","path":"models/*/rollouts","execute":true,"cut":"body"}`,
		`{"method":"POST","path":"models/*/rollouts","cut":"body"}`,
		`{"method":"POST","path":"models/*/rollouts","execute":true,"status":502}`,
	} {
		w := newHTTPHarness(t)
		w.scriptFault(fault)
		status, body, err := w.send("POST", rolloutsPath, createBody)
		if err == nil && status != 502 {
			t.Errorf("%s: got the whole response %d %s", fault, status, body)
		}
		if strings.Contains(fault, `"body"`) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: got %v, want a body that ends too early", fault, err)
		}
		if n := w.rollouts(); n != 3 {
			t.Errorf("%s: got %d rollouts, want 3", fault, n)
		}
	}
}

// CONTRACT.md 8.42
func TestFaultResponse(t *testing.T) {
	t.Parallel()
	w := newHTTPHarness(t)
	w.AddFault(Fault{Path: "models", Status: 502, Headers: map[string]string{"Content-Type": "text/html"}, Body: "<html>bad</html>"})
	w.AddFault(Fault{Path: "models", Status: 429, Headers: map[string]string{"Retry-After": "7"}})
	req := httptest.NewRequest(http.MethodGet, modelsPath, http.NoBody)
	req.Host = "127.0.0.1"
	do := func() *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		w.ServeHTTP(rec, req)
		return rec
	}
	first := do()
	if first.Code != 502 || first.Body.String() != "<html>bad</html>" || first.Header().Get("Content-Type") != "text/html" {
		t.Errorf("got %d %s %v", first.Code, first.Body, first.Header())
	}
	second := do()
	if second.Code != 429 || second.Header().Get("Retry-After") != "7" || !strings.Contains(second.Body.String(), "rate_limited") {
		t.Errorf("got %d %s %v", second.Code, second.Body, second.Header())
	}
	if third := do(); third.Code != 401 {
		t.Errorf("with all faults spent got %d, want the real response", third.Code)
	}
}

// CONTRACT.md 8.41
func TestFaultNthAndTimes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault Fault
		want  []int
	}{
		{Fault{Path: "models", Status: 500}, []int{500, 200, 200, 200}},
		{Fault{Path: "models", Status: 500, Nth: 3}, []int{200, 200, 500, 200}},
		{Fault{Path: "models", Status: 500, Nth: 2, Times: 2}, []int{200, 500, 500, 200}},
		{Fault{Path: "models", Status: 500, Times: -1}, []int{500, 500, 500, 500}},
		{Fault{Method: "POST", Path: "models", Status: 500}, []int{200, 200, 200, 200}},
		{Fault{Method: "get", Path: "**", Status: 500}, []int{500, 200, 200, 200}},
	} {
		h := newHarness(t)
		h.AddFault(c.fault)
		var got []int
		for range c.want {
			h.do(200, "GET", "/sandbox/ledger", nil) // faults do not apply to the sandbox's own calls
			got = append(got, h.request("sandbox", "GET", modelsPath, nil).status)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.fault, diff)
		}
	}
	h := newHarness(t)
	h.AddFault(Fault{Path: "models", Status: 500, Times: -1})
	h.do(204, "DELETE", "/sandbox/faults", nil)
	h.do(200, "GET", modelsPath, nil)
}

// CONTRACT.md 8.41
func TestFaultPatterns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, path string
		match         bool
	}{
		{"models", "models", true},
		{"/models/", "models", true},
		{"models", "models/x", false},
		{"models/*/rollouts", "models/x/rollouts", true},
		{"models/*/rollouts", "models/x/rollouts/y", false},
		{"models/*", "models", false},
		{"models/**", "models/x/rollouts/y", true},
		{"**", "anything/at/all", true},
		{"models/x", "models/y", false},
	} {
		if got := matchPath(c.pattern, c.path); got != c.match {
			t.Errorf("%s against %s: got %v", c.pattern, c.path, got)
		}
	}
}

// CONTRACT.md 8.42
func TestFaultDelay(t *testing.T) {
	t.Parallel()
	w := newHTTPHarness(t)
	w.scriptFault(`{"path":"models","delay_ms":30}`)
	began := time.Now()
	if status, _, err := w.send("GET", modelsPath, ""); err != nil || status != 200 {
		t.Errorf("the delayed request: %d %v", status, err)
	}
	if took := time.Since(began); took < 30*time.Millisecond {
		t.Errorf("it took only %s", took)
	}
	// With execute the request takes effect, even if the client does not wait for the response.
	w.scriptFault(`{"method":"POST","path":"models/*/rollouts","execute":true,"delay_ms":60000}`)
	ctx, giveUp := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, _, err := w.sendIn(ctx, "POST", rolloutsPath, createBody)
		done <- err
	}()
	w.waitFor(func() bool { return w.rollouts() == 3 })
	giveUp()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("the late response arrived in time: %v", err)
	}
}

// CONTRACT.md 8.41
func TestFaultValidation(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for _, body := range []string{
		`{}`, `{"path":"x","status":99}`, `{"path":"x","cut":"often"}`, `{"path":"x","times":-2}`, `{"path":"x","nth":-1}`,
		`{"path":"x","delay_ms":-1}`, `{"path":"x","statuss":500}`, `nonsense`,
	} {
		if r := h.request("", "POST", "/sandbox/faults", body); r.status != 422 && r.status != 400 {
			t.Errorf("%s: got %d", body, r.status)
		}
	}
}
