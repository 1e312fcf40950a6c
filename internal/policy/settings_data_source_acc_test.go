package policy_test

import (
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

func TestAccOrgSettings_dataSource(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		setSettings(t, sb, map[string]any{"audit_retention_days": 30, "require_mfa_for_admin": true})
		sb.ExpectData(t, "octomil_org_settings", nil, map[string]any{
			"id": "demo", "audit_retention_days": 30.0, "require_mfa_for_admin": true, "hipaa_mode": false,
		})
		_, said := sb.ReadData(t, "octomil_org_settings", map[string]any{"org_id": "unknown"})
		said.ExpectErrors(t, "org_id: Could not read the organization settings", "404")
		if writes := sb.Writes(); len(writes) != 1 {
			t.Errorf("the data source has made the writes %v", writes)
		}
	}, empty)
}
