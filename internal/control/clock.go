package control

import (
	"net/http"
	"sync"
	"time"
)

// answerClock knows what the server's clock has shown, from the Date of its answers (CONTRACT.md 1.79). This machine's clock is never
// compared with a time of the server: only time that has passed here is. The zero value knows nothing. It is safe for concurrent use.
type answerClock struct {
	mu sync.Mutex
	// date is the Date of the last answer, and arrived when that came. A zero date is none.
	date, arrived time.Time
}

// learn notes the Date of an answer. One from a cache says what time it was then.
func (c *answerClock) learn(resp *http.Response) {
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil || resp.Header.Get("Age") != "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.date, c.arrived = date.UTC(), time.Now()
}

// earliest is the earliest time that the server's clock can have shown at an instant of this machine, false where that is not known. A
// Date is in whole seconds, and older than its answer, so that it is never too late.
func (c *answerClock) earliest(instant time.Time) (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.date.Add(-c.arrived.Sub(instant)), !c.date.IsZero()
}

// latest is the latest time that the server's clock can have shown at an instant of this machine when it wrote the last answer, false
// where that is not known: a Date may be a second old when it is written.
func (c *answerClock) latest(instant time.Time) (time.Time, bool) {
	at, known := c.earliest(instant)
	return at.Add(time.Second), known
}

// ServerTime returns the time of the server's clock, by the Date of its answers: the present time is not before earliest, and what the
// last answer has shown is not from after latest. It is false where no answer has said what time it is.
func (c *Client) ServerTime() (earliest, latest time.Time, known bool) {
	now := time.Now()
	earliest, known = c.clock.earliest(now)
	latest, _ = c.clock.latest(now)
	return earliest, latest, known
}

// age tells whether an object was created after an instant of this machine.
type age int

const (
	ageUnknown age = iota
	// older was created before the instant, as far as the server's clock tells.
	older
	// newer was not.
	newer
)

// ageOf compares the time at which an object was created, as the server writes it, with an instant of this machine.
func (c *answerClock) ageOf(createdAt string, instant time.Time) age {
	at, dated := ParseTime(createdAt)
	bound, known := c.earliest(instant)
	switch {
	case !dated || !known:
		return ageUnknown
	case at.Nanosecond() == 0: // a server that keeps whole seconds
		bound = bound.Truncate(time.Second)
	default:
		bound = bound.Truncate(time.Millisecond)
	}
	if at.Before(bound) {
		return older
	}
	return newer
}
