package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// web is a sandbox behind a real connection, since faults cut it.
type web struct {
	*Server
	t      *testing.T
	url    string
	client *http.Client
}

func newWeb(t *testing.T) *web {
	t.Helper()
	s := New(Options{})
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	// Without connections to reuse, net/http repeats no request by itself.
	return &web{s, t, server.URL, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
}

// send answers the status and the body, and what went wrong on the way.
func (w *web) send(method, path, body string) (int, string, error) {
	w.t.Helper()
	return w.sendIn(w.t.Context(), method, path, body)
}

func (w *web) sendIn(ctx context.Context, method, path, body string) (int, string, error) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer sandbox")
	req.Header.Set("User-Agent", "terraform-provider-octomil/test octomil_model_deployment")
	resp, err := w.client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(answer), err
}

// put sends a file, without a key.
func (w *web) put(path, content string) (int, string, error) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPut, w.url+path, strings.NewReader(content))
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(answer), err
}

// entries are the requests of one operation in the ledger.
func (w *web) entries(operation string) []Entry {
	return slices.DeleteFunc(w.Ledger(), func(e Entry) bool { return e.Operation != operation })
}

// waitFor waits for what the server does in a time of its own.
func (w *web) waitFor(done func() bool) {
	w.t.Helper()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	end := time.After(time.Minute)
	for !done() {
		select {
		case <-ticker.C:
		case <-end:
			w.t.Fatal("it did not happen within a minute")
		}
	}
}

func (w *web) script(fault string) {
	w.t.Helper()
	if status, answer, err := w.send("POST", "/sandbox/faults", fault); err != nil || status != 200 {
		w.t.Fatalf("scripting %s: %d %s %v", fault, status, answer, err)
	}
}

func (w *web) rollouts() int {
	w.t.Helper()
	_, answer, err := w.send("GET", rolloutsPath, "")
	var list struct {
		Rollouts []json.RawMessage `json:"rollouts"`
	}
	if err == nil {
		err = json.Unmarshal([]byte(answer), &list)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return len(list.Rollouts)
}

const create = `{"version":"2.0.0","rollout_percentage":10}`

func TestFaultBeforeExecution(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	w.script(`{"method":"POST","path":"models/*/rollouts","cut":"before"}`)
	if status, _, err := w.send("POST", rolloutsPath, create); err == nil {
		t.Errorf("the cut request was answered %d", status)
	}
	if n := w.rollouts(); n != 2 {
		t.Errorf("a request cut before its execution left %d rollouts", n)
	}
	if status, _, err := w.send("POST", rolloutsPath, create); err != nil || status != 201 {
		t.Errorf("the next request: %d %v", status, err)
	}
}

func TestFaultAfterExecution(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{
		`{"method":"POST","path":"models/*/rollouts","execute":true,"cut":"before"}`,
		`{"method":"POST","path":"models/*/rollouts","execute":true,"cut":"body"}`,
		`{"method":"POST","path":"models/*/rollouts","cut":"body"}`,
		`{"method":"POST","path":"models/*/rollouts","execute":true,"status":502}`,
	} {
		w := newWeb(t)
		w.script(fault)
		status, answer, err := w.send("POST", rolloutsPath, create)
		if err == nil && status != 502 {
			t.Errorf("%s: got the whole answer %d %s", fault, status, answer)
		}
		if strings.Contains(fault, `"body"`) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: got %v, want a body that ends too early", fault, err)
		}
		if n := w.rollouts(); n != 3 {
			t.Errorf("%s: got %d rollouts, want 3", fault, n)
		}
	}
}

func TestFaultAnswers(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	w.AddFault(Fault{Path: "models", Status: 502, Headers: map[string]string{"Content-Type": "text/html"}, Body: "<html>bad</html>"})
	w.AddFault(Fault{Path: "models", Status: 429, Headers: map[string]string{"Retry-After": "7"}})
	req := httptest.NewRequest(http.MethodGet, modelsPath, http.NoBody)
	answer := func() *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		w.ServeHTTP(rec, req)
		return rec
	}
	first := answer()
	if first.Code != 502 || first.Body.String() != "<html>bad</html>" || first.Header().Get("Content-Type") != "text/html" {
		t.Errorf("got %d %s %v", first.Code, first.Body, first.Header())
	}
	second := answer()
	if second.Code != 429 || second.Header().Get("Retry-After") != "7" || !strings.Contains(second.Body.String(), "rate_limited") {
		t.Errorf("got %d %s %v", second.Code, second.Body, second.Header())
	}
	if third := answer(); third.Code != 401 {
		t.Errorf("with all faults spent got %d, want the real answer", third.Code)
	}
}

func TestFaultCountsRequests(t *testing.T) {
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
		l := newLab(t)
		l.AddFault(c.fault)
		var got []int
		for range c.want {
			l.do(200, "GET", "/sandbox/ledger", nil) // the sandbox's own calls meet no fault
			got = append(got, l.request("sandbox", "GET", modelsPath, nil).status)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.fault, diff)
		}
	}
	l := newLab(t)
	l.AddFault(Fault{Path: "models", Status: 500, Times: -1})
	l.do(204, "DELETE", "/sandbox/faults", nil)
	l.do(200, "GET", modelsPath, nil)
}

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

func TestFaultDelay(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	w.script(`{"path":"models","delay_ms":30}`)
	began := time.Now()
	if status, _, err := w.send("GET", modelsPath, ""); err != nil || status != 200 {
		t.Errorf("the delayed request: %d %v", status, err)
	}
	if took := time.Since(began); took < 30*time.Millisecond {
		t.Errorf("it took only %s", took)
	}
	// Executed and then late: a client that does not wait has changed something all the same.
	w.script(`{"method":"POST","path":"models/*/rollouts","execute":true,"delay_ms":60000}`)
	ctx, giveUp := context.WithCancel(t.Context())
	answered := make(chan error, 1)
	go func() {
		_, _, err := w.sendIn(ctx, "POST", rolloutsPath, create)
		answered <- err
	}()
	w.waitFor(func() bool { return w.rollouts() == 3 })
	giveUp()
	if err := <-answered; !errors.Is(err, context.Canceled) {
		t.Errorf("the late answer arrived in time: %v", err)
	}
}

func TestFaultsAreChecked(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for _, body := range []string{
		`{}`, `{"path":"x","status":99}`, `{"path":"x","cut":"often"}`, `{"path":"x","times":-2}`, `{"path":"x","nth":-1}`,
		`{"path":"x","delay_ms":-1}`, `{"path":"x","statuss":500}`, `nonsense`,
	} {
		if r := l.request("", "POST", "/sandbox/faults", body); r.status != 422 && r.status != 400 {
			t.Errorf("%s: got %d", body, r.status)
		}
	}
}

func TestLedger(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	w.AddFault(Fault{Path: "models/*/rollouts", Method: "POST", Cut: CutBefore, Execute: true})
	w.AddFault(Fault{Path: "devices", Status: 503})
	for _, r := range [][2]string{
		{"GET", "/v1/models?limit=5"}, {"POST", rolloutsPath}, {"GET", devicesPath}, {"GET", "/api/v1/nothing"}, {"DELETE", modelsPath},
	} {
		body := ""
		if r[0] == "POST" {
			body = create
		}
		_, _, _ = w.send(r[0], r[1], body)
	}
	type line struct {
		Operation, Method, Path, Query string
		Status                         int
		Caller                         string
	}
	want := []line{
		{"list models", "GET", "models", "limit=5", 200, "octomil_model_deployment"},
		{"create rollout", "POST", "models/phi-4-mini/rollouts", "", 0, "octomil_model_deployment"},
		{"list devices", "GET", "devices", "", 503, "octomil_model_deployment"},
		{"", "GET", "nothing", "", 404, "octomil_model_deployment"},
		{"", "DELETE", "models", "", 405, "octomil_model_deployment"},
	}
	var got []line
	for i, e := range w.Ledger() {
		got = append(got, line{e.Operation, e.Method, e.Path, e.Query, e.Status, e.Caller})
		if e.At.IsZero() || !strings.HasPrefix(e.RequestID, "req_") {
			t.Errorf("entry %d has no time or id: %+v", i, e)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
	_, answer, err := w.send("GET", "/sandbox/ledger", "")
	if err != nil || bytes.Count([]byte(answer), []byte(`"request_id"`)) != len(want) {
		t.Errorf("GET /sandbox/ledger: %v %s", err, answer)
	}
	_, _, _ = w.send("DELETE", "/sandbox/ledger", "")
	if left := w.Ledger(); len(left) != 0 {
		t.Errorf("after the delete the ledger holds %d entries", len(left))
	}
}

func TestControls(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	if r := l.request("", "GET", "/sandbox/fleet?model=phi-4-mini", nil); r.raw != `{"model":"phi-4-mini","total":124,"versions":{"1.0.0":124}}` {
		t.Errorf("the fleet: %s", r.raw)
	}
	l.wantFields(l.do(200, "GET", "/sandbox/fleet?model=mdl_00000001&group=staging", nil), object{"total": 24.0})
	l.do(404, "GET", "/sandbox/fleet?model=nothing", nil)
	l.do(404, "GET", "/sandbox/fleet?model=phi-4-mini&group=nothing", nil)
	l.do(404, "PUT", "/sandbox/versions/phi-4-mini/9.9.9/health", Health{})
	l.do(404, "PUT", "/sandbox/versions/nothing/1.0.0/health", Health{})
	l.do(422, "PUT", "/sandbox/versions/phi-4-mini/1.0.0/health", Health{ErrorPercent: 101})
	l.do(422, "PUT", "/sandbox/versions/phi-4-mini/1.0.0/status", object{"status": "fine"})
	if n := len(l.Ledger()); n != 0 {
		t.Errorf("the sandbox's own calls left %d entries in the ledger", n)
	}
}
