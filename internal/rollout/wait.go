package rollout

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// Wait returns once what was accepted has reached its spec, or with an error that says why it has not: an *Error where waiting longer
// is of no use, an *IncompleteError where time ran out. The result holds the state that was seen last.
func Wait(ctx context.Context, t Target, r Result) (Result, error) {
	say := func() { t.say(ctx, r.Progress) }
	err := pollSaying(ctx, t.firstPause(r), t.pollInterval(), func(ctx context.Context) (bool, error) { return t.observe(ctx, &r) }, say)
	return r, r.incomplete(err)
}

// firstPause gives the devices time to follow where the answer that has just accepted the step says that they are still to: right after it,
// the server would say the same.
func (f Fleet) firstPause(r Result) time.Duration {
	if done, err := r.evaluate(); done || err != nil || !r.Written || !changesDevices(r.Rollout) || time.Since(r.At) > maxFirstPause {
		return 0
	}
	return min(f.PollInterval, maxFirstPause)
}

// firstPause is none: an answer says that members are assigned a version, which a list confirms at once.
func (g Group) firstPause(Result) time.Duration { return 0 }

// Bake returns after a time during which what was reached has lasted, or immediately with an error that says what has ended it.
func Bake(ctx context.Context, t Target, r Result, span time.Duration) (Result, error) {
	r.baking = true
	err := pollFor(ctx, t.pollInterval(), span, func(ctx context.Context) error {
		_, err := t.observe(ctx, &r)
		return err
	}, func() { t.say(ctx, r.Progress) })
	r.baking = false
	if err == nil {
		err = t.lasts(r)
	}
	return r, r.incomplete(err)
}

// WaitForEnd returns once a rollout that was canceled has ended: its record no longer exists, or is rolled back.
func (f Fleet) WaitForEnd(ctx context.Context, r Result) (Result, error) {
	err := pollUntil(ctx, f.PollInterval, func(ctx context.Context) (bool, error) {
		err := f.read(ctx, &r)
		var ended *Error
		switch {
		case errors.As(err, &ended) && ended.Kind == ErrorDeleted:
			return true, nil
		case err == nil && r.Rollout.Status == control.RolloutCompleted:
			return false, fmt.Errorf("rollout %s of %s was completed before it could be canceled", r.ID, r.Rollout.Version)
		}
		return r.Rollout.Status == control.RolloutRolledBack, err
	})
	return r, r.incomplete(err)
}

// observe finds our own rollout, never "is the fleet steady": a wait ends well only when the rollout that was started or attached to
// has the pin's version and has reached its percentage. That it never will, the list alone does not decide: it may be from before what we
// have written.
func (f Fleet) observe(ctx context.Context, r *Result) (done bool, err error) {
	before := r.Affected.Updated
	if err := f.find(ctx, r); err != nil {
		return false, f.unlessSucceeded(ctx, r, err)
	}
	done, err = r.evaluate()
	if err != nil {
		if err := f.read(ctx, r); err != nil {
			return false, f.unlessSucceeded(ctx, r, err)
		}
		done, err = r.evaluate()
	}
	if done || err != nil {
		return done, f.unlessSucceeded(ctx, r, err)
	}
	if r.stall(before); r.stalled < firstStall {
		return false, nil
	}
	return false, f.lasts(*r)
}

// evaluate is evaluate for the present step, with what the server has made of its percentage.
func (r *Result) evaluate() (done bool, err error) {
	r.noteKept()
	spec := r.Proposal.Spec
	spec.Kept = r.Kept
	return evaluate(r.Progress, spec)
}

// unlessSucceeded is the error of a rollout that has ended, nil where another one that does the same has taken its place.
func (f Fleet) unlessSucceeded(ctx context.Context, r *Result, err error) error {
	if err != nil && f.succeed(ctx, r, err) {
		return nil
	}
	return err
}

// stall counts the polls that show no progress.
func (r *Result) stall(before *int) {
	after := r.Affected.Updated
	if before == nil || after == nil || *before != *after {
		r.stalled = 0
		return
	}
	r.stalled++
}

// lasts returns an error where a newer rollout of another version decides in place of this one, which stays open on a server that allows
// several.
func (f Fleet) lasts(r Result) error {
	if _, superseded := r.State.History.Superseded(r.ID); !superseded {
		return nil
	}
	if info := r.State.RolledBack; info != nil && info.Version == r.Rollout.Version {
		return &Error{Kind: ErrorRolledBack, Progress: r.Progress}
	}
	return &Error{Kind: ErrorReplaced, Progress: r.Progress}
}

// lasts has nothing to look for: the members of a group tell themselves when they lose the version.
func (g Group) lasts(Result) error { return nil }

// find finds a rollout among those of its model: one answer tells how far it has come, whether a newer one decides, and what the fleet
// runs afterwards, and it is shared with all who look at the model at the same time. A rollout that is not in the list, or whose entry says
// less than its record, is read by itself. From the second poll on the devices are counted before: the list that is read after the last one
// has followed can say that the rollout is completed.
func (f Fleet) find(ctx context.Context, r *Result) error {
	before, counted := r.Rollout, r.StateRead && changesDevices(r.Rollout)
	if counted {
		if err := f.count(ctx, r); err != nil {
			return err
		}
	}
	rollouts, err := f.Client.Rollouts(f.Client.SharingRollouts(ctx, f.Scope.ModelID, 0), f.Scope.ModelID)
	history := History(rollouts)
	rollout, listed := history.Find(r.ID)
	if err == nil && (!listed || rollout.Percentage == 0 && rollout.Status != control.RolloutPending && r.Rollout.Percentage > 0) {
		rollout, err = f.Client.Rollout(ctx, f.Scope.ModelID, r.ID)
		history = history.confirmed(&Seen{Record: *RecordOf(rollout), Previous: r.Proposal.Operation.From})
	}
	if err := r.take(rollout, err); err != nil {
		return err
	}
	if !counted || rollout.Percentage != before.Percentage { // what was counted is less than what it is for now
		if err := f.count(ctx, r); err != nil {
			return err
		}
	}
	f.say(ctx, r.Progress)
	r.State, err = FleetState(ctx, history.with(rollout), func(context.Context, control.Rollout) (bool, error) { return r.Affected.AllUpdated(), nil })
	r.StateRead = err == nil
	return err
}

// read reads a rollout by itself, and counts its devices while they change.
func (f Fleet) read(ctx context.Context, r *Result) error {
	rollout, err := f.Client.Rollout(ctx, f.Scope.ModelID, r.ID)
	if err := r.take(rollout, err); err != nil {
		return err
	}
	if err := f.count(ctx, r); err != nil {
		return err
	}
	f.say(ctx, r.Progress)
	r.State, r.StateRead = r.fleetState(), false
	return nil
}

// take takes over what was read of a rollout.
func (r *Result) take(rollout control.Rollout, err error) error {
	if control.NotFound(err) {
		return &Error{Kind: ErrorDeleted, Progress: r.Progress}
	}
	if err != nil {
		return err
	}
	r.Rollout = rollout
	return nil
}

// count counts the devices of a rollout, while they change.
func (f Fleet) count(ctx context.Context, r *Result) error {
	if !changesDevices(r.Rollout) {
		return nil
	}
	counted, err := f.Affected(ctx, r.ID)
	if err == nil {
		r.Affected = counted
	}
	return err
}

// changesDevices reports whether a rollout gives devices a version at present.
func changesDevices(r control.Rollout) bool {
	return r.Status == control.RolloutActive || r.Status == control.RolloutRollingBack
}

// say logs and reports how far a rollout has come.
func (f Fleet) say(ctx context.Context, p Progress) {
	tflog.Info(ctx, "Waiting for the rollout", p.fields())
	f.report(p)
}

// evaluate tells whether a rollout has reached the spec, must be waited for, or never will.
func evaluate(p Progress, spec Spec) (done bool, err error) {
	r := p.Rollout
	switch {
	case r.Version != spec.Version:
		return false, &Error{Kind: ErrorOtherVersion, Progress: p}
	case r.Status == control.RolloutCompleted:
		return true, nil
	case r.Status == control.RolloutRolledBack:
		return false, &Error{Kind: ErrorRolledBack, Progress: p}
	case r.Status == control.RolloutPaused && spec.wantsPaused():
		return true, nil
	case r.Status == control.RolloutPaused:
		return false, &Error{Kind: ErrorPaused, Progress: p}
	case r.Status == control.RolloutActive && spec.Percentage < 100:
		return spec.reachedAt(r.Percentage), nil
	case r.Status == control.RolloutActive:
		return r.Percentage >= 100 && p.Affected.AllUpdated(), nil
	}
	return false, nil
}

// observe counts the members that are assigned the version: all of them, or as many as the server said it would reach. What a device
// has loaded no public call returns. When members lose the version again during a bake, it was rolled back.
func (g Group) observe(ctx context.Context, r *Result) (done bool, err error) {
	members, err := g.members(g.Client.SharingAssignments(ctx, g.Scope.ModelID, 0), nil)
	if err != nil {
		return false, err
	}
	r.Members = members
	r.Progress, r.State = r.groupProgress(), r.groupState()
	g.say(ctx, r.Progress)
	done = r.assigned()
	if !done && !r.baking {
		if taken := r.takenOver(); taken != nil {
			return false, taken
		}
	}
	// Right after the deployment, a list may still be from before it.
	if r.baking && !done && time.Since(r.At) > control.SettleTime {
		return false, &Error{Kind: ErrorRolledBack, Progress: r.Progress}
	}
	return done, nil
}

// say logs and reports how many members are assigned the version.
func (g Group) say(ctx context.Context, p Progress) {
	fields := map[string]any{"group": g.Scope.Group, "version": p.Rollout.Version, "percentage": p.Rollout.Percentage}
	if p.Affected.Updated != nil && p.Affected.Total != nil {
		fields["devices_assigned"], fields["devices_total"] = *p.Affected.Updated, *p.Affected.Total
	}
	tflog.Info(ctx, "Waiting for the group's members", fields)
	g.report(p)
}

// takenOver is the error of members that somebody else has given another version since the deployment, nil where there are none: they do
// not get the pin by waiting. A version that a member did not have before tells at once. The one from before may be that of a stale list, or
// still be on the way to the member, unless the member had the pin already, or the server has said that all were assigned it.
func (r *Result) takenOver() *Error {
	spec, before := r.Proposal.Spec, map[string]string{}
	for _, m := range r.Proposal.State.Members {
		before[m.ID] = m.Version
	}
	if r.had == nil {
		r.had = DeviceSet{}
	}
	settled := time.Since(r.At) > control.SettleTime
	said := settled && r.Activated > 0 && r.Members.Count()[spec.Version] < min(r.Activated, len(r.Members))
	others := Assignments{}
	for _, m := range r.Members {
		was, member := before[m.ID]
		switch {
		case m.Version == spec.Version:
			r.had.add(m.ID)
		case m.Version == "" || !member && r.Proposal.State.Members != nil: // it has joined since
		case m.Version != was && m.Source != control.SourceRollout && r.Proposal.State.Members != nil, settled && r.had.Contains(m.ID), said && spec.Percentage >= 100:
			others[m.Version]++
		}
	}
	by := others.mostCommon()
	if by == "" {
		return nil
	}
	return &Error{Kind: ErrorTakenOver, Progress: r.Progress, By: by, Devices: others[by]}
}

// assigned reports whether the members have the version that were meant to: those that were in the group when it was deployed. A device
// that joins during the wait does not hold it up, but shows as a difference in the next plan; one that leaves is not missed.
func (r Result) assigned() bool {
	spec, before := r.Proposal.Spec, r.Proposal.State.Members
	wanted := before.devices()
	if spec.Percentage < 100 {
		now, left := r.Members.devices(), 0
		for _, m := range before {
			if !now.Contains(m.ID) {
				left++
			}
		}
		return r.Members.Count()[spec.Version] >= min(r.Activated, len(r.Members))-left
	}
	return !slices.ContainsFunc(r.Members, func(m control.Member) bool {
		return m.Version != spec.Version && (before == nil || wanted.Contains(m.ID))
	})
}

func (p Progress) fields() map[string]any {
	fields := map[string]any{
		"rollout_id": p.Rollout.ID, "version": p.Rollout.Version, "status": string(p.Rollout.Status), "percentage": p.Rollout.Percentage,
	}
	if p.Affected.Total != nil && p.Affected.Updated != nil {
		fields["devices_updated"], fields["devices_total"] = *p.Affected.Updated, *p.Affected.Total
	}
	return fields
}

const (
	// maxPollInterval is what the pause between two polls grows to.
	maxPollInterval = 30 * time.Second
	// maxFirstPause is the longest pause between the answer that a rollout has begun and the first poll.
	maxFirstPause = 2 * time.Second
	// toleratedFailures is how many polls in a row may fail before a wait gives up.
	toleratedFailures = 4
	// ReportInterval is after which time a wait says again how far it has come, if no poll did before: at least every 30 s.
	ReportInterval = 20 * time.Second
	// firstStall is after how many polls without progress a newer rollout ends a wait.
	firstStall = 4
	pollGrowth = 1.5
)

// pause waits for a time, calls say every ReportInterval of it, and reports whether it has passed before ctx has ended.
func pause(ctx context.Context, d time.Duration, say func()) bool {
	for left := d; left > 0; left -= ReportInterval {
		timer := time.NewTimer(min(left, ReportInterval))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return false
		}
		if left > ReportInterval {
			say()
		}
	}
	return true
}

// pollUntil polls until the poll says done or returns an error of its own. An error that a later poll may not have (a lost connection,
// a 5xx) is tolerated up to four times in a row; any other ends the wait immediately. The first poll is made immediately, the pause
// begins with first and grows to 30 s. When ctx ends, or would end before the rate limit lets the next poll pass, or the polls keep
// failing, the error is a *WaitError.
func pollUntil(ctx context.Context, first time.Duration, poll func(context.Context) (done bool, err error)) error {
	return pollSaying(ctx, 0, first, poll, func() {})
}

// pollSaying is pollUntil that begins with a pause of its own, and calls say every ReportInterval of a longer pause.
func pollSaying(ctx context.Context, beginning, first time.Duration, poll func(context.Context) (done bool, err error), say func()) error {
	ctx = control.WithoutCache(ctx) // a wait for a change never ends on an old answer
	begun := time.Now()
	interval := first
	failures := 0
	var limit *control.RateLimitError
	if !pause(ctx, beginning, say) {
		return waitEnded(ctx, begun, nil)
	}
	for {
		done, err := poll(ctx)
		switch {
		case err == nil && done:
			return nil
		case err == nil:
			failures = 0
		case errors.As(err, &limit):
			return &WaitError{Outcome: OutcomeTimeout, Waited: time.Since(begun), Err: err}
		case ctx.Err() != nil && (control.Transient(err) || errors.Is(err, ctx.Err())):
			return waitEnded(ctx, begun, nil)
		case !control.Transient(err):
			return err
		default:
			if failures++; failures > toleratedFailures {
				return &WaitError{Outcome: OutcomeUnreachable, Waited: time.Since(begun), Err: err}
			}
		}
		if !pause(ctx, interval+rand.N(interval/10+1), say) {
			return waitEnded(ctx, begun, err)
		}
		interval = min(time.Duration(float64(interval)*pollGrowth), max(maxPollInterval, first))
	}
}

// pollFor polls for as long as span, as pollUntil does, and once more at its end. It returns nil when every poll was well, and
// immediately the first error of one that was not. When ctx ends, or the polls keep failing, the error is a *WaitError.
func pollFor(ctx context.Context, first, span time.Duration, poll func(context.Context) error, say func()) error {
	limited, cancel := context.WithTimeout(ctx, span)
	defer cancel()
	err := pollSaying(limited, 0, min(first, span), func(ctx context.Context) (bool, error) { return false, poll(ctx) }, say)
	var ended *WaitError
	if !errors.As(err, &ended) || ended.Outcome != OutcomeTimeout || ctx.Err() != nil {
		return err
	}
	return pollUntil(ctx, first, func(ctx context.Context) (bool, error) { return true, poll(ctx) })
}

func waitEnded(ctx context.Context, begun time.Time, last error) error {
	outcome := OutcomeInterrupted
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		outcome = OutcomeTimeout
	}
	return &WaitError{Outcome: outcome, Waited: time.Since(begun), Err: last}
}
