package control

import (
	"context"
	"errors"
	"fmt"
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
		look := find
		if Mismatched(err) { // the server has accepted the request, so what it has created is going to appear
			look = func(ctx context.Context) (T, bool, error) { return findLate(ctx, find) }
		}
		found, ok, findErr := findAfter(ctx, look)
		if ok && findErr == nil {
			return found, nil
		}
		var namesake *NamesakeError
		if errors.As(findErr, &namesake) {
			namesake.Err = err
			return created, namesake
		}
		if Mismatched(err) { // it is not sent again
			var none T
			return none, err
		}
		if findErr != nil || conflict || failures >= c.retries || ctx.Err() != nil {
			return created, err
		}
		if sleepErr := sleep(ctx, backoff(retryWaitMin, retryWaitMax, failures, nil)); sleepErr != nil {
			return created, err
		}
	}
}

// posting is a POST whose answer is what it has created.
func posting[T any](c *Client, operation, path string, body any) func(context.Context) (T, error) {
	return func(ctx context.Context) (created T, err error) {
		err = c.post(ctx, operation, path, body, &created)
		return created, err
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

// findLate calls find until it has found something, and for no longer than SettleTime.
func findLate[T any](ctx context.Context, find func(context.Context) (T, bool, error)) (found T, ok bool, err error) {
	found, err = LookAgain(ctx, func(ctx context.Context) (o T, err error) {
		o, ok, err = find(ctx)
		return o, err
	}, func(_ T, err error) bool { return ok || err != nil })
	return found, ok, err
}

// findNothing is for createOnce where it does no harm to execute a request twice.
func findNothing[T any](context.Context) (none T, found bool, err error) { return none, false, nil }

// adoption is how what a lost request has created is found among what exists, in the only place that decides whether it is ours
// (CONTRACT.md 1.79). Something is adopted where it cannot be somebody else's: it was not there before the request, and it is what the
// request has sent. What may be somebody else's is left alone, and named in a *NamesakeError.
type adoption[T any] struct {
	// title is what is created, such as "device group"; id and label name one in a text.
	title     string
	id, label func(T) string
	// createdAt is the server's text, "" where it does not say; nil where no object of the kind says.
	createdAt func(T) string
	// matches is true of an object that the request may have created, going by its name; equal of one that is what the request has sent.
	matches, equal func(T) bool
	// again reads an object completely, where an entry of a list may lack what equal compares; it may be nil.
	again func(ctx context.Context, o T) (T, error)
	// lacked is true once a list was seen that had no such object.
	lacked bool
}

// among picks what the request that began at an instant has created.
func (a *adoption[T]) among(ctx context.Context, c *Client, all []T, begun time.Time) (created T, found bool, err error) {
	var none T
	var candidates []T
	for _, o := range all {
		if a.matches(o) {
			candidates = append(candidates, o)
		}
	}
	if len(candidates) > 1 { // where names are not unique
		if equal := slices.DeleteFunc(slices.Clone(candidates), func(o T) bool { return !a.equal(o) }); len(equal) > 0 {
			candidates = equal
		}
	}
	switch {
	case len(candidates) == 0:
		a.lacked = true
		return none, false, nil
	case len(candidates) > 1:
		return none, false, a.namesake(candidates[0], fmt.Sprintf("%d of that name have appeared since", len(candidates)))
	}
	o := candidates[0]
	switch a.age(c, o, begun) {
	case older:
		return none, false, a.namesake(o, "it is older than the request")
	case ageUnknown:
		if !a.lacked {
			return none, false, a.namesake(o, "its age is not known")
		}
	case newer:
	}
	if !a.equal(o) && a.again != nil {
		if o, err = a.again(ctx, o); err != nil {
			return none, false, err
		}
	}
	if !a.equal(o) {
		return none, false, a.namesake(o, "it is not what the request has sent")
	}
	noteAdoption(ctx, a.title, a.id(o), a.label(o))
	return o, true, nil
}

func (a *adoption[T]) age(c *Client, o T, begun time.Time) age {
	if a.createdAt == nil {
		return ageUnknown
	}
	return c.clock.ageOf(a.createdAt(o), begun)
}

func (a *adoption[T]) namesake(o T, why string) error {
	return &NamesakeError{Title: a.title, ID: a.id(o), Name: a.label(o), Why: why}
}

// uniqueCreate says how objects are created whose names are unique in the organization.
type uniqueCreate[T any] struct {
	adoption[T]
	post func(ctx context.Context) (T, error)
	list func(ctx context.Context) ([]T, error)
	// path is that of the collection.
	path string
}

// create creates an object. A conflict with what a lost request has created is one with an object that the list may lack for a while
// (CONTRACT.md, section 1).
func (u uniqueCreate[T]) create(ctx context.Context, c *Client) (T, error) {
	begun, posts, listed := time.Now(), 0, false
	find := func(ctx context.Context) (T, bool, error) {
		all, err := u.list(ctx)
		if err != nil {
			var none T
			return none, false, err
		}
		listed = slices.ContainsFunc(all, u.matches)
		return u.among(ctx, c, all, begun)
	}
	created, err := createOnce(ctx, c, func(ctx context.Context) (T, error) { posts++; return u.posted(ctx, c, begun) }, find)
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

// surelyOlder is how much older than its request, by the server's clock, an object has to be for an answer to be about another request:
// a server may consist of machines whose clocks differ. A time without a zone does not count here: it may be of another one than UTC.
const surelyOlder = 5 * time.Minute

// posted sends the request, and refuses the answer that is about an object which existed before.
func (u uniqueCreate[T]) posted(ctx context.Context, c *Client, begun time.Time) (T, error) {
	return u.post(checking(ctx, func(got fields) (asked, answered string) {
		at := got["created_at"]
		if _, err := time.Parse(time.RFC3339, at); err != nil || c.clock.ageOf(at, begun.Add(-surelyOlder)) != older {
			return "", ""
		}
		return "a new " + u.title, fmt.Sprintf("%q, which was created at %s", got.first(subjects[u.path].ids), got["created_at"])
	}))
}

// nonUniqueCreate says how objects are created of which several may have one name.
type nonUniqueCreate[T any] struct {
	adoption[T]
	// operation is the name of the creation in an error.
	operation string
	post      func(ctx context.Context) (T, error)
	list      func(ctx context.Context) ([]T, error)
}

// create creates an object. When the response is lost, the object is still known: it is the only one that is what was sent and was not
// listed before, since this client creates such objects one at a time. Only an equal object that another program creates at the same
// moment could be mistaken for it.
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
	n.lacked = true
	begun := time.Now()
	find := func(ctx context.Context) (T, bool, error) {
		all, err := n.list(ctx)
		if err != nil {
			return none, false, err
		}
		return n.among(ctx, c, without(all, before, n.id), begun)
	}
	post := func(ctx context.Context) (T, error) { return n.post(checkingNew(ctx, n.title, before, n.id)) }
	return createOnce(ctx, c, post, find)
}

// without are the objects that were not listed before.
func without[T any](all, before []T, id func(T) string) []T {
	return slices.DeleteFunc(slices.Clone(all), func(o T) bool { return lists(before, id, id(o)) })
}

func lists[T any](all []T, id func(T) string, wanted string) bool {
	return slices.ContainsFunc(all, func(o T) bool { return id(o) == wanted })
}

// checkingNew refuses the answer to a creation that is about an object which was listed before.
func checkingNew[T any](ctx context.Context, title string, before []T, id func(T) string) context.Context {
	return checking(ctx, func(got fields) (asked, answered string) {
		for _, key := range []string{"id", "rollout_id"} {
			if created := got[key]; created != "" && lists(before, id, created) {
				return "a new " + title, fmt.Sprintf("%q, which existed before the request", created)
			}
		}
		return "", ""
	})
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
