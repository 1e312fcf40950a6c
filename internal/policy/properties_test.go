package policy

import (
	"encoding/json"
	"maps"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"pgregory.net/rapid"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

var unexported = cmp.AllowUnexported(guardrails{}, qualityGate{}, rolloutLimits{}, deviceLimits{})

// anyValue draws a JSON value that a server may have for a field.
func anyValue(rt *rapid.T, f field) any {
	switch f.binding.(type) {
	case boolean:
		return rapid.Bool().Draw(rt, f.key)
	case number:
		return rapid.Float64Range(0, 100).Draw(rt, f.key)
	case integer:
		return float64(rapid.IntRange(0, 1e6).Draw(rt, f.key))
	case milliseconds:
		return float64(rapid.IntRange(1, 1e9).Draw(rt, f.key)) / 1000
	case durationString:
		return time.Duration(rapid.Int64Range(0, math.MaxInt64).Draw(rt, f.key)).String()
	case stringMap:
		drawn := map[string]any{}
		for name, word := range rapid.MapOfN(rapid.SampledFrom([]string{"ios", "android", ""}), rapid.String(), 0, 3).Draw(rt, f.key) {
			drawn[name] = word
		}
		return drawn
	}
	rt.Fatalf("%s has a binding that no value is drawn for", f.key)
	return nil
}

// anyGuardrails draws guardrails in which each attribute is null, unknown or set.
func anyGuardrails(rt *rapid.T) *guardrails {
	g := &guardrails{deviceLimits: deviceLimits{MinOSVersion: types.MapNull(types.StringType)}}
	drawFields(rt, g.fields())
	return g
}

func drawFields(rt *rapid.T, fields []field) {
	for _, f := range fields {
		switch rapid.SampledFrom([]string{"null", "unknown", "set"}).Draw(rt, f.key+" is") {
		case "null":
			f.fromJSON(nil)
		case "unknown":
			f.setUnknown()
		case "set":
			f.fromJSON(anyValue(rt, f))
		}
	}
}

// allFields returns the fields of both resources.
func allFields() []field { return append(new(guardrails).fields(), new(securitySettings).fields()...) }

// anySettings draws the settings of an organization on a server that has some of the keys.
func anySettings(rt *rapid.T) control.Settings {
	settings := control.Settings{"name": "demo"}
	for _, f := range allFields() {
		switch rapid.SampledFrom([]string{"absent", "null", "set"}).Draw(rt, f.key+" on the server") {
		case "null":
			settings[f.key] = nil
		case "set":
			settings[f.key] = anyValue(rt, f)
		}
	}
	return settings
}

// sent returns settings as the server receives them.
func sent(rt *rapid.T, settings control.Settings) control.Settings {
	encoded, err := json.Marshal(settings)
	if err != nil {
		rt.Fatal(err)
	}
	var out control.Settings
	if err := json.Unmarshal(encoded, &out); err != nil {
		rt.Fatal(err)
	}
	return out
}

// For any configuration and any settings on the server, one write makes them equal, changes no other key and leaves nothing unknown,
// and a destroy restores the original values.
func TestSettingsConvergeAndRestore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		fields := new(securitySettings).fields()
		drawFields(rt, fields)
		if rapid.Bool().Draw(rt, "the rollback policy") {
			fields = anyGuardrails(rt).fields()
		}
		server := anySettings(rt)
		ours := managed(fields)
		saved := newOriginals()
		saved.add(ours, server)
		before := maps.Clone(server)

		due := sent(rt, changes(ours, server))
		for key := range due {
			if f := fieldOf(t, fields, key); f.IsNull() || f.IsUnknown() {
				rt.Errorf("%s is written although it is not configured", key)
			}
		}
		maps.Copy(server, due)
		if again := changes(ours, server); len(again) > 0 {
			rt.Errorf("after the write, changes are still %v", again)
		}
		expectReconciled(rt, fields, ours, server)

		back, remaining := saved.restore(fields, server)
		maps.Copy(server, sent(rt, back))
		for _, f := range allFields() {
			_, had := before[f.key]
			if !had && !f.nullable && saved.Before[f.key].Absent {
				continue // a warning tells the user
			}
			if !sameJSON(before[f.key], server[f.key]) {
				rt.Errorf("%s was %v and is %v", f.key, before[f.key], server[f.key])
			}
		}
		if len(remaining) > len(ours) {
			rt.Errorf("%v remain of %d", remaining, len(ours))
		}
	})
}

// expectReconciled reconciles the fields and fails if one is unknown or one of ours differs from the plan.
func expectReconciled(rt *rapid.T, fields, ours []field, server control.Settings) {
	planned := map[string]attr.Value{}
	for _, f := range ours {
		planned[f.key] = valueOf(rt, f)
	}
	reconcile(fields, server, ours)
	for _, f := range fields {
		if f.IsUnknown() {
			rt.Errorf("%s is still unknown", f.at)
		}
		if want, managed := planned[f.key]; managed && !valueOf(rt, f).Equal(want) {
			rt.Errorf("%s was planned as %s and is %s", f.at, want, valueOf(rt, f))
		}
	}
}

// valueOf returns the attribute that a field is bound to.
func valueOf(rt *rapid.T, f field) attr.Value {
	switch b := f.binding.(type) {
	case boolean:
		return *b.Bool
	case number:
		return *b.Float64
	case integer:
		return *b.Int64
	case milliseconds:
		return *b.GoDuration
	case durationString:
		return *b.GoDuration
	case stringMap:
		return *b.Map
	}
	rt.Fatalf("%s has a binding that is not known here", f.key)
	return nil
}
