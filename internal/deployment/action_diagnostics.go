package deployment

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

// Every sentence that a user reads about an action.

// warnOfAction says in a plan what an action would do.
func warnOfAction(p actionPlan, impact string, diags *diag.Diagnostics) {
	diags.AddWarning("The action will "+p.text, impact+" This is what it would do in the current state. The action checks the state again before it changes "+
		"anything.")
}

// warnOfLargeStep says in a plan that the policy does not permit an advance.
func warnOfLargeStep(step *rollout.StepError, diags *diag.Diagnostics) {
	diags.AddWarning("The step is too large for the organization's policy", resourcekit.Sentence(step.Error())+" The control plane is going to refuse it. Set a "+
		"smaller `percentage`.")
}

// impactText says what an action does to the devices: from where to where, and to how many.
func impactText(p rollout.Proposal) string {
	from, to := p.Span()
	switch p.Operation.Kind {
	case rollout.Rollback:
		text := changeText(p)
		if open := p.Cancels(); open != nil {
			text += " " + canceledText(p, *open)
		}
		return text
	case rollout.Cancel:
		return changeText(p)
	case rollout.Advance, rollout.Resume:
		if !p.ChangesDevices() {
			return fmt.Sprintf("The rollout goes on at %g percent, and its percentage does not change.", to)
		}
		change := changeText(p)
		return fmt.Sprintf("From %g to %g percent: %s", from, to, strings.ToLower(change[:1])+change[1:])
	default:
		return fmt.Sprintf("The rollout stays at %g percent, and no device changes its version.", to)
	}
}

// warnOfUnknownAction says in a plan that the state in which an action runs is still to come.
func warnOfUnknownAction(scope rollout.Scope, diags *diag.Diagnostics) {
	diags.AddWarning("What the action does is not known yet", fmt.Sprintf("The same plan changes a deployment of %s, and the action looks at the state when it "+
		"is invoked. It says then from where to where it goes, and on how many devices.", scope.Model))
}

// warnOfFailingAction says in a plan why an action would fail: a plan cannot know what the resources that trigger it change until then.
func warnOfFailingAction(found diag.Diagnostics, diags *diag.Diagnostics) {
	for _, d := range found {
		text := "In the current state, the action would fail: " + d.Detail()
		if at, ok := d.(diag.DiagnosticWithPath); ok {
			diags.AddAttributeWarning(at.Path(), d.Summary(), text)
			continue
		}
		diags.AddWarning(d.Summary(), text)
	}
}

// addRefusedAction reports that the server accepted nothing.
func addRefusedAction(p actionPlan, err error, diags *diag.Diagnostics) {
	resourcekit.AddError(diags, resourcekit.ErrorAttributes{Default: p.attribute}.For(err), "Could not "+p.text, err)
}

func addActionOnEmptyGroup(p actionPlan, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("group"), "The group has no devices", "There is no device on which to "+p.text+". Nothing was changed.")
}

func addIncompleteAction(p actionPlan, incomplete *rollout.IncompleteError, diags *diag.Diagnostics) {
	summary, detail := incompleteText(incomplete)
	diags.AddAttributeError(p.attribute, summary, detail+
		"\n\nIt continues on the server without Terraform. Use the data source `octomil_rollout_status` to follow it.")
}

func addEndedAction(p actionPlan, ended *rollout.Error, scope rollout.Scope, now string, diags *diag.Diagnostics) {
	detail := resourcekit.Sentence(ended.Error())
	if now != "" {
		detail += fmt.Sprintf(" The targeted version of %s is now %s.", scope, now)
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
