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

// model is the state of octomil_experiment.
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

// variant is one element of the attribute variants.
type variant struct {
	ModelVersion      types.String  `tfsdk:"model_version"`
	TrafficAllocation types.Float64 `tfsdk:"traffic_allocation"`
}

var variantType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"model_version": types.StringType, "traffic_allocation": types.Float64Type,
}}

// variantsByName returns the variants by name, nil if the map is unknown. An unknown value of a variant stays unknown.
func variantsByName(ctx context.Context, m types.Map, diags *diag.Diagnostics) map[string]variant {
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

// createSettings returns what a create sends.
func (m *model) createSettings(ctx context.Context, modelID string, diags *diag.Diagnostics) control.Experiment {
	traffic, confidence := m.TrafficPercentage.ValueFloat64(), m.ConfidenceLevel.ValueFloat64()
	return control.Experiment{
		Name: m.Name.ValueString(), Description: resourcekit.StringPointer(m.Description), ModelID: modelID,
		Traffic: &traffic, Confidence: &confidence, MinSample: m.MinSampleSize.ValueInt64Pointer(), PrimaryMetric: m.PrimaryMetric.ValueString(),
		Variants: m.variantsToAPI(ctx, diags),
	}
}

// variantsToAPI returns the variants as they are sent, sorted by name.
func (m *model) variantsToAPI(ctx context.Context, diags *diag.Diagnostics) []control.Variant {
	configured := variantsByName(ctx, m.Variants, diags)
	var variants []control.Variant
	for _, name := range slices.Sorted(maps.Keys(configured)) {
		isControl := name == m.Control.ValueString()
		variants = append(variants, control.Variant{
			Name: name, Version: configured[name].ModelVersion.ValueString(),
			Allocation: configured[name].TrafficAllocation.ValueFloat64(), Control: &isControl,
		})
	}
	return variants
}

// updateSettings returns the settings that differ from prior; changed is false if none does. A setting that was removed from the
// configuration is sent empty.
func (m *model) updateSettings(prior *model) (settings control.Experiment, changed bool) {
	if !m.Name.Equal(prior.Name) {
		settings.Name, changed = m.Name.ValueString(), true
	}
	if m.Description.ValueString() != prior.Description.ValueString() {
		text := m.Description.ValueString()
		settings.Description, changed = &text, true
	}
	if !resourcekit.SameNumber(m.TrafficPercentage, prior.TrafficPercentage) {
		settings.Traffic, changed = m.TrafficPercentage.ValueFloat64Pointer(), true
	}
	if !m.MinSampleSize.Equal(prior.MinSampleSize) {
		settings.MinSample, changed = m.MinSampleSize.ValueInt64Pointer(), true
	}
	if !resourcekit.SameNumber(m.ConfidenceLevel, prior.ConfidenceLevel) {
		settings.Confidence, changed = m.ConfidenceLevel.ValueFloat64Pointer(), true
	}
	if !m.PrimaryMetric.Equal(prior.PrimaryMetric) {
		settings.PrimaryMetric, changed = m.PrimaryMetric.ValueString(), true
	}
	return settings, changed
}

// fromAPI sets the model from the server's experiment. Equivalent and omitted values keep what the model has. org is used where the
// server does not return the organization, modelName where the model has no model yet.
func (m *model) fromAPI(ctx context.Context, e control.Experiment, org, modelName string, diags *diag.Diagnostics) {
	m.ID = types.StringValue(e.ID)
	m.OrgID = resourcekit.StringOrNull(cmp.Or(e.OrgID, m.OrgID.ValueString(), org))
	m.Name = types.StringValue(e.Name)
	m.Description = resourcekit.OptionalString(e.Description, m.Description)
	if m.Model.IsNull() {
		m.Model = resourcekit.StringOrNull(modelName)
	}
	m.ModelID = resourcekit.StringOrNull(cmp.Or(e.ModelID, m.ModelID.ValueString()))
	m.variantsFromAPI(ctx, e.Variants, diags)
	m.TrafficPercentage = numberFromAPI(e.Traffic, m.TrafficPercentage, defaultTraffic)
	m.ConfidenceLevel = numberFromAPI(e.Confidence, m.ConfidenceLevel, defaultConfidence)
	switch {
	case e.MinSample != nil:
		m.MinSampleSize = types.Int64Value(*e.MinSample)
	case !resourcekit.Known(m.MinSampleSize):
		m.MinSampleSize = types.Int64Value(defaultSample)
	}
	m.PrimaryMetric = types.StringValue(cmp.Or(e.PrimaryMetric, m.PrimaryMetric.ValueString(), defaultMetric))
	m.targetsFromAPI(ctx, e.TargetGroupIDs, diags)
	m.Status = resourcekit.StringOrNull(cmp.Or(e.Status, m.Status.ValueString()))
	if !resourcekit.Known(m.OnDestroy) {
		m.OnDestroy = types.StringValue(onDestroyKeep)
	}
}

func (m *model) variantsFromAPI(ctx context.Context, variants []control.Variant, diags *diag.Diagnostics) {
	if variants == nil && !m.Variants.IsNull() {
		return
	}
	prior := variantsByName(ctx, m.Variants, diags)
	elements := map[string]variant{}
	for _, v := range variants {
		percentage := v.Allocation
		elements[v.Name] = variant{types.StringValue(v.Version), numberFromAPI(&percentage, prior[v.Name].TrafficAllocation, percentage)}
		if v.Control != nil && *v.Control {
			m.Control = types.StringValue(v.Name)
		}
	}
	read, d := types.MapValueFrom(ctx, variantType, elements)
	diags.Append(d...)
	m.Variants = read
}

// targetsFromAPI keeps null or empty as configured: both mean all devices.
func (m *model) targetsFromAPI(ctx context.Context, ids []string, diags *diag.Diagnostics) {
	switch {
	case len(ids) == 0 && !resourcekit.Known(m.TargetGroupIDs):
		m.TargetGroupIDs = types.SetNull(types.StringType)
	case ids != nil:
		read, d := types.SetValueFrom(ctx, types.StringType, append([]string{}, slices.Compact(slices.Sorted(slices.Values(ids)))...))
		diags.Append(d...)
		m.TargetGroupIDs = read
	}
}

// targetIDs returns the IDs of a set, sorted.
func targetIDs(ctx context.Context, set types.Set, diags *diag.Diagnostics) []string {
	if !resourcekit.Known(set) {
		return nil
	}
	var ids []string
	diags.Append(set.ElementsAs(ctx, &ids, false)...)
	slices.Sort(ids)
	return ids
}

// numberFromAPI maps the server's number. An unchanged number keeps the precision that prior has; an omitted one keeps prior, or
// becomes fallback.
func numberFromAPI(value *float64, prior types.Float64, fallback float64) types.Float64 {
	switch {
	case resourcekit.Known(prior) && (value == nil || *value == prior.ValueFloat64()):
		return prior
	case value == nil:
		return types.Float64Value(fallback)
	}
	return types.Float64Value(*value)
}
