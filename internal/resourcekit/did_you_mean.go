package resourcekit

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// maxSuggestions is how many names an error suggests.
const maxSuggestions = 3

// DidYouMean returns a sentence that suggests the existing names closest to one that does not exist. titles is the plural of
// what has the names: "models".
func DidYouMean(name, titles string, existing []string) string {
	if len(existing) == 0 {
		return "There are no " + titles + " yet."
	}
	return "Closest matches: `" + strings.Join(closest(name, existing, maxSuggestions), "`, `") + "`."
}

// closest returns up to most of the existing names, the closest one first. Upper and lower case are the same, and white
// space around a name does not count. Equally close names keep their order.
func closest(name string, existing []string, most int) []string {
	type candidate struct {
		name     string
		distance int
	}
	candidates := make([]candidate, len(existing))
	for i, other := range existing {
		candidates[i] = candidate{other, levenshtein.Distance(normalize(name), normalize(other), nil)}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })

	names := make([]string, 0, most)
	for _, c := range candidates[:min(most, len(candidates))] {
		names = append(names, c.name)
	}
	return names
}

func normalize(name string) string { return strings.ToLower(strings.TrimSpace(name)) }
