package readcache

import (
	"context"
	"flag"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// soakReads is the number of reads of TestSoak, which `make soak` increases.
var soakReads = flag.Int("soak.reads", 2000, "number of reads of TestSoak")

// TestSoak lets readers read in every way, and leave at any moment. Each read that is answered is as fresh as its context asks for, only
// one whose context has ended fails, and in the end nothing is left over: no request, and no entry that a later read could join.
func TestSoak(t *testing.T) {
	t.Parallel()
	const perRound, readers = 500, 10
	for read := 0; read < *soakReads; read += perRound {
		synctest.Test(t, func(t *testing.T) {
			s := newServer(6)
			s.pageSize, s.latency, s.queue = 4, 100*time.Millisecond, 50*time.Millisecond
			h := &history{server: s, cache: newCache()}
			var all sync.WaitGroup
			for range readers {
				all.Go(func() {
					for range perRound / readers {
						h.leave(t)
						time.Sleep(rand.N(50 * time.Millisecond))
					}
				})
			}
			all.Wait()
			synctest.Wait()
			h.expectNothingLeft(t)
		})
	}
}

// leave reads an object, or writes one, and may leave before the answer.
func (h *history) leave(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	switch leaves := rand.N(200 * time.Millisecond); rand.N(3) {
	case 0:
		time.AfterFunc(leaves, cancel)
	case 1:
		limited, end := context.WithTimeout(ctx, leaves)
		defer end()
		ctx = limited
	}
	id := h.server.ids[rand.N(len(h.server.ids))]
	switch rand.N(12) {
	case 0:
		h.server.modify(id)
	case 1:
		_ = h.server.write(ctx, id)
		h.cache.Invalidate()
	case 2, 3:
		h.readWithin(ctx, t, id, nil)
	case 4, 5: // a read within another one
		h.readWithin(ctx, t, id, func(ctx context.Context) (object, error) {
			return Read(ctx, h.cache, "outer "+id, func(ctx context.Context) (object, error) { return h.server.kind(h.cache).One(ctx, id) })
		})
	default:
		o, err := ReadOne(WithCache(ctx, 0), h.cache, h.server.kind(h.cache), id)
		if err != nil && ctx.Err() == nil || err == nil && o.id != id {
			t.Errorf("the read of %s answers %v, %v", id, o, err)
		}
	}
}

// readWithin reads an object uncached, by itself or as read does.
func (h *history) readWithin(ctx context.Context, t *testing.T, id string, read func(context.Context) (object, error)) {
	t.Helper()
	if read == nil {
		read = func(ctx context.Context) (object, error) { return ReadOne(ctx, h.cache, h.server.kind(h.cache), id) }
	}
	begin := h.server.now()
	o, err := read(ctx)
	switch {
	case err != nil && ctx.Err() == nil:
		t.Errorf("the read of %s fails: %v", id, err)
	case err == nil && o.revision < begin[id]:
		t.Errorf("%s has revision %d; want at least %d", id, o.revision, begin[id])
	}
}

// expectNothingLeft is called when all readers have left.
func (h *history) expectNothingLeft(t *testing.T) {
	t.Helper()
	h.cache.mu.Lock()
	defer h.cache.mu.Unlock()
	if n := len(h.cache.unsent); n > 0 {
		t.Errorf("%d requests that nobody waits for are left: %v", n, h.cache.unsent)
	}
	for key, left := range h.cache.current.entries {
		if e, ok := left.(*entry[object]); ok && e.err != nil {
			t.Errorf("the error of %v is kept: %v", key, e.err)
		}
	}
}
