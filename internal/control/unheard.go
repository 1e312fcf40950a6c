package control

import (
	"net/http"
	"sync/atomic"
)

// unheard remembers which problems that fail every request of a client have been said: a rejected key and a missing organization. In a
// run of many resources, each of them fails in the same way.
type unheard struct{ key, org atomic.Bool }

// accepted forgets that the key was rejected: a request has succeeded. The organization of a client never changes.
func (u *unheard) accepted() {
	if u.key.Load() { // which costs less than a write for every response
		u.key.Store(false)
	}
}

// Repeats is true of an error that says the same as one before it, of another request of the same client: that the key is rejected, or
// that the organization is missing. It is false for exactly one caller, who then has to say it in full, and of a rejected key for one
// more after each request that succeeded. It is safe for concurrent use.
func (e *APIError) Repeats() bool {
	switch {
	case e.unheard == nil:
		return false
	case e.StatusCode == http.StatusUnauthorized:
		return e.unheard.key.Swap(true)
	case e.NoOrg:
		return e.unheard.org.Swap(true)
	}
	return false
}
