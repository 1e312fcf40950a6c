package resourcekit

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type everyModel struct {
	Text     types.String         `tfsdk:"text"`
	Flag     types.Bool           `tfsdk:"flag"`
	Whole    types.Int64          `tfsdk:"whole"`
	Number   types.Float64        `tfsdk:"number"`
	Texts    types.List           `tfsdk:"texts"`
	Set      types.Set            `tfsdk:"set"`
	Numbers  types.Map            `tfsdk:"numbers"`
	Part     types.Object         `tfsdk:"part"`
	Duration timetypes.GoDuration `tfsdk:"duration"`
	Time     timetypes.RFC3339    `tfsdk:"time"`
}

var everySchema = schema.Schema{Attributes: map[string]schema.Attribute{
	"text": schema.StringAttribute{Optional: true}, "flag": schema.BoolAttribute{Optional: true},
	"whole": schema.Int64Attribute{Optional: true}, "number": schema.Float64Attribute{Optional: true},
	"texts":   schema.ListAttribute{Optional: true, ElementType: types.StringType},
	"set":     schema.SetAttribute{Optional: true, ElementType: types.StringType},
	"numbers": schema.MapAttribute{Optional: true, ElementType: types.Float64Type},
	"part": schema.SingleNestedAttribute{Optional: true, Attributes: map[string]schema.Attribute{
		"name": schema.StringAttribute{Optional: true}, "for": schema.StringAttribute{Optional: true, CustomType: timetypes.GoDurationType{}},
	}},
	"duration": schema.StringAttribute{Optional: true, CustomType: timetypes.GoDurationType{}},
	"time":     schema.StringAttribute{Optional: true, CustomType: timetypes.RFC3339Type{}},
}}

// everyValue are values of the attributes, beside null and unknown.
func everyValue(object tftypes.Object) map[string][]any {
	part := func(name, duration any) map[string]tftypes.Value {
		return map[string]tftypes.Value{"name": tftypes.NewValue(tftypes.String, name), "for": tftypes.NewValue(tftypes.String, duration)}
	}
	text := func(v any) tftypes.Value { return tftypes.NewValue(tftypes.String, v) }
	return map[string][]any{
		"text": {"", "é"}, "flag": {true, false}, "whole": {0, 12, 1.5}, "number": {0, 0.1, 1e300},
		"texts":   {[]tftypes.Value{}, []tftypes.Value{text("a"), text(nil), text(tftypes.UnknownValue)}},
		"set":     {[]tftypes.Value{}, []tftypes.Value{text("a"), text("b")}},
		"numbers": {map[string]tftypes.Value{"a": tftypes.NewValue(tftypes.Number, 0.25)}},
		"part":    {part("a", "1h"), part(nil, tftypes.UnknownValue), part("b", "never")},
		"duration": {
			"1h", "60m", "never", "",
		},
		"time": {"2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00", "yesterday"},
	}
}

// A model is loaded and stored as the framework does it, with the same diagnostics.
func TestModelsAreThoseOfTheFramework(t *testing.T) {
	t.Parallel()
	object, _ := everySchema.Type().TerraformType(t.Context()).(tftypes.Object)
	var direct Models[everyModel]
	check := func(values map[string]tftypes.Value) {
		state := tfsdk.State{Schema: everySchema, Raw: tftypes.NewValue(object, values)}
		var got, want everyModel
		var gotDiags diag.Diagnostics
		direct.State(t.Context(), state, &got, &gotDiags)
		wantDiags := state.Get(t.Context(), &want)
		if diff := cmp.Diff(wantDiags, gotDiags); diff != "" && len(wantDiags)+len(gotDiags) > 0 {
			t.Errorf("%v: the diagnostics differ (-framework +direct):\n%s", values, diff)
		}
		if wantDiags.HasError() {
			return
		}
		left, right := reflect.ValueOf(got), reflect.ValueOf(want)
		for i := range left.NumField() {
			a, _ := left.Field(i).Interface().(attr.Value)
			b, _ := right.Field(i).Interface().(attr.Value)
			if !a.Equal(b) {
				t.Errorf("%v: the field %s is %s, want %s", values, left.Type().Field(i).Name, a, b)
			}
		}
		stored, reference := tfsdk.State{Schema: everySchema}, tfsdk.State{Schema: everySchema}
		gotDiags = nil
		direct.Store(t.Context(), &stored, &got, &gotDiags)
		if wantDiags = reference.Set(t.Context(), &want); wantDiags.HasError() || gotDiags.HasError() {
			t.Errorf("%v: %v, want %v", values, gotDiags, wantDiags)
		}
		if !stored.Raw.Equal(reference.Raw) || !stored.Raw.Type().Equal(reference.Raw.Type()) {
			t.Errorf("%v: stored %s, want %s", values, stored.Raw, reference.Raw)
		}
	}
	nothing := func() map[string]tftypes.Value {
		values := map[string]tftypes.Value{}
		for name, typ := range object.AttributeTypes {
			values[name] = tftypes.NewValue(typ, nil)
		}
		return values
	}
	check(nothing())
	for name, all := range everyValue(object) {
		for _, value := range append(all, tftypes.UnknownValue) {
			values := nothing()
			values[name] = tftypes.NewValue(object.AttributeTypes[name], value)
			check(values)
		}
	}
	if direct.fields == nil {
		t.Error("the framework has done everything")
	}
}

// What has no attributes, or is no model of the schema, is the framework's.
func TestModelsOfTheFramework(t *testing.T) {
	t.Parallel()
	var direct Models[everyModel]
	var m everyModel
	var diags diag.Diagnostics
	null := tftypes.NewValue(everySchema.Type().TerraformType(t.Context()), nil)
	if direct.State(t.Context(), tfsdk.State{Schema: everySchema, Raw: null}, &m, &diags); !diags.HasError() {
		t.Error("a state that is null became a model")
	}
	m.Texts = types.ListValueMust(types.BoolType, []attr.Value{types.BoolValue(true)}) // of another type
	diags = nil
	if direct.Store(t.Context(), &tfsdk.State{Schema: everySchema}, &m, &diags); !diags.HasError() {
		t.Error("a list of bools was stored as one of texts")
	}
	var other Models[struct {
		Text types.String `tfsdk:"text"`
	}]
	var less struct {
		Text types.String `tfsdk:"text"`
	}
	diags = nil
	if other.State(t.Context(), tfsdk.State{Schema: everySchema, Raw: null}, &less, &diags); !diags.HasError() || other.fields != nil {
		t.Error("a model without most attributes was loaded")
	}
}
