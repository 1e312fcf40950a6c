package deployment

import (
	"fmt"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// operationKind is what an apply does to reach the pin.
type operationKind string

const (
	operationNone     operationKind = ""
	operationAdopt    operationKind = "adopt"
	operationDeploy   operationKind = "deploy"
	operationRollback operationKind = "rollback"
	operationAdvance  operationKind = "advance"
	operationResume   operationKind = "resume"
	operationPause    operationKind = "pause"
)

// operation is one decided step from what is targeted to what is pinned. From is "" where nothing is deployed yet.
type operation struct {
	Kind     operationKind
	From, To string
}

// replaces is true when the operation puts another version in the place of the targeted one.
func (o operation) replaces() bool { return o.Kind == operationDeploy || o.Kind == operationRollback }

// moves is true when devices get another version by the operation.
func (o operation) moves() bool { return o.replaces() || o.Kind == operationAdvance }

// words say the operation as a user would: "roll 2.0.0 back to 1.0.0".
func (o operation) words() string {
	switch o.Kind {
	case operationDeploy:
		if o.From != "" {
			return fmt.Sprintf("deploy %s in the place of %s", o.To, o.From)
		}
		return "deploy " + o.To
	case operationRollback:
		return fmt.Sprintf("roll %s back to %s", o.From, o.To)
	case operationAdvance:
		return "advance the rollout of " + o.To
	case operationResume:
		return "go on with the rollout of " + o.To
	case operationPause:
		return "pause the rollout of " + o.To
	default:
		return "leave " + o.To + " as it is"
	}
}

// wish is what the configuration asks of a scope.
type wish struct {
	version string
	// share of the scope, 1 to 100.
	share float64
	// stages are the steps on the way to that share; a rollback has none.
	stages []step
	// paused is nil where the configuration leaves it to others.
	paused *bool
	// settled is true when nothing is owed for a rollout that runs at its full share: the last apply ended well, or the
	// configuration does not wait for completion.
	settled bool
}

// at is the wish for one step of the way.
func (w wish) at(share float64) wish {
	w.share = share
	return w
}

// atOnce is the wish of a rollback: all devices, no stages, no pause.
func (w wish) atOnce() wish {
	w.share, w.stages, w.paused = 100, nil, nil
	return w
}

func (w wish) wantsPause() bool  { return w.paused != nil && *w.paused }
func (w wish) wantsMotion() bool { return w.paused != nil && !*w.paused }

// decide chooses the operation that brings a scope from its situation to the wish. It is pure: a plan and the apply that
// follows get the same answer from the same facts.
func decide(s situation, w wish) operation {
	op := operation{From: s.target(), To: w.version}
	switch {
	case s.Targeted != nil && s.Targeted.Version == w.version:
		op.Kind = continuation(*s.Targeted, w)
	case s.Open != nil && s.Open.Version == w.version:
		op.Kind = operationResume
	case s.Targeted != nil && s.wasDeployed(w.version) && precedes(w.version, s.Targeted.Version, s.Deployed):
		op.Kind = operationRollback
	default:
		op.Kind = operationDeploy
	}
	return op
}

// continuation is what is left to do for a rollout of the pinned version itself.
func continuation(r record, w wish) operationKind {
	switch {
	case r.Status == control.RolloutCompleted:
		return operationNone
	case r.Status == control.RolloutRollingBack:
		return unless(w.settled, operationResume)
	case r.Status == control.RolloutPaused && w.wantsPause():
		return operationNone
	case r.Status == control.RolloutPaused && (w.wantsMotion() || r.Percentage < w.share):
		return operationResume
	case r.Status == control.RolloutPaused:
		return operationNone
	case w.wantsPause():
		return operationPause
	case r.Percentage < w.share:
		return operationAdvance
	case w.share == 100:
		return unless(w.settled, operationResume)
	}
	return operationNone
}

func unless(done bool, kind operationKind) operationKind {
	if done {
		return operationNone
	}
	return kind
}
