package deployment

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

// stateNote is what the page of each action says of Terraform's state.
const stateNote = "\n\nAn action changes neither state nor configuration. The next plan of an `octomil_model_deployment` shows the difference from its " +
	"`version`, or follows its `on_rollback`. To make the change last, change `version` as well. Actions require Terraform 1.14 or later."

// NewRollbackAction returns octomil_rollback.
func NewRollbackAction() action.Action {
	return &operatorAction{
		Configured: resourcekit.Configured{TypeName: "octomil_rollback"},
		description: "Rolls a fleet or a device group back to a version that was deployed before: immediately, on all devices. A rollout in " +
			"progress is canceled. The action fails and changes nothing if the version was never deployed, is deprecated, is newer than the " +
			"targeted version, or is the targeted version. Without `to_version`, it also fails if the last change was a rollback, so that " +
			"invoking it twice goes back one version and not two." + stateNote,
		takes: []string{"model", "group", "to_version", "reason", "wait_for", "timeout"},
		plan:  planRollback,
	}
}

func planRollback(ctx context.Context, i *invocation, before rollout.State) (actionPlan, bool) {
	to, ok := i.rollbackVersion(before)
	if !ok || !i.checkVersion(ctx, before, to) {
		return actionPlan{}, false
	}
	p := rollout.Propose(i.scope, before, rollout.RollbackTo(to))
	if p.Operation.Kind != rollout.Rollback {
		return i.refuseOtherOperation(p)
	}
	return actionPlan{
		text: fmt.Sprintf("%s on %s", operationText(p.Operation), i.scope), attribute: path.Root("to_version"), proposal: p,
		start: func(ctx context.Context) (rollout.Result, error) { return i.target.Start(ctx, p) },
		wait: func(ctx context.Context, r rollout.Result) (rollout.Result, error) {
			return rollout.Wait(ctx, i.target, r)
		},
		outcome: func(ctx context.Context, r rollout.Result) string {
			switch {
			case !i.config.waits():
				return "Accepted; not waited for"
			case i.scope.IsGroup():
				return i.sent // the last count of the members was the one that found them all
			}
			return rollbackOutcomeText(i.scope, i.status(ctx, r))
		},
	}, true
}

// rollbackVersion is the version to go back to: the one that is asked for, else the one that the targeted one has replaced.
func (i *invocation) rollbackVersion(before rollout.State) (to string, ok bool) {
	at := path.Root("to_version")
	to = i.config.ToVersion.ValueString()
	switch {
	case i.scope.IsGroup() && before.Serving == "":
		_, ok = i.refuse(path.Root("group"), "Nothing is deployed", "No device of %s is assigned a version of %s that could be rolled back.",
			i.scope, i.scope.Model)
	case before.Targeted == nil:
		_, ok = i.refuse(path.Root("model"), "Nothing is deployed", "The fleet runs no version of %s that could be rolled back.", i.scope.Model)
	case to == "" && before.RolledBack != nil:
		// A second invocation, after a lost connection for example, is not meant to go back one version further.
		_, ok = i.refuse(at, "The fleet was already rolled back", "%s %s. The targeted version of the fleet is now %s. To go back further, set "+
			"`to_version`.", before.RolledBack.Version, rollbackInfoText(*before.RolledBack), before.Version())
	case to == "" && before.Previous == "":
		_, ok = i.refuse(at, "There is no version to roll back to",
			"%s is the first known version on the fleet.", before.Version())
	case to == "":
		return before.Previous, true
	default:
		return to, true
	}
	return "", ok
}

// checkVersion is true when the version exists and the control plane rolls it out.
func (i *invocation) checkVersion(ctx context.Context, before rollout.State, to string) bool {
	versions, err := i.client.Versions(ctx, i.scope.ModelID, "")
	if err != nil {
		resourcekit.AddError(i.diags, path.Empty(), "Could not list the versions of the model", err)
		return false
	}
	pinned := *i.model
	pinned.Version = types.StringValue(to)
	var found diag.Diagnostics
	checkVersion(&pinned, rollout.Operation{Kind: rollout.Rollback, From: before.Version(), To: to}, versions, &found)
	for _, d := range found.Errors() {
		i.diags.Append(diag.WithPath(path.Root("to_version"), d))
	}
	return !found.HasError()
}

// refuseOtherOperation says what it would be instead of a rollback.
func (i *invocation) refuseOtherOperation(p rollout.Proposal) (actionPlan, bool) {
	at, before, to := path.Root("to_version"), p.State, p.Operation.To
	switch {
	case to == before.Version():
		return i.refuse(at, "The version is already targeted", "%s is already the targeted version of %s (%s at %g percent).",
			to, i.scope, before.Targeted.Status, before.Targeted.Percentage)
	case before.Open != nil && before.Open.Version == to:
		return i.refuse(at, "This is not a rollback", "Rollout %s of %s is already %s.", before.Open.ID, to, before.Open.Status)
	case !before.WasDeployed(to):
		return i.refuse(at, "The version was never deployed", "%s was never deployed to all of %s, so a rollback to it is not possible. Deployed "+
			"versions: %s. To deploy it, pin it with an `octomil_model_deployment`.", to, i.scope, strings.Join(before.Deployed, ", "))
	}
	return i.refuse(at, "This is not a rollback", "%s is newer than %s, the targeted version of %s. To go forward, pin it with an `octomil_model_deployment`.",
		to, before.Version(), i.scope)
}

func rollbackOutcomeText(scope rollout.Scope, p rollout.Progress) string {
	text := progressText(scope, p)
	if p.Rollout.Status == control.RolloutCompleted && p.Affected.Updated != nil && !p.Affected.AllUpdated() {
		text += "; the remaining devices follow when they are reachable"
	}
	return text
}
