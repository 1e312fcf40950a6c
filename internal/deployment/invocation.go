package deployment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

// invocation is one run of one action.
type invocation struct {
	client *control.Client
	config actionModel
	// model is the target's: of a resource's attributes only the names and IDs are filled in.
	model  *model
	scope  rollout.Scope
	target rollout.Target
	// fleet is the target of the actions on a rollout, which only the whole fleet has.
	fleet rollout.Fleet
	// devices is what all deployments and actions of the run may change together.
	devices *resourcekit.DeviceBudget
	diags   *diag.Diagnostics
	// send shows a message to the user; nil during a plan.
	send func(message string)
	// sent is the last message, and sentAt when it was sent.
	sent   string
	sentAt time.Time
}

// actionPlan is what an action does, once it is decided.
type actionPlan struct {
	// text says it: "roll 2.0.0 back to 1.0.0".
	text string
	// proposal is what it does to the devices.
	proposal rollout.Proposal
	// attribute is the one that an error belongs to where the server refuses.
	attribute path.Path
	// start makes the change; wait returns when it has taken effect.
	start func(ctx context.Context) (rollout.Result, error)
	wait  func(ctx context.Context, r rollout.Result) (rollout.Result, error)
	// outcome says at the end what has been reached.
	outcome func(ctx context.Context, r rollout.Result) string
}

func (i *invocation) run(ctx context.Context, plan func(context.Context, *invocation, rollout.State) (actionPlan, bool)) {
	before, ok := i.read(ctx)
	if !ok {
		return
	}
	p, ok := plan(ctx, i, before)
	if !ok {
		return
	}
	i.sendProgress("Going to " + p.text)
	i.sendProgress(i.impact(ctx, &p))
	if p.proposal.ChangesDevices() && !checkDeviceBudget(p.proposal, i.devices, p.attribute, i.diags) {
		return
	}
	r, err := p.start(ctx)
	switch {
	case err != nil && !r.Written:
		addRefusedAction(p, err, i.diags)
		return
	case r.NoMembers:
		addActionOnEmptyGroup(p, i.diags)
		return
	}
	if err == nil && i.config.waits() {
		r, err = p.wait(ctx, r)
	}
	if err != nil {
		i.addFailure(ctx, p, err)
		return
	}
	i.sendProgress(p.outcome(ctx, r))
}

// impact says from where to where an action goes, and on how many devices.
func (i *invocation) impact(ctx context.Context, p *actionPlan) string {
	if p.proposal.ChangesDevices() {
		p.proposal.CountAffected(ctx, i.client)
	}
	return impactText(p.proposal)
}

// warnOfPolicy says in a plan that the control plane is going to refuse an advance. It alone enforces the policy on an action, so that
// nothing depends on whether the policy can be read.
func (i *invocation) warnOfPolicy(ctx context.Context, p actionPlan, diags *diag.Diagnostics) {
	advance := p.proposal
	if advance.Operation.Kind != rollout.Advance {
		return
	}
	var step *rollout.StepError
	switch err := advance.PlanSteps(ctx, i.client); {
	case errors.As(err, &step):
		warnOfLargeStep(step, diags)
	case err == nil && advance.NeedsApproval():
		diags.AddWarning(approvalText(advance))
	}
}

// read reads what the target runs. The version that is asked for counts as a group's pin: as long as any member has another one,
// that one is what the group is meant to run.
func (i *invocation) read(ctx context.Context) (rollout.State, bool) {
	before, err := i.target.Read(ctx, rollout.Private{Pin: i.config.ToVersion.ValueString(), Percentage: 100, Strict: true})
	if err != nil {
		addReadError(ctx, i.client, i.model, err, i.diags)
	}
	return before, err == nil
}

// refuse says why the action is not carried out; it is the end of planning it.
func (i *invocation) refuse(at path.Path, summary, format string, args ...any) (actionPlan, bool) {
	i.diags.AddAttributeError(at, summary, fmt.Sprintf(format, args...)+" Nothing was changed.")
	return actionPlan{}, false
}

// sendProgress shows a message, unless it is the one that was shown last, a moment ago.
func (i *invocation) sendProgress(message string) {
	if i.send == nil || message == i.sent && time.Since(i.sentAt) < rollout.ReportInterval {
		return
	}
	i.sent, i.sentAt = message, time.Now()
	i.send(message)
}

// report shows how far a wait has come, as long as devices follow; how it ends is said by the outcome.
func (i *invocation) report(p rollout.Progress) {
	if p.Rollout.Status == control.RolloutActive || p.Rollout.Status == control.RolloutRollingBack {
		i.sendProgress(progressText(i.scope, p))
	}
}

// status reads the rollout and counts its devices once more at the end: a rollback is complete when all devices that can be reached have
// followed, and others may be left.
func (i *invocation) status(ctx context.Context, r rollout.Result) rollout.Progress {
	p := r.Progress
	if latest, err := i.client.Rollout(ctx, i.scope.ModelID, r.ID); err == nil {
		p.Rollout = latest
	}
	affected, err := i.fleet.Affected(ctx, p.Rollout.ID)
	if err != nil {
		affected = control.AffectedDevices{}
	}
	p.Affected = affected
	return p
}

// addFailure reports a change that the server had accepted and that did not get where it was meant to.
func (i *invocation) addFailure(ctx context.Context, p actionPlan, err error) {
	var ended *rollout.Error
	var incomplete *rollout.IncompleteError
	switch {
	case errors.As(err, &incomplete):
		addIncompleteAction(p, incomplete, i.diags)
	case errors.As(err, &ended):
		now, _ := i.target.Read(ctx, rollout.Private{})
		addEndedAction(p, ended, i.scope, now.Version(), i.diags)
	default:
		resourcekit.AddError(i.diags, path.Empty(), "Could not "+p.text, err)
	}
}
