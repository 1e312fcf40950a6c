package resourcekit

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestClaimsUnder(t *testing.T) {
	t.Parallel()
	var c Claims
	for thing, value := range map[string]string{"pin:m/": "1", "pin:m/a": "1", "pin:m/b": "2", "pin:n/a": "3"} {
		if _, ok := c.Claim(thing, value); !ok {
			t.Errorf("%s is refused", thing)
		}
	}
	if other, ok := c.Claim("pin:m/b", "1"); ok || other != "2" {
		t.Errorf("a second value beside %q is accepted: %t", other, ok)
	}
	if diff := cmp.Diff(map[string]string{"": "1", "a": "1", "b": "2"}, c.Under("pin:m/")); diff != "" {
		t.Error(diff)
	}
}
