package policy

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

// settingDescriptions has the description of each setting, by key.
var settingDescriptions = map[string]string{
	"audit_retention_days":    "Retention period of the audit log, in days.",
	"require_mfa_for_admin":   "Whether admins and owners must use multi-factor authentication (MFA).",
	"mfa_required":            "Whether all members must use multi-factor authentication (MFA).",
	"require_admin_approval":  "Whether an action of an admin requires the approval of another admin.",
	"require_model_approval":  "Whether a model version must be approved before it is rolled out.",
	"session_duration_hours":  "Maximum duration of a session, in hours.",
	"reauth_interval_minutes": "Time after which a member must authenticate again, in minutes.",
	"hipaa_mode":              "Whether the organization operates under the rules of HIPAA.",
}

func settingsSchema() schema.Schema {
	attributes := map[string]schema.Attribute{
		"id":     idAttribute(),
		"org_id": orgAttribute(),
	}
	for _, f := range new(securitySettings).fields() {
		text := settingDescriptions[f.key] + " If omitted, the setting is not managed."
		if _, isFlag := f.binding.(boolean); isFlag {
			attributes[f.key] = boolAttribute(text)
		} else {
			attributes[f.key] = int64Attribute(text)
		}
	}
	return schema.Schema{
		MarkdownDescription: "Manages the security and compliance settings of an organization: authentication, approvals, sessions and audit log. " +
			"`octomil_rollback_policy` manages the guardrails for rollouts. The two resources have no setting in common and never change each " +
			"other's.\n\n" + unmanagedText +
			"If several of these resources manage the same organization, set different attributes in each; otherwise they overwrite each other on " +
			"every apply. The data source `octomil_compliance_presets` has the values that regulations require.",
		Attributes: attributes,
	}
}
