package experiment

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// model is the experiment as Terraform holds it.
type model struct {
	ID                types.String  `tfsdk:"id"`
	OrgID             types.String  `tfsdk:"org_id"`
	Name              types.String  `tfsdk:"name"`
	Description       types.String  `tfsdk:"description"`
	Model             types.String  `tfsdk:"model"`
	ModelID           types.String  `tfsdk:"model_id"`
	Variants          types.Map     `tfsdk:"variants"`
	Control           types.String  `tfsdk:"control"`
	TrafficPercentage types.Float64 `tfsdk:"traffic_percentage"`
	MinSampleSize     types.Int64   `tfsdk:"min_sample_size"`
	ConfidenceLevel   types.Float64 `tfsdk:"confidence_level"`
	PrimaryMetric     types.String  `tfsdk:"primary_metric"`
	TargetGroupIDs    types.Set     `tfsdk:"target_group_ids"`
	Status            types.String  `tfsdk:"status"`
	OnDestroy         types.String  `tfsdk:"on_destroy"`
}

// variant is one of the versions that are compared.
type variant struct {
	ModelVersion      types.String  `tfsdk:"model_version"`
	TrafficAllocation types.Float64 `tfsdk:"traffic_allocation"`
}

var variantType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"model_version": types.StringType, "traffic_allocation": types.Float64Type,
}}

// variantsOf opens the variants by their names. It is nil where they are not known; what is not known of one of them stays unknown.
func variantsOf(ctx context.Context, m types.Map, diags *diag.Diagnostics) map[string]variant {
	if !resourcekit.Known(m) {
		return nil
	}
	variants := map[string]variant{}
	for name, element := range m.Elements() {
		v := variant{ModelVersion: types.StringUnknown(), TrafficAllocation: types.Float64Unknown()}
		if object, ok := element.(types.Object); ok && resourcekit.Known(object) {
			diags.Append(object.As(ctx, &v, basetypes.ObjectAsOptions{})...)
		}
		variants[name] = v
	}
	return variants
}

// creation is what a create sends.
func (m *model) creation(ctx context.Context, modelID string, diags *diag.Diagnostics) control.Experiment {
	traffic, confidence := m.TrafficPercentage.ValueFloat64(), m.ConfidenceLevel.ValueFloat64()
	return control.Experiment{
		Name: m.Name.ValueString(), Description: resourcekit.StringPointer(m.Description), ModelID: modelID,
		Traffic: &traffic, Confidence: &confidence, MinSample: m.MinSampleSize.ValueInt64Pointer(), PrimaryMetric: m.PrimaryMetric.ValueString(),
		Variants: m.variants(ctx, diags),
	}
}

// variants are what is sent of them, in an order of their own.
func (m *model) variants(ctx context.Context, diags *diag.Diagnostics) []control.Variant {
	wanted := variantsOf(ctx, m.Variants, diags)
	var out []control.Variant
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		isControl := name == m.Control.ValueString()
		out = append(out, control.Variant{
			Name: name, Version: wanted[name].ModelVersion.ValueString(),
			Allocation: wanted[name].TrafficAllocation.ValueFloat64(), Control: &isControl,
		})
	}
	return out
}

// changes are the settings that an update has to send, needed is false where there are none. What has left the configuration is sent
// empty.
func (m *model) changes(before *model) (due control.Experiment, needed bool) {
	if !m.Name.Equal(before.Name) {
		due.Name, needed = m.Name.ValueString(), true
	}
	if m.Description.ValueString() != before.Description.ValueString() {
		text := m.Description.ValueString()
		due.Description, needed = &text, true
	}
	if !resourcekit.SameNumber(m.TrafficPercentage, before.TrafficPercentage) {
		due.Traffic, needed = m.TrafficPercentage.ValueFloat64Pointer(), true
	}
	if !m.MinSampleSize.Equal(before.MinSampleSize) {
		due.MinSample, needed = m.MinSampleSize.ValueInt64Pointer(), true
	}
	if !resourcekit.SameNumber(m.ConfidenceLevel, before.ConfidenceLevel) {
		due.Confidence, needed = m.ConfidenceLevel.ValueFloat64Pointer(), true
	}
	if !m.PrimaryMetric.Equal(before.PrimaryMetric) {
		due.PrimaryMetric, needed = m.PrimaryMetric.ValueString(), true
	}
	return due, needed
}

// read takes the experiment from the server. What means the same, and what the server does not say, stays as it was. org is the
// organization of an experiment that does not name its own, modelName what the model is called where nothing was known of it.
func (m *model) read(ctx context.Context, e control.Experiment, org, modelName string, diags *diag.Diagnostics) {
	m.ID = types.StringValue(e.ID)
	m.OrgID = resourcekit.StringOrNull(cmp.Or(e.OrgID, m.OrgID.ValueString(), org))
	m.Name = types.StringValue(e.Name)
	m.Description = resourcekit.OptionalString(e.Description, m.Description)
	if m.Model.IsNull() {
		m.Model = resourcekit.StringOrNull(modelName)
	}
	m.ModelID = resourcekit.StringOrNull(cmp.Or(e.ModelID, m.ModelID.ValueString()))
	m.readVariants(ctx, e.Variants, diags)
	m.TrafficPercentage = sameNumber(e.Traffic, m.TrafficPercentage, defaultTraffic)
	m.ConfidenceLevel = sameNumber(e.Confidence, m.ConfidenceLevel, defaultConfidence)
	switch {
	case e.MinSample != nil:
		m.MinSampleSize = types.Int64Value(*e.MinSample)
	case !resourcekit.Known(m.MinSampleSize):
		m.MinSampleSize = types.Int64Value(defaultSample)
	}
	m.PrimaryMetric = types.StringValue(cmp.Or(e.PrimaryMetric, m.PrimaryMetric.ValueString(), defaultMetric))
	m.readTargets(ctx, e.TargetGroupIDs, diags)
	m.Status = resourcekit.StringOrNull(cmp.Or(e.Status, m.Status.ValueString()))
	if !resourcekit.Known(m.OnDestroy) {
		m.OnDestroy = types.StringValue(onDestroyKeep)
	}
}

func (m *model) readVariants(ctx context.Context, all []control.Variant, diags *diag.Diagnostics) {
	if all == nil && !m.Variants.IsNull() {
		return
	}
	before := variantsOf(ctx, m.Variants, diags)
	variants := map[string]variant{}
	for _, v := range all {
		share := v.Allocation
		variants[v.Name] = variant{types.StringValue(v.Version), sameNumber(&share, before[v.Name].TrafficAllocation, share)}
		if v.Control != nil && *v.Control {
			m.Control = types.StringValue(v.Name)
		}
	}
	read, d := types.MapValueFrom(ctx, variantType, variants)
	diags.Append(d...)
	m.Variants = read
}

// readTargets keeps null and empty apart as they were: both are all devices.
func (m *model) readTargets(ctx context.Context, ids []string, diags *diag.Diagnostics) {
	switch {
	case len(ids) == 0 && !resourcekit.Known(m.TargetGroupIDs):
		m.TargetGroupIDs = types.SetNull(types.StringType)
	case ids != nil:
		read, d := types.SetValueFrom(ctx, types.StringType, append([]string{}, slices.Compact(slices.Sorted(slices.Values(ids)))...))
		diags.Append(d...)
		m.TargetGroupIDs = read
	}
}

// targets are the ids of a set, sorted.
func targets(ctx context.Context, set types.Set, diags *diag.Diagnostics) []string {
	if !resourcekit.Known(set) {
		return nil
	}
	var ids []string
	diags.Append(set.ElementsAs(ctx, &ids, false)...)
	slices.Sort(ids)
	return ids
}

// sameNumber is the server's number in the precision that it had before, or what there was where the server does not say.
func sameNumber(now *float64, before types.Float64, fallback float64) types.Float64 {
	switch {
	case resourcekit.Known(before) && (now == nil || *now == before.ValueFloat64()):
		return before
	case now == nil:
		return types.Float64Value(fallback)
	}
	return types.Float64Value(*now)
}
