package deployment

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

// model is the resource as Terraform holds it.
type model struct {
	ID              types.String   `tfsdk:"id"`
	Model           types.String   `tfsdk:"model"`
	ModelID         types.String   `tfsdk:"model_id"`
	Version         types.String   `tfsdk:"version"`
	Group           types.String   `tfsdk:"group"`
	GroupID         types.String   `tfsdk:"group_id"`
	Rollout         types.Object   `tfsdk:"rollout"`
	Reason          types.String   `tfsdk:"reason"`
	Paused          types.Bool     `tfsdk:"paused"`
	MaxAffected     types.Int64    `tfsdk:"max_affected_devices"`
	Supersede       types.Bool     `tfsdk:"supersede"`
	OnRollback      types.String   `tfsdk:"on_rollback"`
	OnDestroy       types.String   `tfsdk:"on_destroy"`
	WaitFor         types.String   `tfsdk:"wait_for"`
	Timeouts        timeouts.Value `tfsdk:"timeouts"`
	Status          types.String   `tfsdk:"status"`
	ActiveVersion   types.String   `tfsdk:"active_version"`
	PreviousVersion types.String   `tfsdk:"previous_version"`
	RolloutID       types.String   `tfsdk:"rollout_id"`
	Percentage      types.Float64  `tfsdk:"percentage"`
	LastOperation   types.Object   `tfsdk:"last_operation"`
	RolledBack      types.Object   `tfsdk:"rolled_back"`
}

type rolloutModel struct {
	Percentage types.Float64 `tfsdk:"percentage"`
	Stages     types.List    `tfsdk:"stages"`
}

type stageModel struct {
	Percentage types.Float64        `tfsdk:"percentage"`
	Bake       timetypes.GoDuration `tfsdk:"bake"`
}

type rolledBackModel struct {
	Version types.String      `tfsdk:"version"`
	Reason  types.String      `tfsdk:"reason"`
	Trigger types.String      `tfsdk:"trigger"`
	At      timetypes.RFC3339 `tfsdk:"at"`
}

var (
	stageTypes   = map[string]attr.Type{"percentage": types.Float64Type, "bake": timetypes.GoDurationType{}}
	stageList    = types.ListType{ElemType: types.ObjectType{AttrTypes: stageTypes}}
	rolloutTypes = map[string]attr.Type{"percentage": types.Float64Type, "stages": stageList}

	rolledBackTypes = map[string]attr.Type{
		"version": types.StringType, "reason": types.StringType, "trigger": types.StringType, "at": timetypes.RFC3339Type{},
	}
)

// What wait_for may say.
const (
	waitForComplete = "complete"
	waitForAccepted = "accepted"
)

// What on_rollback may say.
const (
	onRollbackBlock    = "block"
	onRollbackAccept   = "accept"
	onRollbackRedeploy = "redeploy"
)

// What on_destroy may say.
const (
	onDestroyKeep     = "keep"
	onDestroyCancel   = "cancel"
	onDestroyRollback = "rollback"
)

// spec is what the configuration wants; ok is false while a part of it is not known yet.
func (m *model) spec(ctx context.Context, private rollout.Private, diags *diag.Diagnostics) (spec rollout.Spec, ok bool) {
	percentage, stages, known := m.rollout(ctx, diags)
	if !known || m.Version.IsUnknown() || m.Paused.IsUnknown() || m.WaitFor.IsUnknown() {
		return rollout.Spec{}, false
	}
	samePin := private.NeverApplied() || private.Pin == m.Version.ValueString()
	wait := m.WaitFor.ValueString() != waitForAccepted
	return rollout.Spec{
		Version:    m.Version.ValueString(),
		Percentage: percentage,
		Kept:       private.KeptOf(m.Version.ValueString(), percentage),
		Stages:     stages,
		Paused:     m.Paused.ValueBoolPointer(),
		Wait:       wait,
		WaitDone:   !wait || private.LastApplySucceeded && samePin,
	}, true
}

// rollout is the percentage of the devices that the configuration wants, 100 unless it says otherwise, and the stages on the way there.
func (m *model) rollout(ctx context.Context, diags *diag.Diagnostics) (percentage float64, stages []rollout.Step, known bool) {
	if m.Rollout.IsUnknown() {
		return 0, nil, false
	}
	if m.Rollout.IsNull() {
		return 100, nil, true
	}
	var r rolloutModel
	diags.Append(m.Rollout.As(ctx, &r, basetypes.ObjectAsOptions{})...)
	stages, known = r.stages(ctx)
	if r.Percentage.IsUnknown() || !known {
		return 0, nil, false
	}
	if r.Percentage.IsNull() {
		return 100, stages, true
	}
	return r.Percentage.ValueFloat64(), stages, true
}

// stages are the configured steps; known is false while any part of them is not.
func (r rolloutModel) stages(ctx context.Context) (steps []rollout.Step, known bool) {
	if r.Stages.IsUnknown() {
		return nil, false
	}
	var stages []stageModel
	for _, element := range r.Stages.Elements() {
		if element.IsUnknown() {
			return nil, false
		}
	}
	if d := r.Stages.ElementsAs(ctx, &stages, false); d.HasError() {
		return nil, false // of an invalid duration, which the type of the attribute reports with its path
	}
	for _, s := range stages {
		if s.Percentage.IsUnknown() || s.Bake.IsUnknown() {
			return nil, false
		}
		bake := time.Duration(0)
		if !s.Bake.IsNull() {
			bake, _ = s.Bake.ValueGoDuration() // which is valid
		}
		steps = append(steps, rollout.Step{Percentage: s.Percentage.ValueFloat64(), Bake: bake})
	}
	return steps, true
}

// setID makes the id of the names: the model's, and the group's where there is one.
func (m *model) setID() {
	m.ID = m.Model
	if !m.Group.IsNull() {
		m.ID = types.StringValue(m.Model.ValueString() + "/" + m.Group.ValueString())
	}
}

// setFromState takes over what the target runs. What only an apply decides, such as last_operation, stays as it is.
func (m *model) setFromState(ctx context.Context, s rollout.State, diags *diag.Diagnostics) {
	m.ActiveVersion = resourcekit.StringOrNull(s.Serving)
	m.setRolledBack(ctx, s.RolledBack, diags)
	if s.Targeted == nil {
		if m.Group.IsNull() && len(s.History) > 0 {
			m.Status = types.StringValue(string(s.History[0].Status))
		}
		return
	}
	at := *s.Targeted
	m.Version = types.StringValue(at.Version)
	m.Status = types.StringValue(string(at.Status))
	m.Percentage = types.Float64Value(at.Percentage)
	if m.Paused.ValueBool() != (at.Status == control.RolloutPaused) && resourcekit.Known(m.Paused) && s.Open != nil {
		m.Paused = types.BoolValue(at.Status == control.RolloutPaused)
	}
	if !m.Group.IsNull() {
		return // no call returns the ID or the predecessor of a group's deployment
	}
	if m.RolloutID.ValueString() != at.ID || m.PreviousVersion.IsUnknown() {
		m.PreviousVersion = resourcekit.StringOrNull(s.Previous)
	}
	m.RolloutID = types.StringValue(at.ID)
}

// setRolloutPercentage writes the percentage of an unfinished rollout into the configuration's own attribute: a configuration that is
// generated from it must not advance it to all devices. The least that a configuration can ask for is 1 percent.
func (m *model) setRolloutPercentage(ctx context.Context, diags *diag.Diagnostics) {
	if !resourcekit.Known(m.Percentage) || m.Percentage.ValueFloat64() >= 100 || !m.Rollout.IsNull() {
		return
	}
	rollout, d := types.ObjectValueFrom(ctx, rolloutTypes, rolloutModel{Percentage: types.Float64Value(max(m.Percentage.ValueFloat64(), 1)), Stages: types.ListNull(stageList.ElemType)})
	diags.Append(d...)
	m.Rollout = rollout
}

func (m *model) setRolledBack(ctx context.Context, info *rollout.RollbackInfo, diags *diag.Diagnostics) {
	m.RolledBack = types.ObjectNull(rolledBackTypes)
	if info == nil {
		return
	}
	at := timetypes.NewRFC3339Null()
	if !info.At.IsZero() {
		at = timetypes.NewRFC3339TimeValue(info.At.UTC().Truncate(time.Second))
	}
	object, d := types.ObjectValueFrom(ctx, rolledBackTypes, rolledBackModel{
		Version: types.StringValue(info.Version),
		Reason:  resourcekit.StringOrNull(info.Reason),
		Trigger: resourcekit.StringOrNull(info.Trigger),
		At:      at,
	})
	diags.Append(d...)
	m.RolledBack = object
}

// rollbackInfo is what rolled_back says, nil where it says nothing.
func (m *model) rollbackInfo(ctx context.Context, diags *diag.Diagnostics) *rollout.RollbackInfo {
	if !resourcekit.Known(m.RolledBack) {
		return nil
	}
	var back rolledBackModel
	diags.Append(m.RolledBack.As(ctx, &back, basetypes.ObjectAsOptions{})...)
	info := &rollout.RollbackInfo{Version: back.Version.ValueString(), Reason: back.Reason.ValueString(), Trigger: back.Trigger.ValueString()}
	if resourcekit.Known(back.At) {
		at, d := back.At.ValueRFC3339Time()
		diags.Append(d...)
		info.At = at
	}
	return info
}

// nullUnknownComputed leaves nothing unknown, so that the state can be saved whatever has happened.
func (m *model) nullUnknownComputed() {
	for _, text := range []*types.String{
		&m.ID, &m.ModelID, &m.GroupID, &m.Status, &m.ActiveVersion, &m.PreviousVersion, &m.RolloutID,
	} {
		if text.IsUnknown() {
			*text = types.StringNull()
		}
	}
	if m.Percentage.IsUnknown() {
		m.Percentage = types.Float64Null()
	}
	if m.LastOperation.IsUnknown() {
		m.LastOperation = types.ObjectNull(lastOperationTypes)
	}
	if m.RolledBack.IsUnknown() {
		m.RolledBack = types.ObjectNull(rolledBackTypes)
	}
}

// scope is what the resource names. Its IDs are empty while they are not known.
func (m *model) scope() rollout.Scope {
	return rollout.Scope{
		Model: m.Model.ValueString(), ModelID: m.ModelID.ValueString(), Group: m.Group.ValueString(), GroupID: m.GroupID.ValueString(),
	}
}

// writtenScope is what the configuration writes of the scope, the names or IDs, before any of it is looked up.
func (m *model) writtenScope() string {
	return typeName + ":" + m.Model.ValueString() + "/" + m.Group.ValueString()
}

// setScope is the other way: the names and IDs of a scope that exists.
func (m *model) setScope(scope rollout.Scope) {
	m.Model, m.ModelID = types.StringValue(scope.Model), types.StringValue(scope.ModelID)
	m.Group, m.GroupID = resourcekit.StringOrNull(scope.Group), resourcekit.StringOrNull(scope.GroupID)
	m.setID()
}

// parseImportID lists the candidates to read an import ID: all of it as a model, or a model and a group on both sides of any of its slashes.
// Names of models may contain slashes themselves.
func parseImportID(id string) [][2]string {
	candidates := [][2]string{{id, ""}}
	for i := len(id) - 1; i > 0; i-- {
		if id[i] == '/' && i < len(id)-1 {
			candidates = append(candidates, [2]string{id[:i], id[i+1:]})
		}
	}
	return candidates
}
