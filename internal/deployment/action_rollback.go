package deployment

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// stateNote is what the page of each action says of Terraform's state.
const stateNote = "\n\nAn action changes no state and no configuration. The next plan of an `octomil_model_deployment` shows what differs from its " +
	"pin, or does what its `on_rollback` says: change the pin as well where the change is to last. Actions need Terraform 1.14 or newer."

// NewRollbackAction returns octomil_rollback.
func NewRollbackAction() action.Action {
	return &operatorAction{
		Configured: resourcekit.Configured{TypeName: "octomil_rollback"},
		description: "Rolls a fleet or a device group back to a version that was deployed before: at once, on all devices, also in the middle " +
			"of a rollout, which ends. It fails, and changes nothing, where that is no rollback: the version was never deployed, is " +
			"deprecated, comes after the present one, or is the present one. Without `to_version` it fails also where a rollback is what " +
			"happened last, so that invoking it twice goes back one version and not two." + stateNote,
		takes:  []string{"model", "group", "to_version", "reason", "wait_for", "timeout"},
		choose: chooseRollback,
	}
}

func chooseRollback(ctx context.Context, e *errand, before view) (move, bool) {
	to, ok := e.goal(before)
	if !ok || !e.deployable(ctx, before, to) {
		return move{}, false
	}
	w := wish{version: to}.atOnce()
	op := decide(before.situation, w)
	if op.Kind != operationRollback {
		return e.noRollback(before, op)
	}
	return move{
		words: op.words() + " on " + e.model.scopeText(), at: path.Root("to_version"),
		send:  func(ctx context.Context) (receipt, error) { return e.scope.execute(ctx, op, w, before) },
		await: func(ctx context.Context, done receipt) (receipt, error) { return e.scope.await(ctx, w, done) },
		outcome: func(ctx context.Context, done receipt) string {
			switch {
			case !e.order.waits():
				return "Accepted; not waited for"
			case !e.model.Group.IsNull():
				return e.said // the last look at the members was the one that found them all
			}
			return e.tally(ctx, done)
		},
	}, true
}

// goal is the version to go back to: the one that is asked for, else the one that the targeted one has replaced.
func (e *errand) goal(before view) (to string, ok bool) {
	at := path.Root("to_version")
	to = e.order.ToVersion.ValueString()
	switch {
	case !e.model.Group.IsNull() && before.serving == "":
		_, ok = e.refuse(path.Root("group"), "Nothing is deployed", "No device of %s is assigned a version of %s that could be rolled back.",
			e.model.scopeText(), e.order.Model.ValueString())
	case before.Targeted == nil:
		_, ok = e.refuse(path.Root("model"), "Nothing is deployed", "The fleet runs no version of %s that could be rolled back.",
			e.order.Model.ValueString())
	case to == "" && before.rolledBack != nil:
		// Whoever invokes the action a second time, after a lost connection for example, does not mean one version further.
		_, ok = e.refuse(at, "There was a rollback already", "%s %s. What the fleet is meant to run since is %s. To go back further, name the version "+
			"in to_version.", before.rolledBack.version, before.rolledBack.words(), before.target())
	case to == "" && before.previous == "":
		_, ok = e.refuse(at, "There is no version to go back to",
			"%s is the first version on the fleet, as far as the control plane remembers.", before.target())
	case to == "":
		return before.previous, true
	default:
		return to, true
	}
	return "", ok
}

// deployable is true when the version exists and the control plane lets it out.
func (e *errand) deployable(ctx context.Context, before view, to string) bool {
	at := path.Root("to_version")
	versions, err := e.client.Versions(ctx, e.model.ModelID.ValueString(), "")
	if err != nil {
		resourcekit.AddError(e.diags, path.Empty(), "Could not list the versions of the model", err)
		return false
	}
	asked := *e.model
	asked.Version = types.StringValue(to)
	var found diag.Diagnostics
	checkPin(&asked, operation{Kind: operationRollback, From: before.target(), To: to}, versions, &found)
	for _, d := range found.Errors() {
		e.diags.Append(diag.WithPath(at, d))
	}
	return !found.HasError()
}

// noRollback says what it would be instead.
func (e *errand) noRollback(before view, op operation) (move, bool) {
	at, scope := path.Root("to_version"), e.model.scopeText()
	switch {
	case op.To == before.target():
		return e.refuse(at, "The version is in place already", "%s is what %s is meant to run already (%s at %g percent).",
			op.To, scope, before.Targeted.Status, before.Targeted.Percentage)
	case before.Open != nil && before.Open.Version == op.To:
		return e.refuse(at, "This is no rollback", "Rollout %s of %s is %s already.", before.Open.ID, op.To, before.Open.Status)
	case !before.wasDeployed(op.To):
		return e.refuse(at, "The version was never deployed", "%s was never deployed to all of %s, so it cannot be rolled back to. These were: %s. "+
			"To deploy it, pin it with an octomil_model_deployment.", op.To, scope, strings.Join(before.Deployed, ", "))
	}
	return e.refuse(at, "This is no rollback", "%s comes after %s, which %s is meant to run: to go forward, pin it with an octomil_model_deployment.",
		op.To, before.target(), scope)
}
