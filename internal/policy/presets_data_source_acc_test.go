package policy_test

import (
	"net/http"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

func TestAccCompliancePresets_dataSource(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		sb.AddFault(sandbox.Fault{Method: http.MethodGet, Path: "settings/compliance/gdpr", Status: 404, Times: -1}) // a server may not have all presets
		presets, _ := sb.ExpectData(t, "octomil_compliance_presets", nil, nil)["presets"].([]any)
		if len(presets) != 3 {
			t.Fatalf("there are %d presets, want 3", len(presets))
		}
		for i, want := range []map[string]any{
			{"name": "hipaa", "policy_profile": "regulated", "audit_retention_days": 2190.0, "auto_rollback": nil},
			{"name": "pci", "audit_retention_days": nil, "mfa_required": true},
			{"name": "soc2", "auto_rollback": true},
		} {
			preset, _ := presets[i].(map[string]any)
			for name, value := range want {
				if preset[name] != value {
					t.Errorf("%s of preset %d is %v, want %v", name, i, preset[name], value)
				}
			}
		}
		sb.AddFault(sandbox.Fault{Method: http.MethodGet, Path: "settings/compliance/soc2", Status: 403, Times: -1})
		_, said := sb.ReadData(t, "octomil_compliance_presets", nil)
		said.ExpectErrors(t, "Could not read the compliance presets", "403", "req_")
	}, empty)
}
