package deployment

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// fleet is the scope of a deployment without a group (the control API contract, section 3).
type fleet struct {
	client  *control.Client
	modelID string
	reason  string
	// poll is the first pause between two looks at a rollout.
	poll time.Duration
	// report is told how far a wait has come; nil where nobody listens.
	report reporter
}

func (f fleet) look(ctx context.Context, _ memory) (view, error) {
	rollouts, err := f.client.Rollouts(ctx, f.modelID)
	if err != nil {
		return view{}, err
	}
	return fleetView(ctx, rollouts, f.allUpdated)
}

// allUpdated tells a server that leaves a full rollout active from one that is still working.
func (f fleet) allUpdated(ctx context.Context, r control.Rollout) (bool, error) {
	affected, err := f.client.AffectedDevices(ctx, f.modelID, r.ID)
	if control.NoSuchRoute(err) || control.NotFound(err) {
		return false, nil
	}
	return affected.AllUpdated(), err
}

func (f fleet) execute(ctx context.Context, op operation, w wish, before view) (receipt, error) {
	switch op.Kind {
	case operationDeploy:
		return f.deploy(ctx, w, before)
	case operationRollback:
		return f.rollback(ctx, w, before)
	case operationAdvance:
		return f.raise(ctx, w, knownReceipt(before.Targeted))
	case operationPause:
		r, err := f.client.PauseRollout(ctx, f.modelID, before.Targeted.ID)
		return accepted(r, before.Targeted, err)
	case operationResume:
		return f.resume(ctx, w, before)
	default:
		return knownReceipt(before.Targeted), nil
	}
}

// raise sets the share of a rollout, unless it is there already.
func (f fleet) raise(ctx context.Context, w wish, done receipt) (receipt, error) {
	if done.rollout.Percentage >= w.share {
		return done, nil
	}
	r, err := f.client.UpdateRolloutPercentage(ctx, f.modelID, done.id, w.share, f.reason)
	if err != nil {
		done.written = done.written || control.Ambiguous(err)
		return done, err
	}
	return receipt{id: r.ID, rollout: r, written: true}, nil
}

// deploy starts a rollout at the wanted share. Its final share is always all, so that it can be advanced later. An open rollout of
// another version has to end first: there can be only one.
func (f fleet) deploy(ctx context.Context, w wish, before view) (receipt, error) {
	if before.Open != nil {
		if err := f.client.DeleteRollout(ctx, f.modelID, before.Open.ID, true); err != nil {
			return receipt{written: control.Ambiguous(err)}, err
		}
	}
	r, err := f.client.CreateRollout(ctx, f.modelID, control.NewRollout{
		Version: w.version, Percentage: w.share, TargetPercentage: 100, IncrementStep: max(100-w.share, 1), StartImmediately: true,
	}, before.history)
	if err != nil {
		return receipt{written: before.Open != nil || control.Ambiguous(err)}, err
	}
	if r.Status == control.RolloutPending {
		r, err = changed(r, err, func() (control.Rollout, error) { return f.client.StartRollout(ctx, f.modelID, r.ID) })
	}
	if w.wantsPause() {
		r, err = changed(r, err, func() (control.Rollout, error) { return f.client.PauseRollout(ctx, f.modelID, r.ID) })
	}
	return accepted(r, nil, err)
}

// after puts the accepted record into the history. What it replaces is no longer open.
func (f fleet) after(op operation, _ wish, before view, accepted receipt) view {
	past := before.history
	if op.replaces() {
		past = past.ended()
	}
	if accepted.rollout.ID != "" {
		past = past.with(accepted.rollout)
	}
	v := view{situation: past.situation(), serving: before.serving, previous: before.previous, history: past, rolledBack: past.rolledBack()}
	if op.replaces() {
		v.previous = op.From
	}
	return v
}

// rollback reverts every device at once. On a server without the call the open rollout is ended and the older version rolled out
// to all.
func (f fleet) rollback(ctx context.Context, w wish, before view) (receipt, error) {
	r, err := f.client.Rollback(ctx, f.modelID, w.version, f.reason, before.history)
	if err == nil || !control.NoSuchRoute(err) {
		done, err := accepted(r, nil, err)
		done.written = err == nil || control.Ambiguous(err)
		return done, err
	}
	return f.deploy(ctx, w, before)
}

// resume brings a rollout of the pin that is already there to where it was meant to be.
func (f fleet) resume(ctx context.Context, w wish, before view) (receipt, error) {
	at := before.Targeted
	if at == nil || at.Version != w.version {
		at = before.Open
	}
	r, err := f.client.Rollout(ctx, f.modelID, at.ID)
	if err != nil {
		return receipt{}, err
	}
	switch {
	case r.Status == control.RolloutPending:
		r, err = changed(r, err, func() (control.Rollout, error) { return f.client.StartRollout(ctx, f.modelID, r.ID) })
	case r.Status == control.RolloutPaused && w.wantsMotion():
		r, err = changed(r, err, func() (control.Rollout, error) { return f.client.ResumeRollout(ctx, f.modelID, r.ID) })
	}
	if r.Status == control.RolloutActive && r.Percentage < w.share {
		r, err = changed(r, err, func() (control.Rollout, error) {
			return f.client.UpdateRolloutPercentage(ctx, f.modelID, r.ID, w.share, f.reason)
		})
	}
	return accepted(r, at, err)
}

// changed makes a further change unless an earlier one has failed, and keeps the rollout as it was where it fails.
func changed(r control.Rollout, err error, change func() (control.Rollout, error)) (control.Rollout, error) {
	if err != nil {
		return r, err
	}
	after, err := change()
	if err != nil {
		return r, err
	}
	return after, nil
}

// accepted is the receipt of a rollout; at is the record that was there before, for a change that failed.
func accepted(r control.Rollout, at *record, err error) (receipt, error) {
	if r.ID == "" && at != nil {
		return knownReceipt(at), err
	}
	return receipt{id: r.ID, rollout: r, written: r.ID != ""}, err
}

// knownReceipt is that of a rollout which is there already; nothing has been written for it.
func knownReceipt(at *record) receipt {
	return receipt{id: at.ID, rollout: control.Rollout{ID: at.ID, Version: at.Version, Status: at.Status, Percentage: at.Percentage}}
}

// await watches our own rollout, never "is the fleet steady": it ends well only when the rollout that this apply has started or
// attached to has the pin's version and has reached its share.
func (f fleet) await(ctx context.Context, w wish, done receipt) (receipt, error) {
	latest := progress{rollout: done.rollout}
	err := resourcekit.Wait(ctx, f.poll, func(ctx context.Context) (bool, error) {
		if err := f.follow(ctx, &latest, done.id); err != nil {
			return false, err
		}
		return judge(latest, w)
	})
	return done.at(latest), stillRunning(err, latest, w)
}

// watch bakes a share: whatever takes the version back, or stops it, ends the bake at once.
func (f fleet) watch(ctx context.Context, w wish, done receipt, bake time.Duration) (receipt, error) {
	latest := progress{rollout: done.rollout}
	err := resourcekit.Watch(ctx, f.poll, bake, func(ctx context.Context) error {
		if err := f.follow(ctx, &latest, done.id); err != nil {
			return err
		}
		_, err := judge(latest, w)
		return err
	})
	return done.at(latest), stillRunning(err, latest, w)
}

// at is the receipt with the rollout as it was seen last.
func (r receipt) at(latest progress) receipt {
	r.rollout = latest.rollout
	return r
}

// follow takes one look at a rollout.
func (f fleet) follow(ctx context.Context, latest *progress, rolloutID string) error {
	r, err := f.client.Rollout(ctx, f.modelID, rolloutID)
	if control.NotFound(err) {
		return &verdict{kind: verdictGone, progress: *latest}
	}
	if err != nil {
		return err
	}
	latest.rollout = r
	if r.Status == control.RolloutActive || r.Status == control.RolloutRollingBack {
		counted, err := f.affected(ctx, r.ID)
		if err != nil {
			return err // what was counted last stays
		}
		latest.affected = counted
	}
	tflog.Info(ctx, "Waiting for the rollout", latest.fields())
	f.report.tell(*latest)
	return nil
}

// stillRunning gives a wait that has ended before its rollout the progress so far.
func stillRunning(err error, latest progress, w wish) error {
	var ended *resourcekit.WaitError
	if errors.As(err, &ended) {
		return &unfinished{WaitError: ended, progress: latest, share: w.share}
	}
	return err
}

// affected counts the devices of a rollout; a server that does not count them is no error.
func (f fleet) affected(ctx context.Context, rolloutID string) (control.AffectedDevices, error) {
	affected, err := f.client.AffectedDevices(ctx, f.modelID, rolloutID)
	if control.NoSuchRoute(err) || control.NotFound(err) {
		return control.AffectedDevices{}, nil
	}
	return affected, err
}
