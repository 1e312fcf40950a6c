// Package inmemory is an http.RoundTripper that calls a handler of the same process, in the place of a network. Tests use it where
// they run in virtual time, which a network would leave.
package inmemory
