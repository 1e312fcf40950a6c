package deployment

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"pgregory.net/rapid"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

var statuses = []control.RolloutStatus{
	control.RolloutPending, control.RolloutActive, control.RolloutPaused, control.RolloutCompleted, control.RolloutRollingBack,
	control.RolloutRolledBack, "verifying",
}

// how draws whether an attribute is null, unknown or set.
func how(rt *rapid.T, name string) string {
	return rapid.SampledFrom([]string{"null", "unknown", "set"}).Draw(rt, name+" is")
}

func anyText(rt *rapid.T, name string) types.String {
	switch how(rt, name) {
	case "null":
		return types.StringNull()
	case "unknown":
		return types.StringUnknown()
	}
	return types.StringValue(rapid.StringMatching(`[a-z0-9.]{0,8}`).Draw(rt, name))
}

func anyPercentage(rt *rapid.T, name string) types.Float64 {
	switch how(rt, name) {
	case "null":
		return types.Float64Null()
	case "unknown":
		return types.Float64Unknown()
	}
	return types.Float64Value(rapid.Float64Range(1, 100).Draw(rt, name))
}

// anyRollout is a rollout block, what is to be understood of it, and whether all of it is known.
func anyRollout(rt *rapid.T) (block types.Object, wanted float64, stages []rollout.Step, known bool) {
	switch how(rt, "rollout") {
	case "null":
		return types.ObjectNull(rolloutTypes), 100, nil, true
	case "unknown":
		return types.ObjectUnknown(rolloutTypes), 0, nil, false
	}
	percentage := anyPercentage(rt, "percentage")
	wanted, known = 100, !percentage.IsUnknown()
	if !percentage.IsNull() {
		wanted = percentage.ValueFloat64()
	}
	list := types.ListNull(stageList.ElemType)
	switch how(rt, "stages") {
	case "unknown":
		list, known = types.ListUnknown(stageList.ElemType), false
	case "set":
		var elements []attr.Value
		for range rapid.IntRange(0, 3).Draw(rt, "count") {
			element, s, ok := anyStage(rt)
			elements, stages, known = append(elements, element), append(stages, s), known && ok
		}
		list = types.ListValueMust(stageList.ElemType, elements)
	}
	return types.ObjectValueMust(rolloutTypes, map[string]attr.Value{"percentage": percentage, "stages": list}), wanted, stages, known
}

func anyStage(rt *rapid.T) (element types.Object, s rollout.Step, known bool) {
	if rapid.IntRange(0, 9).Draw(rt, "a stage unknown as a whole") == 0 {
		return types.ObjectUnknown(stageTypes), rollout.Step{}, false
	}
	s.Percentage, known = rapid.Float64Range(1, 100).Draw(rt, "percentage of the stage"), true
	percentage := types.Float64Value(s.Percentage)
	bake := timetypes.NewGoDurationNull()
	switch how(rt, "bake") {
	case "unknown":
		bake, known = timetypes.NewGoDurationUnknown(), false
	case "set":
		s.Bake = time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(rt, "bake"))
		bake = timetypes.NewGoDurationValue(s.Bake)
	}
	return types.ObjectValueMust(stageTypes, map[string]attr.Value{"percentage": percentage, "bake": bake}), s, known
}

// A spec is all that is configured, or there is none while any part of it is not known.
func TestSpecIsTheConfigurationOrNone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		block, percentage, stages, known := anyRollout(rt)
		paused := rapid.SampledFrom([]types.Bool{types.BoolNull(), types.BoolUnknown(), types.BoolValue(true), types.BoolValue(false)}).Draw(rt, "paused")
		m := model{Version: anyText(rt, "version"), Rollout: block, Paused: paused, WaitFor: anyText(rt, "wait_for")}
		known = known && !m.Version.IsUnknown() && !m.Paused.IsUnknown() && !m.WaitFor.IsUnknown()
		var diags diag.Diagnostics
		got, ok := m.spec(t.Context(), rollout.Private{}, &diags)
		if diags.HasError() {
			rt.Fatal(diags)
		}
		var want rollout.Spec
		if known {
			wait := m.WaitFor.ValueString() != waitForAccepted
			want = rollout.Spec{
				Version: m.Version.ValueString(), Percentage: percentage, Stages: stages, Paused: paused.ValueBoolPointer(), Wait: wait, WaitDone: !wait,
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || ok != known {
			rt.Errorf("known %t, want %t (-want +got):\n%s", ok, known, diff)
		}
	})
}

// What has been done, and what was rolled back, reads the same from the state as it was written; an empty word is null there.
func TestObjectsOfTheStateReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var m model
		var diags diag.Diagnostics
		word := rapid.StringMatching(`[a-z0-9.]{0,8}`)
		op := rollout.Operation{Kind: rollout.Kind(word.Draw(rt, "kind")), From: word.Draw(rt, "from"), To: word.Draw(rt, "to")}
		m.setOperation(t.Context(), rollout.Proposal{Operation: op}, changedDevices{}, &diags)
		if got, ok := m.operation(t.Context(), &diags); !ok || got != op {
			rt.Errorf("%+v is read back as %+v (%t)", op, got, ok)
		}
		info := &rollout.RollbackInfo{Version: word.Draw(rt, "version"), Reason: word.Draw(rt, "reason"), Trigger: word.Draw(rt, "trigger")}
		if rapid.Bool().Draw(rt, "with a time") {
			info.At = time.Unix(rapid.Int64Range(0, 253402300799).Draw(rt, "at"), rapid.Int64Range(0, 999999999).Draw(rt, "ns")).UTC()
		}
		m.setRolledBack(t.Context(), info, &diags)
		got := m.rollbackInfo(t.Context(), &diags)
		info.At = info.At.Truncate(time.Second) // finer than that it is not shown
		if diff := cmp.Diff(info, got); diff != "" || diags.HasError() {
			rt.Errorf("read back (-want +got), %v:\n%s", diags, diff)
		}
		for name, text := range map[string]string{"reason": info.Reason, "trigger": info.Trigger} {
			if m.RolledBack.Attributes()[name].IsNull() != (text == "") {
				rt.Errorf("the %s %q is %s", name, text, m.RolledBack.Attributes()[name])
			}
		}
		m.setRolledBack(t.Context(), nil, &diags)
		if m.rollbackInfo(t.Context(), &diags) != nil || !m.RolledBack.IsNull() {
			rt.Errorf("what was never rolled back is %s", m.RolledBack)
		}
	})
}

// anyModel is a resource in whatever state a plan or an apply may have it.
func anyModel(rt *rapid.T) model {
	m := model{
		ID: anyText(rt, "id"), Model: types.StringValue("phi"), ModelID: anyText(rt, "model_id"), Version: anyText(rt, "version"),
		Group: types.StringNull(), GroupID: anyText(rt, "group_id"), Paused: types.BoolNull(), Status: anyText(rt, "status"),
		ActiveVersion: anyText(rt, "active_version"), PreviousVersion: anyText(rt, "previous_version"), RolloutID: anyText(rt, "rollout_id"),
		Percentage: anyPercentage(rt, "percentage"), LastOperation: types.ObjectNull(lastOperationTypes), RolledBack: types.ObjectUnknown(rolledBackTypes),
	}
	if rapid.Bool().Draw(rt, "of a group") {
		m.Group = types.StringValue("staging")
	}
	if rapid.Bool().Draw(rt, "operation unknown") {
		m.LastOperation = types.ObjectUnknown(lastOperationTypes)
	}
	if rapid.Bool().Draw(rt, "pause managed") {
		m.Paused = types.BoolValue(rapid.Bool().Draw(rt, "paused"))
	}
	return m
}

// anyRecords are rollouts of a fleet, the newest first.
func anyRecords(rt *rapid.T) rollout.History {
	var h rollout.History
	for i := range rapid.IntRange(0, 4).Draw(rt, "rollouts") {
		h = append(h, control.Rollout{
			ID: string(rune('a' + i)), Version: rapid.SampledFrom([]string{"0.9.0", "1.0.0", "2.0.0", "nightly"}).Draw(rt, "version of a rollout"),
			Status:     rapid.SampledFrom(statuses).Draw(rt, "status of a rollout"),
			Percentage: rapid.SampledFrom([]float64{0, 5, 100}).Draw(rt, "percentage of a rollout"),
			Trigger:    rapid.SampledFrom([]string{"", "auto", "manual"}).Draw(rt, "trigger of a rollout"),
			CreatedAt:  time.Unix(int64(1e9-i), 0).UTC(),
		})
	}
	return h
}

// Whatever is taken over, taking it over once more changes nothing, what only an apply decides stays, and an attribute that was known is
// never made unknown.
func TestSetFromStateIsIdempotentAndLeavesNothingUnknown(t *testing.T) {
	t.Parallel()
	equal := cmp.AllowUnexported(model{})
	rapid.Check(t, func(rt *rapid.T) {
		h := anyRecords(rt)
		full := rapid.Bool().Draw(rt, "all devices updated")
		s, err := rollout.FleetState(t.Context(), h, func(context.Context, control.Rollout) (bool, error) { return full, nil })
		if err != nil {
			rt.Fatal(err)
		}
		before := anyModel(rt)
		m := before
		var diags diag.Diagnostics
		m.setFromState(t.Context(), s, &diags)
		twice := m
		twice.setFromState(t.Context(), s, &diags)
		if diff := cmp.Diff(m, twice, equal); diff != "" || diags.HasError() {
			rt.Errorf("taken over twice, %v:\n%s", diags, diff)
		}
		if !m.LastOperation.Equal(before.LastOperation) || !m.ID.Equal(before.ID) || !m.Model.Equal(before.Model) || !m.Group.Equal(before.Group) {
			rt.Errorf("what only an apply decides has changed: %+v", m)
		}
		if s.Targeted != nil && (m.Version.ValueString() != s.Targeted.Version || m.Status.ValueString() != string(s.Targeted.Status)) {
			rt.Errorf("%+v is targeted, and the state has %s, %s", *s.Targeted, m.Version, m.Status)
		}
		if m.ActiveVersion.IsUnknown() || m.RolledBack.IsUnknown() || m.ActiveVersion.ValueString() != s.Serving {
			rt.Errorf("%q is serving, and the state has %s; rolled_back is %s", s.Serving, m.ActiveVersion, m.RolledBack)
		}

		m.nullUnknownComputed()
		for name, value := range computed(&m) {
			if value.IsUnknown() {
				rt.Errorf("%s is still unknown", name)
			}
		}
		opened := m
		opened.setComputedUnknown()
		opened.useStateForComputed(m)
		if diff := cmp.Diff(m, opened, equal); diff != "" {
			rt.Errorf("opened and then kept as it was:\n%s", diff)
		}
	})
}

func computed(m *model) map[string]attr.Value {
	return map[string]attr.Value{
		"id": m.ID, "model_id": m.ModelID, "group_id": m.GroupID, "status": m.Status, "active_version": m.ActiveVersion,
		"previous_version": m.PreviousVersion, "rollout_id": m.RolloutID, "percentage": m.Percentage,
		"last_operation": m.LastOperation, "rolled_back": m.RolledBack,
	}
}
