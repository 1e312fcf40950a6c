package policy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// orgSettings is octomil_org_settings.
var orgSettings = &part[settingsModel]{
	typeName: "octomil_org_settings",
	title:    "organization settings",
	schema:   settingsSchema(),
	owner:    func(m *settingsModel) *owner { return &m.owner },
	open: func(_ context.Context, m *settingsModel, _ *diag.Diagnostics) (fields []field, shut func()) {
		return m.fields(), func() {}
	},
}

// settingsModel is the settings as Terraform holds them.
type settingsModel struct {
	owner
	controls
}

// controls are the settings that say who may do what for how long.
type controls struct {
	AuditRetentionDays    types.Int64 `tfsdk:"audit_retention_days"`
	RequireMFAForAdmin    types.Bool  `tfsdk:"require_mfa_for_admin"`
	MFARequired           types.Bool  `tfsdk:"mfa_required"`
	RequireAdminApproval  types.Bool  `tfsdk:"require_admin_approval"`
	RequireModelApproval  types.Bool  `tfsdk:"require_model_approval"`
	SessionDurationHours  types.Int64 `tfsdk:"session_duration_hours"`
	ReauthIntervalMinutes types.Int64 `tfsdk:"reauth_interval_minutes"`
	HIPAAMode             types.Bool  `tfsdk:"hipaa_mode"`
}

// fields lists every key that the settings manage; the attributes have the keys' names.
func (c *controls) fields() []field {
	fields := []field{
		{key: "audit_retention_days", binding: integer{&c.AuditRetentionDays}},
		{key: "require_mfa_for_admin", binding: boolean{&c.RequireMFAForAdmin}},
		{key: "mfa_required", binding: boolean{&c.MFARequired}},
		{key: "require_admin_approval", binding: boolean{&c.RequireAdminApproval}},
		{key: "require_model_approval", binding: boolean{&c.RequireModelApproval}},
		{key: "session_duration_hours", binding: integer{&c.SessionDurationHours}},
		{key: "reauth_interval_minutes", binding: integer{&c.ReauthIntervalMinutes}},
		{key: "hipaa_mode", binding: boolean{&c.HIPAAMode}},
	}
	for i := range fields {
		fields[i].at = path.Root(fields[i].key)
	}
	return fields
}

// controlTexts describe the settings.
var controlTexts = map[string]string{
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
	for _, f := range new(controls).fields() {
		text := controlTexts[f.key] + " Not managed when it is not set."
		if _, isFlag := f.binding.(boolean); isFlag {
			attributes[f.key] = flag(text)
		} else {
			attributes[f.key] = count(text)
		}
	}
	return schema.Schema{
		MarkdownDescription: "The settings of an organization that say who may do what for how long. The guardrails for rollouts are " +
			"`octomil_rollback_policy`'s: the two have no setting in common and never touch each other's.\n\n" + unmanaged +
			"Two of these resources for one organization do not see each other: let them set different attributes, or the last one to be " +
			"applied wins. The data source `octomil_compliance_presets` has what the regulations ask for.",
		Attributes: attributes,
	}
}

func count(description string) schema.Attribute {
	return schema.Int64Attribute{
		Optional: true, Computed: true, MarkdownDescription: description, Validators: []validator.Int64{int64validator.AtLeast(0)},
		PlanModifiers: []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
	}
}
