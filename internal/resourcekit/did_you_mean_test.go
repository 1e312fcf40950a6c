package resourcekit

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestClosest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		word       string
		candidates []string
		most       int
		want       []string
	}{
		"a typing error":              {"phi-4-mni", []string{"gemma-2b", "phi-4-mini", "phi-4"}, 1, []string{"phi-4-mini"}},
		"best first":                  {"phi-4", []string{"gemma-2b", "phi-4-mini", "phi-3"}, 3, []string{"phi-3", "phi-4-mini", "gemma-2b"}},
		"case and space do not count": {" PHI-4-Mini", []string{"phi-4-maxi", "phi-4-mini"}, 1, []string{"phi-4-mini"}},
		"ties keep their order":       {"1.0.1", []string{"1.0.2", "1.1.1", "1.0.0"}, 3, []string{"1.0.2", "1.1.1", "1.0.0"}},
		"fewer than asked for":        {"a", []string{"b"}, 3, []string{"b"}},
		"nothing there":               {"a", nil, 3, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, Closest(c.word, c.candidates, c.most)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
