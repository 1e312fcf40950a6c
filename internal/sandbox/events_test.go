package sandbox

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// pageEvent is what the page reads of an event.
type pageEvent struct {
	Choice *pageChoice
	Models []pageItem
	Groups []pageItem
	Fleet  *struct {
		Versions   []pageVersion
		Cells, Off []int
	}
	Devices  []string
	Rollouts []pageRollout
	Requests []pageRequest
	// parts are the names of the parts.
	parts []string
}

// eventReader is a client of the events.
type eventReader struct {
	t     *testing.T
	lines *bufio.Scanner
	stop  func()
}

// follow reads the events of a sandbox at a query. It skips over the first parameter, the time to wait before the next attempt.
func (w *httpHarness) follow(query string) *eventReader {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+"/sandbox/events"+query, http.NoBody)
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := w.client.Do(req) //nolint:bodyclose // stop closes it
	if err != nil {
		w.t.Fatal(err)
	}
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || kind != "text/event-stream" {
		w.t.Fatalf("%s with %q", resp.Status, kind)
	}
	r := &eventReader{t: w.t, lines: bufio.NewScanner(resp.Body), stop: func() { cancel(); _ = resp.Body.Close() }}
	r.lines.Buffer(nil, 1<<20)
	w.t.Cleanup(r.stop)
	return r
}

func (r *eventReader) next() pageEvent {
	r.t.Helper()
	for r.lines.Scan() {
		data, ok := strings.CutPrefix(r.lines.Text(), "data: ")
		if !ok {
			continue
		}
		var e pageEvent
		var parts map[string]json.RawMessage
		if err := errors.Join(json.Unmarshal([]byte(data), &e), json.Unmarshal([]byte(data), &parts)); err != nil {
			r.t.Fatalf("%v: %s", err, data)
		}
		e.parts = slices.Sorted(maps.Keys(parts))
		return e
	}
	r.t.Fatalf("the events ended: %v", r.lines.Err())
	return pageEvent{}
}

// The first event has everything, the next ones what has changed since, not more often than five times a second.
//
// CONTRACT.md 8.7
func TestEvents(t *testing.T) {
	t.Parallel()
	w := newHTTPHarness(t)
	w.SetHealth("phi-4-mini", "2.0.0", Health{ErrorPercent: 12})
	events := w.follow("?group=staging")
	first := events.next()
	if diff := cmp.Diff([]string{"choice", "devices", "fleet", "groups", "models", "requests", "rollouts"}, first.parts); diff != "" {
		t.Errorf("the parts of the first event (-want +got):\n%s", diff)
	}
	if *first.Choice != (pageChoice{"mdl_00000001", "grp_00000001"}) || len(first.Devices) != 24 || len(first.Fleet.Cells) != 24 || len(first.Requests) != 0 {
		t.Errorf("the first event: %+v, %d devices", first.Choice, len(first.Devices))
	}
	want := []pageVersion{{Version: "0.9.0"}, {Version: "1.0.0", Devices: 24}, {Version: "2.0.0", HasHealth: true, Health: Health{ErrorPercent: 12}}}
	if diff := cmp.Diff(want, first.Fleet.Versions); diff != "" {
		t.Errorf("the versions (-want +got):\n%s", diff)
	}
	if r := first.Rollouts; len(r) != 2 || r[0] != (pageRollout{ID: "rol_00000002", Version: "1.0.0", Status: "completed", Percentage: 100}) {
		t.Errorf("the rollouts, the newest first: %+v", r)
	}

	begun := time.Now()
	if status, body, err := w.send("GET", "/api/v1/models?org_id=demo", ""); status != 200 || err != nil {
		t.Fatal(status, body, err)
	}
	second := events.next()
	if diff := cmp.Diff([]string{"requests"}, second.parts); diff != "" {
		t.Errorf("the parts of the second event (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]pageRequest{{"req_00000001", "GET", "models", 200}}, second.Requests); diff != "" {
		t.Errorf("the requests, without the query (-want +got):\n%s", diff)
	}
	w.SetOffline(100)
	if third := events.next(); len(third.Fleet.Off) != 24 {
		t.Errorf("with all devices offline: %+v", third.Fleet)
	}
	if took := time.Since(begun); took < eventInterval {
		t.Errorf("two events came within %s", took)
	}
}

// What was chosen and no longer exists is replaced by the first model and by the whole fleet.
func TestEventsOfWhatDoesNotExist(t *testing.T) {
	t.Parallel()
	w := newHTTPHarness(t)
	if e := w.follow("?model=nothing&group=nothing").next(); *e.Choice != (pageChoice{"mdl_00000001", ""}) || len(e.Devices) != 124 {
		t.Errorf("%+v with %d devices", e.Choice, len(e.Devices))
	}
	empty := &pageView{}
	if v := New(Options{Empty: true}).pageView("", ""); !cmp.Equal(empty.changedSince(nil), v.changedSince(nil)) {
		t.Errorf("an empty sandbox: %v", v.changedSince(nil))
	}
}

// The page shows no secret: no key, and no token of an upload.
func TestEventsHaveNoSecrets(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at, _ := h.createUpload("3.0.0", "model.onnx")
	token := at[strings.LastIndex(at, "/")+1:]
	for _, path := range []string{uploadRoot + token, "/%75ploads/" + token} {
		if rec := h.raw("PUT", path, "content", func(r *http.Request) { r.Header.Del("Authorization") }); rec.Code != 200 {
			t.Fatal(rec.Code, rec.Body)
		}
	}
	key, ok := h.do(201, "POST", "/api/v1/api-keys", object{"name": "k", "scopes": []string{"models:read"}}).object["api_key"].(string)
	if !ok {
		t.Fatal("the key has no secret")
	}
	h.request(key, "GET", "/api/v1/models", nil)
	shown := fmt.Sprint(h.pageView("", "").changedSince(nil))
	for _, secret := range []string{token, key, "Bearer"} {
		if strings.Contains(shown, secret) {
			t.Errorf("%q is in %s", secret, shown)
		}
	}
	if n := strings.Count(shown, "uploads/…"); n != 2 {
		t.Errorf("%d uploads are in %s", n, shown)
	}
}

// There is a limit of streams, and a client that leaves makes room for another.
//
// CONTRACT.md 8.7
func TestEventsAreLimited(t *testing.T) {
	t.Parallel()
	w := newHTTPHarness(t)
	var readers []*eventReader
	for range maxStreams {
		r := w.follow("")
		r.next()
		readers = append(readers, r)
	}
	if status, body, err := w.send("GET", "/sandbox/events", ""); status != http.StatusServiceUnavailable || err != nil {
		t.Errorf("one too many: %d %s %v", status, body, err)
	}
	if status, _, err := w.send("HEAD", "/sandbox/events", ""); status != http.StatusServiceUnavailable || err != nil {
		t.Errorf("HEAD: %d %v", status, err)
	}
	readers[0].stop()
	w.waitFor(func() bool { return len(w.streams) < maxStreams })
	w.follow("").next()
	for _, r := range readers {
		r.stop()
	}
	w.waitFor(func() bool { return len(w.streams) <= 1 })
}

// A client that does not read delays nothing and loses its stream; one that reads keeps it, also without events.
//
// CONTRACT.md 8.7
func TestEventsOfASlowClient(t *testing.T) {
	t.Parallel()
	for name, reads := range map[string]bool{"reads": true, "does not read": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t)
				listener := &pipes{dialed: make(chan net.Conn), closed: make(chan struct{})}
				web := newWebServer(h.Server)
				served := make(chan error, 1)
				go func() { served <- web.Serve(listener) }()
				client, server := net.Pipe()
				listener.dialed <- server
				if _, err := io.WriteString(client, "GET /sandbox/events HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				received := make(chan string, 1)
				if reads {
					go func() {
						all, _ := io.ReadAll(client)
						received <- string(all)
					}()
				}
				time.Sleep(1100 * time.Millisecond) // between two events
				if len(h.streams) != 1 {
					t.Errorf("there are %d streams at first", len(h.streams))
				}
				begun := time.Now()
				for range 100 {
					h.do(200, "GET", "/api/v1/models", nil)
				}
				if took := time.Since(begun); took > 0 {
					t.Errorf("the requests of others took %s", took)
				}
				time.Sleep(eventTimeout + 2*keepAliveInterval)
				if open := len(h.streams) == 1; open != reads {
					t.Errorf("the stream is open: %v", open)
				}
				_ = client.Close()
				synctest.Wait()
				if reads {
					if all := <-received; strings.Count(all, "\ndata: ") != 2 || strings.Count(all, ": still here") != 2 {
						t.Errorf("%d events and %d comments", strings.Count(all, "\ndata: "), strings.Count(all, ": still here"))
					}
				}
				time.Sleep(keepAliveInterval + eventTimeout)
				if n := len(h.streams); n != 0 {
					t.Errorf("%d streams outlive their client", n)
				}
				_ = web.Close()
				if err := <-served; !errors.Is(err, http.ErrServerClosed) {
					t.Error(err)
				}
			})
		})
	}
}

// BenchmarkPageView is what one stream costs five times a second, with the sandbox locked.
func BenchmarkPageView(b *testing.B) {
	for _, devices := range []int{124, 10_000} {
		b.Run(fmt.Sprint(devices), func(b *testing.B) {
			s := New(Options{Devices: devices})
			last := s.pageView("", "")
			for b.Loop() {
				next := s.pageView("", "")
				if changes := next.changedSince(last); len(changes) > 0 {
					b.Fatal(changes)
				}
			}
		})
	}
}
