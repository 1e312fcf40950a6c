package deployment

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// NewPauseAction returns octomil_rollout_pause.
func NewPauseAction() action.Action {
	return &operatorAction{
		Configured: resourcekit.Configured{TypeName: "octomil_rollout_pause"},
		description: "Pauses the active rollout of a model: no further devices get the version, and those that have it keep it. It fails where " +
			"no rollout is active." + stateNote,
		takes:  []string{"model", "timeout"},
		choose: choosePause,
	}
}

// NewResumeAction returns octomil_rollout_resume.
func NewResumeAction() action.Action {
	return &operatorAction{
		Configured: resourcekit.Configured{TypeName: "octomil_rollout_resume"},
		description: "Lets a paused rollout of a model go on, at the share that it had. It fails where no rollout is paused." +
			stateNote,
		takes:  []string{"model", "wait_for", "timeout"},
		choose: chooseResume,
	}
}

// NewAdvanceAction returns octomil_rollout_advance.
func NewAdvanceAction() action.Action {
	return &operatorAction{
		Configured: resourcekit.Configured{TypeName: "octomil_rollout_advance"},
		description: "Brings the active rollout of a model to more of the fleet: to a share, or by one step. It fails where no rollout is active, " +
			"where it is paused, and where the share would not grow or would pass the rollout's final one." + stateNote,
		takes:  []string{"model", "percentage", "reason", "wait_for", "timeout"},
		choose: chooseAdvance,
	}
}

// NewCancelAction returns octomil_rollout_cancel.
func NewCancelAction() action.Action {
	return &operatorAction{
		Configured: resourcekit.Configured{TypeName: "octomil_rollout_cancel"},
		description: "Cancels the rollout of a model that is under way, be it pending, active or paused: devices that have its version already go " +
			"back to the one before. It fails where none is under way. A rollout that is complete is not cancelled but rolled back, with " +
			"`octomil_rollback`." + stateNote,
		takes:  []string{"model", "rollout_id", "timeout"},
		choose: chooseCancel,
	}
}

// underWay is the rollout that can still assign devices; it refuses where there is none.
func (e *errand) underWay(before view) (control.Rollout, bool) {
	if r, ok := before.history.open(); ok {
		return r, true
	}
	now := "Nothing is deployed."
	if t := before.Targeted; t != nil {
		now = fmt.Sprintf("The last one, of %s, is %s.", t.Version, t.Status)
	}
	_, ok := e.refuse(path.Root("model"), "No rollout is under way", "No rollout of %s is under way. %s", e.order.Model.ValueString(), now)
	return control.Rollout{}, ok
}

// stands says where a rollout stands.
func stands(r control.Rollout) string {
	return fmt.Sprintf("Rollout %s of %s is %s at %g percent", r.ID, r.Version, r.Status, r.Percentage)
}

func choosePause(_ context.Context, e *errand, before view) (move, bool) {
	r, ok := e.underWay(before)
	if !ok {
		return move{}, false
	}
	if r.Status != control.RolloutActive {
		return e.refuse(path.Root("model"), "No rollout is active", "%s, and only an active one can be paused.", stands(r))
	}
	pause := true
	return e.change(r, operationPause, wish{version: r.Version, share: r.Percentage, paused: &pause}, before), true
}

func chooseResume(_ context.Context, e *errand, before view) (move, bool) {
	r, ok := e.underWay(before)
	if !ok {
		return move{}, false
	}
	if r.Status != control.RolloutPaused {
		return e.refuse(path.Root("model"), "No rollout is paused", "%s, and only a paused one can be resumed.", stands(r))
	}
	pause := false
	return e.change(r, operationResume, wish{version: r.Version, share: r.Percentage, paused: &pause}, before), true
}

func chooseAdvance(_ context.Context, e *errand, before view) (move, bool) {
	r, ok := e.underWay(before)
	if !ok {
		return move{}, false
	}
	at, final, wanted := path.Root("percentage"), finalShare(r), e.order.Percentage.ValueFloat64()
	switch {
	case r.Status == control.RolloutPaused:
		return e.refuse(path.Root("model"), "The rollout is paused", "%s. Let it go on first, with octomil_rollout_resume.", stands(r))
	case r.Status != control.RolloutActive:
		return e.refuse(path.Root("model"), "No rollout is active", "%s, and only an active one can be advanced.", stands(r))
	case r.Percentage >= final:
		return e.refuse(path.Root("model"), "The rollout has its final share", "%s, and its final share is %g: there is nothing to advance.", stands(r), final)
	case e.order.Percentage.IsNull():
		return e.step(r), true
	case wanted > final:
		return e.refuse(at, "The share is too high", "%s, and its final share is %g percent.", stands(r), final)
	case wanted <= r.Percentage:
		return e.refuse(at, "A share cannot shrink", "%s, and the action asks for %g. Devices that have a version keep it: to take it back, use "+
			"octomil_rollback.", stands(r), wanted)
	}
	m := e.change(r, operationAdvance, wish{version: r.Version, share: wanted}, before)
	m.words, m.at = fmt.Sprintf("advance rollout %s of %s from %g to %g percent", r.ID, r.Version, r.Percentage, wanted), at
	return m, true
}

// finalShare is what a rollout may be advanced to. A server that does not say has no bound of its own.
func finalShare(r control.Rollout) float64 {
	if r.TargetPercentage <= 0 {
		return 100
	}
	return r.TargetPercentage
}

// change is the move of an operation on an open rollout.
func (e *errand) change(r control.Rollout, kind operationKind, w wish, before view) move {
	before.Targeted = recordOf(r)
	op := operation{Kind: kind, From: r.Version, To: r.Version}
	return move{
		words: fmt.Sprintf("%s rollout %s of %s", kind, r.ID, r.Version), at: path.Root("model"),
		send:    func(ctx context.Context) (receipt, error) { return e.fleet.execute(ctx, op, w, before) },
		await:   func(ctx context.Context, done receipt) (receipt, error) { return e.fleet.await(ctx, w, done) },
		outcome: e.standing,
	}
}

// step is the move by the rollout's own step. Where it ends is known only from the answer.
func (e *errand) step(r control.Rollout) move {
	return move{
		words: fmt.Sprintf("advance rollout %s of %s by one step from %g percent", r.ID, r.Version, r.Percentage), at: path.Root("model"),
		send: func(ctx context.Context) (receipt, error) {
			after, err := e.client.AdvanceRollout(ctx, e.fleet.modelID, r)
			return receipt{id: r.ID, rollout: after, written: err == nil || control.Ambiguous(err)}, err
		},
		await: func(ctx context.Context, done receipt) (receipt, error) {
			return e.fleet.await(ctx, wish{version: r.Version, share: done.rollout.Percentage}, done)
		},
		outcome: e.standing,
	}
}

// standing says where the rollout has got to, and how many devices follow it.
func (e *errand) standing(ctx context.Context, done receipt) string {
	r, err := e.client.Rollout(ctx, e.fleet.modelID, done.id)
	if err != nil {
		r = done.rollout
	}
	affected, err := e.fleet.affected(ctx, r.ID)
	if err != nil || affected.Total == nil || affected.Updated == nil {
		return stands(r)
	}
	return stands(r) + ": " + e.words(progress{rollout: r, affected: affected})
}

func chooseCancel(_ context.Context, e *errand, before view) (move, bool) {
	r, ok := e.cancellable(before)
	if !ok {
		return move{}, false
	}
	return move{
		words: fmt.Sprintf("cancel rollout %s of %s at %g percent", r.ID, r.Version, r.Percentage), at: path.Root("model"),
		send: func(ctx context.Context) (receipt, error) {
			err := e.client.DeleteRollout(ctx, e.fleet.modelID, r.ID, true)
			return receipt{id: r.ID, rollout: r, written: err == nil || control.Ambiguous(err)}, err
		},
		await: func(ctx context.Context, done receipt) (receipt, error) { return e.fleet.awaitEnd(ctx, done) },
		outcome: func(ctx context.Context, _ receipt) string {
			text := fmt.Sprintf("Rollout %s of %s is cancelled", r.ID, r.Version)
			if now, err := e.fleet.look(ctx, memory{}); err == nil && now.target() != "" {
				text += fmt.Sprintf("; the fleet is meant to run %s", now.target())
			}
			return text
		},
	}, true
}

// cancellable is the rollout that is asked for, or else the one that is under way.
func (e *errand) cancellable(before view) (control.Rollout, bool) {
	if e.order.RolloutID.IsNull() {
		return e.underWay(before)
	}
	at, id := path.Root("rollout_id"), e.order.RolloutID.ValueString()
	r, found := before.history.newest(func(r control.Rollout) bool { return r.ID == id })
	switch {
	case !found:
		e.refuse(at, "The rollout does not exist", "%s has no rollout %s.", e.order.Model.ValueString(), id)
	case !r.Status.Open():
		e.refuse(at, "The rollout is not under way", "%s, and only one that is under way can be cancelled. Use octomil_rollback to return to "+
			"an older version.", stands(r))
	}
	return r, found && r.Status.Open()
}

// awaitEnd returns when a rollout that was cancelled has ended: its record is gone, or says so.
func (f fleet) awaitEnd(ctx context.Context, done receipt) (receipt, error) {
	latest := progress{rollout: done.rollout}
	err := resourcekit.Wait(ctx, f.poll, func(ctx context.Context) (bool, error) {
		err := f.follow(ctx, &latest, done.id)
		var ended *verdict
		switch {
		case errors.As(err, &ended) && ended.kind == verdictGone:
			return true, nil
		case err == nil && latest.rollout.Status == control.RolloutCompleted:
			return false, fmt.Errorf("rollout %s of %s was completed before it could be cancelled", done.id, latest.rollout.Version)
		}
		return latest.rollout.Status == control.RolloutRolledBack, err
	})
	return done.at(latest), stillRunning(err, latest, wish{version: done.rollout.Version})
}
