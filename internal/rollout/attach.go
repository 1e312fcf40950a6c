package rollout

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// What somebody else does at the same time
//
// Two runs may bring a fleet to the same version: the server ends the rollout of one for that of the other. Whoever's rollout it is, the
// devices get what was wanted, so a run attaches to it instead of starting a third one or failing. A conflict is a sign of the same: the
// state is read anew before it counts.

// ConflictError is a conflict with what somebody else has started since the state was read.
type ConflictError struct {
	// Err is the server's answer.
	Err error
	// Now is what the fleet is meant to run by that.
	Now Record
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%v. Since the state was read, somebody else has started rollout %s of %s, which is %s at %g percent",
		e.Err, e.Now.ID, e.Now.Version, e.Now.Status, e.Now.Percentage)
}

// Unwrap keeps the server's answer reachable.
func (e *ConflictError) Unwrap() error { return e.Err }

func conflicts(err error) bool {
	return control.HasStatus(err, http.StatusConflict) && !control.PolicyDenied(err)
}

// startAgain reads the state anew after a conflict. What is already on the way to the spec is attached to, and what is left to do of it is
// done; otherwise the error says what somebody else has started.
func (f Fleet) startAgain(ctx context.Context, p Proposal, refused Result, conflict error) (Result, error) {
	rollouts, err := f.Client.Rollouts(control.WithoutCache(ctx), f.Scope.ModelID)
	if err != nil {
		return refused, conflict
	}
	state, err := FleetState(ctx, rollouts, f.allUpdated)
	if err != nil || state.Targeted == nil {
		return refused, conflict
	}
	now := Propose(p.Scope, state, p.Spec)
	switch {
	case now.Operation.ReplacesVersion():
		if _, known := p.State.History.Find(state.Targeted.ID); known {
			return refused, conflict
		}
		return refused, &ConflictError{Err: conflict, Now: *state.Targeted}
	case now.Operation.Kind == None:
		return accepted(attachedTo(*state.Targeted)), nil
	}
	r, err := f.start(ctx, now)
	r.Written = r.Written || refused.Written
	if conflicts(err) {
		err = conflict
	}
	return r, err
}

// attach continues with the rollout of somebody else that is on the way to the spec already.
func (f Fleet) attach(ctx context.Context, p Proposal) (Result, error) {
	if p.State.Targeted.Status == control.RolloutCompleted {
		return accepted(attachedTo(*p.State.Targeted)), nil
	}
	return f.resume(ctx, p)
}

func attachedTo(r Record) control.Rollout {
	return control.Rollout{ID: r.ID, Version: r.Version, Status: r.Status, Percentage: r.Percentage}
}

// succeed looks for a newer rollout that was not there before the operation and brings the fleet to the spec, in place of ours that was
// ended for it. It reports whether it has found one; the result then is about that.
func (f Fleet) succeed(ctx context.Context, r *Result, ended error) bool {
	var end *Error
	if !errors.As(ended, &end) || end.Kind != ErrorRolledBack && end.Kind != ErrorDeleted {
		return false
	}
	rollouts, err := f.Client.Rollouts(control.WithoutCache(ctx), f.Scope.ModelID)
	successor, live := History(rollouts).Targeted()
	if _, known := r.Proposal.State.History.Find(successor.ID); err != nil || !live || known || successor.ID == r.ID {
		return false
	}
	spec := r.Proposal.Spec
	spec.Kept = r.Kept
	if _, err := evaluate(Progress{Rollout: successor}, spec); err != nil || successor.Status.Open() && !spec.reachedAt(successor.Percentage) {
		return false
	}
	r.ID, r.Progress, r.stalled = successor.ID, Progress{Rollout: successor}, 0
	r.State, r.StateRead = r.fleetState(), false
	return true
}
