package deployment

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

// Every sentence that a user reads about a deployment (those about actions are in action_diagnostics.go): first the guards, then what a plan announces, then what went wrong.

func addUnmanagedRollout(open rollout.Record, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("version"), "Another rollout is in progress",
		fmt.Sprintf("Rollout %s of %s is %s at %g percent and was not started by this resource. A model can have only one open "+
			"rollout.\n\nWait for it to end, pin %s to take it over, or set `supersede = true` to cancel it.",
			open.ID, open.Version, open.Status, open.Percentage, open.Version))
}

// addUnplannedCancel refuses to end a rollout that the plan did not show.
func addUnplannedCancel(p rollout.Proposal, diags *diag.Diagnostics) {
	open := p.Cancels()
	diags.AddAttributeError(path.Root("version"), "The plan is out of date",
		fmt.Sprintf("After this plan was made, rollout %s of %s was started outside of Terraform. It is %s at %g percent, and to %s would cancel it, which the "+
			"plan did not show. Nothing was changed. Run `terraform plan` again and review the result.", open.ID, open.Version, open.Status,
			open.Percentage, operationText(p.Operation)))
}

// warnOfUnplannedCancel says that a rollback ends a rollout that the plan did not show.
func warnOfUnplannedCancel(p rollout.Proposal, diags *diag.Diagnostics) {
	diags.AddAttributeWarning(path.Root("version"), "The rollback cancels a rollout that the plan did not show",
		"It was started after the plan was made. "+canceledText(p, *p.Cancels()))
}

// warnOfHeldRollout says that a rollout of the pin is not advanced, because others have started it. If the configuration ignores the
// version, that is as intended.
func warnOfHeldRollout(now rollout.State, spec rollout.Spec, ignored bool, diags *diag.Diagnostics) {
	if ignored || now.Targeted == nil {
		return
	}
	diags.AddAttributeWarning(path.Root("rollout"), "A rollout that this resource did not start is in progress",
		fmt.Sprintf("Rollout %s of %s is %s at %g percent, and the configuration wants %g. It was started outside of Terraform after the version was "+
			"pinned, so it is not advanced. To advance it with this resource, change `rollout.percentage`.",
			now.Targeted.ID, now.Targeted.Version, now.Targeted.Status, now.Targeted.Percentage, spec.Percentage))
}

func addRolledBack(p rollout.Proposal, diags *diag.Diagnostics) {
	if p.Rival != nil && p.Rival.Certain {
		diags.AddAttributeError(path.Root("version"), rivalSummary, rivalText(p)+" The pin is not deployed again automatically.\n\nPin the same version in "+
			"both deployments, or remove the devices from one of the groups. To deploy the pin anyway, set `on_rollback = \"redeploy\"`; to leave "+
			"the devices as they are, set `on_rollback = \"accept\"`.")
		return
	}
	diags.AddAttributeError(path.Root("version"), rolledBackSummary(p), rolledBackText(p)+
		" It is not deployed again automatically.\n\nPin a known good version. To deploy this one anyway, set `on_rollback = \"redeploy\"`; to leave "+
		"the devices as they are, set `on_rollback = \"accept\"`.")
}

func warnOfAcceptedRollback(p rollout.Proposal, diags *diag.Diagnostics) {
	summary, text := rolledBackSummary(p), rolledBackText(p)
	if p.Rival != nil && p.Rival.Certain {
		summary, text = rivalSummary, rivalText(p)
	}
	diags.AddAttributeWarning(path.Root("version"), summary+" "+ofScope(p.Scope), text+
		" Because `on_rollback` is `\"accept\"`, the devices are left as they are until another version is pinned.")
}

const rivalSummary = "A deployment to another device group replaced the version"

// rivalText says which other group's deployment has given members another version than the pin.
func rivalText(p rollout.Proposal) string {
	other := p.Rival
	return fmt.Sprintf("%s of %s %s in the device group %s, too, and a deployment to that group assigned %s %s instead of %s. "+
		"%s itself has not been rolled back: a device in several groups has the version that was deployed last to one of them.",
		deviceCount(other.Devices), p.Scope, verb(&other.Devices, "is", "are"), other.Group,
		verb(&other.Devices, "it", "them"), other.Version, p.Spec.Version, p.Spec.Version)
}

// rolledBackSummary tells a version that was rolled back from one whose rollout was canceled. Of a group there is no record: its
// members were given an older version.
func rolledBackSummary(p rollout.Proposal) string {
	if p.RollbackInfo() == nil && !p.Scope.IsGroup() {
		return "The rollout was canceled"
	}
	return "The version was rolled back"
}

// rolledBackText says when, why and by what the pin was rolled back, and what is targeted since.
func rolledBackText(p rollout.Proposal) string {
	text := fmt.Sprintf("%s was rolled back.", p.Spec.Version)
	switch info := p.RollbackInfo(); {
	case info != nil:
		text = fmt.Sprintf("%s %s.", p.Spec.Version, rollbackInfoText(*info))
	case !p.Scope.IsGroup():
		text = fmt.Sprintf("The rollout of %s was canceled, or its record deleted, outside of Terraform.", p.Spec.Version)
	}
	if p.State.Targeted != nil {
		text += fmt.Sprintf(" The targeted version of %s is now %s.", p.Scope, p.State.Version())
	}
	if other := p.Rival; other != nil {
		text += fmt.Sprintf(" The same devices are in the device group %s, too, whose members are all assigned %s: a deployment to that group may "+
			"have assigned it.", other.Group, other.Version)
	}
	return text
}

// rollbackInfoText says when, why and by what a version was rolled back, as far as the server tells.
func rollbackInfoText(info rollout.RollbackInfo) string {
	var text strings.Builder
	text.WriteString("was rolled back")
	if !info.At.IsZero() {
		text.WriteString(" on " + info.At.UTC().Format(time.RFC3339))
	}
	switch info.Trigger {
	case "":
	case rollout.TriggerAuto:
		text.WriteString(" automatically by the organization's policy")
	default:
		text.WriteString(" manually")
	}
	if info.Reason != "" {
		text.WriteString(": " + info.Reason)
	}
	return text.String()
}

// addUncounted refuses an operation whose devices cannot be counted, although a setting limits them.
func addUncounted(p rollout.Proposal, at path.Path, setting string, limit int, diags *diag.Diagnostics) {
	summary := "The affected devices cannot be counted"
	if err := p.Impact.Err; err != nil {
		diags.AddAttributeError(at, summary, fmt.Sprintf("%s is %d, but the devices that would change in order to %s could not be "+
			"counted. Nothing was changed. %s", setting, limit, operationText(p.Operation), resourcekit.ErrorDetail(err)))
		return
	}
	diags.AddAttributeError(at, summary,
		fmt.Sprintf("%s is %d, but the control plane does not return how many devices would change in order to %s. Remove "+
			"`max_affected_devices` to continue without a limit.", setting, limit, operationText(p.Operation)))
}

// expenseText says whose devices an operation changes, and how.
func expenseText(p rollout.Proposal) string {
	return fmt.Sprintf("%s on %s: %s", p.Scope.Model, p.Scope, operationText(p.Operation))
}

// maxExpenses is how many operations an error lists.
const maxExpenses = 50

// addBudgetExceeded refuses an operation with which all operations of a run change more devices than the provider allows.
func addBudgetExceeded(all []resourcekit.DeviceExpense, sum, limit int, at path.Path, diags *diag.Diagnostics) {
	var list strings.Builder
	for i, e := range all {
		if i == maxExpenses {
			fmt.Fprintf(&list, "\n  and %d more", len(all)-i)
			break
		}
		fmt.Fprintf(&list, "\n  %s (%s)", e.Scope, deviceCount(e.Devices))
	}
	diags.AddAttributeError(at, "Too many devices would change in this run",
		fmt.Sprintf("`max_affected_devices` in the provider block allows %s in one run, and its operations change %d or more:\n%s\n\nApply fewer "+
			"changes in one run, for example with `-target`, or increase `max_affected_devices` in the provider block.", deviceCount(limit), sum, list.String()))
}

// warnOfUncountedPreview says why a preview has no number of devices, so that it is not taken for a server that gives none.
func warnOfUncountedPreview(err error, diags *diag.Diagnostics) {
	diags.AddWarning("The devices could not be counted", "`devices` and `devices_total` are null. "+resourcekit.ErrorDetail(err))
}

func addTooManyAffected(p rollout.Proposal, affected, limit int, diags *diag.Diagnostics) {
	advice := "Increase `max_affected_devices`."
	switch p.Operation.Kind { // a rollback ignores the percentage
	case rollout.Cancel:
		advice = "Increase `max_affected_devices`, or set `on_destroy = \"keep\"`, and apply that first."
	case rollout.Deploy, rollout.Advance, rollout.Resume:
		advice = "Increase `max_affected_devices`, or decrease `rollout.percentage`."
	default:
	}
	diags.AddAttributeError(path.Root("max_affected_devices"), "Too many devices would change",
		fmt.Sprintf("To %s changes %s of %s, but `max_affected_devices` allows %d. %s", operationText(p.Operation), deviceCount(affected), p.Scope,
			limit, advice))
}

// addUnreadPolicy refuses an operation whose limits are not known.
func addUnreadPolicy(p rollout.Proposal, err error, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("version"), "Could not "+operationText(p.Operation),
		"The limits of the organization's policy (`max_rollout_step_percent`, `min_rollout_duration` and `require_approval`) could not be read, and a "+
			"rollout must respect them. Nothing was changed. "+resourcekit.ErrorDetail(err))
}

// warnOfUnknownPolicy says that only the control plane can enforce the policy.
func warnOfUnknownPolicy(unread *rollout.PolicyError, diags *diag.Diagnostics) {
	advice := "Set `org_id` in the provider block, or `OCTOMIL_ORG_ID`."
	if control.NoSuchRoute(unread) {
		advice = "The server may be too old, or a proxy may have answered. Check `api_url` in the provider block."
	}
	diags.AddAttributeWarning(path.Root("version"), "The organization's policy is not known",
		fmt.Sprintf("The limits of the organization's policy, such as `max_rollout_step_percent`, cannot be respected, because they could not be read. %s "+
			"%s", resourcekit.Sentence(unread.Error()), advice))
}

// addTooLargeStep refuses an operation that has to be a single step and is larger than the policy allows.
func addTooLargeStep(p rollout.Proposal, step *rollout.StepError, diags *diag.Diagnostics) {
	advice := fmt.Sprintf("Decrease `rollout.percentage` to %g or less", step.From+step.Limit)
	switch {
	case step.Limit <= 0:
		advice = "An owner or admin of the organization can raise the limit"
	case p.Spec.Paused != nil && *p.Spec.Paused:
		advice += ", or remove `paused = true`"
	case !p.Spec.Wait:
		advice += ", or set `wait_for = \"complete\"`, with which an apply takes several steps"
	}
	diags.AddAttributeError(path.Root("rollout").AtName("percentage"), "The step is too large for the organization's policy",
		fmt.Sprintf("To %s would go from %g to %g percent in one step, but the organization's policy allows at most %g percent "+
			"(`max_rollout_step_percent`). %s.", operationText(p.Operation), step.From, step.To, step.Limit, advice))
}

// warnOfApproval says in a plan that the control plane refuses a step until it is approved.
func warnOfApproval(p rollout.Proposal, diags *diag.Diagnostics) {
	summary, detail := approvalText(p)
	diags.AddAttributeWarning(path.Root("version"), summary, detail)
}

func approvalText(p rollout.Proposal) (summary, detail string) {
	return "The policy requires an approval", fmt.Sprintf("The organization's policy requires an approval of each increase of the percentage "+
		"(`require_approval`), so the control plane is going to refuse to %s unless the step is approved. Ask an owner or admin of the organization "+
		"to approve it in the dashboard before you apply.", advanceText(p))
}

// advanceText says the part of an operation that raises the percentage of a rollout that has begun.
func advanceText(p rollout.Proposal) string {
	if len(p.Steps) > 1 && p.Operation.Kind == rollout.Deploy {
		return fmt.Sprintf("advance the rollout of %s beyond %g percent", p.Operation.To, p.Steps[0].Percentage)
	}
	return operationText(p.Operation)
}

// addShrinking refuses a percentage below the one that the configuration had before: devices that have a version keep it.
func addShrinking(scope rollout.Scope, spec rollout.Spec, before float64, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("rollout").AtName("percentage"), "The rollout percentage cannot decrease",
		fmt.Sprintf("%s was rolled out to %g percent of %s, and `rollout.percentage` is now %g. Devices keep a version once they have it. To roll "+
			"it back, pin an older version.", spec.Version, before, scope, spec.Percentage))
}

// addOverlap refuses pins of different versions on groups that have devices in common.
func addOverlap(plan *model, other, version string, devices int, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("version"), "Two resources pin different versions on the same devices",
		fmt.Sprintf("%s of the device group %s %s in the device group %s, too. This `octomil_model_deployment` pins %s on %s to %s, and another one in "+
			"this configuration pins it on %s to %s. A device has the version that was deployed last to one of its groups, so each apply of one would "+
			"undo the other on these devices. Pin the same version on both groups, or remove the devices from one of them.",
			deviceCount(devices), plan.Group.ValueString(), verb(&devices, "is", "are"), other, plan.Model.ValueString(), plan.Group.ValueString(),
			plan.Version.ValueString(), other, version))
}

func addConflictingPins(plan *model, other string, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("version"), "Two resources pin different versions",
		fmt.Sprintf("Another `octomil_model_deployment` in this configuration pins %s on %s to %s, and this one pins it to %s. Each apply of one would "+
			"undo the other. Remove one of them.", plan.Model.ValueString(), plan.scope(), other, plan.Version.ValueString()))
}

func addVersionStatusError(m *model, v control.Version, op rollout.Operation, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("version"), "The version is "+v.Status,
		fmt.Sprintf("%s of %s is %s: the control plane refuses to %s. Pin another version.", v.Version, m.Model.ValueString(), v.Status, operationText(op)))
}

func warnOfVersionStatus(m *model, v control.Version, diags *diag.Diagnostics) {
	at := path.Root("version")
	if v.Status == control.VersionDraft {
		diags.AddAttributeWarning(at, "The version is a draft", fmt.Sprintf("%s of %s is not published; the control plane may refuse to roll it out. Publish it first.",
			v.Version, m.Model.ValueString()))
		return
	}
	diags.AddAttributeWarning(at, "The version is deprecated", fmt.Sprintf("%s of %s can still be deployed, but should no longer be rolled out. Pin a newer version.",
		v.Version, m.Model.ValueString()))
}

func warnOfEmptyGroup(m *model, diags *diag.Diagnostics) {
	diags.AddAttributeWarning(path.Root("group"), "The group has no devices", fmt.Sprintf("Nothing was deployed to %s, because it has no members. "+
		"Devices that join it later show as a difference in the next plan.", m.scope()))
}

// warnOfKeptDeployment names no version: without a refresh, that of the state may be out of date.
func warnOfKeptDeployment(m *model, diags *diag.Diagnostics) {
	diags.AddWarning("The deployment is kept", fmt.Sprintf("What %s runs of %s is left as it is and is no longer managed by Terraform.", m.scope(),
		m.Model.ValueString()))
}

func warnOfUncancelableGroup(m *model, diags *diag.Diagnostics) {
	diags.AddWarning("A deployment to a group cannot be canceled", fmt.Sprintf("The API has no call to cancel it: what %s is assigned of %s is left as it is "+
		"and is no longer managed by Terraform.", m.scope(), m.Model.ValueString()))
}

func addNoPreviousVersion(m *model, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("on_destroy"), "There is no version to roll back to",
		fmt.Sprintf("%s is the first known version on %s, so `on_destroy = \"rollback\"` has no version to return to. Set `on_destroy = \"keep\"`, "+
			"apply, and destroy again.", m.Version.ValueString(), m.scope()))
}

// addReadError reports that nothing could be read of a target.
func addReadError(ctx context.Context, client *control.Client, m *model, err error, diags *diag.Diagnostics) {
	if control.NotFound(err) {
		addMissingModel(ctx, client, m.Model.ValueString(), err, diags)
		return
	}
	resourcekit.AddError(diags, path.Empty(), fmt.Sprintf("Could not read what %s runs", m.scope()), err)
}

func addOutdatedPlan(p rollout.Proposal, planned rollout.Operation, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("version"), "The plan is out of date",
		fmt.Sprintf("After this plan was made, %s was modified outside of Terraform: the plan was to %s, but applying it now would %s. Nothing was "+
			"changed. Run `terraform plan` again and review the result.", p.Scope, operationText(planned), operationText(p.Operation)))
}

// addRefusedOperation reports that the server accepted nothing; the reason is often the version.
func addRefusedOperation(ctx context.Context, client *control.Client, m *model, op rollout.Operation, err error, diags *diag.Diagnostics) {
	summary := "Could not " + operationText(op)
	if resourcekit.NoSuchID(err) {
		versions, listErr := client.Versions(ctx, m.ModelID.ValueString(), "")
		if listErr == nil && !checkVersionExists(m, versions, diags) {
			return
		}
	}
	at := path.Root("version")
	switch op.Kind {
	case rollout.Advance:
		at = path.Root("rollout").AtName("percentage")
	case rollout.Pause:
		at = path.Root("paused")
	default:
	}
	resourcekit.AddError(diags, resourcekit.ErrorAttributes{Default: at}.For(err), summary, err)
}

// addFailedOperation reports an operation that the server had accepted and that did not get where it was meant to.
func addFailedOperation(m *model, op rollout.Operation, s rollout.State, err error, diags *diag.Diagnostics) {
	var ended *rollout.Error
	var incomplete *rollout.IncompleteError
	switch {
	case errors.As(err, &ended):
		summary, detail := rolloutErrorText(ended, m.scope(), s.Version())
		diags.AddAttributeError(path.Root("version"), summary, detail)
	case errors.As(err, &incomplete):
		addIncomplete(path.Root("version"), incomplete, diags)
	default:
		resourcekit.AddError(diags, path.Empty(), "Could not completely "+operationText(op), err)
	}
}

// addIncomplete reports a wait that ended before its rollout, which the next apply attaches to.
func addIncomplete(at path.Path, incomplete *rollout.IncompleteError, diags *diag.Diagnostics) {
	summary, detail := incompleteText(incomplete)
	detail += "\n\nThe rollout continues on the server and is saved in the state. The next apply attaches to it and waits for it."
	if incomplete.Outcome == rollout.OutcomeTimeout {
		detail += " For slower fleets, increase `timeouts` or set `wait_for = \"accepted\"`."
	}
	diags.AddAttributeError(at, summary, detail)
}

// rolloutErrorText is the diagnostic of a rollout that ended otherwise. now is what the scope is meant to run instead, "" where that
// is nothing or not known.
func rolloutErrorText(err *rollout.Error, scope rollout.Scope, now string) (summary, detail string) {
	said := resourcekit.Sentence(err.Error())
	switch err.Kind {
	case rollout.ErrorRolledBack:
		return "The rollout was rolled back", said + insteadText(scope, now)
	case rollout.ErrorDeleted, rollout.ErrorCanceled:
		return "The rollout was canceled", said + insteadText(scope, now)
	case rollout.ErrorPaused:
		return "The rollout is paused", said + " The rollout was paused outside of Terraform and is not resumed automatically.\n\n" +
			"Set `paused = false` to resume it, set `paused = true` to keep it paused, or pin an older version to roll back."
	case rollout.ErrorReplaced:
		if now != "" {
			said += fmt.Sprintf(" The targeted version is now %s, as the state shows.", now)
		}
		return "The deployment was replaced outside of Terraform", said + "\n\nRun `terraform plan` to see the difference."
	case rollout.ErrorTakenOver:
		return "Another deployment took the devices over", said + " The devices are left as they are, and the state shows what they have.\n\nPin the same " +
			"version in both deployments, or remove the devices from one of the groups. Then run `terraform plan` to see the difference."
	case rollout.ErrorOtherVersion:
	}
	return "Unexpected rollout", said + "\n\nRun `terraform plan` to see what the fleet runs."
}

// insteadText says what replaces a version that was rolled back.
func insteadText(scope rollout.Scope, now string) string {
	text := " There is no earlier version to go back to."
	if now != "" {
		text = fmt.Sprintf(" The targeted version of %s is now %s, as the state shows.", scope, now)
	}
	return text + "\n\nPin a known good version. This one is not deployed again unless you set `on_rollback = \"redeploy\"`."
}

// incompleteText says how a wait ended and how far the rollout had come.
func incompleteText(err *rollout.IncompleteError) (summary, detail string) {
	var text strings.Builder
	switch err.Outcome {
	case rollout.OutcomeInterrupted:
		summary = "Interrupted while the rollout continues"
		text.WriteString("The command was interrupted")
	case rollout.OutcomeUnreachable:
		summary = "Could not follow the rollout"
		text.WriteString("Too many consecutive requests to the control API failed")
	default:
		summary = "The rollout did not finish in time"
		text.WriteString("The time limit was reached")
	}
	fmt.Fprintf(&text, " after %s. At that point, %s", err.Waited.Round(time.Second), err.Progress)
	if err.Percentage > 0 {
		fmt.Fprintf(&text, "; the wanted percentage is %g", err.Percentage)
	}
	text.WriteString(".")
	if err.Err != nil {
		text.WriteString(" The last response: " + resourcekit.Sentence(err.Err.Error()))
	}
	return summary, text.String()
}

func addNothingToImport(id string, diags *diag.Diagnostics) {
	diags.AddError("Could not import the deployment", fmt.Sprintf("Invalid import ID %q: expected `<model>` or `<model>/<group>`, each by name or ID, such as "+
		"`phi-4-mini` or `phi-4-mini/staging`. The organization has no such model, or no such group. Check the spelling, and `org_id` of the provider.", id))
}

func addMissingGroup(name string, groups []control.Group, diags *diag.Diagnostics) {
	at := path.Root("group")
	names := make([]string, len(groups))
	for i, g := range groups {
		names[i] = g.Name
		if g.ID == name {
			diags.AddAttributeError(at, "`group` must be a name",
				fmt.Sprintf("%s is the ID of a device group. Use its name: `group = %q`.", name, g.Name))
			return
		}
	}
	diags.AddAttributeError(at, "The device group does not exist",
		fmt.Sprintf("The organization has no device group %q. %s", name, resourcekit.DidYouMean(name, "device groups", names)))
}

func addMissingVersion(m *model, names []string, diags *diag.Diagnostics) {
	pin := m.Version.ValueString()
	diags.AddAttributeError(path.Root("version"), "The version does not exist",
		fmt.Sprintf("The model %s has no version %q. %s", m.Model.ValueString(), pin, resourcekit.DidYouMean(pin, "versions", names)))
}

// addUnknownModel is the error of a model that is not among those of the organization.
func addUnknownModel(word string, models []control.Model, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("model"), "The model does not exist",
		fmt.Sprintf("The organization has no model %q. %s", word, resourcekit.DidYouMean(word, "models", modelNames(models))))
}

func modelNames(models []control.Model) []string {
	names := make([]string, len(models))
	for i, known := range models {
		names[i] = known.Name
	}
	return names
}

// warnOfUnknownName says what a plan makes of a name that no object has yet.
func warnOfUnknownName(at path.Path, title, name, before string, diags *diag.Diagnostics) {
	diags.AddAttributeWarning(at, fmt.Sprintf("No %s has this name yet", title), fmt.Sprintf("The organization has no %s %q. The plan takes it for the new name of %q, "+
		"which the same apply may give it through another configuration of the provider; the apply fails if it does not. If another %[1]s is "+
		"meant, create it first, for example with `-target`.", title, name, before))
}

// addOtherName is the error of a name that no object had during the plan, and that another object has than that of the resource.
func addOtherName(at path.Path, title, name string, diags *diag.Diagnostics) {
	diags.AddAttributeError(at, "The plan is out of date", fmt.Sprintf("The %s %q is another one than that of this resource. No %[1]s had the name when the plan "+
		"was made. Nothing was changed. Run `terraform plan` again and review the result.", title, name))
}

// addMissingModel is the error of a model that the server does not know; err is its answer.
func addMissingModel(ctx context.Context, client *control.Client, word string, err error, diags *diag.Diagnostics) {
	detail := resourcekit.ErrorDetail(err)
	if models, listErr := client.Models(ctx); listErr == nil {
		detail = resourcekit.DidYouMean(word, "models", modelNames(models)) + "\n\n" + detail
	}
	diags.AddAttributeError(path.Root("model"), "The model does not exist", fmt.Sprintf("The organization has no model %q. %s", word, detail))
}
