package control

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// defaultPause is how long everything waits after a 429 that does not say how long.
	defaultPause = 2 * time.Second
	// releaseGap is the mean distance between two requests that were held back by a pause: one by one, not all at once.
	releaseGap = 100 * time.Millisecond
	// maxLearnedPause is the longest pause that an answer other than a 429 makes: the limit is one of requests a minute.
	maxLearnedPause = time.Minute
)

// gate is what every request of a client passes: a bucket that starts full and refills evenly over a minute, and a pause that
// holds everything after the server has said 429.
type gate struct {
	bucket *rate.Limiter

	mu sync.Mutex
	// nextRelease is when the next held-back request may leave; in the past when there was no pause lately.
	nextRelease time.Time
	pausedUntil time.Time
}

// newGate allows that many requests a minute; 0 means no limit.
func newGate(requestsPerMinute int) *gate {
	if requestsPerMinute <= 0 {
		return &gate{bucket: rate.NewLimiter(rate.Inf, 0)}
	}
	perSecond := rate.Limit(float64(requestsPerMinute) / time.Minute.Seconds())
	return &gate{bucket: rate.NewLimiter(perSecond, requestsPerMinute)}
}

// wait returns when the caller's request may leave, or with an error as soon as it is known that ctx ends before.
func (g *gate) wait(ctx context.Context) error {
	reservation := g.bucket.Reserve()
	delay := reservation.Delay()
	err := checkDeadline(ctx, max(delay, g.untilRelease()))
	if err == nil {
		err = sleep(ctx, delay)
	}
	if err != nil {
		reservation.Cancel()
		return err
	}
	// Another 429 may have prolonged the pause while this one slept.
	for {
		delay = g.reserveRelease()
		if delay <= 0 {
			return nil
		}
		if err := sleep(ctx, delay); err != nil {
			return err
		}
		if !g.paused() {
			return nil
		}
	}
}

// pause holds every request for d; a d that is not above zero means that the server gave no hint to go by.
func (g *gate) pause(d time.Duration) {
	if d <= 0 {
		d = defaultPause/2 + rand.N(defaultPause)
	}
	until := time.Now().Add(d)
	g.mu.Lock()
	defer g.mu.Unlock()
	if !until.After(g.pausedUntil) {
		return
	}
	g.pausedUntil = until
	// The queue of an earlier pause may reach beyond this one; who comes now stands behind it, not beside it.
	if until.After(g.nextRelease) {
		g.nextRelease = until
	}
}

// learn pauses where the server says that it takes no more: with a 429, or with the last answer before one.
func (g *gate) learn(resp *http.Response) {
	switch hint := pauseHint(resp); {
	case resp.StatusCode == http.StatusTooManyRequests:
		g.pause(hint)
	case rateLimitHeader(resp, "Remaining") == "0" && hint > 0:
		g.pause(min(hint, maxLearnedPause))
	}
}

func (g *gate) paused() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return time.Now().Before(g.pausedUntil)
}

// untilRelease is how long a pause, and the queue behind it, would hold a request that came now.
func (g *gate) untilRelease() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return time.Until(g.nextRelease)
}

// reserveRelease gives the caller its place in the queue that a pause has formed, as the time left until then.
func (g *gate) reserveRelease() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if !now.Before(g.nextRelease) {
		return 0
	}
	delay := g.nextRelease.Sub(now)
	g.nextRelease = g.nextRelease.Add(releaseGap/2 + rand.N(releaseGap))
	return delay
}

// sleep waits for d, or fails: at once when ctx ends sooner than d is over, else when ctx is cancelled meanwhile.
func sleep(ctx context.Context, d time.Duration) error {
	if err := checkDeadline(ctx, d); err != nil || d <= 0 {
		return err
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// checkDeadline fails when ctx has ended, or will before d is over.
func checkDeadline(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	deadline, limited := ctx.Deadline()
	if left := time.Until(deadline); limited && d > 0 && left < d {
		return &RateLimitError{Hint: d, Left: left}
	}
	return nil
}
