package resourcekit

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

const (
	// maxPollInterval is what the pause between two polls grows to.
	maxPollInterval = 30 * time.Second
	// toleratedFailures is how many polls in a row may fail before a wait gives up.
	toleratedFailures = 4
	pollGrowth        = 1.5
)

// Outcome says how a wait ended that did not end well.
type Outcome string

// The outcomes of a wait.
const (
	// OutcomeTimeout: the time limit of the operation passed; what was waited for goes on.
	OutcomeTimeout Outcome = "timeout"
	// OutcomeInterrupted: the user interrupted the command; what was waited for goes on.
	OutcomeInterrupted Outcome = "interrupted"
	// OutcomeUnreachable: too many polls in a row failed.
	OutcomeUnreachable Outcome = "unreachable"
)

// WaitError is the error of a wait that ended without a verdict of the poll itself.
type WaitError struct {
	Outcome Outcome
	// Waited is how long the wait lasted.
	Waited time.Duration
	// Err is the last failed poll, nil where none failed.
	Err error
}

func (e *WaitError) Error() string {
	switch {
	case e.Err != nil:
		return fmt.Sprintf("%s after %s: %v", e.Outcome, e.Waited.Round(time.Second), e.Err)
	default:
		return fmt.Sprintf("%s after %s", e.Outcome, e.Waited.Round(time.Second))
	}
}

func (e *WaitError) Unwrap() error { return e.Err }

// Wait polls until the poll says done or gives a verdict as an error. An error that a later poll may not have (a lost
// connection, a 5xx) is tolerated up to four times in a row; any other ends the wait at once. The first poll is made at once,
// the pause begins with first and grows to 30 s. When ctx ends, or would end before the rate limit lets the next poll pass, or the
// polls keep failing, the error is a *WaitError.
func Wait(ctx context.Context, first time.Duration, poll func(context.Context) (done bool, err error)) error {
	ctx = control.WithoutCache(ctx) // a wait for a change never ends on an old answer
	begun := time.Now()
	pause := first
	failures := 0
	var limit *control.RateLimitError
	for {
		done, err := poll(ctx)
		switch {
		case err == nil && done:
			return nil
		case err == nil:
			failures = 0
		case errors.As(err, &limit):
			return &WaitError{Outcome: OutcomeTimeout, Waited: time.Since(begun), Err: err}
		case ctx.Err() != nil && (control.Transient(err) || errors.Is(err, ctx.Err())):
			return ended(ctx, begun, nil)
		case !control.Transient(err):
			return err
		default:
			if failures++; failures > toleratedFailures {
				return &WaitError{Outcome: OutcomeUnreachable, Waited: time.Since(begun), Err: err}
			}
		}
		timer := time.NewTimer(pause + rand.N(pause/10+1))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ended(ctx, begun, err)
		}
		pause = min(time.Duration(float64(pause)*pollGrowth), max(maxPollInterval, first))
	}
}

func ended(ctx context.Context, begun time.Time, last error) error {
	outcome := OutcomeInterrupted
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		outcome = OutcomeTimeout
	}
	return &WaitError{Outcome: outcome, Waited: time.Since(begun), Err: last}
}
