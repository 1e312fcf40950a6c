package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// No key belongs to both resources, so they never overwrite each other.
func TestEachKeyHasOneOwner(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range allFields() {
		if seen[f.key] {
			t.Errorf("%s is managed by both resources", f.key)
		}
		seen[f.key] = true
	}
}

// fieldOf returns the field of a key.
func fieldOf(t *testing.T, fields []field, key string) field {
	t.Helper()
	for _, f := range fields {
		if f.key == key {
			return f
		}
	}
	t.Fatalf("no field has the key %s", key)
	return field{}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	g := guardrails{
		AutoRollback: types.BoolValue(true), ErrorThreshold: types.Float64Value(2), CrashThreshold: types.Float64Unknown(),
		rolloutLimits: rolloutLimits{MinDuration: durationValue("60m")},
	}
	got := changes(managed(g.fields()), control.Settings{
		"auto_rollback_enabled": false, "error_threshold_percent": 2.0, "min_rollout_duration": "1h", "crash_threshold_percent": 1.0,
	})
	if diff := cmp.Diff(control.Settings{"auto_rollback_enabled": true}, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

func TestReconcile(t *testing.T) {
	t.Parallel()
	g := guardrails{
		AutoRollback: types.BoolValue(true), ErrorThreshold: types.Float64Value(2), CrashThreshold: types.Float64Unknown(),
		rolloutLimits: rolloutLimits{MinDuration: durationValue("60m"), MaxStepPercent: types.Float64Value(20)},
		deviceLimits:  deviceLimits{MinOSVersion: types.MapNull(types.StringType)},
	}
	configured := guardrails{
		AutoRollback: types.BoolValue(true), ErrorThreshold: types.Float64Value(2), rolloutLimits: rolloutLimits{MinDuration: durationValue("60m")},
	}
	reconcile(g.fields(), control.Settings{
		"auto_rollback_enabled": true, "error_threshold_percent": 5.0, "crash_threshold_percent": 1.0, "min_rollout_duration": "1h",
		"max_rollout_step_percent": 50.0,
	}, managed(configured.fields()))
	want := guardrails{
		AutoRollback: types.BoolValue(true), ErrorThreshold: types.Float64Value(5), CrashThreshold: types.Float64Value(1),
		rolloutLimits: rolloutLimits{MinDuration: durationValue("60m"), MaxStepPercent: types.Float64Value(20)},
		deviceLimits:  deviceLimits{MinOSVersion: types.MapNull(types.StringType)},
	}
	if diff := cmp.Diff(want, g, cmp.AllowUnexported(guardrails{}, qualityGate{}, rolloutLimits{}, deviceLimits{})); diff != "" {
		t.Errorf("guardrails (-want +got):\n%s", diff)
	}
}

func TestAttributeFor(t *testing.T) {
	t.Parallel()
	g := guardrails{ErrorThreshold: types.Float64Value(200), qualityGate: qualityGate{MinAccuracy: types.Float64Value(1)}}
	tests := map[string]struct {
		err  error
		want string
	}{
		"a named field": {&control.APIError{Fields: []control.FieldError{{Name: "min_accuracy"}}, Message: "error_threshold_percent"}, "quality_gate.min_accuracy"},
		"in the words":  {&control.APIError{Message: "error_threshold_percent must be below 100"}, "error_threshold_percent"},
		"not managed":   {&control.APIError{Message: "crash_threshold_percent must be below 100"}, ""},
		"no answer":     {&control.TransportError{}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := attributeFor(managed(g.fields()), test.err).String(); got != test.want {
				t.Errorf("attribute is %q, want %q", got, test.want)
			}
		})
	}
}
