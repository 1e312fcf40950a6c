package experiment

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// allocations returns two variants, old and new, with these percentages.
func allocations(old, fresh float64) types.Map {
	one := func(version string, percentage float64) attr.Value {
		return types.ObjectValueMust(variantType.AttrTypes, map[string]attr.Value{
			"model_version": types.StringValue(version), "traffic_allocation": types.Float64Value(percentage),
		})
	}
	return types.MapValueMust(variantType, map[string]attr.Value{"old": one("1.0.0", old), "new": one("2.0.0", fresh)})
}

func ids(words ...string) types.Set {
	elements := make([]attr.Value, len(words))
	for i, word := range words {
		elements[i] = types.StringValue(word)
	}
	return types.SetValueMust(types.StringType, elements)
}

// empty returns the model that an import begins with.
func empty() model {
	return model{Variants: types.MapNull(variantType), TargetGroupIDs: types.SetNull(types.StringType)}
}

func full() model {
	return model{
		ID: types.StringValue("exp_1"), OrgID: types.StringValue("demo"), Name: types.StringValue("speed"), Description: types.StringValue("Faster?"),
		Model: types.StringValue("phi"), ModelID: types.StringValue("m1"), Variants: allocations(60, 40), Control: types.StringValue("old"),
		TrafficPercentage: types.Float64Value(50), MinSampleSize: types.Int64Value(30), ConfidenceLevel: types.Float64Value(0.9),
		PrimaryMetric: types.StringValue("ctr"), TargetGroupIDs: ids("g1", "g2"), Status: types.StringValue("running"),
		OnDestroy: types.StringValue("complete"),
	}
}

func answered() control.Experiment {
	text, traffic, confidence, sample, yes, no := "Faster?", 50.0, 0.9, int64(30), true, false
	return control.Experiment{
		ID: "exp_1", Name: "speed", Description: &text, ModelID: "m1", Status: "running", Traffic: &traffic, Confidence: &confidence,
		MinSample: &sample, PrimaryMetric: "ctr", TargetGroupIDs: []string{"g2", "g1", "g2"},
		Variants: []control.Variant{
			{Name: "new", Version: "2.0.0", Allocation: 40, Control: &no}, {Name: "old", Version: "1.0.0", Allocation: 60, Control: &yes},
		},
	}
}

func TestFromAPIAfterImport(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	got, want := empty(), full()
	got.fromAPI(t.Context(), answered(), "demo", "phi", &diags)
	want.OnDestroy = types.StringValue("keep")
	if diff := cmp.Diff(want, got); diff != "" || diags.HasError() {
		t.Errorf("%v (-want +got):\n%s", diags, diff)
	}
}

// A value that the server omits has not changed.
//
// CONTRACT.md 7.61
func TestFromAPIKeepsOmittedValues(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	text := "Faster?"
	got := full()
	got.fromAPI(t.Context(), control.Experiment{ID: "exp_1", Name: "speed", Description: &text}, "other", "other", &diags)
	if diff := cmp.Diff(full(), got); diff != "" || diags.HasError() {
		t.Errorf("%v (-want +got):\n%s", diags, diff)
	}
	bare := empty()
	bare.fromAPI(t.Context(), control.Experiment{ID: "exp_1"}, "", "", &diags)
	if bare.TrafficPercentage.ValueFloat64() != 100 || bare.MinSampleSize.ValueInt64() != 100 || bare.ConfidenceLevel.ValueFloat64() != 0.95 ||
		bare.PrimaryMetric.ValueString() != "conversion" || !bare.Status.IsNull() || !bare.Control.IsNull() {
		t.Errorf("an import of an experiment without settings: %+v", bare)
	}
}

func TestFromAPISeesEveryDifference(t *testing.T) {
	t.Parallel()
	number, sample := 70.0, int64(99)
	for name, change := range map[string]func(*control.Experiment){
		"name":               func(e *control.Experiment) { e.Name = "x" },
		"description":        func(e *control.Experiment) { e.Description = nil },
		"traffic_percentage": func(e *control.Experiment) { e.Traffic = &number },
		"confidence_level":   func(e *control.Experiment) { e.Confidence = &number },
		"min_sample_size":    func(e *control.Experiment) { e.MinSample = &sample },
		"primary_metric":     func(e *control.Experiment) { e.PrimaryMetric = "x" },
		"target_group_ids":   func(e *control.Experiment) { e.TargetGroupIDs = []string{} },
		"status":             func(e *control.Experiment) { e.Status = "paused" },
		"an allocation":      func(e *control.Experiment) { e.Variants[0].Allocation = 30 },
		"a version":          func(e *control.Experiment) { e.Variants[0].Version = "3.0.0" },
		"a variant":          func(e *control.Experiment) { e.Variants = e.Variants[:1] },
		"the control": func(e *control.Experiment) {
			e.Variants[0].Control, e.Variants[1].Control = e.Variants[1].Control, e.Variants[0].Control
		},
	} {
		var diags diag.Diagnostics
		e, m := answered(), full()
		change(&e)
		if m.fromAPI(t.Context(), e, "demo", "", &diags); cmp.Equal(full(), m) {
			t.Errorf("a changed %s is not detected", name)
		}
	}
}

func TestFromAPIKeepsNullAndEmptyTargets(t *testing.T) {
	t.Parallel()
	for name, written := range map[string]types.Set{"null": types.SetNull(types.StringType), "empty": ids()} {
		for _, ids := range [][]string{nil, {}} {
			var diags diag.Diagnostics
			m := full()
			m.TargetGroupIDs = written
			e := answered()
			e.TargetGroupIDs = ids
			if m.fromAPI(t.Context(), e, "demo", "", &diags); !m.TargetGroupIDs.Equal(written) {
				t.Errorf("%s becomes %s where the server returns %v", name, m.TargetGroupIDs, ids)
			}
		}
	}
}

func TestUpdateSettings(t *testing.T) {
	t.Parallel()
	before := full()
	if due, needed := before.updateSettings(&before); needed {
		t.Errorf("nothing has changed, but the update sends %+v", due)
	}
	after := full()
	after.Description, after.TrafficPercentage = types.StringNull(), types.Float64Value(10)
	none, ten := "", 10.0
	due, needed := after.updateSettings(&before)
	if diff := cmp.Diff(control.Experiment{Description: &none, Traffic: &ten}, due); diff != "" || !needed {
		t.Errorf("needed %t (-want +got):\n%s", needed, diff)
	}
}
