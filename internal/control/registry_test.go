package control

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// registry is a server of device groups that counts and changes: each write of a group raises its revision, which its description
// shows.
type registry struct {
	// perPage is the most that it puts on a page.
	perPage int
	// bare lists without a total.
	bare bool
	// latency is the longest that an answer takes on its way, in both directions.
	latency time.Duration

	mu        sync.Mutex
	revisions map[string]int
	ids       []string
	calls     []string
}

func newRegistry(groups int) *registry {
	r := &registry{perPage: 1000, revisions: map[string]int{}}
	for i := range groups {
		id := fmt.Sprintf("g%d", i)
		r.ids = append(r.ids, id)
		r.revisions[id] = 1
	}
	return r
}

func (r *registry) client(t *testing.T) *Client {
	t.Helper()
	c, _ := scripted(t, reply{do: r.do})
	return c
}

// raise is a change by somebody else.
func (r *registry) raise(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.revisions[id]++
}

func (r *registry) now() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.revisions)
}

// sent answers the requests so far and forgets them.
func (r *registry) sent() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	calls := r.calls
	r.calls = nil
	return calls
}

func (r *registry) do(req *http.Request) (*http.Response, error) {
	path := strings.TrimPrefix(req.URL.Path, "/api/v1/")
	r.travel()
	status, body := r.answer(req, path)
	r.travel()
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func (r *registry) travel() {
	if r.latency > 0 {
		time.Sleep(rand.N(r.latency))
	}
}

func (r *registry) answer(req *http.Request, path string) (status int, body string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, req.Method+" "+path)
	if path == "device-groups" {
		return r.page(req)
	}
	id := strings.TrimPrefix(path, "device-groups/")
	if _, known := r.revisions[id]; !known {
		return http.StatusNotFound, `{"detail":"there is no such group"}`
	}
	if req.Method == http.MethodPut {
		r.revisions[id]++
	}
	return http.StatusOK, r.group(id)
}

func (r *registry) group(id string) string {
	description := fmt.Sprintf("revision %d", r.revisions[id])
	entry := map[string]any{"id": id, "name": id, "description": description}
	encoded, _ := json.Marshal(entry)
	return string(encoded)
}

func (r *registry) page(req *http.Request) (status int, body string) {
	offset, _ := strconv.Atoi(req.URL.Query().Get("offset"))
	from := min(offset, len(r.ids))
	var entries []string
	for _, id := range r.ids[from:min(from+r.perPage, len(r.ids))] {
		entries = append(entries, r.group(id))
	}
	list := "[" + strings.Join(entries, ",") + "]"
	if r.bare {
		return http.StatusOK, list
	}
	return http.StatusOK, fmt.Sprintf(`{"groups":%s,"total":%d}`, list, len(r.ids))
}

// revision is what a group that was read shows.
func revision(g Group) int {
	if g.Description == nil {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimPrefix(*g.Description, "revision "))
	return n
}
