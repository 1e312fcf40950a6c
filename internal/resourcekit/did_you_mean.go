package resourcekit

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Closest returns up to most of the candidates, the one most like word first. Upper and lower case are the same, and so is
// white space around a word. Candidates that are equally like it keep their order.
func Closest(word string, candidates []string, most int) []string {
	type scored struct {
		candidate string
		distance  int
	}
	ranked := make([]scored, len(candidates))
	for i, candidate := range candidates {
		ranked[i] = scored{candidate, levenshtein.Distance(folded(word), folded(candidate), nil)}
	}
	slices.SortStableFunc(ranked, func(a, b scored) int { return cmp.Compare(a.distance, b.distance) })

	closest := make([]string, 0, most)
	for _, s := range ranked[:min(most, len(ranked))] {
		closest = append(closest, s.candidate)
	}
	return closest
}

func folded(word string) string { return strings.ToLower(strings.TrimSpace(word)) }
