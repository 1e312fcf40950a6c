package deployment

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// step is one share of the way to the wanted one, and how long it is watched before the next.
type step struct {
	// share is in percent of the scope.
	share float64
	bake  time.Duration
}

// limits are what the organization's policy allows a rollout (the control API contract, section 6); zero is no limit.
type limits struct {
	// step is the most that one step may add, in percent.
	step float64
	// pause is the least time between two steps.
	pause time.Duration
}

// limitsOf reads the policy. A server that does not show it has none that could be respected; what it then refuses is an error.
func limitsOf(ctx context.Context, client *control.Client) limits {
	org := client.OrgID()
	if org == "" {
		return limits{}
	}
	settings, err := client.Settings(ctx, org)
	if err != nil {
		return limits{}
	}
	var l limits
	if most, ok := settings["max_rollout_step_percent"].(float64); ok && most > 0 && most < 100 {
		l.step = most
	}
	if text, ok := settings["min_rollout_duration"].(string); ok {
		if pause, err := time.ParseDuration(text); err == nil && pause > 0 {
			l.pause = pause
		}
	}
	return l
}

// ladder is the way from the share that is reached to the wanted one: the stages above it, with smaller steps and longer pauses
// where the policy asks for them. owed says that the stage which is reached has not been watched to its end.
func (w wish) ladder(reached float64, owed bool, l limits) []step {
	var steps []step
	from := reached
	for _, s := range append(w.stages, step{share: w.share}) {
		switch {
		case s.share > w.share:
		case s.share == reached && owed && s.share < w.share:
			steps = append(steps, s)
		case s.share > from:
			steps = append(steps, l.split(from, s.share)...)
			steps = append(steps, s)
			from = s.share
		}
	}
	if len(steps) == 0 {
		return []step{{share: w.share}}
	}
	for i := range steps[:len(steps)-1] {
		steps[i].bake = max(steps[i].bake, l.pause)
	}
	return steps
}

// split lists the steps that the policy puts between two shares.
func (l limits) split(from, to float64) []step {
	var between []step
	if l.step <= 0 {
		return nil
	}
	for share := from + l.step; share < to; share += l.step {
		between = append(between, step{share: share})
	}
	return between
}

// pauses is how long a ladder takes beside the rollout itself.
func pauses(steps []step) time.Duration {
	total := time.Duration(0)
	for _, s := range steps {
		total += s.bake
	}
	return total
}

// stepsText says a ladder in words, "" for a single step.
func stepsText(steps []step) string {
	if len(steps) < 2 {
		return ""
	}
	words := make([]string, len(steps))
	for i, s := range steps {
		words[i] = fmt.Sprintf("%g", s.share)
		if s.bake > 0 {
			words[i] += fmt.Sprintf(" (then %s)", shortDuration(s.bake))
		}
	}
	return "in steps of " + strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1] + " percent"
}

// shortDuration writes a duration without zeros at its end: 1h and not 1h0m0s.
func shortDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
