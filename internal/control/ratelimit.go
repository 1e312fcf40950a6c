package control

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// retryAfter is the pause that a response asks for: seconds, or an HTTP date relative to the server's clock where the response
// shows it; negative where there is no usable value.
func retryAfter(resp *http.Response) time.Duration {
	header := strings.TrimSpace(resp.Header.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(header, 64); err == nil && seconds >= 0 && seconds < 1e6 {
		return time.Duration(seconds * float64(time.Second))
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(at.Sub(serverClock(resp)), 0)
	}
	return -1
}

// pauseHint is the pause that a response of the rate limit asks for: its Retry-After, or else the time until the limit is reset;
// negative where there is no usable value.
func pauseHint(resp *http.Response) time.Duration {
	if pause := retryAfter(resp); pause >= 0 {
		return pause
	}
	seconds, err := strconv.ParseFloat(rateLimitHeader(resp, "Reset"), 64)
	switch {
	case err != nil || !(seconds >= 0):
		return -1
	case seconds < 1e6:
		return time.Duration(seconds * float64(time.Second))
	default: // some servers give the instant, in Unix time
		return max(time.Unix(int64(min(seconds, 1e11)), 0).Sub(serverClock(resp)), 0)
	}
}

// rateLimitHeader is one of the RateLimit headers, in either of its two spellings.
func rateLimitHeader(resp *http.Response, name string) string {
	value := resp.Header.Get("RateLimit-" + name)
	if value == "" {
		value = resp.Header.Get("X-RateLimit-" + name)
	}
	return strings.TrimSpace(value)
}

// serverClock is the server's time where the response shows it, else this machine's.
func serverClock(resp *http.Response) time.Time {
	if now, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		return now
	}
	return time.Now()
}
