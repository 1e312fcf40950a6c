package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func TestPresetFromAPI(t *testing.T) {
	t.Parallel()
	got := presetFromAPI(control.CompliancePreset{Name: "soc2", Settings: control.Settings{
		"audit_retention_days": 365.0, "auto_rollback_enabled": true, "mfa_required": "yes", "data_residency": "eu",
	}})
	want := presetModel{Name: types.StringValue("soc2"), AutoRollback: types.BoolValue(true)}
	want.AuditRetentionDays = types.Int64Value(365)
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(presetModel{}, securitySettings{})); diff != "" {
		t.Errorf("preset (-want +got):\n%s", diff)
	}
}
