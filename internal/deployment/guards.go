package deployment

import (
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// refuseForeign stops a deploy that would have to cancel a rollout which this resource did not start. A rollback may.
func refuseForeign(s situation, op operation, remembered memory, m *model, diags *diag.Diagnostics) {
	if op.Kind != operationDeploy || s.Open == nil || remembered.Rollout == s.Open.ID || m.Supersede.ValueBool() {
		return
	}
	diags.AddAttributeError(path.Root("version"), "Another rollout is under way",
		fmt.Sprintf("Rollout %s of %s is %s at %g percent and was not started by this resource. A model has one rollout at a time.\n\n"+
			"Wait until it has ended, pin %s to take it over, or set supersede = true to cancel it.",
			s.Open.ID, s.Open.Version, s.Open.Status, s.Open.Percentage, s.Open.Version))
}

// takenBackSince is true when the pinned version was rolled back after it had been pinned. Memory tells a pin that stands
// unchanged from a deliberate new pin of the same version; a resource that is created has none, and trusts the server's record.
func takenBackSince(s situation, w wish, remembered memory, back *takenBack) bool {
	switch {
	case s.target() == w.version || s.Open != nil && s.Open.Version == w.version:
		return false
	case remembered.Pin == "":
		return back != nil && back.version == w.version
	case remembered.Pin != w.version || s.Partly:
		return false
	case s.Targeted == nil:
		return back != nil && back.version == w.version
	}
	return precedes(s.target(), w.version, s.Deployed)
}

// words say when, why and by what a version was rolled back, as far as the server tells.
func (t *takenBack) words() string {
	var text strings.Builder
	text.WriteString("was rolled back")
	if !t.at.IsZero() {
		text.WriteString(" on " + t.at.UTC().Format(time.RFC3339))
	}
	switch t.trigger {
	case "":
	case "auto":
		text.WriteString(" automatically, by the organization's policy")
	default:
		text.WriteString(" by hand")
	}
	if t.reason != "" {
		text.WriteString(": " + t.reason)
	}
	return text.String()
}

// refuseTakenBack is the guard of on_rollback = "block".
func refuseTakenBack(m *model, s situation, back *takenBack, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("version"), "The version was rolled back", takenBackText(m, s, back)+
		" It is not deployed again without being asked to.\n\nPin a version that is known to be good. Or set on_rollback = \"redeploy\" "+
		"to deploy this one all the same, or on_rollback = \"accept\" to leave the fleet as it is.")
}

func takenBackText(m *model, s situation, back *takenBack) string {
	how := "was rolled back"
	if back != nil && back.version == m.Version.ValueString() {
		how = back.words()
	}
	text := fmt.Sprintf("%s %s.", m.Version.ValueString(), how)
	if s.Targeted != nil {
		text += fmt.Sprintf(" What %s is meant to run since is %s.", m.scopeText(), s.target())
	}
	return text
}

// checkPin holds the pin against the versions of the model: one that does not exist, or that the control plane will not let out.
func checkPin(m *model, op operation, versions []control.Version, diags *diag.Diagnostics) {
	if missingVersion(m, versions, diags) {
		return
	}
	at := path.Root("version")
	for _, v := range versions {
		if v.Version != m.Version.ValueString() {
			continue
		}
		switch {
		case v.Status == control.VersionRetired, v.Status == control.VersionDeprecated && op.Kind == operationRollback:
			diags.AddAttributeError(at, "The version is "+v.Status,
				fmt.Sprintf("%s of %s is %s: the control plane does not %s. Pin another version.", v.Version, m.Model.ValueString(), v.Status, op.words()))
		case v.Status == control.VersionDeprecated && op.Kind == operationDeploy:
			diags.AddAttributeWarning(at, "The version is deprecated", fmt.Sprintf("%s of %s still works, but should not be rolled out any more.",
				v.Version, m.Model.ValueString()))
		case v.Status == control.VersionDraft && op.replaces():
			diags.AddAttributeWarning(at, "The version is a draft", fmt.Sprintf("%s of %s has not been published; the control plane may refuse it.",
				v.Version, m.Model.ValueString()))
		}
	}
}
