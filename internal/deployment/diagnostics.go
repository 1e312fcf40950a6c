package deployment

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

// Every sentence that a user reads about a deployment: first the guards, then what a plan announces, then what went wrong.

func addUnmanagedRollout(open rollout.Record, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("version"), "Another rollout is under way",
		fmt.Sprintf("Rollout %s of %s is %s at %g percent and was not started by this resource. A model has one rollout at a time.\n\n"+
			"Wait until it has ended, pin %s to take it over, or set supersede = true to cancel it.",
			open.ID, open.Version, open.Status, open.Percentage, open.Version))
}

func addRolledBack(p rollout.Proposal, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("version"), "The version was rolled back", rolledBackText(p)+
		" It is not deployed again without being asked to.\n\nPin a version that is known to be good. Or set on_rollback = \"redeploy\" "+
		"to deploy this one all the same, or on_rollback = \"accept\" to leave the fleet as it is.")
}

func warnOfAcceptedRollback(p rollout.Proposal, diags *diag.Diagnostics) {
	diags.AddAttributeWarning(path.Root("version"), "The version was rolled back", rolledBackText(p)+
		" With on_rollback = \"accept\" that is left as it is, until another version is pinned.")
}

// rolledBackText says when, why and by what the pin was rolled back, and what runs since.
func rolledBackText(p rollout.Proposal) string {
	how := "was rolled back"
	if info := p.State.RolledBack; info != nil && info.Version == p.Spec.Version {
		how = rollbackInfoText(*info)
	}
	text := fmt.Sprintf("%s %s.", p.Spec.Version, how)
	if p.State.Targeted != nil {
		text += fmt.Sprintf(" What %s is meant to run since is %s.", p.Scope, p.State.Version())
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
	case "auto":
		text.WriteString(" automatically, by the organization's policy")
	default:
		text.WriteString(" by hand")
	}
	if info.Reason != "" {
		text.WriteString(": " + info.Reason)
	}
	return text.String()
}

func addUncounted(p rollout.Proposal, limit int, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("max_affected_devices"), "The devices cannot be counted",
		fmt.Sprintf("max_affected_devices = %d, and the control plane does not say how many devices it would be to %s. Remove "+
			"max_affected_devices to go on without a count.", limit, operationText(p.Operation)))
}

func addTooManyAffected(p rollout.Proposal, affected, limit int, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("max_affected_devices"), "Too many devices would change",
		fmt.Sprintf("To %s changes %s of %s, and max_affected_devices = %d allows no more than that. Raise it, or lower rollout.percentage.",
			operationText(p.Operation), deviceCount(affected), p.Scope, limit))
}

// addShrinking refuses a percentage below the one that the configuration had before: devices that have a version keep it.
func addShrinking(scope rollout.Scope, spec rollout.Spec, before float64, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("rollout").AtName("percentage"), "A share cannot shrink",
		fmt.Sprintf("%s was rolled out to %g percent of %s, and the configuration now says %g. Devices that have a version keep it: to take "+
			"it back, pin an older version, which is a rollback.", spec.Version, before, scope, spec.Percentage))
}

func addConflictingPins(plan *model, other string, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("version"), "Two resources pin different versions",
		fmt.Sprintf("Another octomil_model_deployment of this configuration pins %s of %s to %s, and this one to %s. They would undo each "+
			"other's work at every apply: keep one.", plan.Model.ValueString(), plan.scope(), other, plan.Version.ValueString()))
}

// warnOfOperation says in a plan, for its reviewer, what an apply is going to do.
func warnOfOperation(p rollout.Proposal, diags *diag.Diagnostics) {
	var text strings.Builder
	var summary string
	op, count := p.Operation, p.Affected()
	switch op.Kind {
	case rollout.Rollback:
		summary = fmt.Sprintf("This is a rollback from %s to %s", op.From, op.To)
		fmt.Fprintf(&text, "%s %s to %s, at once.", affectedText(p), verb(count, "goes back", "go back"), op.To)
	case rollout.Deploy:
		summary = "This deploys " + op.To
		fmt.Fprintf(&text, "%s %s %s", affectedText(p), verb(count, "gets", "get"), op.To)
		if op.From != "" {
			fmt.Fprintf(&text, " in the place of %s", op.From)
		}
		text.WriteString(".")
		if p.IsOlderDeploy() {
			text.WriteString(" " + olderDeployText(p))
		}
	case rollout.Advance:
		from, to := p.Span()
		summary = fmt.Sprintf("This advances %s from %g to %g percent", op.To, from, to)
		fmt.Fprintf(&text, "%s %s %s as well.", affectedText(p), verb(count, "gets", "get"), op.To)
	default:
		return
	}
	if steps := stepsText(p.Steps); steps != "" {
		fmt.Fprintf(&text, " It goes out %s; the apply takes at least %s.", steps, shortDuration(rollout.TotalBake(p.Steps)))
	}
	if open := p.Cancels(); open != nil {
		fmt.Fprintf(&text, " Rollout %s of %s, %s at %g percent, is cancelled", open.ID, open.Version, open.Status, open.Percentage)
		if op.Kind == rollout.Rollback {
			text.WriteString(": the devices that have it already revert as well")
		}
		text.WriteString(".")
	}
	if excluded := p.Impact.Excluded; excluded != nil && *excluded > 0 {
		fmt.Fprintf(&text, " %s that a deployment to a group has assigned keep their own version.", deviceCount(*excluded))
	}
	for _, warning := range p.Impact.Warnings {
		text.WriteString("\n\nThe control plane warns: " + warning)
	}
	diags.AddAttributeWarning(path.Root("version"), summary, text.String())
}

func olderDeployText(p rollout.Proposal) string {
	return fmt.Sprintf("%s is older than %s but was never deployed to %s, so this is no rollback: it goes out like a new version.",
		p.Operation.To, p.Operation.From, p.Scope)
}

// affectedText says who changes: "50 of 124 devices of the fleet".
func affectedText(p rollout.Proposal) string {
	count := p.Affected()
	switch {
	case count == nil:
		return fmt.Sprintf("An unknown number of devices of %s (the control plane gives none)", p.Scope)
	case *count == *p.Impact.Total:
		return fmt.Sprintf("All %s of %s", deviceCount(*count), p.Scope)
	}
	return fmt.Sprintf("%d of %s of %s", *count, deviceCount(*p.Impact.Total), p.Scope)
}

func verb(count *int, one, many string) string {
	if count == nil || *count == 1 {
		return one
	}
	return many
}

func deviceCount(n int) string {
	if n == 1 {
		return "1 device"
	}
	return fmt.Sprintf("%d devices", n)
}

// operationText says an operation as a user would: "roll 2.0.0 back to 1.0.0".
func operationText(op rollout.Operation) string {
	switch op.Kind {
	case rollout.Deploy:
		if op.From != "" {
			return fmt.Sprintf("deploy %s in the place of %s", op.To, op.From)
		}
		return "deploy " + op.To
	case rollout.Rollback:
		return fmt.Sprintf("roll %s back to %s", op.From, op.To)
	case rollout.Advance:
		return "advance the rollout of " + op.To
	case rollout.Resume:
		return "go on with the rollout of " + op.To
	case rollout.Pause:
		return "pause the rollout of " + op.To
	default:
		return "leave " + op.To + " as it is"
	}
}

// stepsText lists steps, "" for a single one.
func stepsText(steps []rollout.Step) string {
	if len(steps) < 2 {
		return ""
	}
	texts := make([]string, len(steps))
	for i, s := range steps {
		texts[i] = fmt.Sprintf("%g", s.Percentage)
		if s.Bake > 0 {
			texts[i] += fmt.Sprintf(" (then %s)", shortDuration(s.Bake))
		}
	}
	return "in steps of " + strings.Join(texts[:len(texts)-1], ", ") + " and " + texts[len(texts)-1] + " percent"
}

// shortDuration writes a duration without zeros at its end: 1h and not 1h0m0s.
func shortDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func addVersionStatusError(m *model, v control.Version, op rollout.Operation, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("version"), "The version is "+v.Status,
		fmt.Sprintf("%s of %s is %s: the control plane does not %s. Pin another version.", v.Version, m.Model.ValueString(), v.Status, operationText(op)))
}

func warnOfVersionStatus(m *model, v control.Version, diags *diag.Diagnostics) {
	at := path.Root("version")
	if v.Status == control.VersionDraft {
		diags.AddAttributeWarning(at, "The version is a draft", fmt.Sprintf("%s of %s has not been published; the control plane may refuse it.",
			v.Version, m.Model.ValueString()))
		return
	}
	diags.AddAttributeWarning(at, "The version is deprecated", fmt.Sprintf("%s of %s still works, but should not be rolled out any more.",
		v.Version, m.Model.ValueString()))
}

func warnOfEmptyGroup(m *model, diags *diag.Diagnostics) {
	diags.AddAttributeWarning(path.Root("group"), "The group has no devices", fmt.Sprintf("Nothing was deployed to %s. Devices that join "+
		"it later show as a difference in the next plan.", m.scope()))
}

func warnOfKeptDeployment(m *model, diags *diag.Diagnostics) {
	diags.AddWarning("The deployment goes on without Terraform",
		fmt.Sprintf("%s of %s stays on %s as it is (%s). Only the resource is gone.", m.Version.ValueString(), m.Model.ValueString(),
			m.scope(), m.Status.ValueString()))
}

func warnOfUncancelableGroup(m *model, diags *diag.Diagnostics) {
	diags.AddWarning("A deployment to a group cannot be cancelled",
		fmt.Sprintf("The API has no call for it: %s stays on %s. Only the resource is gone.", m.Version.ValueString(), m.scope()))
}

func addNoPreviousVersion(m *model, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("on_destroy"), "There is no version to go back to",
		fmt.Sprintf("%s is the first version on %s, as far as it is known, and on_destroy is \"rollback\". Set on_destroy = \"keep\", "+
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
		fmt.Sprintf("Since this plan was made, %s has changed: the plan was to %s, and now it would be to %s. Nothing was written. "+
			"Plan again and review what it shows.", p.Scope, operationText(planned), operationText(p.Operation)))
}

// addRefusedOperation reports that the server accepted nothing; the reason is often the version.
func addRefusedOperation(ctx context.Context, client *control.Client, m *model, op rollout.Operation, err error, diags *diag.Diagnostics) {
	summary := "Could not " + operationText(op)
	var api *control.APIError
	if !errors.As(err, &api) {
		resourcekit.AddError(diags, path.Empty(), summary, err)
		return
	}
	switch api.StatusCode {
	case http.StatusNotFound, http.StatusBadRequest, http.StatusUnprocessableEntity:
		versions, listErr := client.Versions(ctx, m.ModelID.ValueString(), "")
		if listErr == nil && !checkVersionExists(m, versions, diags) {
			return
		}
	}
	at := path.Root("version")
	switch {
	case op.Kind == rollout.Advance:
		at = path.Root("rollout").AtName("percentage")
	case op.Kind == rollout.Pause:
		at = path.Root("paused")
	case api.StatusCode == http.StatusUnauthorized || api.StatusCode == http.StatusForbidden && !resourcekit.PolicyDenied(err):
		at = path.Empty()
	}
	resourcekit.AddError(diags, at, summary, err)
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
		resourcekit.AddError(diags, path.Empty(), "Could not finish to "+operationText(op), err)
	}
}

// addIncomplete reports a wait that ended before its rollout, which the next apply attaches to.
func addIncomplete(at path.Path, incomplete *rollout.IncompleteError, diags *diag.Diagnostics) {
	summary, detail := incompleteText(incomplete)
	detail += "\n\nThe rollout goes on at the server and is in the state: the next apply attaches to it and waits for it."
	if incomplete.Outcome == rollout.OutcomeTimeout {
		detail += " For slower fleets raise timeouts, or set wait_for = \"accepted\"."
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
	case rollout.ErrorDeleted:
		return "The rollout was cancelled", said + insteadText(scope, now)
	case rollout.ErrorPaused:
		return "The rollout is paused", said + " Somebody paused it; it is not resumed without being asked to.\n\n" +
			"Set paused = false to let it go on, paused = true to leave it as it is, or pin an older version to roll back."
	case rollout.ErrorReplaced:
		if now != "" {
			said += fmt.Sprintf(" What is targeted now is %s, and the state says so.", now)
		}
		return "Another change came in between", said + "\n\nPlan again to see what to do about it."
	case rollout.ErrorOtherVersion:
	}
	return "The rollout is not the one that was started", said + "\n\nPlan again to see what the fleet runs."
}

// insteadText says what replaces a version that was rolled back.
func insteadText(scope rollout.Scope, now string) string {
	text := " There was no earlier version to go back to."
	if now != "" {
		text = fmt.Sprintf(" What %s goes back to is %s, and the state says so.", scope, now)
	}
	return text + "\n\nPin a version that is known to be good. This one is not deployed again, unless on_rollback = \"redeploy\" asks for it."
}

// incompleteText says how a wait ended and how far the rollout had come.
func incompleteText(err *rollout.IncompleteError) (summary, detail string) {
	var text strings.Builder
	switch err.Outcome {
	case rollout.OutcomeInterrupted:
		summary = "Interrupted while the rollout goes on"
		text.WriteString("The command was interrupted")
	case rollout.OutcomeUnreachable:
		summary = "The rollout can no longer be watched"
		text.WriteString("The control API failed too often in a row")
	default:
		summary = "The rollout did not finish in time"
		text.WriteString("The time limit was reached")
	}
	fmt.Fprintf(&text, " after %s, when %s", err.Waited.Round(time.Second), err.Progress)
	if err.Percentage > 0 {
		fmt.Fprintf(&text, "; %g percent were wanted", err.Percentage)
	}
	text.WriteString(".")
	if err.Err != nil {
		text.WriteString(" The last answer: " + resourcekit.Sentence(err.Err.Error()))
	}
	return summary, text.String()
}

func addNothingToImport(id string, diags *diag.Diagnostics) {
	diags.AddError("There is nothing to import",
		fmt.Sprintf("%q is no model of this organization, and no model and group of it with a slash between. Import a deployment by "+
			"the model, such as phi-4-mini, or by model and group, such as phi-4-mini/staging.", id))
}

func addMissingGroup(name string, groups []control.Group, diags *diag.Diagnostics) {
	at := path.Root("group")
	names := make([]string, len(groups))
	for i, g := range groups {
		names[i] = g.Name
		if g.ID == name {
			diags.AddAttributeError(at, "A group is given by its name",
				fmt.Sprintf("%s is the id of a device group. Write its name: group = %q.", name, g.Name))
			return
		}
	}
	diags.AddAttributeError(at, "The device group does not exist",
		fmt.Sprintf("The organization has no device group %q.%s", name, alternatives(name, names)))
}

func addMissingVersion(m *model, names []string, diags *diag.Diagnostics) {
	pin := m.Version.ValueString()
	diags.AddAttributeError(path.Root("version"), "The version does not exist",
		fmt.Sprintf("The model %s has no version %q.%s", m.Model.ValueString(), pin, alternatives(pin, names)))
}

// addMissingModel is the error of a model that the server does not know; err is its answer.
func addMissingModel(ctx context.Context, client *control.Client, word string, err error, diags *diag.Diagnostics) {
	detail := resourcekit.Explain(err)
	if models, listErr := client.Models(ctx); listErr == nil {
		names := make([]string, len(models))
		for i, known := range models {
			names[i] = known.Name
		}
		detail = strings.TrimSpace(alternatives(word, names) + "\n\n" + detail)
	}
	diags.AddAttributeError(path.Root("model"), "The model does not exist", fmt.Sprintf("The organization has no model %q. %s", word, detail))
}

// closestShown is how many existing names an error lists beside one that does not exist.
const closestShown = 5

// alternatives names what exists and is most like a word that does not.
func alternatives(word string, names []string) string {
	closest := resourcekit.Closest(word, names, closestShown)
	if len(closest) == 0 {
		return " There is none at all yet."
	}
	return " The closest that exist: " + strings.Join(closest, ", ") + "."
}

// warnOfAction says in a plan what an action would do.
func warnOfAction(p actionPlan, diags *diag.Diagnostics) {
	diags.AddWarning("The action is to "+p.text, "So it is as things were when it was planned. It looks again before it changes anything.")
}

// warnOfFailingAction says in a plan why an action would fail: a plan cannot know what the resources that trigger it change until then.
func warnOfFailingAction(found diag.Diagnostics, diags *diag.Diagnostics) {
	for _, d := range found {
		text := "As things are now, the action would fail: " + d.Detail()
		if at, ok := d.(diag.DiagnosticWithPath); ok {
			diags.AddAttributeWarning(at.Path(), d.Summary(), text)
			continue
		}
		diags.AddWarning(d.Summary(), text)
	}
}

// addRefusedAction reports that the server accepted nothing.
func addRefusedAction(p actionPlan, err error, diags *diag.Diagnostics) {
	var api *control.APIError
	at := p.attribute
	switch {
	case !errors.As(err, &api), api.StatusCode == http.StatusUnauthorized, api.StatusCode >= http.StatusInternalServerError:
		at = path.Empty()
	case api.StatusCode == http.StatusForbidden && !resourcekit.PolicyDenied(err):
		at = path.Empty()
	}
	resourcekit.AddError(diags, at, "Could not "+p.text, err)
}

func addActionOnEmptyGroup(p actionPlan, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("group"), "The group has no devices", "There is nobody to "+p.text+". Nothing was changed.")
}

func addIncompleteAction(p actionPlan, incomplete *rollout.IncompleteError, diags *diag.Diagnostics) {
	summary, detail := incompleteText(incomplete)
	diags.AddAttributeError(p.attribute, summary, detail+
		"\n\nIt goes on at the server without Terraform. The data source octomil_rollout_status shows how far it comes.")
}

func addEndedAction(p actionPlan, ended *rollout.Error, scope rollout.Scope, now string, diags *diag.Diagnostics) {
	detail := resourcekit.Sentence(ended.Error())
	if now != "" {
		detail += fmt.Sprintf(" What %s is meant to run now is %s.", scope, now)
	}
	diags.AddAttributeError(p.attribute, "Could not "+p.text, detail)
}

// progressText counts devices where the server does. Of a group it says what its members are assigned, and not what they run.
func progressText(scope rollout.Scope, p rollout.Progress) string {
	if p.Affected.Total == nil || p.Affected.Updated == nil {
		return standingText(p.Rollout)
	}
	verb := "run"
	if scope.IsGroup() {
		verb = "are assigned"
	}
	return fmt.Sprintf("%d of %s %s %s", *p.Affected.Updated, deviceCount(*p.Affected.Total), verb, p.Rollout.Version)
}

// standingText says where a rollout stands.
func standingText(r control.Rollout) string {
	return fmt.Sprintf("Rollout %s of %s is %s at %g percent", r.ID, r.Version, r.Status, r.Percentage)
}
