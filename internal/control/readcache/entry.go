package readcache

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// entryKey identifies a read: what it asks for, and the type that the answer is decoded into.
type entryKey[T any] struct{ key string }

// entry is one read: in flight until done is closed, an answer afterwards. Readers must not change the value.
type entry[T any] struct {
	key   entryKey[T]
	begun time.Time
	// deadline is that of the reader who began, zero for none.
	deadline time.Time
	cancel   context.CancelFunc
	done     chan struct{}
	value    T
	err      error
	// ended is when the request ended.
	ended time.Time

	// readers counts those who wait, home is the map that others find the entry in, and outer are called when the request is sent, for the
	// reads that this one is part of. Cache.mu guards them.
	readers int
	home    map[any]any
	outer   []func()
	// previous is closed when the request for the same that was in flight before has ended, nil where there was none.
	previous <-chan struct{}
}

// turn is how long an uncached read waits for the request for the same that is in flight, before it sends one of its own beside it. Who
// asks meanwhile joins it.
const turn = 5 * time.Second

// failureAge is how long a failure answers other cached reads. A process can serve several runs, the later of which meet a server that has
// recovered.
const failureAge = time.Minute

// WaitError means that the context of a reader ended while it waited for a request that goes on for other readers.
type WaitError struct{ Err error }

func (e *WaitError) Error() string {
	return fmt.Sprintf("waiting for the same read of another caller: %v", e.Err)
}

func (e *WaitError) Unwrap() error { return e.Err }

// Read answers the read named key: by fetch, by an identical read in flight, or from the cache, as ctx allows. The value may be
// shared with other readers and must not be changed. The error is that of fetch, from the cache as well, or a *WaitError.
func Read[T any](ctx context.Context, c *Cache, key string, fetch func(context.Context) (T, error)) (T, error) {
	s, maxAge := c.store(ctx)
	if s == nil {
		if value, ok := findRecent(ctx, c, entryKey[T]{key}); ok {
			return value, nil
		}
		// A cached read must not show an older state than an uncached one that ended before it.
		defer c.Invalidate()
	}
	for {
		e := join(ctx, c, s, maxAge, entryKey[T]{key}, fetch)
		value, err := e.wait(ctx, c)
		if err == nil {
			e.leaveRecent(ctx, c)
		}
		if err == nil || ctx.Err() != nil || !e.endedEarly(ctx, c) {
			return value, err
		}
	}
}

// join finds a read that may answer ctx, or begins one.
func join[T any](
	ctx context.Context, c *Cache, s *store, maxAge time.Duration, key entryKey[T], fetch func(context.Context) (T, error),
) *entry[T] {
	c.mu.Lock()
	defer c.mu.Unlock()
	home := c.unsent
	if s != nil {
		home = s.entries
	}
	if e, ok := home[key].(*entry[T]); ok && e.serves(ctx, maxAge) {
		e.readers++
		e.partOf(ctx)
		return e
	}
	before, inFlight := c.sent[key].(*entry[T])
	if inFlight && s == nil && recentOf(ctx).accepts(before.begun) && before.serves(ctx, 0) && before.readers > 0 {
		before.readers++
		before.partOf(ctx)
		return before
	}
	e := &entry[T]{key: key, begun: time.Now(), done: make(chan struct{}), readers: 1, home: home}
	if inFlight && s == nil {
		e.previous = before.done
	}
	e.partOf(ctx)
	home[key] = e
	e.deadline, _ = ctx.Deadline()
	go e.run(e.detach(ctx, c, s == nil), c, fetch)
	return e
}

// serves reports whether a reader can rely on this entry alone. A reader with a deadline needs an entry with a deadline that is not
// later: otherwise it would not learn immediately that the request has to wait longer than the reader can.
func (e *entry[T]) serves(ctx context.Context, maxAge time.Duration) bool {
	if maxAge > 0 && time.Since(e.begun) > maxAge {
		return false
	}
	select {
	case <-e.done:
		return e.err == nil || time.Since(e.ended) <= failureAge
	default:
	}
	deadline, limited := ctx.Deadline()
	return limited == !e.deadline.IsZero() && !e.deadline.After(deadline)
}

// endedEarly reports whether the request ended at a deadline earlier than the reader's.
func (e *entry[T]) endedEarly(ctx context.Context, c *Cache) bool {
	deadline, limited := ctx.Deadline()
	return limited && e.deadline.Before(deadline) && e.ranOut(c)
}

// ranOut reports whether the request failed because it had a deadline.
func (e *entry[T]) ranOut(c *Cache) bool {
	return !e.deadline.IsZero() && (errors.Is(e.err, context.DeadlineExceeded) || c.outOfTime(e.err))
}

// isAnswer reports whether the result is what any reader would have got: an answer, or a failure that has nothing to do with how long
// the readers could wait.
func (e *entry[T]) isAnswer(ctx context.Context, c *Cache) bool {
	return e.err == nil || ctx.Err() == nil && !e.ranOut(c)
}

// detach returns the context of the request itself: it ends with the last reader, not with the first.
func (e *entry[T]) detach(ctx context.Context, c *Cache, uncached bool) context.Context {
	detached := context.WithoutCancel(ctx)
	if e.deadline.IsZero() {
		detached, e.cancel = context.WithCancel(detached)
	} else {
		detached, e.cancel = context.WithDeadline(detached, e.deadline)
	}
	if !uncached {
		return detached
	}
	return context.WithValue(detached, onSentKey{}, func() {
		c.mu.Lock()
		if e.remove() {
			c.sent[e.key] = e
		}
		outer := e.outer
		c.mu.Unlock()
		for _, sent := range outer {
			sent()
		}
	})
}

// partOf records the read that a reader of this one is part of: the request is its request, too.
func (e *entry[T]) partOf(ctx context.Context) {
	if outer, ok := ctx.Value(onSentKey{}).(func()); ok {
		e.outer = append(e.outer, outer)
	}
}

func (e *entry[T]) run(ctx context.Context, c *Cache, fetch func(context.Context) (T, error)) {
	defer e.cancel()
	e.awaitTurn(ctx)
	e.value, e.err = fetch(ctx)
	e.ended = time.Now()
	isAnswer := e.isAnswer(ctx, c)
	c.mu.Lock()
	if c.sent[e.key] == any(e) {
		delete(c.sent, e.key)
	}
	if _, uncached := ctx.Value(onSentKey{}).(func()); uncached || !isAnswer {
		e.remove()
	}
	c.mu.Unlock()
	close(e.done)
}

// awaitTurn lets a request for the same end first.
func (e *entry[T]) awaitTurn(ctx context.Context) {
	if e.previous == nil {
		return
	}
	timer := time.NewTimer(turn)
	defer timer.Stop()
	select {
	case <-e.previous:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// remove hides the entry from later readers, unless another one has replaced it.
func (e *entry[T]) remove() (removed bool) {
	if e.home[e.key] != any(e) {
		return false
	}
	delete(e.home, e.key)
	return true
}

// wait returns with the answer, or when ctx ends. The last reader cancels the request and gets its error, which tells how far it came.
func (e *entry[T]) wait(ctx context.Context, c *Cache) (T, error) {
	select {
	case <-e.done:
		return e.value, e.err
	case <-ctx.Done():
	}
	// After a deadline the request ends as well: its own deadline is the same or earlier.
	if errors.Is(ctx.Err(), context.DeadlineExceeded) || e.leave(c) {
		<-e.done
		return e.value, e.err
	}
	var none T
	return none, &WaitError{Err: ctx.Err()}
}

// leave reports whether the reader was the last one; nobody can join from then on.
func (e *entry[T]) leave(c *Cache) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.readers--; e.readers > 0 {
		return false
	}
	e.remove()
	e.cancel()
	return true
}

type onSentKey struct{}

// Sent says that the request of ctx, the context that Read gave to fetch, is about to be sent: later uncached reads no longer join it.
func Sent(ctx context.Context) {
	if onSent, ok := ctx.Value(onSentKey{}).(func()); ok {
		onSent()
	}
}
