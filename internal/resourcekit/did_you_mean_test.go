package resourcekit

import "testing"

func TestDidYouMean(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		name     string
		existing []string
		want     string
	}{
		"a typing error":                 {"phi-4-mni", []string{"phi-4-mini"}, "Closest matches: `phi-4-mini`."},
		"closest first":                  {"phi-4", []string{"gemma-2b", "phi-4-mini", "phi-3"}, "Closest matches: `phi-3`, `phi-4-mini`, `gemma-2b`."},
		"case and space do not count":    {" PHI-4-Mini", []string{"phi-4-maxi", "phi-4-mini"}, "Closest matches: `phi-4-mini`, `phi-4-maxi`."},
		"equally close, no more than 3":  {"1.0.1", []string{"1.0.2", "1.1.1", "1.0.0", "1.0.3"}, "Closest matches: `1.0.2`, `1.1.1`, `1.0.0`."},
		"none exists":                    {"a", nil, "There are no models yet."},
		"the third of many is not close": {"a", []string{"bbbbb", "b", "bb", "bbb"}, "Closest matches: `b`, `bb`, `bbb`."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := DidYouMean(tc.name, "models", tc.existing); got != tc.want {
				t.Errorf("got %q; want %q", got, tc.want)
			}
		})
	}
}
