package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func lasting(text string) timetypes.GoDuration {
	return timetypes.GoDuration{StringValue: types.StringValue(text)}
}

func words(pairs map[string]string) types.Map {
	elements := map[string]attr.Value{}
	for key, word := range pairs {
		elements[key] = types.StringValue(word)
	}
	return types.MapValueMust(types.StringType, elements)
}

// fieldOf is the field of a key.
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

func TestBindings(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		key   string
		value attr.Value
		wire  any
		// same and other are JSON values that mean the attribute's value, and that do not.
		same, other []any
		get         func(*guardrails) attr.Value
		set         func(*guardrails)
	}{
		"bool": {
			key: "auto_rollback_enabled", value: types.BoolValue(true), wire: true, same: []any{true}, other: []any{false, nil, "true"},
			get: func(g *guardrails) attr.Value { return g.AutoRollback }, set: func(g *guardrails) { g.AutoRollback = types.BoolValue(true) },
		},
		"number": {
			key: "min_accuracy", value: types.Float64Value(0.9), wire: 0.9, same: []any{0.9}, other: []any{0.91, nil, "0.9"},
			get: func(g *guardrails) attr.Value { return g.MinAccuracy }, set: func(g *guardrails) { g.MinAccuracy = types.Float64Value(0.9) },
		},
		"milliseconds": {
			key: "latency_p95_max_ms", value: lasting("1.5s"), wire: 1500.0, same: []any{1500.0}, other: []any{1.5, nil, "1.5s"},
			get: func(g *guardrails) attr.Value { return g.LatencyP95Max }, set: func(g *guardrails) { g.LatencyP95Max = lasting("1.5s") },
		},
		"duration": {
			key: "min_rollout_duration", value: lasting("1h0m0s"), wire: "1h0m0s", same: []any{"1h", "60m", "1h0m0s"},
			other: []any{"2h", nil, "", "an hour", 3600.0},
			get:   func(g *guardrails) attr.Value { return g.MinDuration }, set: func(g *guardrails) { g.MinDuration = lasting("1h0m0s") },
		},
		"map": {
			key: "min_os_version", value: words(map[string]string{"ios": "17.0"}), wire: map[string]any{"ios": "17.0"},
			same:  []any{map[string]any{"ios": "17.0"}},
			other: []any{map[string]any{"ios": "17"}, map[string]any{"ios": 17.0}, map[string]any{"ios": "17.0", "android": "14"}, map[string]any{}, nil},
			get:   func(g *guardrails) attr.Value { return g.MinOSVersion },
			set:   func(g *guardrails) { g.MinOSVersion = words(map[string]string{"ios": "17.0"}) },
		},
		"map with an empty word": {
			key: "min_os_version", value: words(map[string]string{"ios": ""}), wire: map[string]any{"ios": ""},
			same: []any{map[string]any{"ios": ""}}, other: []any{map[string]any{"android": "14"}, map[string]any{}, nil},
			get: func(g *guardrails) attr.Value { return g.MinOSVersion }, set: func(g *guardrails) { g.MinOSVersion = words(map[string]string{"ios": ""}) },
		},
		"map of numbers": {
			key: "min_os_version", value: words(map[string]string{"ios": "17", "android": "14.5"}), wire: map[string]any{"ios": "17", "android": "14.5"},
			same:  []any{map[string]any{"ios": 17.0, "android": 14.5}, map[string]any{"ios": "17", "android": 14.5, "web": nil}},
			other: []any{map[string]any{"ios": 17.0}, map[string]any{"ios": 17.1, "android": 14.5}},
			get:   func(g *guardrails) attr.Value { return g.MinOSVersion },
			set:   func(g *guardrails) { g.MinOSVersion = words(map[string]string{"ios": "17", "android": "14.5"}) },
		},
		"empty map": {
			key: "min_os_version", value: words(nil), wire: map[string]any{}, same: []any{map[string]any{}, nil}, other: []any{map[string]any{"ios": "17"}},
			get: func(g *guardrails) attr.Value { return g.MinOSVersion }, set: func(g *guardrails) { g.MinOSVersion = words(nil) },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var g guardrails
			f := fieldOf(t, g.fields(), test.key)
			test.set(&g)
			if diff := cmp.Diff(test.wire, f.wire()); diff != "" {
				t.Errorf("on the wire (-want +got):\n%s", diff)
			}
			for _, json := range test.same {
				if !f.same(json) {
					t.Errorf("%v (%T) is not taken for %s", json, json, test.value)
				}
			}
			for _, json := range test.other {
				if f.same(json) {
					t.Errorf("%v (%T) is taken for %s", json, json, test.value)
				}
			}
			f.forget()
			if !test.get(&g).IsUnknown() {
				t.Errorf("a forgotten attribute is %s, want unknown", test.get(&g))
			}
			f.read(test.wire)
			if !test.get(&g).Equal(test.value) {
				t.Errorf("read from the wire it is %s, want %s", test.get(&g), test.value)
			}
		})
	}
}

// What a server may say that the contract does not promise must end as "not given", never as an error of the type.
func TestReadOfStrangeValues(t *testing.T) {
	t.Parallel()
	tests := map[string]any{
		"auto_rollback_enabled": "yes", "error_threshold_percent": "5", "crash_threshold_percent": nil, "latency_p95_max_ms": "250ms",
		"require_eval": 1.0, "min_accuracy": true, "max_quality_delta": []any{}, "min_rollout_duration": "PT1H",
		"max_rollout_step_percent": map[string]any{}, "require_approval": nil, "min_os_version": "17", "min_memory_gb": "4",
	}
	var g guardrails
	if len(tests) != len(g.fields()) {
		t.Errorf("%d keys are tested, the policy has %d", len(tests), len(g.fields()))
	}
	for _, f := range g.fields() {
		f.read(tests[f.key])
		if !f.IsNull() {
			t.Errorf("%s: %v is taken for a value, want null", f.key, tests[f.key])
		}
	}
}

func TestReadKeepsAnEmptyMap(t *testing.T) {
	t.Parallel()
	g := guardrails{deviceLimits: deviceLimits{MinOSVersion: words(nil)}}
	f := fieldOf(t, g.fields(), "min_os_version")
	for _, json := range []any{nil, map[string]any{}} {
		f.read(json)
		if !g.MinOSVersion.Equal(words(nil)) {
			t.Errorf("%v makes the empty map %s", json, g.MinOSVersion)
		}
	}
	f.read(map[string]any{"ios": "17"})
	if want := words(map[string]string{"ios": "17"}); !g.MinOSVersion.Equal(want) {
		t.Errorf("the map is %s, want %s", g.MinOSVersion, want)
	}
}

func TestChangesAreOnlyWhatDiffers(t *testing.T) {
	t.Parallel()
	g := guardrails{
		AutoRollback: types.BoolValue(true), ErrorThreshold: types.Float64Value(2), CrashThreshold: types.Float64Unknown(),
		rolloutLimits: rolloutLimits{MinDuration: lasting("60m")},
	}
	got := changes(managed(g.fields()), control.Settings{
		"auto_rollback_enabled": false, "error_threshold_percent": 2.0, "min_rollout_duration": "1h", "crash_threshold_percent": 1.0,
	})
	if diff := cmp.Diff(control.Settings{"auto_rollback_enabled": true}, got); diff != "" {
		t.Errorf("the changes (-want +got):\n%s", diff)
	}
}

func TestSettleTellsWhatIsInForce(t *testing.T) {
	t.Parallel()
	g := guardrails{
		AutoRollback: types.BoolValue(true), ErrorThreshold: types.Float64Value(2), CrashThreshold: types.Float64Unknown(),
		rolloutLimits: rolloutLimits{MinDuration: lasting("60m"), MaxStepPercent: types.Float64Value(20)},
		deviceLimits:  deviceLimits{MinOSVersion: types.MapNull(types.StringType)},
	}
	configured := guardrails{
		AutoRollback: types.BoolValue(true), ErrorThreshold: types.Float64Value(2), rolloutLimits: rolloutLimits{MinDuration: lasting("60m")},
	}
	settle(g.fields(), control.Settings{
		"auto_rollback_enabled": true, "error_threshold_percent": 5.0, "crash_threshold_percent": 1.0, "min_rollout_duration": "1h",
		"max_rollout_step_percent": 50.0,
	}, managed(configured.fields()))
	want := guardrails{
		AutoRollback: types.BoolValue(true), ErrorThreshold: types.Float64Value(5), CrashThreshold: types.Float64Value(1),
		rolloutLimits: rolloutLimits{MinDuration: lasting("60m"), MaxStepPercent: types.Float64Value(20)},
		deviceLimits:  deviceLimits{MinOSVersion: types.MapNull(types.StringType)},
	}
	if diff := cmp.Diff(want, g, cmp.AllowUnexported(guardrails{}, qualityGate{}, rolloutLimits{}, deviceLimits{})); diff != "" {
		t.Errorf("the guardrails (-want +got):\n%s", diff)
	}
}
