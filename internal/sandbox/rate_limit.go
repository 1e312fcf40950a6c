package sandbox

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// rateLimitWindow is the length of a window.
const rateLimitWindow = time.Minute

// rateLimiter counts the requests of each key in windows of one minute. The first window starts with the key's first request
// (CONTRACT.md, section 1). Rejected requests do not count.
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

// admit counts a request. It returns the headers of the limit, and an error if the request exceeds it.
func (l *rateLimiter) admit(key string, now time.Time) (headers map[string]string, err error) {
	if l.perMinute <= 0 {
		return nil, nil
	}
	w := l.windows[key]
	if w == nil || !now.Before(w.ends) {
		w = &rateWindow{ends: now.Add(rateLimitWindow)}
		l.windows[key] = w
	}
	// Rounded up, so that a client that waits this long gets a new window.
	reset := strconv.Itoa(int(math.Ceil(w.ends.Sub(now).Seconds())))
	headers = map[string]string{"RateLimit-Limit": strconv.Itoa(l.perMinute), "RateLimit-Reset": reset}
	if w.used >= l.perMinute {
		headers["RateLimit-Remaining"], headers["Retry-After"] = "0", reset
		return headers, &apiError{
			status: http.StatusTooManyRequests, code: "rate_limited",
			message: "the rate limit of " + strconv.Itoa(l.perMinute) + " requests per minute is exceeded; try again in " + reset + " s",
		}
	}
	w.used++
	headers["RateLimit-Remaining"] = strconv.Itoa(l.perMinute - w.used)
	return headers, nil
}
