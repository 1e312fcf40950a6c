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

type lastOperationModel struct {
	Kind        types.String `tfsdk:"kind"`
	FromVersion types.String `tfsdk:"from_version"`
	ToVersion   types.String `tfsdk:"to_version"`
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

	lastOperationTypes = map[string]attr.Type{
		"kind": types.StringType, "from_version": types.StringType, "to_version": types.StringType,
	}
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

// wish is what the configuration asks for; ok is false while a part of it is not known yet.
func (m *model) wish(ctx context.Context, remembered memory, diags *diag.Diagnostics) (w wish, ok bool) {
	share, stages, known := m.rollout(ctx, diags)
	if !known || m.Version.IsUnknown() || m.Paused.IsUnknown() || m.WaitFor.IsUnknown() {
		return wish{}, false
	}
	return wish{
		version: m.Version.ValueString(),
		share:   share,
		stages:  stages,
		paused:  m.Paused.ValueBoolPointer(),
		settled: remembered.Settled && (remembered.Pin == "" || remembered.Pin == m.Version.ValueString()) || !m.waits(),
	}, true
}

// waits is true when an apply is done only once the wanted share is reached, which is the default.
func (m *model) waits() bool { return m.WaitFor.ValueString() != waitForAccepted }

// rollout is the part of the scope that the configuration wants, in percent, all of it unless it says otherwise, and the stages on
// the way there.
func (m *model) rollout(ctx context.Context, diags *diag.Diagnostics) (share float64, stages []step, known bool) {
	if m.Rollout.IsUnknown() {
		return 0, nil, false
	}
	if m.Rollout.IsNull() {
		return 100, nil, true
	}
	var r rolloutModel
	diags.Append(m.Rollout.As(ctx, &r, basetypes.ObjectAsOptions{})...)
	stages, known = r.stages(ctx, diags)
	if r.Percentage.IsUnknown() || !known {
		return 0, nil, false
	}
	if r.Percentage.IsNull() {
		return 100, stages, true
	}
	return r.Percentage.ValueFloat64(), stages, true
}

// stages are the configured steps; known is false while any part of them is not.
func (r rolloutModel) stages(ctx context.Context, diags *diag.Diagnostics) (steps []step, known bool) {
	if r.Stages.IsUnknown() {
		return nil, false
	}
	var stages []stageModel
	for _, element := range r.Stages.Elements() {
		if element.IsUnknown() {
			return nil, false
		}
	}
	diags.Append(r.Stages.ElementsAs(ctx, &stages, false)...)
	for _, s := range stages {
		if s.Percentage.IsUnknown() || s.Bake.IsUnknown() {
			return nil, false
		}
		bake := time.Duration(0)
		if !s.Bake.IsNull() {
			var d diag.Diagnostics
			bake, d = s.Bake.ValueGoDuration()
			diags.Append(d...)
		}
		steps = append(steps, step{share: s.Percentage.ValueFloat64(), bake: bake})
	}
	return steps, true
}

// operation is what last_operation says; ok is false where it is not known, or says nothing.
func (m *model) operation(ctx context.Context, diags *diag.Diagnostics) (op operation, ok bool) {
	if !resourcekit.Known(m.LastOperation) {
		return operation{}, false
	}
	var last lastOperationModel
	diags.Append(m.LastOperation.As(ctx, &last, basetypes.ObjectAsOptions{})...)
	return operation{
		Kind: operationKind(last.Kind.ValueString()), From: last.FromVersion.ValueString(), To: last.ToVersion.ValueString(),
	}, true
}

func (m *model) setOperation(ctx context.Context, op operation, diags *diag.Diagnostics) {
	object, d := types.ObjectValueFrom(ctx, lastOperationTypes, lastOperationModel{
		Kind:        types.StringValue(string(op.Kind)),
		FromVersion: resourcekit.StringOrNull(op.From),
		ToVersion:   types.StringValue(op.To),
	})
	diags.Append(d...)
	m.LastOperation = object
}

// setID makes the id of the names: the model's, and the group's where there is one.
func (m *model) setID() {
	m.ID = m.Model
	if !m.Group.IsNull() {
		m.ID = types.StringValue(m.Model.ValueString() + "/" + m.Group.ValueString())
	}
}

// show takes into the state what the scope runs. What only an apply decides, such as last_operation, is left as it is.
func (m *model) show(ctx context.Context, v view, diags *diag.Diagnostics) {
	m.ActiveVersion = resourcekit.StringOrNull(v.serving)
	m.showRolledBack(ctx, v.rolledBack, diags)
	if v.Targeted == nil {
		if v.rolledBack != nil {
			m.Status = types.StringValue(string(control.RolloutRolledBack))
		}
		return
	}
	at := *v.Targeted
	m.Version = types.StringValue(at.Version)
	m.Status = types.StringValue(string(at.Status))
	m.Percentage = types.Float64Value(at.Percentage)
	if m.Paused.ValueBool() != (at.Status == control.RolloutPaused) && resourcekit.Known(m.Paused) && v.Open != nil {
		m.Paused = types.BoolValue(at.Status == control.RolloutPaused)
	}
	if !m.Group.IsNull() {
		return // of a group's deployment no call tells id or predecessor
	}
	if m.RolloutID.ValueString() != at.ID || m.PreviousVersion.IsUnknown() {
		m.PreviousVersion = resourcekit.StringOrNull(v.previous)
	}
	m.RolloutID = types.StringValue(at.ID)
}

// showShare writes the share of a rollout that was found half-way into the configuration's own attribute: a configuration that is
// generated from what exists must not push it to all devices.
func (m *model) showShare(ctx context.Context, diags *diag.Diagnostics) {
	if !resourcekit.Known(m.Percentage) || m.Percentage.ValueFloat64() >= 100 || !m.Rollout.IsNull() {
		return
	}
	rollout, d := types.ObjectValueFrom(ctx, rolloutTypes, rolloutModel{Percentage: m.Percentage, Stages: types.ListNull(stageList.ElemType)})
	diags.Append(d...)
	m.Rollout = rollout
}

func (m *model) showRolledBack(ctx context.Context, back *takenBack, diags *diag.Diagnostics) {
	m.RolledBack = types.ObjectNull(rolledBackTypes)
	if back == nil {
		return
	}
	at := timetypes.NewRFC3339Null()
	if !back.at.IsZero() {
		at = timetypes.NewRFC3339TimeValue(back.at.UTC().Truncate(time.Second))
	}
	object, d := types.ObjectValueFrom(ctx, rolledBackTypes, rolledBackModel{
		Version: types.StringValue(back.version),
		Reason:  resourcekit.StringOrNull(back.reason),
		Trigger: resourcekit.StringOrNull(back.trigger),
		At:      at,
	})
	diags.Append(d...)
	m.RolledBack = object
}

// takenBack is what rolled_back says, nil where it says nothing.
func (m *model) takenBack(ctx context.Context, diags *diag.Diagnostics) *takenBack {
	if !resourcekit.Known(m.RolledBack) {
		return nil
	}
	var back rolledBackModel
	diags.Append(m.RolledBack.As(ctx, &back, basetypes.ObjectAsOptions{})...)
	t := &takenBack{version: back.Version.ValueString(), reason: back.Reason.ValueString(), trigger: back.Trigger.ValueString()}
	if resourcekit.Known(back.At) {
		at, d := back.At.ValueRFC3339Time()
		diags.Append(d...)
		t.at = at
	}
	return t
}

// openComputed makes every computed attribute that an operation changes unknown.
func (m *model) openComputed() {
	m.Status = types.StringUnknown()
	m.ActiveVersion = types.StringUnknown()
	m.PreviousVersion = types.StringUnknown()
	m.RolloutID = types.StringUnknown()
	m.Percentage = types.Float64Unknown()
	m.LastOperation = types.ObjectUnknown(lastOperationTypes)
	m.RolledBack = types.ObjectUnknown(rolledBackTypes)
}

// keepComputed takes every computed attribute from the state: nothing is going to happen.
func (m *model) keepComputed(state model) {
	m.Status = state.Status
	m.ActiveVersion = state.ActiveVersion
	m.PreviousVersion = state.PreviousVersion
	m.RolloutID = state.RolloutID
	m.Percentage = state.Percentage
	m.LastOperation = state.LastOperation
	m.RolledBack = state.RolledBack
}

// closeComputed leaves nothing unknown, so that the state can be saved whatever has happened.
func (m *model) closeComputed() {
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

// scopeText is how messages name the scope.
func (m *model) scopeText() string {
	if m.Group.IsNull() {
		return "the fleet"
	}
	return "the group " + m.Group.ValueString()
}

// splits are the ways to read an import id: all of it as a model, or a model and a group on both sides of any of its slashes.
// Names of models may hold slashes themselves.
func splits(id string) [][2]string {
	ways := [][2]string{{id, ""}}
	for i := len(id) - 1; i > 0; i-- {
		if id[i] == '/' && i < len(id)-1 {
			ways = append(ways, [2]string{id[:i], id[i+1:]})
		}
	}
	return ways
}
