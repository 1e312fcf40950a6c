package deployment

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

func addPromotionToItself(group string, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("group"), "A group cannot be promoted to itself",
		fmt.Sprintf("`group` and `from_group` are both %q. Set `group` to another device group, or remove it to promote to the whole fleet.", group))
}

func warnOfNothingDeployed(scope rollout.Scope, diags *diag.Diagnostics) {
	diags.AddAttributeWarning(path.Root("candidate"), "There is no version to fall back to "+ofScope(scope),
		fmt.Sprintf("Nothing is deployed to %s, and the candidate is not ready, so `version` is null. Give the deployment that uses it a first version: "+
			"`version = coalesce(data.octomil_promotion.….version, \"1.0.0\")`.", scope))
}

// reasonText says why the candidate is ready, or why it is not, and what follows for the target.
func (m *promotionModel) reasonText(p rollout.Promotion, answer rollout.Promoted, missing string) string {
	text := m.hurdleText(p, answer, missing)
	switch {
	case answer.Ready():
	case answer.Version == "":
		text += fmt.Sprintf(" Nothing is deployed to %s.", m.scope())
	case answer.Version == p.Candidate:
		text += fmt.Sprintf(" It is the targeted version of %s already.", m.scope())
	}
	return text
}

func (m *promotionModel) hurdleText(p rollout.Promotion, answer rollout.Promoted, missing string) string {
	if missing != "" {
		return missing + " does not exist yet: the same apply creates it."
	}
	switch answer.Hurdle {
	case rollout.HurdleNone:
		if p.Bake <= 0 {
			return m.standsText(p) + "."
		}
		return fmt.Sprintf("%s since %s, for at least %s.", m.standsText(p), instant(answer.Since), m.Bake.ValueString())
	case rollout.HurdleBake:
		return fmt.Sprintf("%s since %s. The bake of %s ends on %s.", m.standsText(p), instant(answer.Since), m.Bake.ValueString(), instant(answer.ReadyAt))
	case rollout.HurdleClock:
		return fmt.Sprintf("%s since %s, but the control plane does not say what time it is, so the end of the bake is not known.",
			m.standsText(p), instant(answer.Since))
	case rollout.HurdleSince:
		if m.FromGroup.IsNull() {
			return m.standsText(p) + ", but the control plane does not say since when."
		}
		return m.standsText(p) + ", but it is not known since when: `from_group_since` is null. Set it to `version_since` of the deployment to the " +
			"group, which the first refresh after the deployment sets."
	case rollout.HurdleStatus:
		return fmt.Sprintf("%s is not promoted, because its status is %s.", p.Candidate, p.Status)
	case rollout.HurdleOlder:
		return fmt.Sprintf("%s is older than %s, the targeted version of %s. A promotion does not roll back.", p.Candidate, p.Target.Version(), m.scope())
	case rollout.HurdleRolledBack:
		return rolledBackCandidateText(p)
	default:
		return m.gapText(p)
	}
}

// rolledBackCandidateText says when and why, where that is the last thing that has happened to the fleet.
func rolledBackCandidateText(p rollout.Promotion) string {
	after := " It is not promoted. Promote another version, or deploy this one to the fleet by its own name."
	if info := p.Target.History.RolledBack(); info != nil && info.Version == p.Candidate {
		return fmt.Sprintf("%s %s.", p.Candidate, rollbackInfoText(*info)) + after
	}
	return fmt.Sprintf("%s was rolled back, or its rollout canceled, on the fleet.", p.Candidate) + after
}

// standsText is the beginning of a sentence: where the candidate stands.
func (m *promotionModel) standsText(p rollout.Promotion) string {
	if !m.FromGroup.IsNull() {
		return fmt.Sprintf("Every member of the group %s has had %s", m.FromGroup.ValueString(), p.Candidate)
	}
	return fmt.Sprintf("%s has been rolled out to at least %g percent of the fleet", p.Candidate, m.FromPercentage.ValueFloat64())
}

func (m *promotionModel) gapText(p rollout.Promotion) string {
	t, group := p.Trial, m.FromGroup.ValueString()
	switch t.Gap {
	case rollout.GapNoMembers:
		return fmt.Sprintf("The group %s has no members, so no device has tried %s.", group, p.Candidate)
	case rollout.GapMembers:
		return fmt.Sprintf("%d of %d members of the group %s have %s.", t.Have, t.Total, group, p.Candidate)
	case rollout.GapPaused:
		return fmt.Sprintf("Rollout %s of %s is paused at %g percent.", t.Rollout.ID, p.Candidate, t.Rollout.Percentage)
	case rollout.GapReverting:
		return fmt.Sprintf("The rollback of the fleet to %s is in progress.", p.Candidate)
	case rollout.GapBelow:
		return fmt.Sprintf("Rollout %s of %s is at %g percent, and must be at %g or more.", t.Rollout.ID, p.Candidate, t.Rollout.Percentage,
			m.FromPercentage.ValueFloat64())
	case rollout.GapNoDevices:
		return fmt.Sprintf("No device of rollout %s runs %s yet.", t.Rollout.ID, p.Candidate)
	default:
		return fmt.Sprintf("%s is not the targeted version of the fleet.", p.Candidate)
	}
}

// instant is a time as attributes have it.
func instant(at time.Time) string { return at.UTC().Truncate(time.Second).Format(time.RFC3339) }
