package control

import (
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
	"golang.org/x/time/rate"
)

const (
	// defaultPause is the mean pause after a 429 that does not say how long to wait.
	defaultPause = 2 * time.Second
	// releaseGap is the mean distance between two requests that were held back by a pause: they leave one by one, not together.
	releaseGap = 100 * time.Millisecond
	// longestLimit is how long a server may answer nothing but 429, and the longest pause that it may ask for, where the operation has
	// no time limit of its own (CONTRACT.md 1.72).
	longestLimit = 15 * time.Minute
	// saidWait is from which wait on a request says why it waits.
	saidWait = 5 * time.Second
	// maxLearnedPause limits the pause after a response other than 429: the limit is one of requests per minute.
	maxLearnedPause = time.Minute
)

// gate is what every request of a client passes: a bucket that starts full and refills evenly over a minute, and a pause that
// holds all requests after a 429.
type gate struct {
	bucket *rate.Limiter
	// held is done with the first request that the bucket holds back.
	held sync.Once

	mu sync.Mutex
	// nextRelease is when the next held-back request may leave; in the past when there was no pause lately.
	nextRelease time.Time
	pausedUntil time.Time
	// limitedSince is when the server began to answer nothing but 429, zero after any other answer, and limitedLast its last 429.
	limitedSince, limitedLast time.Time
}

// newGate allows that many requests per minute; 0 means no limit.
func newGate(requestsPerMinute int) *gate {
	if requestsPerMinute <= 0 {
		return &gate{bucket: rate.NewLimiter(rate.Inf, 0)}
	}
	perSecond := rate.Limit(float64(requestsPerMinute) / time.Minute.Seconds())
	return &gate{bucket: rate.NewLimiter(perSecond, requestsPerMinute)}
}

type urgentKey struct{}

// Urgent makes the requests of ctx leave at once, whatever the rate limit is: those of a process that is about to end.
func Urgent(ctx context.Context) context.Context { return context.WithValue(ctx, urgentKey{}, true) }

// wait returns when the caller's request may be sent, or with an error as soon as it is known that ctx ends earlier.
func (g *gate) wait(ctx context.Context) error {
	if ctx.Value(urgentKey{}) != nil {
		return ctx.Err()
	}
	reservation := g.bucket.Reserve()
	delay := reservation.Delay()
	err := checkDeadline(ctx, max(delay, g.untilRelease()))
	if err == nil {
		err = g.checkPause(ctx)
	}
	if err == nil {
		g.sayHeld(ctx, delay)
		sayWait(ctx, delay, "the provider's own limit of requests (`max_requests_per_minute`)")
		err = sleep(ctx, delay)
	}
	if err != nil {
		reservation.Cancel()
		return err
	}
	// Another 429 may have prolonged the pause while this one slept.
	for {
		if err := g.checkPause(ctx); err != nil {
			return err
		}
		delay = g.reserveRelease()
		if delay <= 0 {
			return nil
		}
		sayWait(ctx, delay, "the rate limit of the control API")
		if err := sleep(ctx, delay); err != nil {
			return err
		}
		if !g.paused() {
			return nil
		}
	}
}

// sayHeld logs once that from now on the bucket sets the pace, and how long each request takes by that.
func (g *gate) sayHeld(ctx context.Context, delay time.Duration) {
	if delay <= 0 {
		return
	}
	g.held.Do(func() {
		perMinute := float64(g.bucket.Limit()) * time.Minute.Seconds()
		tflog.SubsystemInfo(ctx, logSubsystem, "The provider's own limit of requests (`max_requests_per_minute`) is reached: from now on it holds the "+
			"requests back", map[string]any{
			"max_requests_per_minute": math.Round(perMinute), "seconds_for_each_request": math.Round(6000/perMinute) / 100,
			"seconds_for_100_requests": math.Round(6000 / perMinute), "seconds_for_this_request": math.Round(delay.Seconds()*100) / 100,
		})
	})
}

// checkPause fails where a pause, or the time since the last answer that was none of the rate limit, is longer than a request waits.
func (g *gate) checkPause(ctx context.Context) error {
	g.mu.Lock()
	pause := time.Until(g.pausedUntil)
	g.mu.Unlock()
	if pause <= 0 {
		return nil
	}
	return g.checkLimit(ctx, pause)
}

// checkLimit fails where a pause that the rate limit requires is longer than the operation of ctx waits.
func (g *gate) checkLimit(ctx context.Context, pause time.Duration) error {
	if deadline, limited := ctx.Deadline(); limited {
		if left := time.Until(deadline); pause > left {
			return &RateLimitError{Hint: pause, Left: left}
		}
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	left := longestLimit
	if !g.limitedSince.IsZero() {
		left -= time.Since(g.limitedSince)
	}
	if left <= 0 || pause > left {
		return &RateLimitError{Hint: pause, Left: max(left, 0), Unlimited: true}
	}
	return nil
}

// pause holds every request for d; where d is not positive, the server gave no usable hint.
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
	// The queue of an earlier pause may reach beyond this one; later requests join its end.
	if until.After(g.nextRelease) {
		g.nextRelease = until
	}
}

// learn pauses where the server says that the limit is reached: with a 429, or with the last response before one.
func (g *gate) learn(resp *http.Response) {
	limited := resp.StatusCode == http.StatusTooManyRequests
	g.mu.Lock()
	switch {
	case !limited:
		g.limitedSince = time.Time{}
	case g.limitedSince.IsZero() || time.Since(g.limitedLast) > longestLimit: // nobody has asked meanwhile
		g.limitedSince = time.Now()
	}
	if limited {
		g.limitedLast = time.Now()
	}
	g.mu.Unlock()
	switch hint := pauseHint(resp); {
	case limited:
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

// reserveRelease gives the caller its place in the queue after a pause, as the time left until then.
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

// sleep waits for d, or fails: immediately when ctx ends before d is over, else when ctx is canceled meanwhile.
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
