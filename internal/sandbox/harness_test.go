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

// lab is a sandbox whose clock the test drives.
type lab struct {
	*Server
	t   *testing.T
	now time.Time
}

// newLab starts at a fixed time, with devices that sync once a second.
func newLab(t *testing.T, configure ...func(*Options)) *lab {
	t.Helper()
	l := &lab{t: t, now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
	o := Options{Now: func() time.Time { return l.now }}
	for _, change := range configure {
		change(&o)
	}
	l.Server = New(o)
	return l
}

func withDialect(d Dialect) func(*Options) { return func(o *Options) { o.Dialect = d } }

func withDevices(n int) func(*Options) { return func(o *Options) { o.Devices = n } }

// eachDialect runs a test against both spellings.
func eachDialect(t *testing.T, run func(l *lab)) {
	t.Helper()
	for _, d := range []Dialect{DialectDocs, DialectSDK} {
		t.Run(string(d), func(t *testing.T) {
			t.Parallel()
			run(newLab(t, withDialect(d)))
		})
	}
}

// pass lets time go by.
func (l *lab) pass(d time.Duration) {
	l.now = l.now.Add(d)
	l.Advance()
}

// reply is a decoded answer.
type reply struct {
	status int
	header http.Header
	raw    string
	// object holds an object; a bare array is under "items".
	object map[string]any
}

func (l *lab) request(key, method, path string, body any) reply {
	l.t.Helper()
	var payload bytes.Buffer
	if written, isText := body.(string); isText {
		payload.WriteString(written)
	} else if body != nil {
		if err := json.NewEncoder(&payload).Encode(body); err != nil {
			l.t.Fatal(err)
		}
	}
	req := httptest.NewRequest(method, path, &payload)
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	rec := httptest.NewRecorder()
	l.ServeHTTP(rec, req)
	r := reply{status: rec.Code, header: rec.Header(), raw: rec.Body.String()}
	if bytes.HasPrefix(rec.Body.Bytes(), []byte("[")) {
		var items []any
		if err := json.Unmarshal(rec.Body.Bytes(), &items); err != nil {
			l.t.Fatalf("%s %s: %v", method, path, err)
		}
		r.object = map[string]any{"items": items}
	} else if rec.Body.Len() > 0 {
		if err := json.Unmarshal(rec.Body.Bytes(), &r.object); err != nil {
			l.t.Fatalf("%s %s: %v: %s", method, path, err, r.raw)
		}
	}
	return r
}

// do sends a request and demands a status.
func (l *lab) do(status int, method, path string, body any) reply {
	l.t.Helper()
	r := l.request("sandbox", method, path, body)
	if r.status != status {
		l.t.Fatalf("%s %s: got status %d, want %d: %s", method, path, r.status, status, r.raw)
	}
	return r
}

type object = map[string]any

// start creates an active rollout and answers its path.
func (l *lab) start(version string, percentage float64) string {
	l.t.Helper()
	r := l.do(http.StatusCreated, "POST", rolloutsPath, object{
		"version": version, "rollout_percentage": percentage, "target_percentage": 100, "increment_step": 10, "start_immediately": true,
	})
	return l.path(r)
}

// path is the path of the rollout in an answer.
func (l *lab) path(r reply) string {
	l.t.Helper()
	switch id := r.object["rollout_id"].(type) {
	case string:
		return rolloutsPath + "/" + id
	case float64:
		return rolloutsPath + "/" + plain(id)
	default:
		l.t.Fatalf("an answer without the id of a rollout: %s", r.raw)
		return ""
	}
}

// deploy rolls a version out to the whole fleet and waits until it is complete.
func (l *lab) deploy(version string) string {
	l.t.Helper()
	path := l.start(version, 100)
	l.pass(time.Second)
	l.wantStatus(path, completed)
	return path
}

func (l *lab) wantStatus(path, status string) reply {
	l.t.Helper()
	r := l.do(http.StatusOK, "GET", path, nil)
	if r.object["status"] != status {
		l.t.Fatalf("%s is %v, want %s: %s", path, r.object["status"], status, r.raw)
	}
	return r
}

func (l *lab) wantFleet(versions map[string]int) {
	l.t.Helper()
	if diff := cmp.Diff(versions, l.Fleet("phi-4-mini").Versions); diff != "" {
		l.t.Fatalf("what the devices run (-want +got):\n%s", diff)
	}
}

func (l *lab) wantFields(r reply, want object) {
	l.t.Helper()
	got := object{}
	for key := range want {
		got[key] = r.object[key]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		l.t.Fatalf("fields of the answer (-want +got):\n%s", diff)
	}
}

// newest is the newest rollout's record.
func (l *lab) newest() reply {
	l.t.Helper()
	m := l.world.modelByName["phi-4-mini"]
	return l.do(http.StatusOK, "GET", rolloutsPath+"/"+m.rollouts[len(m.rollouts)-1].id, nil)
}

const modelsPath = "/api/v1/models"

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

// items are the entries of a list that is not paged, in the form of the dialect.
func (l *lab) items(path, key string) []any {
	l.t.Helper()
	r := l.do(200, "GET", path, nil)
	if l.world.dialect == DialectSDK {
		key = "items"
	}
	items, ok := r.object[key].([]any)
	if !ok {
		l.t.Fatalf("GET %s: no list under %q: %s", path, key, r.raw)
	}
	return items
}

// field collects one field of the items.
func field(items []any, name string) []any {
	values := make([]any, len(items))
	for i, item := range items {
		values[i] = item.(object)[name]
	}
	return values
}

const settingsPath = "/api/v1/settings/demo"

func (l *lab) settings(changes object) {
	l.t.Helper()
	l.do(200, "PUT", settingsPath, changes)
}
