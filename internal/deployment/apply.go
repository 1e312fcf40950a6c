package deployment

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

// applier applies one deployment, be it a create or an update.
type applier struct {
	target  rollout.Target
	client  *control.Client
	plan    *model
	private rollout.Private
	// planned is the operation that the plan has shown, nil where the plan has left it open.
	planned *rollout.Operation
	// cancels is the ID of the rollout that the planned operation ends, "" for none.
	cancels string
	// shown is the plan as it was shown: plan itself takes over what happens.
	shown   model
	devices *resourcekit.DeviceBudget
	// warned is true where the plan has made the checks that the apply repeats.
	warned bool
	// held is true where the plan leaves the percentage of a rollout as it is, because others have started it.
	held    bool
	timeout time.Duration
	// save writes state and private state; it is called as soon as the server has accepted something, and again with the truth
	// at the end.
	save  func(m model, private rollout.Private, s rollout.State)
	diags *diag.Diagnostics
}

// run does what the state at this moment asks for, and stops before any write where that is not what the plan has shown.
func (a *applier) run(ctx context.Context) {
	state, err := a.target.Look(ctx, a.private)
	if err != nil {
		addReadError(ctx, a.client, a.plan, err, a.diags)
		return
	}
	spec, _ := a.plan.spec(ctx, a.private, a.diags)
	if a.held {
		spec = spec.Held(state)
	}
	p := a.propose(state, spec)
	if a.diags.HasError() {
		return
	}
	checks{
		client: a.client, config: a.plan, private: a.private, devices: a.devices, warned: a.warned, diags: a.diags,
	}.apply(ctx, &p)
	if a.diags.HasError() {
		return
	}
	a.runSteps(ctx, p)
}

// propose decides anew and compares the operation with the planned one.
func (a *applier) propose(state rollout.State, spec rollout.Spec) rollout.Proposal {
	p := rollout.Propose(a.plan.scope(), state, spec)
	switch {
	case a.planned != nil && p.Operation.Kind == rollout.None && !a.planned.ReplacesVersion():
		return p.With(*a.planned) // it has got there by itself since
	case a.planned != nil && a.isUnderWay(p):
		p = p.With(*a.planned)
		p.Attach = true
	case a.planned != nil && p.Operation != *a.planned:
		addOutdatedPlan(p, *a.planned, a.diags)
	case a.planned != nil && p.Cancels() != nil && p.Cancels().ID != a.cancels:
		a.checkUnplannedCancel(p)
	case p.Operation.Kind == rollout.None:
		return p.With(rollout.Operation{Kind: rollout.Adopt, From: p.Operation.From, To: p.Operation.To})
	}
	return p
}

// isUnderWay reports whether somebody else has started since what was planned: the fleet has got the version, or is on the way to it without
// a further change.
func (a *applier) isUnderWay(p rollout.Proposal) bool {
	kind := p.Operation.Kind
	return !p.Scope.IsGroup() && a.planned.ReplacesVersion() && p.Operation.To == a.planned.To && !p.ChangesDevices() &&
		(kind == rollout.None || kind == rollout.Resume)
}

// checkUnplannedCancel reports a rollout that was started after the plan and that the operation would cancel. A rollback ends it all the
// same: that is what it is for.
func (a *applier) checkUnplannedCancel(p rollout.Proposal) {
	if p.Operation.Kind == rollout.Rollback {
		warnOfUnplannedCancel(p, a.diags)
		return
	}
	addUnplannedCancel(p, a.diags)
}

// runSteps starts the operation with its first step and raises the percentage from step to step.
func (a *applier) runSteps(ctx context.Context, p rollout.Proposal) {
	limited, cancel := context.WithTimeout(ctx, a.timeout+rollout.TotalBake(p.Steps))
	defer cancel()

	var r rollout.Result
	var err error
	for i, step := range p.Steps {
		if i == 0 {
			first := p
			first.Spec.Percentage = step.Percentage
			r, err = a.target.Start(limited, first)
			if err != nil && !r.Written {
				addRefusedOperation(ctx, a.client, a.plan, p.Operation, err, a.diags)
				return
			}
			a.setOperation(ctx, p)
		} else {
			r, err = a.target.SetPercentage(limited, step.Percentage, r)
		}
		if err == nil || i == 0 {
			if !a.held { // a rollout of others stays theirs
				a.private = a.private.Accepted(r)
			}
			a.saveState(ctx, p.Operation, r.State)
		}
		if r.NoMembers {
			warnOfEmptyGroup(a.plan, a.diags)
			break
		}
		if err == nil && r.Written && p.Spec.Wait {
			r, err = rollout.Wait(limited, a.target, r)
			a.private = a.private.AfterRead(r.State)
			if err == nil && !a.held {
				a.private.RolloutID = r.ID // it may have attached to another one
			}
		}
		if err == nil && step.Bake > 0 {
			r, err = rollout.Bake(limited, a.target, r, step.Bake)
		}
		if err != nil {
			break
		}
	}
	a.finish(ctx, r, err)
}

// setOperation says what was done, unless the plan has.
func (a *applier) setOperation(ctx context.Context, p rollout.Proposal) {
	if !a.shown.LastOperation.IsUnknown() {
		return
	}
	devices := expectedDevices(p)
	if p.Impact != nil {
		devices = changedDevices{affected: p.Affected(), total: p.Impact.Total}
	}
	devices.isUncounted = p.Impact == nil && devices.total == nil
	a.plan.setOperation(ctx, p, devices, a.diags)
}

// finish leaves the truth in the state, however the wait has ended. What the result has seen last is all there is after an interrupt,
// and enough where nothing was waited for, or where the wait has counted a group's members, or listed the rollouts. A rollout that every
// device has followed may be completed a moment later, and is read once more.
func (a *applier) finish(ctx context.Context, r rollout.Result, err error) {
	last, spec := r.State, r.Proposal.Spec
	a.private = a.private.Seeing(r)
	a.private.Kept = r.Kept
	if control.WholePercents(spec.Percentage, r.Kept) {
		resourcekit.WarnOfWholePercents(a.diags, path.Root("rollout").AtName("percentage"), "rollout.percentage", "deployment")
	}
	isCompleting := r.Rollout.Status == control.RolloutActive && r.Rollout.Percentage >= 100
	if err != nil || spec.Wait && r.Members == nil && (!r.StateRead || isCompleting) {
		if s, readErr := a.target.Read(ctx, a.private); readErr == nil {
			s.DeploymentID = last.DeploymentID
			last = s
			explain(err, last)
		}
	}
	if err == nil && last.Version() != spec.Version {
		err = &rollout.Error{Kind: rollout.ErrorReplaced, Progress: rollout.Progress{Rollout: control.Rollout{Version: spec.Version}}}
	}
	switch {
	case a.held: // nothing is owed to a rollout of others
	case err == nil:
		a.private = a.private.AfterApply(last)
	default:
		a.private.LastApplySucceeded = false
		a.private = a.private.AfterRead(last)
	}
	a.private = witnessed(a.private, a.client, last)
	if err != nil { // what a plan has shown need not be true then
		a.plan.setVersionSince(a.private)
	}
	a.takeState(ctx, r.Proposal.Operation, last)
	if err == nil {
		a.plan.useShown(a.shown)
	}
	a.save(*a.plan, a.private, last)
	if err != nil {
		a.findRival(ctx, r, err)
		addFailedOperation(a.plan, r.Proposal.Operation, last, err, a.diags)
	}
}

// findRival adds to the error of a group that was taken over whose deployment has done it.
func (a *applier) findRival(ctx context.Context, r rollout.Result, err error) {
	var taken *rollout.Error
	if !errors.As(err, &taken) || taken.Kind != rollout.ErrorTakenOver {
		return
	}
	p := r.Proposal
	p.FindRival(ctx, a.client, a.private)
	if p.Rival != nil && p.Rival.Version == taken.By {
		taken.Rival = p.Rival
	}
}

// explain adds to the error of a rollout that ended otherwise what the state after it tells.
func explain(err error, after rollout.State) {
	var ended *rollout.Error
	if errors.As(err, &ended) {
		ended.Explain(after)
	}
}

// saveState takes what the target runs into the state and saves it.
func (a *applier) saveState(ctx context.Context, op rollout.Operation, s rollout.State) {
	a.takeState(ctx, op, s)
	a.save(*a.plan, a.private, s)
}

// takeState takes over what the target runs.
func (a *applier) takeState(ctx context.Context, op rollout.Operation, s rollout.State) {
	planned := a.plan.PreviousVersion
	a.plan.setFromState(ctx, s, a.diags)
	switch {
	case s.Version() != op.To:
	case op.ReplacesVersion():
		a.plan.PreviousVersion = resourcekit.StringOrNull(op.From)
	case !planned.IsUnknown():
		a.plan.PreviousVersion = planned
	}
	if s.DeploymentID != "" {
		a.plan.RolloutID = types.StringValue(s.DeploymentID)
	}
}
