package control

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// readAll reads the groups by so many workers and fails where one is not what the groupServer has.
func readAll(t *testing.T, c *Client, ids []string, workers int) (failures []string) {
	t.Helper()
	ctx := WithCache(t.Context(), 0)
	work := make(chan string)
	var mu sync.Mutex
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for id := range work {
				if g, err := c.Group(ctx, id); err != nil || g.ID != id || revision(g) != 1 {
					mu.Lock()
					failures = append(failures, fmt.Sprintf("%s: %+v, %v", id, g, err))
					mu.Unlock()
				}
			}
		})
	}
	for _, id := range ids {
		work <- id
	}
	close(work)
	all.Wait()
	return failures
}

func TestAThousandGroupsCostTwoRequests(t *testing.T) {
	t.Parallel()
	for _, bare := range []bool{false, true} {
		r := newGroupServer(999)
		r.bare = bare
		if failures := readAll(t, r.client(t), r.ids, 10); failures != nil {
			t.Error(failures[0])
		}
		if diff := cmp.Diff([]string{"GET device-groups/g0", "GET device-groups"}, shape(r.sent())); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	}
}

// shape replaces the first single read's id, which depends on who comes first.
func shape(calls []string) []string {
	if len(calls) > 0 {
		calls[0] = "GET device-groups/g0"
	}
	return calls
}

func TestManyPagesWithoutATotal(t *testing.T) {
	t.Parallel()
	r := newGroupServer(4500)
	r.bare = true
	if failures := readAll(t, r.client(t), r.ids, 10); failures != nil {
		t.Error(failures[0])
	}
	if n := len(r.sent()); n > 2*5+1 {
		t.Errorf("%d requests for 5 pages", n)
	}
}

// TestReadsAreNeverStale lets readers, writers and another client of the server loose on a few groups. A fresh read, and any read
// after a write, shows at least what was there when it began; a sharing one at least what a fresh one that had ended before it
// could have seen.
func TestReadsAreNeverStale(t *testing.T) {
	t.Parallel()
	for range 60 {
		synctest.Test(t, func(t *testing.T) {
			r := newGroupServer(6)
			r.perPage, r.latency = 4, 100*time.Millisecond
			p := &history{groupServer: r, client: r.client(t), least: map[string]int{}}
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					for range 40 {
						p.act(t)
						time.Sleep(rand.N(50 * time.Millisecond))
					}
				})
			}
			all.Wait()
		})
	}
}

// history knows what a read must at least show.
type history struct {
	groupServer *groupServer
	client      *Client

	mu    sync.Mutex
	least map[string]int
	wrote bool
	acts  int
}

func (p *history) act(t *testing.T) {
	t.Helper()
	id := p.groupServer.ids[rand.N(len(p.groupServer.ids))]
	p.mu.Lock()
	p.acts++
	mayWrite := p.acts > 200
	p.mu.Unlock()
	switch dice := rand.N(20); {
	case dice < 3:
		p.groupServer.modify(id)
	case dice < 4 && mayWrite:
		if _, err := p.client.UpdateGroup(t.Context(), id, GroupSettings{Name: id}); err != nil {
			t.Error(err)
		}
		p.mu.Lock()
		p.wrote = true
		p.mu.Unlock()
	case dice < 6:
		p.read(t, id, false)
	default:
		p.read(t, id, true)
	}
}

func (p *history) read(t *testing.T, id string, cached bool) {
	t.Helper()
	ctx := t.Context()
	if cached {
		ctx = WithCache(ctx, 0)
	}
	p.mu.Lock()
	least := p.least[id]
	uncached := !cached || p.wrote
	p.mu.Unlock()
	begin := p.groupServer.now()
	if uncached {
		least = begin[id]
	}
	g, err := p.client.Group(ctx, id)
	if err != nil || revision(g) < least {
		t.Errorf("%s has revision %d (%v); want at least %d. cached %t", id, revision(g), err, least, cached)
	}
	if !uncached {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, revision := range begin {
		p.least[id] = max(p.least[id], revision)
	}
}
