package control

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// CONTRACT.md 7.41
func TestCompliancePreset(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, ok(`{"name":"hipaa","policy_profile":"regulated","audit_retention_days":2190,"hipaa_mode":true}`), ok(`{"name":"pci"}`),
		ok(`{"policy_profile":"regulated"}`), ok(`null`), ok(`[]`))
	for _, want := range []CompliancePreset{
		{Name: "hipaa", Profile: "regulated", Settings: Settings{"audit_retention_days": 2190.0, "hipaa_mode": true}},
		{Name: "pci", Settings: Settings{}},
	} {
		got, err := c.CompliancePreset(t.Context(), want.Name)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
	for range 3 {
		got, err := c.CompliancePreset(t.Context(), "soc2")
		if err == nil {
			t.Errorf("answered %+v; want an error", got)
		}
	}
	if diff := cmp.Diff("GET settings/compliance/hipaa", w.calls()[0]); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}
