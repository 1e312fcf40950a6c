package control

import (
	"errors"
	"fmt"
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

// NoOrgError means that a call needs the ID of the organization, and the client has none.
type NoOrgError struct {
	Operation string
	unheard   *unheard
}

func (e *NoOrgError) Error() string {
	return fmt.Sprintf("could not %s: the organization is not known. Set `org_id` in the provider block, or `OCTOMIL_ORG_ID`", e.Operation)
}

// RejectedKey is true where the server did not accept the API key.
func RejectedKey(err error) bool { return HasStatus(err, http.StatusUnauthorized) }

// WantsOrg is true where a call needs the ID of the organization, and the client has none.
func WantsOrg(err error) bool {
	var missing *NoOrgError
	var api *APIError
	return errors.As(err, &missing) || errors.As(err, &api) && api.NoOrg
}

// Repeats is true of an error that says the same as one before it, of another request of the same client: that the key is rejected, or
// that the organization is missing. It is false for exactly one caller, who then has to say it in full, and of a rejected key for one
// more after each request that succeeded. It is safe for concurrent use.
func Repeats(err error) bool {
	var said *unheard
	var missing *NoOrgError
	var api *APIError
	switch {
	case errors.As(err, &missing):
		said = missing.unheard
	case errors.As(err, &api):
		said = api.unheard
	}
	switch {
	case said == nil:
		return false
	case WantsOrg(err):
		return said.org.Swap(true)
	case RejectedKey(err):
		return said.key.Swap(true)
	}
	return false
}

// OperationOf is what was attempted, "" where the error does not say.
func OperationOf(err error) string {
	var missing *NoOrgError
	var api *APIError
	switch {
	case errors.As(err, &missing):
		return missing.Operation
	case errors.As(err, &api):
		return api.Operation
	}
	return ""
}
