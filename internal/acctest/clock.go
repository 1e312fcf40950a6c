package acctest

import (
	"sync"
	"time"
)

// Clock is the clock of a sandbox. It runs with real time, can skip ahead, and can be stopped, so that no device syncs. It is safe for
// concurrent use.
type Clock struct {
	mu sync.Mutex
	// at is the clock's time at the real instant since.
	at, since time.Time
	held      bool
}

func newClock() *Clock {
	now := time.Now()
	return &Clock{at: now, since: now}
}

// Now returns the time of the clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	if c.held {
		return c.at
	}
	return c.at.Add(time.Since(c.since))
}

// Skip moves the clock ahead, also while it is stopped.
func (c *Clock) Skip(d time.Duration) { c.set(d, false, false) }

// Hold stops the clock.
func (c *Clock) Hold() { c.set(0, true, true) }

// Release restarts the clock.
func (c *Clock) Release() { c.set(0, true, false) }

func (c *Clock) set(skip time.Duration, change, held bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.since = c.now().Add(skip), time.Now()
	if change {
		c.held = held
	}
}
