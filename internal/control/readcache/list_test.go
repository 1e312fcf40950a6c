package readcache

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

// readAll reads the objects with so many workers and reports each that is not what the server has.
func readAll(t *testing.T, s *server, c *Cache, ids []string, workers int) (failures []string) {
	t.Helper()
	ctx := WithCache(t.Context(), 0)
	work := make(chan string)
	var mu sync.Mutex
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for id := range work {
				if o, err := ReadOne(ctx, c, s.kind(c), id); err != nil || o.id != id || o.revision != 1 {
					mu.Lock()
					failures = append(failures, fmt.Sprintf("%s: %+v, %v", id, o, err))
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

// TestReadsCostAtMostTwiceTheOptimum: the optimum, with all reads known in advance, is each object by itself, or the list.
func TestReadsCostAtMostTwiceTheOptimum(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		objects := rapid.IntRange(1, 60).Draw(rt, "objects")
		pageSize := rapid.IntRange(1, 60).Draw(rt, "page size")
		workers := rapid.IntRange(1, 10).Draw(rt, "workers")
		wanted := rapid.SliceOfN(rapid.IntRange(0, objects-1), 1, 120).Draw(rt, "reads")
		var failures, ids, requests []string
		synctest.Test(t, func(t *testing.T) {
			s := newServer(objects)
			s.pageSize, s.latency = pageSize, time.Second
			for _, i := range wanted {
				ids = append(ids, s.ids[i])
			}
			failures = readAll(t, s, newCache(), ids, workers)
			requests = s.sent()
		})
		pages := (objects + pageSize - 1) / pageSize
		// One more may be needed to find an object on a page that was read by itself as well.
		if most := 2*min(distinct(ids), pages) + min(pages-1, 1); len(requests) > most {
			rt.Errorf("%d requests for %d objects on %d pages; want at most %d: %v", len(requests), distinct(ids), pages, most, requests)
		}
		for _, failure := range failures {
			rt.Error(failure)
		}
	})
}

// TestReadsAreNeverStale runs readers and writers, of this cache and others, on a few objects. An uncached read, and any read after a
// write, shows at least what the server had when it began; a cached one at least what an uncached one that had ended before could
// have seen.
func TestReadsAreNeverStale(t *testing.T) {
	t.Parallel()
	for range 60 {
		synctest.Test(t, func(t *testing.T) {
			s := newServer(6)
			s.pageSize, s.latency = 4, 100*time.Millisecond
			h := &history{server: s, cache: newCache(), least: map[string]int{}}
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					for range 40 {
						h.act(t)
						time.Sleep(rand.N(50 * time.Millisecond))
					}
				})
			}
			all.Wait()
		})
	}
}

// history knows the least revision that a read must show.
type history struct {
	server *server
	cache  *Cache

	mu    sync.Mutex
	least map[string]int
	wrote bool
	acts  int
}

func (h *history) act(t *testing.T) {
	t.Helper()
	id := h.server.ids[rand.N(len(h.server.ids))]
	h.mu.Lock()
	h.acts++
	mayWrite := h.acts > 200
	h.mu.Unlock()
	switch dice := rand.N(20); {
	case dice < 3:
		h.server.modify(id)
	case dice < 4 && mayWrite:
		err := h.server.write(t.Context(), id)
		h.cache.Disable()
		if err != nil {
			t.Error(err)
		}
		h.mu.Lock()
		h.wrote = true
		h.mu.Unlock()
	case dice < 6:
		h.read(t, id, false)
	default:
		h.read(t, id, true)
	}
}

func (h *history) read(t *testing.T, id string, cached bool) {
	t.Helper()
	ctx := t.Context()
	if cached {
		ctx = WithCache(ctx, 0)
	}
	h.mu.Lock()
	least := h.least[id]
	uncached := !cached || h.wrote
	h.mu.Unlock()
	begin := h.server.now()
	if uncached {
		least = begin[id]
	}
	o, err := ReadOne(ctx, h.cache, h.server.kind(h.cache), id)
	if err != nil || o.revision < least {
		t.Errorf("%s has revision %d (%v); want at least %d. cached %t", id, o.revision, err, least, cached)
	}
	if !uncached {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, revision := range begin {
		h.least[id] = max(h.least[id], revision)
	}
}

func TestAPartialListIsNotUsed(t *testing.T) {
	t.Parallel()
	s := newServer(50)
	s.partial = true
	c := newCache()
	for range 2 {
		if failures := readAll(t, s, c, s.ids, 10); failures != nil {
			t.Fatal(failures[0])
		}
		if n := len(s.sent()); n > 51 {
			t.Errorf("%d requests; want each object once, and one for the list", n)
		}
		c.Invalidate()
	}
	_ = readAll(t, s, c, s.ids[:3], 1)
	if diff := cmp.Diff([]string{"o0", "o1", "o2"}, s.sent()); diff != "" {
		t.Errorf("the list was requested again (-want +got):\n%s", diff)
	}
}

func TestAListThatFailsDoesNotDisturbReads(t *testing.T) {
	t.Parallel()
	s := newServer(20)
	s.broken = true
	if failures := readAll(t, s, newCache(), s.ids, 4); failures != nil {
		t.Error(failures[0])
	}
	if n := len(s.sent()); n != 21 {
		t.Errorf("%d requests; want each object once, and one attempt of the list", n)
	}
}

func TestAnObjectOnNoPageIsReadByItself(t *testing.T) {
	t.Parallel()
	s := newServer(5)
	c := newCache()
	ctx := WithCache(t.Context(), 0)
	for _, id := range []string{"deleted", "o1", "deleted too", "o2", "o3"} {
		o, err := ReadOne(ctx, c, s.kind(c), id)
		if deleted := id[0] == 'd'; deleted != errors.Is(err, errNotFound) || !deleted && o != (object{id, 1}) {
			t.Errorf("%s: %+v, %v", id, o, err)
		}
	}
	want := []string{
		"deleted", "list", // nothing to compare yet
		"o1", // the same as in the list
		"deleted too",
	}
	if diff := cmp.Diff(want, s.sent()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestMaximumAge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(5)
		c := newCache()
		_ = readAll(t, s, c, s.ids, 1)
		time.Sleep(time.Minute)
		_ = readAll(t, s, c, s.ids, 1)
		if n := len(s.sent()); n != 2 {
			t.Errorf("%d requests without a maximum age", n)
		}
		s.modify("o1")
		if o, err := ReadOne(WithCache(t.Context(), time.Second), c, s.kind(c), "o1"); err != nil || o.revision != 2 {
			t.Errorf("%+v, %v", o, err)
		}
	})
}

func TestAnExclusiveReadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCache()
		k := newServer(0).kind(c)
		k.One = func(ctx context.Context, _ string) (object, error) { <-ctx.Done(); return object{}, ctx.Err() }
		ctx := WithCache(t.Context(), 0)
		var all sync.WaitGroup
		for _, id := range []string{"a", "b"} {
			all.Go(func() {
				limited, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()
				if _, err := ReadOne(limited, c, k, id); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s: %v", id, err)
				}
			})
		}
		all.Wait()
	})
}
