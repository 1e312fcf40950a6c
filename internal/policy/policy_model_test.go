package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"pgregory.net/rapid"
)

// Null, unknown and known attributes survive the conversion to nested objects and back.
func TestGuardrailsRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		want := anyGuardrails(rt)
		var m policyModel
		var diags diag.Diagnostics
		m.setGuardrails(t.Context(), want, &diags)
		got := m.guardrails(t.Context(), &diags)
		if diff := cmp.Diff(want, got, unexported); diff != "" || diags.HasError() {
			rt.Errorf("guardrails (-want +got), %v:\n%s", diags, diff)
		}
		for name, object := range map[string]types.Object{"gate": m.QualityGate, "limits": m.RolloutLimits, "device": m.DeviceLimits} {
			if object.IsNull() || object.IsUnknown() {
				rt.Errorf("%s is %s", name, object)
			}
		}
	})
}

// The members of a null object are null and those of an unknown object are unknown, and no other attribute changes.
func TestGuardrailsOfNullOrUnknownObjects(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var m policyModel
		var diags diag.Diagnostics
		m.setGuardrails(t.Context(), anyGuardrails(rt), &diags)
		whole := map[string]*types.Object{"quality_gate": &m.QualityGate, "rollout_limits": &m.RolloutLimits, "device_limits": &m.DeviceLimits}
		name := rapid.SampledFrom([]string{"quality_gate", "rollout_limits", "device_limits"}).Draw(rt, "object")
		unknown := rapid.Bool().Draw(rt, "unknown")
		before := m.guardrails(t.Context(), &diags).fields()
		attributes := whole[name].AttributeTypes(t.Context())
		*whole[name] = types.ObjectNull(attributes)
		if unknown {
			*whole[name] = types.ObjectUnknown(attributes)
		}
		for i, f := range m.guardrails(t.Context(), &diags).fields() {
			root, _ := f.at.Steps().NextStep()
			switch inside := root.String() == name; {
			case inside && (f.IsNull() == unknown || f.IsUnknown() != unknown):
				rt.Errorf("%s is null: %t, unknown: %t", f.at, f.IsNull(), f.IsUnknown())
			case !inside && (f.IsNull() != before[i].IsNull() || f.IsUnknown() != before[i].IsUnknown()):
				rt.Errorf("%s has changed", f.at)
			}
		}
		if diags.HasError() {
			rt.Error(diags)
		}
	})
}
