package rollout

import (
	"context"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// Step is one percentage on the way to the wanted one.
type Step struct {
	// Percentage of the target's devices.
	Percentage float64
	// Bake is how long the step is watched before the next one.
	Bake time.Duration
}

// TotalBake returns how long steps take beside the rollout itself.
func TotalBake(steps []Step) time.Duration {
	total := time.Duration(0)
	for _, s := range steps {
		total += s.Bake
	}
	return total
}

// PlanSteps fills in the steps to the wanted percentage. Only an apply that waits can take more than one. The steps of a rollout to
// the fleet respect the organization's policy.
func (p *Proposal) PlanSteps(ctx context.Context, client *control.Client) {
	switch kind := p.Operation.Kind; {
	case !p.Spec.Wait, kind == Rollback, kind == Adopt, kind == Pause, p.Spec.wantsPaused():
		p.Steps = []Step{{Percentage: p.Spec.Percentage}}
		return
	}
	reached := 0.0
	if p.Operation.Kind != Deploy && p.State.Version() == p.Spec.Version {
		reached = p.State.Targeted.Percentage
	}
	var allowed limits
	if !p.Scope.IsGroup() {
		allowed = readLimits(ctx, client)
	}
	p.Steps = p.Spec.steps(reached, allowed)
}

// limits are what the organization's policy allows a rollout (CONTRACT.md, section 6); zero is no limit.
type limits struct {
	// percentage is the most that one step may add.
	percentage float64
	// interval is the least time between two steps.
	interval time.Duration
}

// readLimits reads the policy. Where the server does not return it there is none to respect; what the server then refuses is an
// error of that step.
func readLimits(ctx context.Context, client *control.Client) limits {
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
		l.percentage = most
	}
	if text, ok := settings["min_rollout_duration"].(string); ok {
		if interval, err := time.ParseDuration(text); err == nil && interval > 0 {
			l.interval = interval
		}
	}
	return l
}

// steps are the stages above the percentage that is reached, with smaller steps and longer bakes where the policy asks for them.
// Where something is still owed, the stage that is reached has not baked to its end and is repeated.
func (s Spec) steps(reached float64, l limits) []Step {
	var steps []Step
	from := reached
	for _, stage := range append(s.Stages, Step{Percentage: s.Percentage}) {
		switch {
		case stage.Percentage > s.Percentage:
		case stage.Percentage == reached && !s.WaitDone && stage.Percentage < s.Percentage:
			steps = append(steps, stage)
		case stage.Percentage > from:
			steps = append(steps, l.between(from, stage.Percentage)...)
			steps = append(steps, stage)
			from = stage.Percentage
		}
	}
	if len(steps) == 0 {
		return []Step{{Percentage: s.Percentage}}
	}
	for i := range steps[:len(steps)-1] {
		steps[i].Bake = max(steps[i].Bake, l.interval)
	}
	return steps
}

// between lists the steps that the policy requires between two percentages.
func (l limits) between(from, to float64) []Step {
	var steps []Step
	if l.percentage <= 0 {
		return nil
	}
	for percentage := from + l.percentage; percentage < to; percentage += l.percentage {
		steps = append(steps, Step{Percentage: percentage})
	}
	return steps
}
