package experiment

import (
	"testing"
)

// CONTRACT.md 7.64
func TestTransitions(t *testing.T) {
	t.Parallel()
	possible := map[string]string{
		"draft running": "start", "draft cancelled": "cancel",
		"running paused": "pause", "running completed": "complete", "running cancelled": "cancel",
		"paused running": "resume", "paused completed": "complete", "paused cancelled": "cancel",
	}
	for _, from := range append([]string{"archived"}, statuses...) {
		for _, to := range statuses {
			why := whyUnreachable(from, to)
			if from != to && transitions[from][to] != possible[from+" "+to] {
				t.Errorf("from %s to %s it is %q", from, to, transitions[from][to])
			}
			if (why == "") != (from == to || possible[from+" "+to] != "") {
				t.Errorf("from %s to %s: %q", from, to, why)
			}
		}
	}
}
