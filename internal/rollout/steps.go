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

// longestBake is where TotalBake ends, because a policy may ask for any time between two steps. It is a hundred years.
const longestBake = 100 * 365 * 24 * time.Hour

// TotalBake returns how long steps take beside the rollout itself, a hundred years for more.
func TotalBake(steps []Step) time.Duration {
	total := time.Duration(0)
	for _, s := range steps {
		total += min(s.Bake, longestBake-total)
	}
	return total
}

// PlanSteps fills in the steps to the wanted percentage. Only an apply that waits can take more than one. The steps of a rollout to
// the fleet respect the organization's policy: the error is a *PolicyError where it could not be read, and a *StepError where it does
// not permit the step that is left to take. Beside a *PolicyError, the steps are those without a policy.
func (p *Proposal) PlanSteps(ctx context.Context, client *control.Client) error {
	p.Steps = []Step{{Percentage: p.Spec.Percentage}}
	switch p.Operation.Kind {
	case Rollback, Adopt, Pause, None, Cancel:
		return nil
	default:
	}
	var err error
	if !p.Scope.IsGroup() && p.ChangesDevices() {
		p.Limits, err = readLimits(ctx, client, p.Scope.ModelID)
	}
	from := p.reached()
	if p.Spec.Wait && !p.Spec.wantsPaused() {
		p.Steps = p.steps(from)
	}
	if limit := p.Limits.StepPercent; limit != nil && p.Steps[0].Percentage-from > *limit+roundingError {
		return &StepError{From: from, To: p.Steps[0].Percentage, Limit: *limit}
	}
	return err
}

// roundingError is how much a sum of percentages may be off.
const roundingError = 1e-9

// reached is the percentage from which the operation goes on.
func (p Proposal) reached() float64 {
	if at := p.own(); at != nil && p.Operation.Kind != Deploy {
		return at.Percentage
	}
	return 0
}

// steps are the stages above the percentage that is reached, with smaller steps and longer bakes where the policy asks for them.
// Where something is still owed, the stage that is reached has not baked to its end and is repeated. A prepared rollout begins with
// its own percentage.
func (p Proposal) steps(reached float64) []Step {
	var steps []Step
	s, from, limited := p.Spec, reached, p.Limits.StepPercent != nil || p.Limits.Interval > 0
	if at := p.own(); limited && at != nil && at.Status == control.RolloutPending && reached > 0 && reached < s.Percentage {
		steps = append(steps, Step{Percentage: reached})
	}
	for _, stage := range append(s.Stages, Step{Percentage: s.Percentage}) {
		switch {
		case stage.Percentage > s.Percentage:
		case stage.Percentage == reached && !s.WaitDone && stage.Percentage < s.Percentage:
			steps = append(steps[:0], stage)
		case stage.Percentage > from:
			steps = append(steps, between(from, stage.Percentage, p.Limits.StepPercent)...)
			steps = append(steps, stage)
			from = stage.Percentage
		}
	}
	if len(steps) == 0 {
		return []Step{{Percentage: s.Percentage}}
	}
	for i := range steps[:len(steps)-1] {
		steps[i].Bake = max(steps[i].Bake, p.Limits.Interval)
	}
	return steps
}

// smallestStep is the smallest percentage that a step can have. A policy that asks for smaller ones permits none.
const smallestStep = 0.01

// between lists the steps that the policy requires between two percentages.
func between(from, to float64, limit *float64) []Step {
	var steps []Step
	if limit == nil || *limit < smallestStep {
		return nil
	}
	for percentage := from + *limit; percentage < to; percentage += *limit {
		steps = append(steps, Step{Percentage: percentage})
	}
	return steps
}
