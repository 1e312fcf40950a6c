package deployment

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseImportIDInEveryWay(t *testing.T) {
	t.Parallel()
	for id, want := range map[string][][2]string{
		"phi-4-mini":                   {{"phi-4-mini", ""}},
		"phi-4-mini/staging":           {{"phi-4-mini/staging", ""}, {"phi-4-mini", "staging"}},
		"microsoft/phi-4-mini/staging": {{"microsoft/phi-4-mini/staging", ""}, {"microsoft/phi-4-mini", "staging"}, {"microsoft", "phi-4-mini/staging"}},
		"phi-4-mini/":                  {{"phi-4-mini/", ""}},
		"/staging":                     {{"/staging", ""}},
	} {
		if diff := cmp.Diff(want, parseImportID(id)); diff != "" {
			t.Errorf("%q: %s", id, diff)
		}
	}
}

// An import id can be read as a model, and as a model and a group on both sides of each slash, and never as anything else.
func FuzzImportID(f *testing.F) {
	for _, id := range []string{"phi-4-mini", "phi-4-mini/staging", "meta/llama-3/edge", "/", "//", "a/", "/a", "", "ä/ö"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		ways := parseImportID(id)
		if ways[0] != [2]string{id, ""} {
			t.Errorf("%q is first read as %q", id, ways[0])
		}
		seen := map[[2]string]bool{}
		for _, way := range ways[1:] {
			if way[0] == "" || way[1] == "" || way[0]+"/"+way[1] != id || seen[way] {
				t.Errorf("%q is read as %q", id, way)
			}
			seen[way] = true
		}
		inner := 0
		if len(id) > 2 {
			inner = strings.Count(id[1:len(id)-1], "/")
		}
		if len(seen) != inner {
			t.Errorf("%q has %d slashes inside and is read in %d ways", id, inner, len(seen))
		}
	})
}
