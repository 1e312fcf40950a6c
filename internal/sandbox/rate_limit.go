package sandbox

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// limitWindow is the time for which the limit of requests holds.
const rateLimitWindow = time.Minute

// limiter counts the requests of each key in windows of a minute, the first of which begins with the key's first request (the
// control API contract, section 1). A refused request is not counted.
type rateLimiter struct {
	perMinute int
	windows   map[string]*rateWindow
}

type rateWindow struct {
	ends time.Time
	used int
}

func newRateLimiter(limit int) *rateLimiter {
	return &rateLimiter{perMinute: limit, windows: map[string]*rateWindow{}}
}

// admit counts a request in. It answers the headers that tell of the limit, and the refusal of one over it.
func (l *rateLimiter) admit(key string, now time.Time) (headers map[string]string, err error) {
	if l.perMinute <= 0 {
		return nil, nil
	}
	w := l.windows[key]
	if w == nil || !now.Before(w.ends) {
		w = &rateWindow{ends: now.Add(rateLimitWindow)}
		l.windows[key] = w
	}
	// Whole seconds, rounded up: who waits as long as it says meets a new window.
	reset := strconv.Itoa(int(math.Ceil(w.ends.Sub(now).Seconds())))
	headers = map[string]string{"RateLimit-Limit": strconv.Itoa(l.perMinute), "RateLimit-Reset": reset}
	if w.used >= l.perMinute {
		headers["RateLimit-Remaining"], headers["Retry-After"] = "0", reset
		return headers, &apiError{
			status: http.StatusTooManyRequests, code: "rate_limited",
			message: "the limit of " + strconv.Itoa(l.perMinute) + " requests a minute is reached; try again in " + reset + " s",
		}
	}
	w.used++
	headers["RateLimit-Remaining"] = strconv.Itoa(l.perMinute - w.used)
	return headers, nil
}
