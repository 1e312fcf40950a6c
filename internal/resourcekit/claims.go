package resourcekit

import "sync"

// Claims remembers what the resources of one plan or apply want of the same thing, so that two that want different things of it
// are told instead of undoing each other's work for ever. The zero value is ready, and safe for concurrent use.
type Claims struct {
	wanted sync.Map
}

// Claim says that a resource wants a value of a thing. It fails, with the value that another one wants, where that differs.
func (c *Claims) Claim(thing, value string) (other string, ok bool) {
	first, _ := c.wanted.LoadOrStore(thing, value)
	other, _ = first.(string)
	return other, other == value
}
