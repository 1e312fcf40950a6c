package control

import (
	"context"
	"errors"
	"sync"
	"time"
)

// How old an answer may be
//
// A read is fresh unless its context says otherwise: the request whose answer it gets had not left when the read began. So
// whatever decides about a write, follows a write or polls is right without doing anything for it.
//
// WithSharing allows more: an answer that the client got before. Terraform starts a provider for one walk through its graph, and
// what a walk has found is no newer than its first read, so one that only reads loses nothing by reading each thing once. What
// was read is given up
//
//   - for good, by the client's first write, whatever it writes and however it ends: from then on the walk is an apply, and things
//     happen between its reads;
//   - so far, by a write of what a plan has to write, too: WithinPlan;
//   - so far, by a fresh read: nobody sees the past after somebody has seen the present;
//   - by a reader that wants nothing older than a certain age.
//
// Errors are never kept. Identical reads in flight are one request in either case: sharing reads join any, fresh ones join those
// that still wait at the gate.

// WithSharing lets the reads of ctx be answered with what the client has read before, unless that was asked for longer than
// within ago; 0 sets no limit of age. It is for a refresh, and for the checks of a plan, which an apply makes again.
func WithSharing(ctx context.Context, within time.Duration) context.Context {
	return context.WithValue(ctx, sharingKey{}, sharing{within: within})
}

// WithoutSharing makes the reads of ctx fresh again.
func WithoutSharing(ctx context.Context) context.Context {
	return context.WithValue(ctx, sharingKey{}, nil)
}

// WithinPlan says of the writes of ctx that a plan makes them, too: what was read before is given up, and the walk is not taken for
// an apply. Its reads are fresh, as long as they are not allowed to share.
func WithinPlan(ctx context.Context) context.Context {
	return context.WithValue(ctx, withinPlanKey{}, true)
}

type withinPlanKey struct{}

type sharingKey struct{}

// sharing is what a context allows.
type sharing struct {
	within time.Duration
	// own is a book that nobody else reads from, nil for the client's.
	own *book
}

// book holds what was read since it was opened.
type book struct {
	// notes are answers and requests in flight, by noteKey.
	notes map[any]any
	// shelves are the parts of whole kinds, by shelfKey.
	shelves map[any]any
}

func newBook() *book { return &book{notes: map[any]any{}, shelves: map[any]any{}} }

// reads is the part of a client that keeps its reads together.
type reads struct {
	mu sync.Mutex
	// walk is the book of all sharing reads, nil once the client has written.
	walk *book
	// queued are the fresh reads whose request has not left yet, by noteKey.
	queued map[any]any
	// lean are the lists that say less of an object than a single read does, by path.
	lean map[string]bool
	// shelves counts them.
	shelves int
}

func newReads() *reads {
	return &reads{walk: newBook(), queued: map[any]any{}, lean: map[string]bool{}}
}

// forget gives up what was read so far.
func (r *reads) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.walk != nil {
		r.walk = newBook()
	}
}

// written gives up what was read before a write, and ends all sharing unless a plan makes such a write, too.
func (r *reads) written(ctx context.Context) {
	if ctx.Value(withinPlanKey{}) != nil {
		r.forget()
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.walk = nil
}

// Applying is true once the client has written what no plan writes: the walk is an apply. What Terraform then plans once more was
// planned before, and was said to whoever had to agree.
func (c *Client) Applying() bool {
	c.reads.mu.Lock()
	defer c.reads.mu.Unlock()
	return c.reads.walk == nil
}

func (r *reads) isLean(path string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lean[path]
}

func (r *reads) markLean(path string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lean[path] = true
}

// book is where the reads of ctx look first, and the greatest age that they take; nil where they have to be fresh.
func (r *reads) book(ctx context.Context) (*book, time.Duration) {
	allowed, ok := ctx.Value(sharingKey{}).(sharing)
	switch {
	case !ok:
		return nil, 0
	case allowed.own != nil:
		return allowed.own, 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.walk, allowed.within
}

// moment gives many reads that belong together a book of their own, where they could not share otherwise: they are as fresh as
// one read that begins now. The caller calls done after the last one.
func (r *reads) moment(ctx context.Context) (shared context.Context, done func()) {
	if b, _ := r.book(ctx); b != nil {
		return ctx, func() {}
	}
	return context.WithValue(ctx, sharingKey{}, sharing{own: newBook()}), r.forget
}

// noteKey names a read: what it asks for, and as what it decodes the answer.
type noteKey[T any] struct{ url string }

// note is one read: in flight until done is closed, and its answer afterwards. Whoever gets the value must not change it.
type note[T any] struct {
	key   noteKey[T]
	begun time.Time
	// deadline is the one of the reader who began, zero for none.
	deadline time.Time
	cancel   context.CancelFunc
	done     chan struct{}
	value    T
	err      error

	// waiting counts the readers, home is the map that others find the note in. Both are guarded by reads.mu.
	waiting int
	home    map[any]any
}

// share reads something, or waits for somebody who is reading the same, or takes what was read before, as ctx allows.
func share[T any](ctx context.Context, c *Client, url string, fetch func(context.Context) (T, error)) (T, error) {
	b, within := c.reads.book(ctx)
	if b == nil {
		defer c.reads.forget()
	}
	for {
		n := attend(ctx, c.reads, b, within, noteKey[T]{url}, fetch)
		value, err := n.wait(ctx, c)
		if err == nil || ctx.Err() != nil || !n.endedEarly(ctx) {
			return value, err
		}
	}
}

// attend finds a read that may answer ctx, or begins one.
func attend[T any](
	ctx context.Context, r *reads, b *book, within time.Duration, key noteKey[T], fetch func(context.Context) (T, error),
) *note[T] {
	r.mu.Lock()
	defer r.mu.Unlock()
	home := r.queued
	if b != nil {
		home = b.notes
	}
	if n, ok := home[key].(*note[T]); ok && n.serves(ctx, within) {
		n.waiting++
		return n
	}
	n := &note[T]{key: key, begun: time.Now(), done: make(chan struct{}), waiting: 1, home: home}
	home[key] = n
	n.deadline, _ = ctx.Deadline()
	go n.run(n.detach(ctx, r, b == nil), r, fetch)
	return n
}

// serves is true when a reader can leave everything to this note. One with a deadline needs another one with a deadline, which is
// not later: else it would not be told at once that the rate limit asks for more time than it has.
func (n *note[T]) serves(ctx context.Context, within time.Duration) bool {
	if within > 0 && time.Since(n.begun) > within {
		return false
	}
	select {
	case <-n.done:
		return true
	default:
	}
	deadline, limited := ctx.Deadline()
	return limited == !n.deadline.IsZero() && !n.deadline.After(deadline)
}

// endedEarly is true when the read ended at a deadline that is not the reader's.
func (n *note[T]) endedEarly(ctx context.Context) bool {
	deadline, limited := ctx.Deadline()
	if !limited || !n.deadline.Before(deadline) {
		return false
	}
	var limit *RateLimitError
	return errors.As(n.err, &limit) || errors.Is(n.err, context.DeadlineExceeded)
}

// detach is the context of the request itself: it ends with the last reader, not with the first.
func (n *note[T]) detach(ctx context.Context, r *reads, fresh bool) context.Context {
	detached := context.WithoutCancel(ctx)
	if n.deadline.IsZero() {
		detached, n.cancel = context.WithCancel(detached)
	} else {
		detached, n.cancel = context.WithDeadline(detached, n.deadline)
	}
	if !fresh {
		return detached
	}
	return context.WithValue(detached, leavingKey{}, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		n.remove()
	})
}

func (n *note[T]) run(ctx context.Context, r *reads, fetch func(context.Context) (T, error)) {
	defer n.cancel()
	n.value, n.err = fetch(ctx)
	r.mu.Lock()
	if n.err != nil {
		n.remove()
	}
	r.mu.Unlock()
	close(n.done)
}

// remove hides the note from later readers, unless another one has taken its place.
func (n *note[T]) remove() {
	if n.home[n.key] == any(n) {
		delete(n.home, n.key)
	}
}

// wait returns with the answer, or when ctx ends. The last reader to go ends the request, and gets to know how far it had come.
func (n *note[T]) wait(ctx context.Context, c *Client) (T, error) {
	select {
	case <-n.done:
		return n.value, n.err
	case <-ctx.Done():
	}
	// A deadline that has passed is the request's own, too, or that one was earlier still.
	if errors.Is(ctx.Err(), context.DeadlineExceeded) || n.leave(c.reads) {
		<-n.done
		return n.value, n.err
	}
	var none T
	return none, &TransportError{Operation: "wait for what another resource is reading", Host: c.base.Host, Err: ctx.Err(), NotExecuted: true}
}

// leave reports whether the reader was the last one; then nobody can join any more.
func (n *note[T]) leave(r *reads) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n.waiting--; n.waiting > 0 {
		return false
	}
	n.remove()
	n.cancel()
	return true
}

type leavingKey struct{}

// leaving tells whoever waits to know that the request has passed the gate.
func leaving(ctx context.Context) {
	if tell, ok := ctx.Value(leavingKey{}).(func()); ok {
		tell()
	}
}
