package acctest

import (
	"fmt"
	"testing"
)

// recorder is a test that keeps its errors to itself.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func TestExpectNoBug(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"Error: Provider produced inconsistent final plan\n":               1,
		"│ Error: Provider\n│ produced inconsistent\n│ result after apply": 1,
		"Error: Provider returned invalid result object after apply":       1,
		"Apply complete! Resources: 1 added":                               0,
		"":                                                                 0,
	} {
		r := &recorder{TB: t}
		expectNoBug(r, text)
		if len(r.errors) != want {
			t.Errorf("%q: %q", text, r.errors)
		}
	}
}
