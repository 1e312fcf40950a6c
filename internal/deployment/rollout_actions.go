package deployment

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

// NewStartAction returns octomil_rollout_start.
func NewStartAction() action.Action {
	return &operatorAction{
		Configured: resourcekit.Configured{TypeName: "octomil_rollout_start"},
		description: "Starts the pending rollout of a model, which was created in the dashboard or by another client and assigns no devices yet, at its " +
			"percentage. The action fails if no rollout is pending." + stateNote,
		takes: []string{"model", "wait_for", "timeout"},
		plan:  planStart,
	}
}

// NewPauseAction returns octomil_rollout_pause.
func NewPauseAction() action.Action {
	return &operatorAction{
		Configured: resourcekit.Configured{TypeName: "octomil_rollout_pause"},
		description: "Pauses the active rollout of a model: no further devices get the version, and devices that have it keep it. The action fails if " +
			"no rollout is active." + stateNote,
		takes: []string{"model", "timeout"},
		plan:  planPause,
	}
}

// NewResumeAction returns octomil_rollout_resume.
func NewResumeAction() action.Action {
	return &operatorAction{
		Configured: resourcekit.Configured{TypeName: "octomil_rollout_resume"},
		description: "Resumes the paused rollout of a model at its percentage. The action fails if no rollout is paused." +
			stateNote,
		takes: []string{"model", "wait_for", "timeout"},
		plan:  planResume,
	}
}

// NewAdvanceAction returns octomil_rollout_advance.
func NewAdvanceAction() action.Action {
	return &operatorAction{
		Configured: resourcekit.Configured{TypeName: "octomil_rollout_advance"},
		description: "Advances the active rollout of a model to a higher percentage of the fleet, or by one step. The action fails if no rollout is active, " +
			"if it is paused, and if the percentage would not increase or would exceed the target percentage of the rollout." + stateNote,
		takes: []string{"model", "percentage", "reason", "wait_for", "timeout"},
		plan:  planAdvance,
	}
}

// NewCancelAction returns octomil_rollout_cancel.
func NewCancelAction() action.Action {
	return &operatorAction{
		Configured: resourcekit.Configured{TypeName: "octomil_rollout_cancel"},
		description: "Cancels the pending, active or paused rollout of a model: devices that already have its version go back to the previous one. The " +
			"action fails if no rollout is in progress. Where the control plane allows several, all are canceled unless `rollout_id` names one. To undo a completed rollout, use `octomil_rollback`." + stateNote,
		takes: []string{"model", "rollout_id", "timeout"},
		plan:  planCancel,
	}
}

// openRollout is the rollout that can still assign devices; it refuses where there is none.
func (i *invocation) openRollout(before rollout.State) (control.Rollout, bool) {
	if r, ok := before.History.Open(); ok {
		return r, true
	}
	now := "Nothing is deployed."
	if t := before.Targeted; t != nil {
		now = fmt.Sprintf("The last one, of %s, is %s.", t.Version, t.Status)
	}
	_, ok := i.refuse(path.Root("model"), "No rollout is in progress", "No rollout of %s is in progress. %s", i.scope.Model, now)
	return control.Rollout{}, ok
}

// planStart plans the start of the newest pending rollout: a server may have another one that is in progress.
func planStart(_ context.Context, i *invocation, before rollout.State) (actionPlan, bool) {
	r, ok := i.openRollout(before)
	if !ok {
		return actionPlan{}, false
	}
	for _, open := range before.History.AllOpen() {
		if open.Status == control.RolloutPending {
			r = open
		}
	}
	if r.Status != control.RolloutPending {
		return i.refuse(path.Root("model"), "No rollout is pending", "%s; only a pending rollout can be started.", standingText(r))
	}
	p := i.change(r, rollout.Resume, rollout.Spec{Version: r.Version, Percentage: r.Percentage}, before)
	p.text = fmt.Sprintf("start rollout %s of %s at %g percent", r.ID, r.Version, r.Percentage)
	return p, true
}

func planPause(_ context.Context, i *invocation, before rollout.State) (actionPlan, bool) {
	r, ok := i.openRollout(before)
	if !ok {
		return actionPlan{}, false
	}
	if r.Status != control.RolloutActive {
		return i.refuse(path.Root("model"), "No rollout is active", "%s; only an active rollout can be paused.", standingText(r))
	}
	pause := true
	return i.change(r, rollout.Pause, rollout.Spec{Version: r.Version, Percentage: r.Percentage, Paused: &pause}, before), true
}

func planResume(_ context.Context, i *invocation, before rollout.State) (actionPlan, bool) {
	r, ok := i.openRollout(before)
	if !ok {
		return actionPlan{}, false
	}
	if r.Status != control.RolloutPaused {
		return i.refuse(path.Root("model"), "No rollout is paused", "%s; only a paused rollout can be resumed.", standingText(r))
	}
	pause := false
	return i.change(r, rollout.Resume, rollout.Spec{Version: r.Version, Percentage: r.Percentage, Paused: &pause}, before), true
}

func planAdvance(ctx context.Context, i *invocation, before rollout.State) (actionPlan, bool) {
	r, ok := i.openRollout(before)
	if !ok {
		return actionPlan{}, false
	}
	at, target, wanted := path.Root("percentage"), targetPercentage(r), i.config.Percentage.ValueFloat64()
	switch {
	case r.Status == control.RolloutPaused:
		return i.refuse(path.Root("model"), "The rollout is paused", "%s. Resume it first with `octomil_rollout_resume`.", standingText(r))
	case r.Status != control.RolloutActive:
		return i.refuse(path.Root("model"), "No rollout is active", "%s; only an active rollout can be advanced.", standingText(r))
	case r.Percentage >= target:
		return i.refuse(path.Root("model"), "The rollout has reached its target percentage", "%s, and its target is %g percent: there is nothing to advance.", standingText(r), target)
	case i.config.Percentage.IsNull():
		return i.advanceOneStep(ctx, r, before)
	case wanted > target:
		return i.refuse(at, "The percentage is too high", "%s, and its target is %g percent.", standingText(r), target)
	case wanted <= r.Percentage:
		return i.refuse(at, "The rollout percentage cannot decrease", "%s, and the action requests %g percent. Devices keep a version once they have it. To roll it "+
			"back, use `octomil_rollback`.", standingText(r), wanted)
	}
	p := i.change(r, rollout.Advance, rollout.Spec{Version: r.Version, Percentage: wanted}, before)
	p.text, p.attribute = fmt.Sprintf("advance rollout %s of %s from %g to %g percent", r.ID, r.Version, r.Percentage, wanted), at
	return p, true
}

// targetPercentage is what a rollout may be advanced to. A server that does not say has no bound of its own.
func targetPercentage(r control.Rollout) float64 {
	if r.TargetPercentage <= 0 {
		return 100
	}
	return r.TargetPercentage
}

// change plans an operation on an open rollout.
func (i *invocation) change(r control.Rollout, kind rollout.Kind, spec rollout.Spec, before rollout.State) actionPlan {
	before.Targeted = rollout.RecordOf(r)
	p := rollout.Proposal{
		Scope: i.scope, State: before, Spec: spec, Operation: rollout.Operation{Kind: kind, From: r.Version, To: r.Version},
	}
	return actionPlan{
		text: fmt.Sprintf("%s rollout %s of %s", kind, r.ID, r.Version), attribute: path.Root("model"), proposal: p,
		start:   func(ctx context.Context) (rollout.Result, error) { return i.fleet.Start(ctx, p) },
		wait:    i.wait,
		outcome: i.outcome,
	}
}

// advanceOneStep plans an advance by the rollout's own step. Where the server does not say how large that is, the step may lead to the
// target percentage.
func (i *invocation) advanceOneStep(ctx context.Context, r control.Rollout, before rollout.State) (actionPlan, bool) {
	step, err := i.client.RolloutStep(ctx, i.scope.ModelID, r.ID)
	if err != nil {
		resourcekit.AddError(i.diags, path.Root("model"), "Could not read the step of the rollout", err)
		return actionPlan{}, false
	}
	to := targetPercentage(r)
	if step != nil {
		to = min(to, r.Percentage+*step)
	}
	before.Targeted = rollout.RecordOf(r)
	return actionPlan{
		text: fmt.Sprintf("advance rollout %s of %s by one step from %g percent", r.ID, r.Version, r.Percentage), attribute: path.Root("model"),
		proposal: rollout.Proposal{
			Scope: i.scope, State: before, Spec: rollout.Spec{Version: r.Version, Percentage: to},
			Operation: rollout.Operation{Kind: rollout.Advance, From: r.Version, To: r.Version},
		},
		start: func(ctx context.Context) (rollout.Result, error) {
			after, err := i.client.AdvanceRollout(ctx, i.scope.ModelID, r)
			return rollout.Result{
				ID: r.ID, Progress: rollout.Progress{Rollout: after}, Written: err == nil || control.Ambiguous(err),
				Proposal: rollout.Proposal{Scope: i.scope, Spec: rollout.Spec{Version: r.Version, Percentage: after.Percentage}},
			}, err
		},
		wait:    i.wait,
		outcome: i.outcome,
	}, true
}

func (i *invocation) wait(ctx context.Context, r rollout.Result) (rollout.Result, error) {
	return rollout.Wait(ctx, i.fleet, r)
}

// outcome says where the rollout has got to, and how many devices follow it.
func (i *invocation) outcome(ctx context.Context, r rollout.Result) string {
	p := i.status(ctx, r)
	if p.Affected.Total == nil || p.Affected.Updated == nil {
		return standingText(p.Rollout)
	}
	return standingText(p.Rollout) + ": " + progressText(i.scope, p)
}

func planCancel(_ context.Context, i *invocation, before rollout.State) (actionPlan, bool) {
	open, ok := i.cancelableRollouts(before)
	if !ok {
		return actionPlan{}, false
	}
	text, done := cancelTexts(open)
	before.Open = rollout.RecordOf(open[len(open)-1])
	return actionPlan{
		text: text, attribute: path.Root("model"), proposal: rollout.ProposeCancel(i.scope, before),
		start: func(ctx context.Context) (rollout.Result, error) {
			newest := open[len(open)-1]
			result := rollout.Result{ID: newest.ID, Progress: rollout.Progress{Rollout: newest}}
			for _, r := range open {
				err := i.client.DeleteRollout(ctx, i.scope.ModelID, r.ID, true)
				result.Written = result.Written || err == nil || control.Ambiguous(err)
				if err != nil {
					return result, err
				}
			}
			return result, nil
		},
		wait: i.fleet.WaitForEnd,
		outcome: func(ctx context.Context, _ rollout.Result) string {
			text := done
			if now, err := i.fleet.Read(ctx, rollout.Private{}); err == nil && now.Version() != "" {
				text += fmt.Sprintf("; the targeted version of the fleet is %s", now.Version())
			}
			return text
		},
	}, true
}

// cancelTexts say what is going to be canceled, and what has been.
func cancelTexts(open []control.Rollout) (text, done string) {
	if len(open) == 1 {
		r := open[0]
		return fmt.Sprintf("cancel rollout %s of %s at %g percent", r.ID, r.Version, r.Percentage),
			fmt.Sprintf("Rollout %s of %s is canceled", r.ID, r.Version)
	}
	plans, ends := make([]string, len(open)), make([]string, len(open))
	for i, r := range open {
		plans[i] = fmt.Sprintf("%s of %s at %g percent", r.ID, r.Version, r.Percentage)
		ends[i] = fmt.Sprintf("%s of %s", r.ID, r.Version)
	}
	return "cancel the rollouts " + strings.Join(plans, ", "), "The rollouts " + strings.Join(ends, ", ") + " are canceled"
}

// cancelableRollouts is the rollout that is asked for, or else all that are open, oldest first: a server may allow several.
func (i *invocation) cancelableRollouts(before rollout.State) ([]control.Rollout, bool) {
	if open := before.History.AllOpen(); i.config.RolloutID.IsNull() && len(open) > 0 {
		return open, true
	}
	if i.config.RolloutID.IsNull() {
		_, ok := i.openRollout(before)
		return nil, ok
	}
	at, id := path.Root("rollout_id"), i.config.RolloutID.ValueString()
	r, found := before.History.Find(id)
	switch {
	case !found:
		i.refuse(at, "The rollout does not exist", "%s has no rollout %s.", i.scope.Model, id)
	case !r.Status.Open():
		i.refuse(at, "The rollout is not in progress", "%s; only a rollout in progress can be canceled. Use `octomil_rollback` to return to "+
			"an older version.", standingText(r))
	}
	return []control.Rollout{r}, found && r.Status.Open()
}
