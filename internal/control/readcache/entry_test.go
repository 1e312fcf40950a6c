package readcache

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// source answers after a second with the number of its requests, unless the request is canceled before.
type source struct {
	mu       sync.Mutex
	requests int
	// wait is the time before a request is sent.
	wait time.Duration
	err  error
}

func (s *source) fetch(ctx context.Context) (int, error) {
	time.Sleep(s.wait)
	Sent(ctx)
	s.mu.Lock()
	s.requests++
	n := s.requests
	s.mu.Unlock()
	select {
	case <-time.After(time.Second):
		return n, s.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// readers starts n readers, waits for them and fails where one got another answer than want.
func (s *source) readers(ctx context.Context, t *testing.T, c *Cache, n, want int) {
	t.Helper()
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			if got, err := Read(ctx, c, "key", s.fetch); err != nil || got != want {
				t.Errorf("got the answer of request %d, %v; want that of %d", got, err, want)
			}
		})
	}
	all.Wait()
}

func TestCachedReadsAreOneRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, c := &source{}, newCache()
		s.readers(WithCache(t.Context(), 0), t, c, 20, 1)
		time.Sleep(time.Hour)
		s.readers(WithCache(t.Context(), 0), t, c, 20, 1)
		s.readers(WithCache(t.Context(), time.Minute), t, c, 20, 2)
	})
}

func TestUncachedReadsJoinUntilTheRequestIsSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, c := &source{wait: time.Minute}, newCache()
		s.readers(t.Context(), t, c, 20, 1)
		s.wait = 0
		// A request that was sent already may answer with what was before the read began: who asks meanwhile shares the next one.
		var all sync.WaitGroup
		for i, want := range []int{2, 3, 3, 3} {
			all.Go(func() {
				time.Sleep(time.Duration(i) * 100 * time.Millisecond)
				s.readers(t.Context(), t, c, 1, want)
			})
		}
		all.Wait()
	})
}

// The next request does not wait for one that hangs, nor for readers that have left.
func TestUncachedReadsTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(), &source{}
		hang := func(ctx context.Context) (int, error) {
			Sent(ctx)
			select {
			case <-ctx.Done():
				return 0, ctx.Err()
			case <-time.After(time.Minute):
				return -1, nil
			}
		}
		var all sync.WaitGroup
		all.Go(func() {
			if n, err := Read(t.Context(), c, "key", hang); n != -1 || err != nil {
				t.Errorf("the read that hangs got %d, %v", n, err)
			}
		})
		synctest.Wait()
		leaving, leave := context.WithCancel(t.Context())
		all.Go(func() {
			if _, err := Read(leaving, c, "key", s.fetch); !errors.Is(err, context.Canceled) {
				t.Errorf("the reader that left got %v", err)
			}
		})
		synctest.Wait()
		all.Go(func() { s.readers(t.Context(), t, c, 5, 1) })
		time.Sleep(turn / 2)
		leave()
		time.Sleep(turn/2 + 1500*time.Millisecond)
		s.mu.Lock()
		if s.requests != 1 {
			t.Errorf("%d requests beside one that hangs; want 1", s.requests)
		}
		s.mu.Unlock()
		all.Wait()
		s.readers(t.Context(), t, c, 1, 2)
		if len(c.sent)+len(c.unsent) > 0 {
			t.Errorf("%d and %d reads are left", len(c.sent), len(c.unsent))
		}
	})
}

// An answer serves later reads that accept its age, unless it was asked for before what they know to have changed.
func TestRecentAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, c := &source{}, newCache()
		accept := func(r Recent) context.Context { return WithRecent(t.Context(), r) }
		s.readers(t.Context(), t, c, 1, 1)
		s.readers(accept(Recent{MaxAge: time.Minute}), t, c, 3, 2) // an ordinary read leaves nothing
		asked := time.Now().Add(-time.Second)
		s.readers(accept(Recent{MaxAge: time.Minute}), t, c, 3, 2)
		s.readers(accept(Recent{MaxAge: time.Minute, After: asked.Add(-1)}), t, c, 1, 2)
		s.readers(accept(Recent{MaxAge: time.Minute, After: asked}), t, c, 1, 3)
		s.readers(accept(Recent{}), t, c, 1, 4)
		s.readers(t.Context(), t, c, 1, 5)
		time.Sleep(time.Minute)
		s.readers(accept(Recent{MaxAge: time.Minute}), t, c, 1, 6)
		c.Disable()
		s.readers(accept(Recent{MaxAge: time.Minute}), t, c, 1, 6)
		c.Enable()
		s.readers(accept(Recent{MaxAge: time.Minute}), t, c, 1, 7)
		s.err = errNotFound
		if _, err := Read(accept(Recent{}), c, "key", s.fetch); !errors.Is(err, errNotFound) {
			t.Errorf("got %v", err)
		}
		s.readers(accept(Recent{MaxAge: time.Minute}), t, c, 1, 7) // an error is no answer
		time.Sleep(keptRecent)
		s.err = nil
		if _, err := Read(accept(Recent{}), c, "other", s.fetch); err != nil || len(c.recent) != 1 {
			t.Errorf("%d answers are kept, %v; want 1", len(c.recent), err)
		}
	})
}

// What fails once fails once for all cached reads, until something else may be true. What an uncached read has met is no answer for others.
func TestFailuresAreCached(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, c := &source{err: errNotFound}, newCache()
		ctx := WithCache(t.Context(), 0)
		fails := func(ctx context.Context, requests int) {
			t.Helper()
			if _, err := Read(ctx, c, "key", s.fetch); !errors.Is(err, errNotFound) || s.requests != requests {
				t.Errorf("%v after %d requests; want %d", err, s.requests, requests)
			}
		}
		fails(t.Context(), 1)
		for range 3 {
			fails(ctx, 2)
		}
		fails(WithCache(t.Context(), time.Millisecond), 3) // the failure is a second old
		fails(ctx, 3)
		c.Invalidate()
		fails(ctx, 4)
		limited, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		fails(limited, 4)
		fails(t.Context(), 5)
		fails(ctx, 6)
		time.Sleep(failureAge)
		fails(ctx, 6)
		time.Sleep(time.Second)
		fails(ctx, 7)
		c.Invalidate()
		s.err = nil
		s.readers(ctx, t, c, 2, 8)
	})
}

// TestInvalidation tells after which event a cached read makes a request of its own, and whether all later ones do.
func TestInvalidation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, tc := range map[string]struct {
			event       func(context.Context, *Cache)
			first, next int
		}{
			"another cached read": {func(ctx context.Context, c *Cache) { _, _ = Read(WithCache(ctx, 0), c, "other", (&source{}).fetch) }, 1, 1},
			"an uncached read":    {func(ctx context.Context, c *Cache) { _, _ = Read(ctx, c, "other", (&source{}).fetch) }, 2, 2},
			"a read without a cache": {func(ctx context.Context, c *Cache) {
				_, _ = Read(WithoutCache(WithCache(ctx, 0)), c, "other", (&source{}).fetch)
			}, 2, 2},
			"a shared batch":       {func(ctx context.Context, c *Cache) { _, done := c.SharedBatch(ctx); done() }, 2, 2},
			"a cached batch":       {func(ctx context.Context, c *Cache) { _, done := c.SharedBatch(WithCache(ctx, 0)); done() }, 1, 1},
			"an invalidation":      {func(_ context.Context, c *Cache) { c.Invalidate() }, 2, 2},
			"the end of the cache": {func(_ context.Context, c *Cache) { c.Disable(); c.Invalidate() }, 2, 3},
		} {
			s, c := &source{}, newCache()
			ctx := WithCache(t.Context(), 0)
			s.readers(ctx, t, c, 1, 1)
			tc.event(t.Context(), c)
			s.readers(ctx, t, c, 1, tc.first)
			s.readers(ctx, t, c, 1, tc.next)
			if c.Disabled() != (tc.first != tc.next) {
				t.Errorf("after %s: disabled is %t", name, c.Disabled())
			}
		}
	})
}

func TestASharedBatchReadsEachKeyOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, c := &source{}, newCache()
		batch, done := c.SharedBatch(t.Context())
		s.readers(batch, t, c, 3, 1)
		s.readers(batch, t, c, 3, 1)
		done()
		s.readers(WithCache(t.Context(), 0), t, c, 3, 2)
	})
}

func TestAReaderLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, c := &source{}, newCache()
		ctx := WithCache(t.Context(), 0)
		first, cancel := context.WithCancel(ctx)
		var all sync.WaitGroup
		all.Go(func() {
			_, err := Read(first, c, "key", s.fetch)
			var left *WaitError
			if !errors.As(err, &left) || !errors.Is(err, context.Canceled) {
				t.Errorf("the reader that left got %v", err)
			}
		})
		synctest.Wait()
		all.Go(func() { s.readers(ctx, t, c, 5, 1) })
		time.Sleep(500 * time.Millisecond)
		cancel()
		all.Wait()
	})
}

func TestTheLastReaderCancelsTheRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, c := &source{}, newCache()
		ctx, cancel := context.WithCancel(WithCache(t.Context(), 0))
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if _, err := Read(ctx, c, "key", s.fetch); !errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
				}
			})
		}
		synctest.Wait()
		begun := time.Now()
		cancel()
		all.Wait()
		if took := time.Since(begun); took != 0 {
			t.Errorf("it took %s to cancel", took)
		}
		s.readers(WithCache(t.Context(), 0), t, c, 2, 2) // a canceled request cannot be joined
	})
}

func TestADeadlineIsEachReadersOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &source{}
		errOutOfTime := errors.New("out of time")
		c := New(func(err error) bool { return errors.Is(err, errOutOfTime) })
		ctx := WithCache(t.Context(), 0)
		var all sync.WaitGroup
		for _, limit := range []time.Duration{500 * time.Millisecond, time.Minute} {
			all.Go(func() {
				limited, cancel := context.WithTimeout(ctx, limit)
				defer cancel()
				_, err := Read(limited, c, "key", s.fetch)
				if enough := limit > time.Second; enough != (err == nil) || !enough && !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("with %s: %v", limit, err)
				}
			})
			synctest.Wait()
		}
		all.Wait()
		if s.requests != 2 {
			t.Errorf("%d requests; want a second one for the reader with more time", s.requests)
		}
		// A request that ends since it has too little time is the same.
		all.Go(func() {
			limited, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			_, _ = Read(limited, c, "other", func(context.Context) (int, error) {
				time.Sleep(time.Millisecond)
				return 0, errOutOfTime
			})
		})
		synctest.Wait()
		limited, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		if got, err := Read(limited, c, "other", s.fetch); err != nil || got != 3 {
			t.Errorf("got %d, %v", got, err)
		}
		all.Wait()
	})
}
