package sandbox

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// CONTRACT.md 7.41
func TestCompliancePresets(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		for name, want := range map[string]object{
			"hipaa": {
				"name": "hipaa", "policy_profile": "regulated", "audit_retention_days": 2190.0, "hipaa_mode": true,
				"require_mfa_for_admin": true, "session_duration_hours": 8.0, "reauth_interval_minutes": 30.0,
			},
			"gdpr": {"name": "gdpr", "policy_profile": "balanced", "audit_retention_days": 1825.0, "require_mfa_for_admin": true},
			"pci": {
				"name": "pci", "policy_profile": "regulated", "require_mfa_for_admin": true, "mfa_required": true,
				"require_admin_approval": true, "session_duration_hours": 8.0,
			},
			"soc2": {
				"name": "soc2", "policy_profile": "balanced", "audit_retention_days": 365.0, "require_mfa_for_admin": true,
				"require_admin_approval": true, "require_model_approval": true, "auto_rollback_enabled": true,
			},
		} {
			if diff := cmp.Diff(want, h.do(200, "GET", "/api/v1/settings/compliance/"+name, nil).object); diff != "" {
				h.t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		h.do(404, "GET", "/api/v1/settings/compliance/nothing", nil)
	})
}

// The keys of a preset, except its name and profile, are valid settings.
//
// CONTRACT.md 7.41
func TestPresetsAreValidSettings(t *testing.T) {
	t.Parallel()
	for name := range presets {
		h := newHarness(t)
		preset := h.do(200, "GET", "/api/v1/settings/compliance/"+name, nil)
		delete(preset.object, "name")
		delete(preset.object, "policy_profile")
		h.setSettings(preset.object)
		h.wantFields(h.do(200, "GET", settingsPath, nil), preset.object)
	}
}
