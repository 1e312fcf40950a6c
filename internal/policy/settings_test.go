package policy

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func TestIntegers(t *testing.T) {
	t.Parallel()
	for json, want := range map[any]types.Int64{
		90.0: types.Int64Value(90), 0.0: types.Int64Value(0), 1.5: types.Int64Null(), 1e17: types.Int64Null(), "90": types.Int64Null(),
		nil: types.Int64Null(), true: types.Int64Null(),
	} {
		got := types.Int64Unknown()
		integer{&got}.read(json)
		if !got.Equal(want) {
			t.Errorf("%v is read as %s, want %s", json, got, want)
		}
		if same := (integer{&got}).same(json); same == got.IsNull() {
			t.Errorf("%s is the same as %v: %t", got, json, same)
		}
	}
	days := types.Int64Value(90)
	if wire := (integer{&days}).wire(); wire != 90.0 || (integer{&days}).same(91.0) {
		t.Errorf("90 is sent as %v, and is the same as 91", wire)
	}
	integer{&days}.forget()
	if !days.IsUnknown() {
		t.Error("what was forgotten is known")
	}
}

// No key belongs to both resources: so they never undo each other's work.
func TestNoKeyIsManagedTwice(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range allFields() {
		if seen[f.key] {
			t.Errorf("%s is managed twice", f.key)
		}
		seen[f.key] = true
	}
}

// Each setting has its attribute and its description.
func TestEverySettingIsInTheSchema(t *testing.T) {
	t.Parallel()
	var keys, described []string
	for _, f := range new(controls).fields() {
		keys = append(keys, f.key)
		if settingsSchema().Attributes[f.key] == nil || f.at.String() != f.key {
			t.Errorf("%s has no attribute, or another one: %s", f.key, f.at)
		}
	}
	for key := range controlTexts {
		described = append(described, key)
	}
	slices.Sort(keys)
	slices.Sort(described)
	if diff := cmp.Diff(keys, described); diff != "" {
		t.Errorf("keys (-) and descriptions (+):\n%s", diff)
	}
}

func TestShownPreset(t *testing.T) {
	t.Parallel()
	got := shownPreset(control.CompliancePreset{Name: "soc2", Settings: control.Settings{
		"audit_retention_days": 365.0, "auto_rollback_enabled": true, "mfa_required": "yes", "data_residency": "eu",
	}})
	want := presetModel{Name: types.StringValue("soc2"), AutoRollback: types.BoolValue(true)}
	want.AuditRetentionDays = types.Int64Value(365)
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(presetModel{}, controls{})); diff != "" {
		t.Errorf("the preset (-want +got):\n%s", diff)
	}
}
