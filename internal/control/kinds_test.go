package control

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// readAll reads the groups by so many workers and fails where one is not what the registry has.
func readAll(t *testing.T, c *Client, ids []string, workers int) (failures []string) {
	t.Helper()
	ctx := WithSharing(t.Context(), 0)
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
		r := newRegistry(999)
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
	r := newRegistry(4500)
	r.bare = true
	if failures := readAll(t, r.client(t), r.ids, 10); failures != nil {
		t.Error(failures[0])
	}
	if n := len(r.sent()); n > 2*5+1 {
		t.Errorf("%d requests for 5 pages", n)
	}
}

// TestReadsNeverCostTwiceTheOptimum: whoever knew all reads beforehand would read each object, or the list.
func TestReadsNeverCostTwiceTheOptimum(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		groups := rapid.IntRange(1, 60).Draw(rt, "groups")
		perPage := rapid.IntRange(1, 60).Draw(rt, "per page")
		workers := rapid.IntRange(1, 10).Draw(rt, "workers")
		wanted := rapid.SliceOfN(rapid.IntRange(0, groups-1), 1, 120).Draw(rt, "reads")
		var failures, ids, calls []string
		synctest.Test(t, func(t *testing.T) {
			r := newRegistry(groups)
			r.perPage, r.latency = perPage, time.Second
			for _, i := range wanted {
				ids = append(ids, r.ids[i])
			}
			failures = readAll(t, r.client(t), ids, workers)
			calls = r.sent()
		})
		pages := (groups + perPage - 1) / perPage
		// One more may be needed to find an object on a page that was read by itself as well.
		if most := 2*min(distinct(ids), pages) + min(pages-1, 1); len(calls) > most {
			rt.Errorf("%d requests for %d objects on %d pages; want at most %d: %v", len(calls), distinct(ids), pages, most, calls)
		}
		for _, failure := range failures {
			rt.Error(failure)
		}
	})
}

// TestNobodyReadsThePast lets readers, writers and somebody else at the server loose on a few groups. A fresh read, and any read
// after a write, shows at least what was there when it began; a sharing one at least what a fresh one that had ended before it
// could have seen.
func TestNobodyReadsThePast(t *testing.T) {
	t.Parallel()
	for range 60 {
		synctest.Test(t, func(t *testing.T) {
			r := newRegistry(6)
			r.perPage, r.latency = 4, 100*time.Millisecond
			p := &past{registry: r, client: r.client(t), floor: map[string]int{}}
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

// past knows what a read must at least show.
type past struct {
	registry *registry
	client   *Client

	mu    sync.Mutex
	floor map[string]int
	wrote bool
	acts  int
}

func (p *past) act(t *testing.T) {
	t.Helper()
	id := p.registry.ids[rand.N(len(p.registry.ids))]
	p.mu.Lock()
	p.acts++
	mayWrite := p.acts > 200
	p.mu.Unlock()
	switch dice := rand.N(20); {
	case dice < 3:
		p.registry.raise(id)
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

func (p *past) read(t *testing.T, id string, shared bool) {
	t.Helper()
	ctx := t.Context()
	if shared {
		ctx = WithSharing(ctx, 0)
	}
	p.mu.Lock()
	least := p.floor[id]
	fresh := !shared || p.wrote
	p.mu.Unlock()
	begin := p.registry.now()
	if fresh {
		least = begin[id]
	}
	g, err := p.client.Group(ctx, id)
	if err != nil || revision(g) < least {
		t.Errorf("%s has revision %d (%v); want at least %d. shared %t", id, revision(g), err, least, shared)
	}
	if !fresh {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, revision := range begin {
		p.floor[id] = max(p.floor[id], revision)
	}
}

func TestAListThatSaysLessIsNotUsed(t *testing.T) {
	t.Parallel()
	r := newRegistry(50)
	r.lean = true
	c := r.client(t)
	for range 2 {
		if failures := readAll(t, c, r.ids, 10); failures != nil {
			t.Fatal(failures[0])
		}
		if n := len(r.sent()); n > 51 {
			t.Errorf("%d requests; want each object once, and one look at the list", n)
		}
		c.reads.forget()
	}
	_ = readAll(t, c, r.ids[:3], 1)
	if diff := cmp.Diff([]string{"GET device-groups/g0", "GET device-groups/g1", "GET device-groups/g2"}, r.sent()); diff != "" {
		t.Errorf("the list was asked again (-want +got):\n%s", diff)
	}
}

func TestAListThatFailsHarmsNobody(t *testing.T) {
	t.Parallel()
	r := newRegistry(20)
	r.broken = true
	if failures := readAll(t, r.client(t), r.ids, 4); failures != nil {
		t.Error(failures[0])
	}
	if n := len(r.sent()); n != 21 {
		t.Errorf("%d requests; want each object once, and one try of the list", n)
	}
}

func TestWhatNoPageShowsIsAskedFor(t *testing.T) {
	t.Parallel()
	r := newRegistry(5)
	c := r.client(t)
	ctx := WithSharing(t.Context(), 0)
	for _, id := range []string{"gone", "g1", "gone too", "g2", "g3"} {
		g, err := c.Group(ctx, id)
		if gone := id[0:2] == "go"; gone != NotFound(err) || !gone && g.ID != id {
			t.Errorf("%s: %+v, %v", id, g, err)
		}
	}
	want := []string{
		"GET device-groups/gone", "GET device-groups", // nothing to compare yet
		"GET device-groups/g1", // the same as in the list
		"GET device-groups/gone too",
	}
	if diff := cmp.Diff(want, r.sent()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestAShelfIsClearedByAge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRegistry(5)
		c := r.client(t)
		_ = readAll(t, c, r.ids, 1)
		time.Sleep(time.Minute)
		_ = readAll(t, c, r.ids, 1)
		if n := len(r.sent()); n != 2 {
			t.Errorf("%d requests without a limit of age", n)
		}
		r.raise("g1")
		if g, err := c.Group(WithSharing(t.Context(), time.Second), "g1"); err != nil || revision(g) != 2 {
			t.Errorf("%+v, %v", g, err)
		}
	})
}

func TestAReadInTurnGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := scripted(t, unanswered)
		ctx := WithSharing(t.Context(), 0)
		var all sync.WaitGroup
		for _, id := range []string{"a", "b"} {
			all.Go(func() {
				limited, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()
				if _, err := c.Group(limited, id); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s: %v", id, err)
				}
			})
		}
		all.Wait()
	})
}
