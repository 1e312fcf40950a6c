package deployment

import (
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

// warnOfOperation says in a plan what a reviewer must not miss of an operation: a rollback, a rollout that is canceled, a version that is
// deployed again after it was rolled back, or that is older and was never deployed, devices that keep another version or are going to lose it
// again, and what the control plane warns of. An ordinary deployment has none of that: last_operation shows it.
func warnOfOperation(p rollout.Proposal, diags *diag.Diagnostics) {
	summary, notes := operationNotes(p)
	if len(notes) == 0 && p.Operation.Kind != rollout.Rollback {
		return
	}
	text := changeText(p) + scheduleText(p)
	for _, note := range notes {
		text += note
	}
	warning := diag.NewAttributeWarningDiagnostic(path.Root("version"), summary+" "+ofScope(p.Scope), text)
	*diags = append(diag.Diagnostics{warning}, *diags...) // see oneWarning
}

// operationNotes is what a reviewer must not miss of an operation, each with its separator, and a summary that names the first.
func operationNotes(p rollout.Proposal) (summary string, notes []string) {
	op := p.Operation
	summary = operationSummary(p)
	note := func(inSummary, separator, text string) {
		if len(notes) == 0 && op.Kind == rollout.Deploy {
			summary += inSummary
		}
		notes = append(notes, separator+text)
	}
	if p.IsOlderDeploy() {
		note(", an older version", " ", olderDeployText(p))
	}
	if info := p.RollbackInfo(); info != nil && op.Kind == rollout.Deploy {
		note(", which was rolled back", " ", fmt.Sprintf("%s %s.", info.Version, rollbackInfoText(*info)))
	}
	if open := p.Cancels(); open != nil {
		note(" and cancels the rollout of "+open.Version, " ", canceledText(p, *open))
	}
	if excluded := p.Impact.Excluded; excluded != nil && *excluded > 0 {
		note(fmt.Sprintf(", and %s %s another version", deviceCount(*excluded), verb(excluded, "keeps", "keep")), " ",
			fmt.Sprintf("%s with a version from a deployment to a group %s that version.", deviceCount(*excluded), verb(excluded, "keeps", "keep")))
	}
	if other := p.Rival; other != nil && other.Certain {
		note("", "\n\n", rivalText(p)+" Pin the same version in both deployments, or remove the devices from one of the groups.")
	}
	for _, warning := range p.Impact.Warnings {
		note(", and the control plane warns", "\n\n", "The control plane warns: "+warning)
	}
	return summary, notes
}

// operationSummary says an operation as a reviewer reads it in a plan.
func operationSummary(p rollout.Proposal) string {
	from, to := p.Span()
	switch op := p.Operation; op.Kind {
	case rollout.Rollback:
		return fmt.Sprintf("This is a rollback from %s to %s", op.From, op.To)
	case rollout.Advance:
		return fmt.Sprintf("This advances %s from %g to %g percent", op.To, from, to)
	case rollout.Resume:
		return fmt.Sprintf("This resumes the rollout of %s from %g to %g percent", op.To, from, to)
	default:
		return "This deploys " + op.To
	}
}

// scheduleText says how long an operation takes by its steps, and by the policy.
func scheduleText(p rollout.Proposal) string {
	text, op := "", p.Operation
	if steps := stepsText(p.Steps); steps != "" {
		text += fmt.Sprintf(" It is rolled out %s; the apply takes at least %s.", steps, shortDuration(rollout.TotalBake(p.Steps)))
	}
	if least := p.Limits.Interval; least > 0 && (op.Kind == rollout.Advance || op.Kind == rollout.Resume) {
		text += fmt.Sprintf(" The organization's policy requires at least %s since the last step (`min_rollout_duration`).", shortDuration(least))
	}
	return text
}

// ofScope makes the summary of a warning differ from that of another deployment: Terraform shows only one of those that are equal.
func ofScope(scope rollout.Scope) string { return fmt.Sprintf("(%s on %s)", scope.Model, scope) }

// warnOfDestroy says in the plan of a destroy what happens to the devices.
func warnOfDestroy(p rollout.Proposal, diags *diag.Diagnostics) {
	summary := fmt.Sprintf("Destroying this deployment rolls %s back to %s", p.Operation.From, p.Operation.To)
	text := "`on_destroy` is `\"rollback\"`. " + changeText(p)
	if p.Operation.Kind == rollout.Cancel {
		summary = fmt.Sprintf("Destroying this deployment cancels the rollout of %s", p.Operation.From)
		text = fmt.Sprintf("`on_destroy` is `\"cancel\"`, and the rollout is at %g percent. %s", p.Spec.Percentage, changeText(p))
	}
	diags.AddWarning(summary+" "+ofScope(p.Scope), text+" To leave the devices as they are, first apply `on_destroy = \"keep\"`.")
}

// joinedText says of an advance in a group that its devices have joined later, if it is only about those.
func joinedText(p rollout.Proposal) string {
	if count := p.Affected(); count == nil || p.State.Joined == 0 || *count != p.State.Joined {
		return ""
	}
	return ", because " + verb(p.Affected(), "it", "they") + " joined the group after the last apply"
}

// changeText says how many devices get which version.
func changeText(p rollout.Proposal) string {
	op, who, count := p.Operation, affectedText(p), p.Affected()
	switch op.Kind {
	case rollout.Rollback:
		return fmt.Sprintf("%s %s to %s immediately.", who, verb(count, "goes back", "go back"), op.To)
	case rollout.Cancel:
		return fmt.Sprintf("%s %s to the version before.", who, verb(count, "goes back", "go back"))
	case rollout.Deploy:
		if p.Reverts() {
			return fmt.Sprintf("%s %s: up to %g percent %s, and the others the version before %s.", who, verb(count, "gets another version", "get another version"),
				p.Spec.Percentage, op.To, p.State.Open.Version)
		}
		text := fmt.Sprintf("%s %s %s", who, verb(count, "gets", "get"), op.To)
		if op.From != "" {
			text += " in place of " + op.From
		}
		return text + "."
	default:
		return fmt.Sprintf("%s %s %s as well%s.", who, verb(count, "gets", "get"), op.To, joinedText(p))
	}
}

// canceledText says what becomes of an open rollout that an operation ends.
func canceledText(p rollout.Proposal, open rollout.Record) string {
	text := fmt.Sprintf("Rollout %s of %s, %s at %g percent, is canceled", open.ID, open.Version, open.Status, open.Percentage)
	if p.Operation.Kind == rollout.Rollback {
		text += ", and the devices that already have it are reverted"
	}
	return text + "."
}

func olderDeployText(p rollout.Proposal) string {
	return fmt.Sprintf("%s is older than %s but was never deployed to %s, so this is not a rollback: it is rolled out like a new version.",
		p.Operation.To, p.Operation.From, p.Scope)
}

// affectedText says who changes: "50 of 124 devices of the fleet".
func affectedText(p rollout.Proposal) string {
	count := p.Affected()
	switch {
	case count == nil && p.Impact.Err != nil:
		return fmt.Sprintf("An unknown number of devices of %s (%v)", p.Scope, p.Impact.Err)
	case count == nil:
		return fmt.Sprintf("An unknown number of devices of %s (the control plane does not count them)", p.Scope)
	case *count == *p.Impact.Total:
		return fmt.Sprintf("All %s of %s", deviceCount(*count), p.Scope)
	case p.IsEstimate():
		return fmt.Sprintf("About %d of %s of %s", *count, deviceCount(*p.Impact.Total), p.Scope)
	}
	return fmt.Sprintf("%d of %s of %s", *count, deviceCount(*p.Impact.Total), p.Scope)
}

func verb(count *int, one, many string) string {
	if count == nil || *count == 1 {
		return one
	}
	return many
}

// oneWarning makes one warning of all that a call has for a deployment: the first gives the summary, which names the deployment, and the
// others follow as paragraphs. A command line shows the details of only one of several warnings with the same summary.
func oneWarning(scope rollout.Scope, diags *diag.Diagnostics) {
	warnings := diags.Warnings()
	if len(warnings) == 0 {
		return
	}
	first := warnings[0]
	summary, detail := first.Summary(), first.Detail()
	if suffix := " " + ofScope(scope); scope.Model != "" && !strings.HasSuffix(summary, suffix) {
		summary += suffix
	}
	for _, more := range warnings[1:] {
		detail += "\n\n" + resourcekit.Sentence(strings.TrimSuffix(more.Summary(), " "+ofScope(scope))) + " " + more.Detail()
	}
	var merged diag.Diagnostic = diag.NewWarningDiagnostic(summary, detail)
	if at, ok := first.(diag.DiagnosticWithPath); ok {
		merged = diag.WithPath(at.Path(), merged)
	}
	*diags = append(diags.Errors(), merged)
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
			return fmt.Sprintf("deploy %s in place of %s", op.To, op.From)
		}
		return "deploy " + op.To
	case rollout.Rollback:
		return fmt.Sprintf("roll %s back to %s", op.From, op.To)
	case rollout.Advance:
		return "advance the rollout of " + op.To
	case rollout.Resume:
		return "resume the rollout of " + op.To
	case rollout.Pause:
		return "pause the rollout of " + op.To
	case rollout.Cancel:
		return "cancel the rollout of " + op.From
	default:
		return "leave " + op.To + " unchanged"
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
			texts[i] += fmt.Sprintf(" (bake %s)", shortDuration(s.Bake))
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
