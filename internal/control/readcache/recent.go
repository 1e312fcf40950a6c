package readcache

import (
	"context"
	"time"
)

// Recent is which answers to earlier reads an uncached read accepts.
type Recent struct {
	// MaxAge is how long ago the answer may have been asked for; 0 accepts none, and only leaves the answer for others.
	MaxAge time.Duration
	// After is the time after which it must have been asked for, such as that of the last write; zero for none.
	After time.Time
}

// keptRecent is how long an answer is kept for WithRecent.
const keptRecent = 5 * time.Minute

// recentAnswer is the last answer to a read of WithRecent.
type recentAnswer struct {
	begun time.Time
	value any
}

// WithRecent is WithoutCache, but the reads of ctx may be answered with what another read of WithRecent has asked for, as r allows. It
// is for a walk that writes: the caller knows which of its writes an answer must be newer than.
func WithRecent(ctx context.Context, r Recent) context.Context {
	return context.WithValue(ctx, optionsKey{}, options{recent: &r})
}

// recentOf is what ctx accepts, nil for nothing. A read that another one is part of accepts nothing: who joins that one later relies on
// its requests.
func recentOf(ctx context.Context) *Recent {
	if ctx.Value(onSentKey{}) != nil {
		return nil
	}
	allowed, _ := ctx.Value(optionsKey{}).(options)
	return allowed.recent
}

// accepts reports whether an answer that was asked for at a time is new enough.
func (r *Recent) accepts(begun time.Time) bool {
	return r != nil && time.Since(begun) < r.MaxAge && begun.After(r.After)
}

// findRecent returns the answer to an earlier read that ctx accepts.
func findRecent[T any](ctx context.Context, c *Cache, key entryKey[T]) (value T, found bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	answer, ok := c.recent[key]
	if !ok || !recentOf(ctx).accepts(answer.begun) {
		return value, false
	}
	value, found = answer.value.(T)
	return value, found
}

// leaveRecent keeps the answer for later reads, if ctx is one of WithRecent, and drops those that are too old for any.
func (e *entry[T]) leaveRecent(ctx context.Context, c *Cache) {
	if recentOf(ctx) == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, answer := range c.recent {
		if time.Since(answer.begun) >= keptRecent {
			delete(c.recent, key)
		}
	}
	if kept, ok := c.recent[e.key]; !ok || kept.begun.Before(e.begun) {
		c.recent[e.key] = recentAnswer{begun: e.begun, value: e.value}
	}
}
