package readcache

import (
	"context"
	"sync"
	"time"
)

// Cache keeps what was read, and joins identical reads in flight. It is safe for concurrent use.
type Cache struct {
	outOfTime func(error) bool

	mu sync.Mutex
	// current is what all cached reads share, nil once the cache is disabled.
	current *store
	// unsent are the uncached reads whose request was not sent yet, by entryKey.
	unsent map[any]any
	// sent are the uncached reads whose request was sent last and has no answer yet, by entryKey.
	sent map[any]any
	// recent are the last answers to reads of WithRecent, by entryKey.
	recent map[any]recentAnswer
	// partial are the kinds whose list says less of an object than a single read does, by name.
	partial map[string]bool
	// lists counts the list caches made so far.
	lists int
}

// store holds what was read since an invalidation.
type store struct {
	// entries are answers and requests in flight, by entryKey.
	entries map[any]any
	// lists are the list caches, by listKey.
	lists map[any]any
}

func newStore() *store { return &store{entries: map[any]any{}, lists: map[any]any{}} }

// New returns an empty cache. outOfTime reports whether a request failed because its context left too little time for it, although
// the context had not ended: a reader that joined it and has more time then reads again.
func New(outOfTime func(error) bool) *Cache {
	return &Cache{outOfTime: outOfTime, current: newStore(), unsent: map[any]any{}, sent: map[any]any{}, recent: map[any]recentAnswer{}, partial: map[string]bool{}}
}

type optionsKey struct{}

// options are what a context allows its reads.
type options struct {
	maxAge time.Duration
	// own is the store of a shared batch, nil for the cache's.
	own *store
	// recent is what WithRecent allows, nil for nothing.
	recent *Recent
}

// WithCache allows the reads of ctx to be answered from the cache, with requests that began at most maxAge ago; 0 is no limit.
func WithCache(ctx context.Context, maxAge time.Duration) context.Context {
	return context.WithValue(ctx, optionsKey{}, options{maxAge: maxAge})
}

// WithoutCache makes the reads of ctx uncached again.
func WithoutCache(ctx context.Context) context.Context {
	return context.WithValue(ctx, optionsKey{}, nil)
}

// Cached reports whether the reads of ctx may be answered from the cache.
func Cached(ctx context.Context) bool {
	allowed, ok := ctx.Value(optionsKey{}).(options)
	return ok && allowed.recent == nil
}

// Invalidate drops what was read so far.
func (c *Cache) Invalidate() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current != nil {
		c.current = newStore()
	}
}

// Disable drops what was read so far and makes all reads uncached until Enable.
func (c *Cache) Disable() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current = nil
}

// Enable drops what was read so far and allows cached reads again.
func (c *Cache) Enable() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current = newStore()
	clear(c.recent)
}

// Disabled reports whether Disable was called, and not Enable since.
func (c *Cache) Disabled() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current == nil
}

// SharedBatch gives many reads that belong together a store of their own, where they would be uncached otherwise: together they are
// as fresh as one read that begins now. The caller calls done after the last one.
func (c *Cache) SharedBatch(ctx context.Context) (batch context.Context, done func()) {
	if s, _ := c.store(ctx); s != nil {
		return ctx, func() {}
	}
	return context.WithValue(ctx, optionsKey{}, options{own: newStore()}), c.Invalidate
}

// store is where the reads of ctx look first, and the maximum age that they accept; nil where they are uncached.
func (c *Cache) store(ctx context.Context) (*store, time.Duration) {
	allowed, ok := ctx.Value(optionsKey{}).(options)
	switch {
	case !ok:
		return nil, 0
	case allowed.own != nil:
		return allowed.own, 0
	case allowed.recent != nil:
		return nil, 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current, allowed.maxAge
}

func (c *Cache) isPartial(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.partial[name]
}

func (c *Cache) markPartial(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.partial[name] = true
}
