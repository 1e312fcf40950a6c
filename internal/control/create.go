package control

import (
	"context"
	"net/http"
	"slices"
	"time"
)

// lookAgain is how long the search for a possibly created object may take after the operation itself has been cancelled.
const lookAgain = 10 * time.Second

// createOnce sends a request, mostly a POST, that must not be executed twice. The API has no idempotency key, so when an answer is missing it
// looks for what the request may have created, adopts that, and sends again only when there is nothing
// (the control API contract, section 1). find reports whether it found it.
func createOnce[T any](ctx context.Context, c *Client, post func(context.Context) (T, error), find func(context.Context) (T, bool, error)) (T, error) {
	for failures := 0; ; failures++ {
		created, err := post(ctx)
		// After a lost answer, a conflict may be one with what the lost request has created after all.
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

// findAfter still looks when the operation was cancelled while its request was under way: what was created must be known.
func findAfter[T any](ctx context.Context, find func(context.Context) (T, bool, error)) (T, bool, error) {
	if ctx.Err() == nil {
		return find(ctx)
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookAgain)
	defer cancel()
	return find(late)
}

// made finds what a lost request has made where names are unique: the object of the name, unless it is older than the request.
func made[T any](all []T, ofName func(T) bool, createdAt func(T) string, begun time.Time) (T, bool) {
	i := slices.IndexFunc(all, ofName)
	if i < 0 {
		var none T
		return none, false
	}
	return all[i], !createdBefore(createdAt(all[i]), begun)
}

// clockSkew is how far this machine's clock and the server's may be apart.
const clockSkew = 5 * time.Minute

// createdBefore is true when an object is surely older than a request: then it is somebody else's, and not to be adopted.
func createdBefore(createdAt string, begun time.Time) bool {
	at, ok := parseTime(createdAt)
	return ok && at.Before(begun.Add(-clockSkew))
}
