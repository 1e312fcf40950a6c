package deployment

import (
	"slices"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// operationKind is what an apply does to reach the pin.
type operationKind string

const (
	operationNone     operationKind = ""
	operationDeploy   operationKind = "deploy"
	operationRollback operationKind = "rollback"
	operationAdvance  operationKind = "advance"
	operationResume   operationKind = "resume"
)

// operation is one decided step from what is targeted to what is pinned. From is "" where nothing is deployed yet.
type operation struct {
	Kind     operationKind
	From, To string
}

// wish is what the configuration asks of the whole fleet.
type wish struct {
	version string
	// share of the fleet, 1 to 100.
	share float64
	// settled is true when nothing is owed for a rollout that runs at its full share: the last apply ended well, or the
	// configuration does not wait for completion.
	settled bool
}

// decide chooses the operation that brings the fleet from its history to the wish. It is pure: a plan and the apply that
// follows get the same answer from the same facts.
func decide(h history, w wish) operation {
	target, live := h.targeted()
	op := operation{To: w.version}
	if live {
		op.From = target.Version
	}
	switch {
	case live && target.Version == w.version:
		op.Kind = continuation(target, w)
	case pendingOf(h, w.version):
		op.Kind = operationResume
	case live && slices.Contains(h.deployed(), w.version) && precedes(w.version, target.Version, h.deployed()):
		op.Kind = operationRollback
	default:
		op.Kind = operationDeploy
	}
	return op
}

// continuation is what is left to do for a rollout of the pinned version itself.
func continuation(r control.Rollout, w wish) operationKind {
	switch {
	case r.Status == control.RolloutCompleted:
		return operationNone
	case r.Status == control.RolloutRollingBack:
		if w.settled {
			return operationNone
		}
		return operationResume
	case r.Status == control.RolloutPaused && r.Percentage < w.share:
		return operationResume
	case r.Percentage < w.share:
		return operationAdvance
	case r.Status == control.RolloutActive && w.share == 100 && !w.settled:
		return operationResume
	}
	return operationNone
}

func pendingOf(h history, version string) bool {
	r, ok := h.open()
	return ok && r.Version == version
}
