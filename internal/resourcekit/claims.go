package resourcekit

import "sync"

// Claims detects resources of one plan or apply that set the same thing to different values, which would overwrite each
// other on every apply. The zero value is ready to use and safe for concurrent use.
type Claims struct {
	values sync.Map // the value by thing
}

// Claim records that a resource sets a thing to a value. It is false if another resource sets it to the value other.
func (c *Claims) Claim(thing, value string) (other string, ok bool) {
	first, _ := c.values.LoadOrStore(thing, value)
	other, _ = first.(string)
	return other, other == value
}

// Forget drops all claims.
func (c *Claims) Forget() { c.values.Clear() }
