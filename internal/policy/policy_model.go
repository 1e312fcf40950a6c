package policy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
)

// policyModel is the state of octomil_rollback_policy.
type policyModel struct {
	organization
	AutoRollback   types.Bool           `tfsdk:"auto_rollback"`
	ErrorThreshold types.Float64        `tfsdk:"error_threshold_percent"`
	CrashThreshold types.Float64        `tfsdk:"crash_threshold_percent"`
	LatencyP95Max  timetypes.GoDuration `tfsdk:"latency_p95_max"`
	QualityGate    types.Object         `tfsdk:"quality_gate"`
	RolloutLimits  types.Object         `tfsdk:"rollout_limits"`
	DeviceLimits   types.Object         `tfsdk:"device_limits"`
}

type qualityGate struct {
	RequireEval     types.Bool    `tfsdk:"require_eval"`
	MinAccuracy     types.Float64 `tfsdk:"min_accuracy"`
	MaxQualityDelta types.Float64 `tfsdk:"max_quality_delta"`
}

type rolloutLimits struct {
	MinDuration     timetypes.GoDuration `tfsdk:"min_duration"`
	MaxStepPercent  types.Float64        `tfsdk:"max_step_percent"`
	RequireApproval types.Bool           `tfsdk:"require_approval"`
}

type deviceLimits struct {
	MinOSVersion types.Map     `tfsdk:"min_os_version"`
	MinMemoryGB  types.Float64 `tfsdk:"min_memory_gb"`
}

var (
	qualityGateTypes = map[string]attr.Type{
		"require_eval": types.BoolType, "min_accuracy": types.Float64Type, "max_quality_delta": types.Float64Type,
	}
	rolloutLimitsTypes = map[string]attr.Type{
		"min_duration": timetypes.GoDurationType{}, "max_step_percent": types.Float64Type, "require_approval": types.BoolType,
	}
	deviceLimitsTypes = map[string]attr.Type{
		"min_os_version": types.MapType{ElemType: types.StringType}, "min_memory_gb": types.Float64Type,
	}
)

// guardrails is the flattened model: one attribute for each key of the settings.
type guardrails struct {
	AutoRollback   types.Bool
	ErrorThreshold types.Float64
	CrashThreshold types.Float64
	LatencyP95Max  timetypes.GoDuration
	qualityGate
	rolloutLimits
	deviceLimits
}

// guardrails flattens the nested objects. The members of a null object are null, those of an unknown object are unknown.
func (m *policyModel) guardrails(ctx context.Context, diags *diag.Diagnostics) *guardrails {
	g := &guardrails{
		AutoRollback: m.AutoRollback, ErrorThreshold: m.ErrorThreshold, CrashThreshold: m.CrashThreshold, LatencyP95Max: m.LatencyP95Max,
		deviceLimits: deviceLimits{MinOSVersion: types.MapNull(types.StringType)},
	}
	decodeObject(ctx, m.QualityGate, &g.qualityGate, diags)
	decodeObject(ctx, m.RolloutLimits, &g.rolloutLimits, diags)
	decodeObject(ctx, m.DeviceLimits, &g.deviceLimits, diags)
	for _, f := range g.fields() {
		if m.nestedUnknown(f.at) {
			f.setUnknown()
		}
	}
	return g
}

func decodeObject(ctx context.Context, object types.Object, into any, diags *diag.Diagnostics) {
	if object.IsNull() || object.IsUnknown() {
		return
	}
	diags.Append(object.As(ctx, into, basetypes.ObjectAsOptions{})...)
}

// nestedUnknown reports whether the attribute belongs to an object that is unknown as a whole.
func (m *policyModel) nestedUnknown(at path.Path) bool {
	root, _ := at.Steps().NextStep()
	switch root.String() {
	case "quality_gate":
		return m.QualityGate.IsUnknown()
	case "rollout_limits":
		return m.RolloutLimits.IsUnknown()
	case "device_limits":
		return m.DeviceLimits.IsUnknown()
	}
	return false
}

// setGuardrails is the inverse of guardrails. The objects are never null, so that adding a member to the configuration later changes
// only that member.
func (m *policyModel) setGuardrails(ctx context.Context, g *guardrails, diags *diag.Diagnostics) {
	m.AutoRollback, m.ErrorThreshold, m.CrashThreshold, m.LatencyP95Max = g.AutoRollback, g.ErrorThreshold, g.CrashThreshold, g.LatencyP95Max
	m.QualityGate = encodeObject(ctx, qualityGateTypes, g.qualityGate, diags)
	m.RolloutLimits = encodeObject(ctx, rolloutLimitsTypes, g.rolloutLimits, diags)
	m.DeviceLimits = encodeObject(ctx, deviceLimitsTypes, g.deviceLimits, diags)
}

func encodeObject(ctx context.Context, members map[string]attr.Type, from any, diags *diag.Diagnostics) types.Object {
	object, d := types.ObjectValueFrom(ctx, members, from)
	diags.Append(d...)
	return object
}
