package policy

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

// settingDescriptions describe the settings.
var settingDescriptions = map[string]string{
	"audit_retention_days":    "How long the audit log is kept, in days.",
	"require_mfa_for_admin":   "Whether admins and owners need a second factor to sign in.",
	"mfa_required":            "Whether every member needs a second factor to sign in.",
	"require_admin_approval":  "Whether what admins do needs the approval of another one.",
	"require_model_approval":  "Whether a model version needs an approval before it goes out.",
	"session_duration_hours":  "How long a member stays signed in, in hours.",
	"reauth_interval_minutes": "After how long a member has to confirm who they are, in minutes.",
	"hipaa_mode":              "Whether the organization is run by the rules of HIPAA.",
}

func settingsSchema() schema.Schema {
	attributes := map[string]schema.Attribute{
		"id":     idAttribute(),
		"org_id": orgAttribute("The organization whose settings these are."),
	}
	for _, f := range new(securitySettings).fields() {
		text := settingDescriptions[f.key] + " Not managed when it is not set."
		if _, isFlag := f.binding.(boolean); isFlag {
			attributes[f.key] = boolAttribute(text)
		} else {
			attributes[f.key] = int64Attribute(text)
		}
	}
	return schema.Schema{
		MarkdownDescription: "The settings of an organization that say who may do what for how long. The guardrails for rollouts are " +
			"`octomil_rollback_policy`'s: the two have no setting in common and never touch each other's.\n\n" + unmanagedText +
			"Two of these resources for one organization do not see each other: let them set different attributes, or the last one to be " +
			"applied wins. The data source `octomil_compliance_presets` has what the regulations ask for.",
		Attributes: attributes,
	}
}
