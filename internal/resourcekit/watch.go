package resourcekit

import (
	"context"
	"errors"
	"time"
)

// Watch looks again and again for as long as span, as Wait polls, and once more at its end. It returns nil when every look was
// well, and at once with the first verdict that was not. When ctx ends, or the looks keep failing, the error is a *WaitError.
func Watch(ctx context.Context, first, span time.Duration, look func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, span)
	defer cancel()
	err := Wait(limited, min(first, span), func(ctx context.Context) (bool, error) { return false, look(ctx) })
	var ended *WaitError
	if !errors.As(err, &ended) || ended.Outcome != OutcomeTimeout || ctx.Err() != nil {
		return err
	}
	return Wait(ctx, first, func(ctx context.Context) (bool, error) { return true, look(ctx) })
}
