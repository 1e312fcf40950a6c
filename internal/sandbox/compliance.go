package sandbox

import "maps"

// presets are the settings of each compliance preset (CONTRACT.md, section 7).
var presets = map[string]map[string]any{
	"hipaa": {
		"policy_profile": "regulated", "audit_retention_days": 2190, "hipaa_mode": true, "require_mfa_for_admin": true,
		"session_duration_hours": 8, "reauth_interval_minutes": 30,
	},
	"gdpr": {"policy_profile": "balanced", "audit_retention_days": 1825, "require_mfa_for_admin": true},
	"pci": {
		"policy_profile": "regulated", "require_mfa_for_admin": true, "mfa_required": true, "require_admin_approval": true,
		"session_duration_hours": 8,
	},
	"soc2": {
		"policy_profile": "balanced", "audit_retention_days": 365, "require_mfa_for_admin": true, "require_admin_approval": true,
		"require_model_approval": true, "auto_rollback_enabled": true,
	},
}

// getPreset returns only the keys that a preset sets.
func (a *api) getPreset(c *call) (any, error) {
	name := c.pathValue("preset")
	preset, known := presets[name]
	if !known {
		return nil, notFound("compliance preset %q was not found", name)
	}
	view := map[string]any{"name": name}
	maps.Copy(view, preset)
	return view, nil
}
