package control

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control/readcache"
)

// How old a cached read may be
//
// A read is uncached unless its context says otherwise: the request that answers it had not been sent when the read began. So
// whatever decides about a write, follows a write or polls is right without doing anything for it.
//
// WithCache allows more: a response that the client got before. Terraform starts a provider for one walk through its graph, and what
// a walk has found is no newer than its first read, so a walk that only reads loses nothing by reading each object once. That goes for a
// failure, too, after the repetitions that it deserves: what each of a thousand resources would like to show, and what all of them need,
// is asked for once. The cache is
//
//   - disabled by the first write of a walk, whatever it writes and however it ends: from then on the walk is an apply, and things
//     happen between its reads; BeginWalk enables it again;
//   - invalidated by a write that a plan makes, too: WithinPlan;
//   - invalidated by an uncached read: no later read may show an older state.

// WithCache allows the reads of ctx to be answered with what the client has read before, unless that was requested longer than
// maxAge ago; 0 is no limit. It is for a refresh, and for the checks of a plan, which an apply makes again.
func WithCache(ctx context.Context, maxAge time.Duration) context.Context {
	return readcache.WithCache(ctx, maxAge)
}

// WithoutCache makes the reads of ctx uncached again.
func WithoutCache(ctx context.Context) context.Context { return readcache.WithoutCache(ctx) }

// WithinPlan says of the writes of ctx that a plan makes them, too: they invalidate the cache, and the walk does not count as an
// apply. It does not change the reads of ctx.
func WithinPlan(ctx context.Context) context.Context {
	return context.WithValue(ctx, withinPlanKey{}, true)
}

type withinPlanKey struct{}

// written invalidates the cache after a write, and disables it unless a plan makes such a write, too.
func (c *Client) written(ctx context.Context) {
	if ctx.Value(withinPlanKey{}) != nil {
		c.cache.Invalidate()
		return
	}
	c.cache.Disable()
}

// Applying is true once the client has written what no plan writes: the walk is an apply. What Terraform then plans once more was
// planned before, and the user has approved it.
func (c *Client) Applying() bool { return c.cache.Disabled() }

// BeginWalk says that another walk begins in the same process, as under `terraform test`: what was read before is dropped, and reads
// may be cached again.
func (c *Client) BeginWalk() {
	c.cache.Enable()
	c.modelNames.forget()
	c.groupNames.forget()
}

// newCache is the cache of a client.
func newCache() *readcache.Cache {
	return readcache.New(func(err error) bool {
		var limit *RateLimitError
		return errors.As(err, &limit)
	})
}

// cached reads something from the cache, as ctx allows, or else by fetch.
func cached[T any](ctx context.Context, c *Client, key string, fetch func(context.Context) (T, error)) (T, error) {
	value, err := readcache.Read(ctx, c.cache, key, fetch)
	var left *readcache.WaitError
	if errors.As(err, &left) {
		err = &TransportError{Operation: "wait for the same read of another resource", Host: c.base.Host, Err: left.Err, NotExecuted: true}
	}
	return value, err
}

// unlessRefused makes a call about an object of which every caller names another one, unless the walk has met before that the server refuses
// the call whatever it is about. The first caller goes ahead, the others wait for it. It is for calls that a caller can do without.
func unlessRefused[T any](ctx context.Context, c *Client, call string, fetch func(context.Context) (T, error)) (T, error) {
	if !readcache.Cached(ctx) || c.cache.Disabled() {
		return fetch(ctx)
	}
	type trial struct {
		value T
		err   error
		by    *int
	}
	self := new(int)
	first, err := cached(ctx, c, "the first call to "+call, func(ctx context.Context) (trial, error) {
		value, err := fetch(ctx)
		return trial{value, err, self}, ctx.Err()
	})
	if err == nil && (first.by == self || refusesAll(first.err)) {
		return first.value, first.err
	}
	return fetch(ctx)
}

// refusesAll is true of an answer that says nothing about the object of the request: the server does not have the call, or the API key may
// not make it.
func refusesAll(err error) bool {
	return NoSuchRoute(err) || HasStatus(err, http.StatusForbidden) && !PolicyDenied(err)
}
