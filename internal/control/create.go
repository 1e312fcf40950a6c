package control

import (
	"context"
	"net/http"
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
