package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const rolloutsPath = "/api/v1/models/phi-4-mini/rollouts"

// harness is a sandbox whose clock the test controls.
type harness struct {
	*Server
	t   *testing.T
	now time.Time
}

// newHarness starts at a fixed time, with devices that sync once a second.
func newHarness(t *testing.T, configure ...func(*Options)) *harness {
	t.Helper()
	h := &harness{t: t, now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
	o := Options{Now: func() time.Time { return h.now }}
	for _, change := range configure {
		change(&o)
	}
	h.Server = New(o)
	return h
}

func withDialect(d Dialect) func(*Options) { return func(o *Options) { o.Dialect = d } }

func withDevices(n int) func(*Options) { return func(o *Options) { o.Devices = n } }

// eachDialect runs a test in both dialects.
func eachDialect(t *testing.T, run func(h *harness)) {
	t.Helper()
	for _, d := range []Dialect{DialectDocs, DialectSDK} {
		t.Run(string(d), func(t *testing.T) {
			t.Parallel()
			run(newHarness(t, withDialect(d)))
		})
	}
}

// elapse advances the clock.
func (h *harness) elapse(d time.Duration) {
	h.now = h.now.Add(d)
	h.Advance()
}

// reply is a decoded response.
type reply struct {
	status int
	header http.Header
	raw    string
	// object is the decoded object; a bare array is under "items".
	object map[string]any
}

func (h *harness) request(key, method, path string, body any) reply {
	h.t.Helper()
	var payload bytes.Buffer
	if written, isText := body.(string); isText {
		payload.WriteString(written)
	} else if body != nil {
		if err := json.NewEncoder(&payload).Encode(body); err != nil {
			h.t.Fatal(err)
		}
	}
	req := httptest.NewRequest(method, path, &payload)
	req.Host = "127.0.0.1"
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	r := reply{status: rec.Code, header: rec.Header(), raw: rec.Body.String()}
	if bytes.HasPrefix(rec.Body.Bytes(), []byte("[")) {
		var items []any
		if err := json.Unmarshal(rec.Body.Bytes(), &items); err != nil {
			h.t.Fatalf("%s %s: %v", method, path, err)
		}
		r.object = map[string]any{"items": items}
	} else if rec.Body.Len() > 0 {
		if err := json.Unmarshal(rec.Body.Bytes(), &r.object); err != nil {
			h.t.Fatalf("%s %s: %v: %s", method, path, err, r.raw)
		}
	}
	return r
}

// do sends a request and requires a status.
func (h *harness) do(status int, method, path string, body any) reply {
	h.t.Helper()
	r := h.request("sandbox", method, path, body)
	if r.status != status {
		h.t.Fatalf("%s %s: got status %d, want %d: %s", method, path, r.status, status, r.raw)
	}
	return r
}

type object = map[string]any

// start creates an active rollout and returns its path.
func (h *harness) start(version string, percentage float64) string {
	h.t.Helper()
	r := h.do(http.StatusCreated, "POST", rolloutsPath, object{
		"version": version, "rollout_percentage": percentage, "target_percentage": 100, "increment_step": 10, "start_immediately": true,
	})
	return h.rolloutPath(r)
}

// rolloutPath is the path of the rollout in a response.
func (h *harness) rolloutPath(r reply) string {
	h.t.Helper()
	switch id := r.object["rollout_id"].(type) {
	case string:
		return rolloutsPath + "/" + id
	case float64:
		return rolloutsPath + "/" + formatNumber(id)
	default:
		h.t.Fatalf("the response has no rollout ID: %s", r.raw)
		return ""
	}
}

// deploy rolls a version out to the whole fleet and waits until it is complete.
func (h *harness) deploy(version string) string {
	h.t.Helper()
	path := h.start(version, 100)
	h.elapse(time.Second)
	h.wantStatus(path, completed)
	return path
}

func (h *harness) wantStatus(path, status string) reply {
	h.t.Helper()
	r := h.do(http.StatusOK, "GET", path, nil)
	if r.object["status"] != status {
		h.t.Fatalf("%s is %v, want %s: %s", path, r.object["status"], status, r.raw)
	}
	return r
}

func (h *harness) wantFleet(versions map[string]int) {
	h.t.Helper()
	if diff := cmp.Diff(versions, h.Fleet("phi-4-mini").Versions); diff != "" {
		h.t.Fatalf("what the devices run (-want +got):\n%s", diff)
	}
}

func (h *harness) wantFields(r reply, want object) {
	h.t.Helper()
	got := object{}
	for key := range want {
		got[key] = r.object[key]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		h.t.Fatalf("fields of the response (-want +got):\n%s", diff)
	}
}

// newestRollout returns the newest rollout.
func (h *harness) newestRollout() reply {
	h.t.Helper()
	m := h.world.modelByName["phi-4-mini"]
	return h.do(http.StatusOK, "GET", rolloutsPath+"/"+m.rollouts[len(m.rollouts)-1].id, nil)
}

const modelsPath = "/api/v1/models"

// httpHarness is a sandbox behind a real connection, which faults can cut.
type httpHarness struct {
	*Server
	t      *testing.T
	url    string
	client *http.Client
}

func newHTTPHarness(t *testing.T) *httpHarness {
	t.Helper()
	s := New(Options{})
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	// net/http repeats requests only on reused connections.
	return &httpHarness{s, t, server.URL, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
}

// send returns the status, the body, and the error of the request.
func (w *httpHarness) send(method, path, body string) (int, string, error) {
	w.t.Helper()
	return w.sendIn(w.t.Context(), method, path, body)
}

func (w *httpHarness) sendIn(ctx context.Context, method, path, body string) (int, string, error) {
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
	respBody, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(respBody), err
}

// put sends a file without a key.
func (w *httpHarness) put(path, content string) (int, string, error) {
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
	respBody, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(respBody), err
}

// entries returns the requests of one operation in the ledger.
func (w *httpHarness) entries(operation string) []Entry {
	return slices.DeleteFunc(w.Ledger(), func(e Entry) bool { return e.Operation != operation })
}

// waitFor waits for an effect that the server has asynchronously.
func (w *httpHarness) waitFor(done func() bool) {
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

func (w *httpHarness) scriptFault(fault string) {
	w.t.Helper()
	if status, respBody, err := w.send("POST", "/sandbox/faults", fault); err != nil || status != 200 {
		w.t.Fatalf("scripting %s: %d %s %v", fault, status, respBody, err)
	}
}

func (w *httpHarness) rollouts() int {
	w.t.Helper()
	_, respBody, err := w.send("GET", rolloutsPath, "")
	var list []json.RawMessage
	if err == nil {
		err = json.Unmarshal([]byte(respBody), &list)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return len(list)
}

// listItems returns the items of a list, which is a bare array or has a key.
func (h *harness) listItems(path, key string) []any {
	h.t.Helper()
	r := h.do(200, "GET", path, nil)
	items, ok := r.object[key].([]any)
	if !ok {
		items, ok = r.object["items"].([]any)
	}
	if !ok {
		h.t.Fatalf("GET %s: no list under %q: %s", path, key, r.raw)
	}
	return items
}

// fieldValues collects one field of the items.
func fieldValues(items []any, name string) []any {
	values := make([]any, len(items))
	for i, item := range items {
		values[i] = item.(object)[name]
	}
	return values
}

const settingsPath = "/api/v1/settings/demo"

func (h *harness) setSettings(changes object) {
	h.t.Helper()
	h.do(200, "PUT", settingsPath, changes)
}
