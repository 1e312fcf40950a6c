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

// groupServer is a server of device groups that counts its requests: each write of a group raises its revision, which its description
// shows.
type groupServer struct {
	// perPage is the number of groups on a page.
	perPage int
	// bare omits the total from lists.
	bare bool
	// latency is the longest that a request takes on its way, in both directions.
	latency time.Duration

	mu        sync.Mutex
	revisions map[string]int
	ids       []string
	calls     []string
}

func newGroupServer(groups int) *groupServer {
	r := &groupServer{perPage: 1000, revisions: map[string]int{}}
	for i := range groups {
		id := fmt.Sprintf("g%d", i)
		r.ids = append(r.ids, id)
		r.revisions[id] = 1
	}
	return r
}

func (r *groupServer) client(t *testing.T) *Client {
	t.Helper()
	c, _ := scripted(t, reply{do: r.do})
	return c
}

// modify changes a group without a request of the client.
func (r *groupServer) modify(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.revisions[id]++
}

func (r *groupServer) now() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.revisions)
}

// sent returns the requests so far and forgets them.
func (r *groupServer) sent() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	calls := r.calls
	r.calls = nil
	return calls
}

func (r *groupServer) do(req *http.Request) (*http.Response, error) {
	path := strings.TrimPrefix(req.URL.Path, "/api/v1/")
	r.travel()
	status, body := r.answer(req, path)
	r.travel()
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func (r *groupServer) travel() {
	if r.latency > 0 {
		time.Sleep(rand.N(r.latency))
	}
}

func (r *groupServer) answer(req *http.Request, path string) (status int, body string) {
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

func (r *groupServer) group(id string) string {
	description := fmt.Sprintf("revision %d", r.revisions[id])
	entry := map[string]any{"id": id, "name": id, "description": description}
	encoded, _ := json.Marshal(entry)
	return string(encoded)
}

func (r *groupServer) page(req *http.Request) (status int, body string) {
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
