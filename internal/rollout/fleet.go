package rollout

import (
	"context"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// Fleet is the target of a deployment without a group (CONTRACT.md, section 3).
type Fleet struct {
	Client *control.Client
	Scope  Scope
	Options
}

// Read derives the state from the model's rollouts.
func (f Fleet) Read(ctx context.Context, private Private) (State, error) {
	rollouts, err := f.Client.Rollouts(ctx, f.Scope.ModelID)
	if err != nil {
		return State{}, err
	}
	history, err := f.confirmed(ctx, rollouts, private.seenLately())
	if err != nil {
		return State{}, err
	}
	return FleetState(ctx, history, f.allUpdated)
}

// Look reads the rollouts, always: which of them are open decides what is canceled.
func (f Fleet) Look(ctx context.Context, private Private) (State, error) {
	return f.Read(f.Client.SharingRollouts(ctx, f.Scope.ModelID, 0), private)
}

// confirmed is the history with what an apply has seen since. If the list lacks the rollout, a read of the rollout itself tells whether
// the list is stale, or the record was deleted.
func (f Fleet) confirmed(ctx context.Context, h History, seen *Seen) (History, error) {
	if seen == nil || seen.ID == "" {
		return h, nil
	}
	if _, listed := h.Find(seen.ID); !listed {
		_, err := control.WithinSettleTime(ctx, seen.At,
			func(ctx context.Context) (control.Rollout, error) {
				return f.Client.Rollout(ctx, f.Scope.ModelID, seen.ID)
			},
			func(_ control.Rollout, err error) bool { return !control.NotFound(err) })
		if control.NotFound(err) {
			return h, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return h.confirmed(seen), nil
}

// allUpdated tells a server that leaves a full rollout active from one that is still working.
func (f Fleet) allUpdated(ctx context.Context, r control.Rollout) (bool, error) {
	affected, err := f.Affected(ctx, r.ID)
	return affected.AllUpdated(), err
}

// Affected counts the devices of a rollout. A server that does not count them is no error.
func (f Fleet) Affected(ctx context.Context, rolloutID string) (control.AffectedDevices, error) {
	affected, err := f.Client.AffectedDevices(ctx, f.Scope.ModelID, rolloutID)
	if control.NoSuchRoute(err) || control.NotFound(err) {
		return control.AffectedDevices{}, nil
	}
	return affected, err
}

// Start sends the operation.
func (f Fleet) Start(ctx context.Context, p Proposal) (Result, error) {
	r, err := f.start(ctx, p)
	if conflicts(err) {
		r, err = f.startAgain(ctx, p, r, err)
	}
	r.Proposal, r.At = p, time.Now()
	r.noteKept()
	r.State = r.fleetState()
	return r, err
}

// noteKept recognizes what the server has made of a percentage that it was sent, in its answer or in what it shows first.
func (r *Result) noteKept() {
	if wanted := r.Proposal.Spec.Percentage; r.Written && r.Kept == 0 && control.SamePercentage(wanted, r.Rollout.Percentage) {
		r.Kept = r.Rollout.Percentage
	}
}

func (f Fleet) start(ctx context.Context, p Proposal) (Result, error) {
	if p.Attach {
		return f.attach(ctx, p)
	}
	switch p.Operation.Kind {
	case Deploy:
		return f.deploy(ctx, p)
	case Rollback:
		return f.rollback(ctx, p)
	case Advance:
		return f.setPercentage(ctx, p.Spec.Percentage, unchanged(p.State.Targeted))
	case Pause:
		r, err := f.Client.PauseRollout(ctx, f.Scope.ModelID, p.State.Targeted.ID)
		return acceptedOr(p.State.Targeted, r, err)
	case Resume:
		return f.resume(ctx, p)
	default:
		return unchanged(p.State.Targeted), nil
	}
}

// SetPercentage raises the percentage of a rollout, unless it has reached it already. After a conflict it reads the rollout, which may have
// reached it since; an *Error says how it has ended instead.
func (f Fleet) SetPercentage(ctx context.Context, percentage float64, before Result) (Result, error) {
	r, err := f.setPercentage(ctx, percentage, before)
	if conflicts(err) {
		now := r
		if f.read(control.WithoutCache(ctx), &now) == nil && now.Rollout.Percentage >= percentage && now.Rollout.Status != control.RolloutRolledBack {
			r, err = now, nil
		} else if _, ended := evaluate(now.Progress, before.Proposal.at(percentage).Spec); ended != nil {
			r, err = now, ended
		}
	}
	if err != nil {
		return r, err
	}
	r.Proposal, r.At = before.Proposal.at(percentage), time.Now()
	r.noteKept()
	r.State = r.fleetState()
	return r, nil
}

func (f Fleet) setPercentage(ctx context.Context, percentage float64, before Result) (Result, error) {
	if before.Rollout.Percentage >= percentage {
		return before, nil
	}
	r, err := f.Client.UpdateRolloutPercentage(ctx, f.Scope.ModelID, before.ID, percentage, f.Reason)
	if err != nil {
		before.Written = before.Written || control.Ambiguous(err)
		return before, err
	}
	return accepted(r), nil
}

// deploy starts a rollout at the wanted percentage. Its target is always 100 percent, so that it can be advanced later. Open rollouts
// have to end first: there can be only one, and where a server allows several, the older ones would go on.
func (f Fleet) deploy(ctx context.Context, p Proposal) (Result, error) {
	open, spec := p.State.History.AllOpen(), p.Spec
	for i, r := range open {
		if err := f.Client.DeleteRollout(ctx, f.Scope.ModelID, r.ID, true); err != nil {
			return Result{Written: i > 0 || control.Ambiguous(err)}, err
		}
	}
	r, err := f.Client.CreateRollout(ctx, f.Scope.ModelID, control.NewRollout{
		Version: spec.Version, Percentage: spec.Percentage, TargetPercentage: 100, IncrementStep: max(100-spec.Percentage, 1), StartImmediately: true,
	}, p.State.History)
	if err != nil {
		return Result{Written: len(open) > 0 || control.Ambiguous(err)}, err
	}
	if r.Status == control.RolloutPending {
		r, err = change(r, err, func() (control.Rollout, error) { return f.Client.StartRollout(ctx, f.Scope.ModelID, r.ID) })
	}
	if spec.wantsPaused() {
		r, err = change(r, err, func() (control.Rollout, error) { return f.Client.PauseRollout(ctx, f.Scope.ModelID, r.ID) })
	}
	return acceptedOr(nil, r, err)
}

// rollback reverts every device immediately. On a server without the call the open rollout is ended and the older version rolled
// out to all.
func (f Fleet) rollback(ctx context.Context, p Proposal) (Result, error) {
	r, err := f.Client.Rollback(ctx, f.Scope.ModelID, p.Spec.Version, f.Reason, p.State.History)
	if control.NoSuchRoute(err) {
		return f.deploy(ctx, p)
	}
	result, err := acceptedOr(nil, r, err)
	result.Written = err == nil || control.Ambiguous(err)
	if err == nil {
		err = f.cancelSuperseded(ctx, p.State.History)
	}
	return result, err
}

// cancelSuperseded ends what was open beside the rollout that a rollback has ended, on a server that allows several.
func (f Fleet) cancelSuperseded(ctx context.Context, before History) error {
	current, _ := before.Open()
	for _, r := range before.AllOpen() {
		if r.ID == current.ID {
			continue
		}
		now, err := f.Client.Rollout(ctx, f.Scope.ModelID, r.ID)
		if err == nil && now.Status.Open() {
			err = f.Client.DeleteRollout(ctx, f.Scope.ModelID, r.ID, true)
		}
		if err != nil && !control.NotFound(err) {
			return err
		}
	}
	return nil
}

// resume brings an existing rollout of the pin to where it was meant to be.
func (f Fleet) resume(ctx context.Context, p Proposal) (Result, error) {
	at, spec := p.State.Targeted, p.Spec
	if at == nil || at.Version != spec.Version {
		at = p.State.Open
	}
	r, err := f.Client.Rollout(ctx, f.Scope.ModelID, at.ID)
	if err != nil {
		return Result{}, err
	}
	switch {
	case r.Status == control.RolloutPending:
		r, err = change(r, err, func() (control.Rollout, error) { return f.Client.StartRollout(ctx, f.Scope.ModelID, r.ID) })
	case r.Status == control.RolloutPaused && spec.wantsRunning():
		r, err = change(r, err, func() (control.Rollout, error) { return f.Client.ResumeRollout(ctx, f.Scope.ModelID, r.ID) })
	}
	if r.Status == control.RolloutActive && !spec.reachedAt(r.Percentage) {
		r, err = change(r, err, func() (control.Rollout, error) {
			return f.Client.UpdateRolloutPercentage(ctx, f.Scope.ModelID, r.ID, spec.Percentage, f.Reason)
		})
	}
	return acceptedOr(at, r, err)
}

// change makes a further change unless an earlier one has failed, and keeps the rollout as it was where it fails.
func change(r control.Rollout, err error, next func() (control.Rollout, error)) (control.Rollout, error) {
	if err != nil {
		return r, err
	}
	after, err := next()
	if err != nil {
		return r, err
	}
	return after, nil
}

// accepted is the result of a rollout that the server has returned.
func accepted(r control.Rollout) Result {
	return Result{ID: r.ID, Progress: Progress{Rollout: r}, Written: r.ID != ""}
}

// acceptedOr is the result of a change; where the server has returned no rollout, it is that of the record from before.
func acceptedOr(before *Record, r control.Rollout, err error) (Result, error) {
	if r.ID == "" && before != nil {
		return unchanged(before), err
	}
	return accepted(r), err
}

// unchanged is the result of a rollout for which nothing has been written.
func unchanged(at *Record) Result {
	return Result{ID: at.ID, Progress: Progress{
		Rollout: control.Rollout{ID: at.ID, Version: at.Version, Status: at.Status, Percentage: at.Percentage},
	}}
}

// fleetState puts the rollout as it was seen last into the history. What it replaces is no longer open.
func (r Result) fleetState() State {
	before, op := r.Proposal.State, r.Proposal.Operation
	past := before.History
	if op.ReplacesVersion() {
		past = past.withoutOpen()
	}
	if r.Rollout.ID != "" {
		past = past.with(r.Rollout)
	}
	s := past.state()
	s.Serving, s.Previous = before.Serving, before.Previous
	if op.ReplacesVersion() {
		s.Previous = op.From
	}
	return s
}
