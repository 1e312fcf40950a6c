package policy

import (
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// settingsModel is the state of octomil_org_settings.
type settingsModel struct {
	organization
	securitySettings
}

// securitySettings are the security and compliance settings, one attribute per key.
type securitySettings struct {
	AuditRetentionDays    types.Int64 `tfsdk:"audit_retention_days"`
	RequireMFAForAdmin    types.Bool  `tfsdk:"require_mfa_for_admin"`
	MFARequired           types.Bool  `tfsdk:"mfa_required"`
	RequireAdminApproval  types.Bool  `tfsdk:"require_admin_approval"`
	RequireModelApproval  types.Bool  `tfsdk:"require_model_approval"`
	SessionDurationHours  types.Int64 `tfsdk:"session_duration_hours"`
	ReauthIntervalMinutes types.Int64 `tfsdk:"reauth_interval_minutes"`
	HIPAAMode             types.Bool  `tfsdk:"hipaa_mode"`
}

// fields returns the field of each key. The attributes have the names of the keys.
func (c *securitySettings) fields() []field {
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
