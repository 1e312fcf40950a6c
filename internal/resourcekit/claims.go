package resourcekit

import (
	"strings"
	"sync"
)

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

// Under returns the values that resources set on the things whose name begins with a prefix, by the rest of the name.
func (c *Claims) Under(prefix string) map[string]string {
	values := map[string]string{}
	c.values.Range(func(thing, value any) bool {
		name, _ := thing.(string)
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			values[rest], _ = value.(string)
		}
		return true
	})
	return values
}
