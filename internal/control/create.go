package control

import (
	"context"
	"net/http"
	"slices"
	"time"
)

// cleanupTimeout limits the requests that are made after an operation was canceled, to find or to revoke what it may have created.
const cleanupTimeout = 10 * time.Second

// cleanupContext returns a context for such requests: it outlives ctx by cleanupTimeout.
func cleanupContext(ctx context.Context) (late context.Context, cancel context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
}

// createOnce sends a request, mostly a POST, that must not be executed twice. The API has no idempotency key, so when the response is
// lost, createOnce looks for what the request may have created, adopts it, and sends the request again only where it finds nothing
// (CONTRACT.md, section 1). find reports whether it found something.
func createOnce[T any](ctx context.Context, c *Client, post func(context.Context) (T, error), find func(context.Context) (T, bool, error)) (T, error) {
	for failures := 0; ; failures++ {
		created, err := post(ctx)
		// After a lost response, the conflict may be one with what that request has created after all.
		conflict := failures > 0 && HasStatus(err, http.StatusConflict)
		if err == nil || !Ambiguous(err) && !conflict {
			return created, err
		}
		found, ok, findErr := findAfter(ctx, find)
		if ok && findErr == nil {
			return found, nil
		}
		if findErr != nil || conflict || failures >= c.retries || ctx.Err() != nil {
			return created, err
		}
		if sleepErr := sleep(ctx, backoff(retryWaitMin, retryWaitMax, failures, nil)); sleepErr != nil {
			return created, err
		}
	}
}

// findAfter calls find even after the operation was canceled while its request was under way: what was created must be known.
func findAfter[T any](ctx context.Context, find func(context.Context) (T, bool, error)) (T, bool, error) {
	if ctx.Err() == nil {
		return find(ctx)
	}
	late, cancel := cleanupContext(ctx)
	defer cancel()
	return find(late)
}

// findNothing is for createOnce where it does no harm to execute a request twice.
func findNothing[T any](context.Context) (none T, found bool, err error) { return none, false, nil }

// createUnique is createOnce for an object whose name is unique. list lists the objects, hasName is true of those with the name. A
// conflict with what a lost request has created is one with an object that the list may lack for a while (CONTRACT.md, section 1).
func createUnique[T any](
	ctx context.Context, c *Client, post func(context.Context) (T, error), list func(context.Context) ([]T, error),
	hasName func(T) bool, createdAt func(T) string,
) (T, error) {
	begun, posts, listed := time.Now(), 0, false
	find := func(ctx context.Context) (T, bool, error) {
		all, err := list(ctx)
		listed = slices.ContainsFunc(all, hasName)
		o, ok := findCreated(all, hasName, createdAt, begun)
		return o, ok && err == nil, err
	}
	created, err := createOnce(ctx, c, func(ctx context.Context) (T, error) { posts++; return post(ctx) }, find)
	if posts < 2 || listed || !HasStatus(err, http.StatusConflict) || ctx.Err() != nil {
		return created, err
	}
	ours := false
	late, lookErr := LookAgain(ctx, func(ctx context.Context) (o T, err error) {
		o, ours, err = find(ctx)
		return o, err
	}, func(_ T, err error) bool { return listed || err != nil })
	if ours && lookErr == nil {
		return late, nil
	}
	return created, err
}

// findCreated finds what a lost request has created where names are unique: the object of the name, unless it is older than the
// request.
func findCreated[T any](all []T, hasName func(T) bool, createdAt func(T) string, begun time.Time) (created T, found bool) {
	i := slices.IndexFunc(all, hasName)
	if i < 0 {
		return created, false
	}
	return all[i], !createdBefore(createdAt(all[i]), begun)
}

// clockSkew is how far this machine's clock and the server's may be apart.
const clockSkew = 5 * time.Minute

// createdBefore is true when an object is certainly older than a request, so that another client has created it.
func createdBefore(createdAt string, begun time.Time) bool {
	at, ok := parseTime(createdAt)
	return ok && at.Before(begun.Add(-clockSkew))
}

// findNew finds what a lost request has created where names are not unique: the first object that matches and was not listed before
// the request.
func findNew[T any](all, before []T, id func(T) string, matches func(T) bool) (created T, found bool) {
	i := slices.IndexFunc(all, func(o T) bool {
		return matches(o) && !slices.ContainsFunc(before, func(b T) bool { return id(b) == id(o) })
	})
	if i < 0 {
		return created, false
	}
	return all[i], true
}

// nonUniqueCreate says how objects are created and listed of which several may have one name.
type nonUniqueCreate[T any] struct {
	// operation is the name of the creation in an error.
	operation string
	post      func(ctx context.Context) (T, error)
	list      func(ctx context.Context) ([]T, error)
	id        func(T) string
	// matches is true of an object that may be the requested one.
	matches func(T) bool
}

// create creates an object. When the response is lost, the object is still known: it is the only one that matches and was not listed
// before, since this client creates such objects one at a time. Only an object of the same name that another program creates at the
// same moment could be mistaken for it.
func (n nonUniqueCreate[T]) create(ctx context.Context, c *Client) (T, error) {
	var none T
	unlock, err := c.lockCreate(ctx, n.operation)
	if err != nil {
		return none, err
	}
	defer unlock()
	before, err := n.list(ctx)
	if err != nil {
		return none, err
	}
	find := func(ctx context.Context) (T, bool, error) {
		all, err := n.list(ctx)
		created, found := findNew(all, before, n.id, n.matches)
		return created, found && err == nil, err
	}
	return createOnce(ctx, c, n.post, find)
}

// lockCreate waits until no other goroutine creates an object whose name is not unique; the caller calls unlock afterwards.
func (c *Client) lockCreate(ctx context.Context, operation string) (unlock func(), err error) {
	select {
	case c.createLock <- struct{}{}:
		return func() { <-c.createLock }, nil
	case <-ctx.Done():
		return nil, &TransportError{Operation: operation, Host: c.base.Host, Err: ctx.Err(), NotExecuted: true}
	}
}
