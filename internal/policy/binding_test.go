package policy

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"pgregory.net/rapid"
)

func durationValue(text string) timetypes.GoDuration {
	return timetypes.GoDuration{StringValue: types.StringValue(text)}
}

func stringMapValue(pairs map[string]string) types.Map {
	elements := map[string]attr.Value{}
	for key, word := range pairs {
		elements[key] = types.StringValue(word)
	}
	return types.MapValueMust(types.StringType, elements)
}

func TestBindings(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		key   string
		value attr.Value
		wire  any
		// same are JSON values that are equivalent to the attribute, other are JSON values that are not.
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
			key: "latency_p95_max_ms", value: durationValue("1.5s"), wire: 1500.0, same: []any{1500.0}, other: []any{1.5, nil, "1.5s"},
			get: func(g *guardrails) attr.Value { return g.LatencyP95Max }, set: func(g *guardrails) { g.LatencyP95Max = durationValue("1.5s") },
		},
		"duration": {
			key: "min_rollout_duration", value: durationValue("1h0m0s"), wire: "1h0m0s", same: []any{"1h", "60m", "1h0m0s"},
			other: []any{"2h", nil, "", "an hour", 3600.0},
			get:   func(g *guardrails) attr.Value { return g.MinDuration }, set: func(g *guardrails) { g.MinDuration = durationValue("1h0m0s") },
		},
		"map": {
			key: "min_os_version", value: stringMapValue(map[string]string{"ios": "17.0"}), wire: map[string]any{"ios": "17.0"},
			same:  []any{map[string]any{"ios": "17.0"}},
			other: []any{map[string]any{"ios": "17"}, map[string]any{"ios": 17.0}, map[string]any{"ios": "17.0", "android": "14"}, map[string]any{}, nil},
			get:   func(g *guardrails) attr.Value { return g.MinOSVersion },
			set:   func(g *guardrails) { g.MinOSVersion = stringMapValue(map[string]string{"ios": "17.0"}) },
		},
		"map with an empty word": {
			key: "min_os_version", value: stringMapValue(map[string]string{"ios": ""}), wire: map[string]any{"ios": ""},
			same: []any{map[string]any{"ios": ""}}, other: []any{map[string]any{"android": "14"}, map[string]any{}, nil},
			get: func(g *guardrails) attr.Value { return g.MinOSVersion }, set: func(g *guardrails) { g.MinOSVersion = stringMapValue(map[string]string{"ios": ""}) },
		},
		"map of numbers": {
			key: "min_os_version", value: stringMapValue(map[string]string{"ios": "17", "android": "14.5"}), wire: map[string]any{"ios": "17", "android": "14.5"},
			same:  []any{map[string]any{"ios": 17.0, "android": 14.5}, map[string]any{"ios": "17", "android": 14.5, "web": nil}},
			other: []any{map[string]any{"ios": 17.0}, map[string]any{"ios": 17.1, "android": 14.5}},
			get:   func(g *guardrails) attr.Value { return g.MinOSVersion },
			set: func(g *guardrails) {
				g.MinOSVersion = stringMapValue(map[string]string{"ios": "17", "android": "14.5"})
			},
		},
		"empty map": {
			key: "min_os_version", value: stringMapValue(nil), wire: map[string]any{}, same: []any{map[string]any{}, nil}, other: []any{map[string]any{"ios": "17"}},
			get: func(g *guardrails) attr.Value { return g.MinOSVersion }, set: func(g *guardrails) { g.MinOSVersion = stringMapValue(nil) },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var g guardrails
			f := fieldOf(t, g.fields(), test.key)
			test.set(&g)
			if diff := cmp.Diff(test.wire, f.toJSON()); diff != "" {
				t.Errorf("JSON value (-want +got):\n%s", diff)
			}
			for _, json := range test.same {
				if !f.equals(json) {
					t.Errorf("%v (%T) does not equal %s", json, json, test.value)
				}
			}
			for _, json := range test.other {
				if f.equals(json) {
					t.Errorf("%v (%T) equals %s", json, json, test.value)
				}
			}
			f.setUnknown()
			if !test.get(&g).IsUnknown() {
				t.Errorf("after setUnknown the attribute is %s", test.get(&g))
			}
			f.fromJSON(test.wire)
			if !test.get(&g).Equal(test.value) {
				t.Errorf("from JSON the attribute is %s, want %s", test.get(&g), test.value)
			}
		})
	}
}

// A value of an unexpected type is read as null and never causes a type error.
func TestFromJSONUnexpectedTypes(t *testing.T) {
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
		f.fromJSON(tests[f.key])
		if !f.IsNull() {
			t.Errorf("%s: %v is not read as null", f.key, tests[f.key])
		}
	}
}

func TestFromJSONKeepsEmptyMap(t *testing.T) {
	t.Parallel()
	g := guardrails{deviceLimits: deviceLimits{MinOSVersion: stringMapValue(nil)}}
	f := fieldOf(t, g.fields(), "min_os_version")
	for _, json := range []any{nil, map[string]any{}} {
		f.fromJSON(json)
		if !g.MinOSVersion.Equal(stringMapValue(nil)) {
			t.Errorf("%v changes the empty map to %s", json, g.MinOSVersion)
		}
	}
	f.fromJSON(map[string]any{"ios": "17"})
	if want := stringMapValue(map[string]string{"ios": "17"}); !g.MinOSVersion.Equal(want) {
		t.Errorf("the map is %s, want %s", g.MinOSVersion, want)
	}
}

func TestIntegerBinding(t *testing.T) {
	t.Parallel()
	for json, want := range map[any]types.Int64{
		90.0: types.Int64Value(90), 0.0: types.Int64Value(0), 1.5: types.Int64Null(), 1e17: types.Int64Null(), "90": types.Int64Null(),
		nil: types.Int64Null(), true: types.Int64Null(),
	} {
		got := types.Int64Unknown()
		integer{&got}.fromJSON(json)
		if !got.Equal(want) {
			t.Errorf("%v is read as %s, want %s", json, got, want)
		}
		if same := (integer{&got}).equals(json); same == got.IsNull() {
			t.Errorf("%s equals %v: %t", got, json, same)
		}
	}
	days := types.Int64Value(90)
	if wire := (integer{&days}).toJSON(); wire != 90.0 || (integer{&days}).equals(91.0) {
		t.Errorf("90 is sent as %v, or equals 91", wire)
	}
	integer{&days}.setUnknown()
	if !days.IsUnknown() {
		t.Error("an attribute that was set unknown is known")
	}
}

// A value that was read equals the server's value. Otherwise every plan would show a change that no apply can make.
func FuzzFromJSON(f *testing.F) {
	for _, body := range []string{
		`true`, `5`, `"1h"`, `"-1.5h"`, `""`, `null`, `1.001`, `7.0`, `0.0000001`, `1e300`, `-3`, `9223372036855`, `{"ios":"17"}`, `{"ios":17,"android":14.5}`,
		`{"ios":null,"android":["14"]}`, `{}`, `[]`, `"PT1H"`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var value any
		if json.Unmarshal(body, &value) != nil {
			return
		}
		g := &guardrails{deviceLimits: deviceLimits{MinOSVersion: types.MapNull(types.StringType)}}
		for _, bound := range append(g.fields(), new(securitySettings).fields()...) {
			bound.fromJSON(value)
			if bound.IsUnknown() {
				t.Errorf("%s: %s is read as unknown", bound.key, body)
			}
			if bound.IsNull() {
				continue
			}
			if !bound.equals(value) {
				t.Errorf("%s: %s is not equal after it was read", bound.key, body)
			}
		}
	})
}

// Durations are equal if they parse to the same duration, regardless of their spelling.
func FuzzDuration(f *testing.F) {
	for _, text := range []string{"1h", "60m", "1h0m0s", "-1s", "0", "1.5ms", "1us", "", "9223372036854775807ns", "an hour", "+1h", ".5h"} {
		f.Add(text, "60m")
	}
	f.Fuzz(func(t *testing.T, text, other string) {
		var a, b timetypes.GoDuration
		durationString{&a}.fromJSON(text)
		durationString{&b}.fromJSON(other)
		parsed, err := time.ParseDuration(text)
		if a.IsNull() != (err != nil) {
			t.Fatalf("%q is read as %s (%v)", text, a, err)
		}
		if a.IsNull() || b.IsNull() {
			return
		}
		if a.ValueString() != text || toDuration(a) != parsed {
			t.Errorf("%q is read as %s", text, a)
		}
		same := durationString{&a}.equals(other)
		if same != (durationString{&b}).equals(text) || same != (toDuration(a) == toDuration(b)) {
			t.Errorf("%q and %q are equal: %t", text, other, same)
		}
	})
}

func TestMillisecondsKeepPrecision(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		want := float64(rapid.IntRange(1, 1e9).Draw(rt, "microseconds")) / 1000
		var d timetypes.GoDuration
		milliseconds{&d}.fromJSON(want)
		if got := (milliseconds{&d}).toJSON(); got != want {
			rt.Errorf("%v ms are read as %s and sent as %v", want, d, got)
		}
	})
}
