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

func anyShare(rt *rapid.T, name string) types.Float64 {
	switch how(rt, name) {
	case "null":
		return types.Float64Null()
	case "unknown":
		return types.Float64Unknown()
	}
	return types.Float64Value(rapid.Float64Range(1, 100).Draw(rt, name))
}

// anyRollout is a rollout block, what is to be understood of it, and whether all of it is known.
func anyRollout(rt *rapid.T) (block types.Object, share float64, stages []step, known bool) {
	switch how(rt, "rollout") {
	case "null":
		return types.ObjectNull(rolloutTypes), 100, nil, true
	case "unknown":
		return types.ObjectUnknown(rolloutTypes), 0, nil, false
	}
	percentage := anyShare(rt, "percentage")
	share, known = 100, !percentage.IsUnknown()
	if !percentage.IsNull() {
		share = percentage.ValueFloat64()
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
	return types.ObjectValueMust(rolloutTypes, map[string]attr.Value{"percentage": percentage, "stages": list}), share, stages, known
}

func anyStage(rt *rapid.T) (element types.Object, s step, known bool) {
	if rapid.IntRange(0, 9).Draw(rt, "a stage unknown as a whole") == 0 {
		return types.ObjectUnknown(stageTypes), step{}, false
	}
	s.share, known = rapid.Float64Range(1, 100).Draw(rt, "share of the stage"), true
	percentage := types.Float64Value(s.share)
	bake := timetypes.NewGoDurationNull()
	switch how(rt, "bake") {
	case "unknown":
		bake, known = timetypes.NewGoDurationUnknown(), false
	case "set":
		s.bake = time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(rt, "bake"))
		bake = timetypes.NewGoDurationValue(s.bake)
	}
	return types.ObjectValueMust(stageTypes, map[string]attr.Value{"percentage": percentage, "bake": bake}), s, known
}

// A wish is all that is configured, or there is none while any part of it is not known.
func TestWishIsTheConfigurationOrNone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		block, share, stages, known := anyRollout(rt)
		paused := rapid.SampledFrom([]types.Bool{types.BoolNull(), types.BoolUnknown(), types.BoolValue(true), types.BoolValue(false)}).Draw(rt, "paused")
		m := model{Version: anyText(rt, "version"), Rollout: block, Paused: paused, WaitFor: anyText(rt, "wait_for")}
		known = known && !m.Version.IsUnknown() && !m.Paused.IsUnknown() && !m.WaitFor.IsUnknown()
		var diags diag.Diagnostics
		got, ok := m.wish(t.Context(), memory{}, &diags)
		if diags.HasError() {
			rt.Fatal(diags)
		}
		var want wish
		if known {
			want = wish{version: m.Version.ValueString(), share: share, stages: stages, paused: paused.ValueBoolPointer(), settled: !m.waits()}
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(wish{}, step{})); diff != "" || ok != known {
			rt.Errorf("known %t, want %t (-want +got):\n%s", ok, known, diff)
		}
	})
}

// What has been done, and what was taken back, reads the same from the state as it was written; an empty word is null there.
func TestObjectsOfTheStateReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var m model
		var diags diag.Diagnostics
		word := rapid.StringMatching(`[a-z0-9.]{0,8}`)
		op := operation{Kind: operationKind(word.Draw(rt, "kind")), From: word.Draw(rt, "from"), To: word.Draw(rt, "to")}
		m.setOperation(t.Context(), op, &diags)
		if got, ok := m.operation(t.Context(), &diags); !ok || got != op {
			rt.Errorf("%+v is read back as %+v (%t)", op, got, ok)
		}
		back := &takenBack{version: word.Draw(rt, "version"), reason: word.Draw(rt, "reason"), trigger: word.Draw(rt, "trigger")}
		if rapid.Bool().Draw(rt, "with a time") {
			back.at = time.Unix(rapid.Int64Range(0, 253402300799).Draw(rt, "at"), rapid.Int64Range(0, 999999999).Draw(rt, "ns")).UTC()
		}
		m.showRolledBack(t.Context(), back, &diags)
		got := m.takenBack(t.Context(), &diags)
		back.at = back.at.Truncate(time.Second) // finer than that it is not shown
		if diff := cmp.Diff(back, got, cmp.AllowUnexported(takenBack{})); diff != "" || diags.HasError() {
			rt.Errorf("read back (-want +got), %v:\n%s", diags, diff)
		}
		for name, text := range map[string]string{"reason": back.reason, "trigger": back.trigger} {
			if m.RolledBack.Attributes()[name].IsNull() != (text == "") {
				rt.Errorf("the %s %q is %s", name, text, m.RolledBack.Attributes()[name])
			}
		}
		m.showRolledBack(t.Context(), nil, &diags)
		if m.takenBack(t.Context(), &diags) != nil || !m.RolledBack.IsNull() {
			rt.Errorf("what was never taken back is %s", m.RolledBack)
		}
	})
}

// anyModel is a resource in whatever state a plan or an apply may have it.
func anyModel(rt *rapid.T) model {
	m := model{
		ID: anyText(rt, "id"), Model: types.StringValue("phi"), ModelID: anyText(rt, "model_id"), Version: anyText(rt, "version"),
		Group: types.StringNull(), GroupID: anyText(rt, "group_id"), Paused: types.BoolNull(), Status: anyText(rt, "status"),
		ActiveVersion: anyText(rt, "active_version"), PreviousVersion: anyText(rt, "previous_version"), RolloutID: anyText(rt, "rollout_id"),
		Percentage: anyShare(rt, "percentage"), LastOperation: types.ObjectNull(lastOperationTypes), RolledBack: types.ObjectUnknown(rolledBackTypes),
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
func anyRecords(rt *rapid.T) history {
	var h history
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

// Whatever is shown, showing it once more changes nothing, what only an apply decides stays, and an attribute that was known is
// never made unknown.
func TestShowIsIdempotentAndClosesTheState(t *testing.T) {
	t.Parallel()
	equal := cmp.AllowUnexported(model{})
	rapid.Check(t, func(rt *rapid.T) {
		h := anyRecords(rt)
		full := rapid.Bool().Draw(rt, "all devices updated")
		v, err := fleetView(t.Context(), h, func(context.Context, control.Rollout) (bool, error) { return full, nil })
		if err != nil {
			rt.Fatal(err)
		}
		before := anyModel(rt)
		m := before
		var diags diag.Diagnostics
		m.show(t.Context(), v, &diags)
		twice := m
		twice.show(t.Context(), v, &diags)
		if diff := cmp.Diff(m, twice, equal); diff != "" || diags.HasError() {
			rt.Errorf("shown twice, %v:\n%s", diags, diff)
		}
		if !m.LastOperation.Equal(before.LastOperation) || !m.ID.Equal(before.ID) || !m.Model.Equal(before.Model) || !m.Group.Equal(before.Group) {
			rt.Errorf("what only an apply decides has changed: %+v", m)
		}
		if v.Targeted != nil && (m.Version.ValueString() != v.Targeted.Version || m.Status.ValueString() != string(v.Targeted.Status)) {
			rt.Errorf("%+v is targeted and shown as %s, %s", *v.Targeted, m.Version, m.Status)
		}
		if m.ActiveVersion.IsUnknown() || m.RolledBack.IsUnknown() || m.ActiveVersion.ValueString() != v.serving {
			rt.Errorf("%q is serving and shown as %s; rolled_back is %s", v.serving, m.ActiveVersion, m.RolledBack)
		}

		m.closeComputed()
		for name, value := range computed(&m) {
			if value.IsUnknown() {
				rt.Errorf("%s is still unknown", name)
			}
		}
		opened := m
		opened.openComputed()
		opened.keepComputed(m)
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
