package catalog

import (
	"testing"
)

func TestSameJSON(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		a, b string
		same bool
	}{
		{`{"a":1,"b":2}`, `{ "b": 2.0, "a": 1e0 }`, true},
		{`{"a":[1,2]}`, `{"a":[2,1]}`, false},
		{`{"a":9007199254740993}`, `{"a":9007199254740992}`, false},
		{`{"a":0.10}`, `{"a":1e-1}`, true},
		{`{"a":null}`, `{}`, false},
		{`{"a":1e400}`, `{"a":1e400}`, true},
		{`{`, `{`, false},
	} {
		if got := sameJSON(tc.a, tc.b); got != tc.same {
			t.Errorf("%s and %s: %t", tc.a, tc.b, got)
		}
	}
}
