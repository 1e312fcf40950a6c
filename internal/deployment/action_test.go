package deployment

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// What the same plan creates is not looked for at the server.
func TestActionsWaitForWhatThePlanCreates(t *testing.T) {
	t.Parallel()
	a := &operatorAction{Configured: resourcekit.Configured{Provider: &resourcekit.Provider{}}}
	a.Provider.Planned.Add("octomil_model", "new")
	a.Provider.Planned.Add("octomil_device_group", "fresh")
	for name, tc := range map[string]struct {
		model string
		group types.String
		want  bool
	}{
		"both there":   {"phi", types.StringValue("staging"), false},
		"no group":     {"phi", types.StringNull(), false},
		"a new model":  {"new", types.StringNull(), true},
		"a new group":  {"phi", types.StringValue("fresh"), true},
		"other things": {"fresh", types.StringValue("new"), false},
	} {
		if got := a.isPlanned(actionModel{Model: types.StringValue(tc.model), Group: tc.group}); got != tc.want {
			t.Errorf("%s: isPlanned is %t", name, got)
		}
	}
}

func TestActionModelIsKnownOnlyAsAWhole(t *testing.T) {
	t.Parallel()
	if !(actionModel{Model: types.StringValue("phi")}).known() {
		t.Error("an action of a known model and nulls is not known")
	}
	for name, o := range map[string]actionModel{
		"model":      {Model: types.StringUnknown()},
		"group":      {Group: types.StringUnknown()},
		"to_version": {ToVersion: types.StringUnknown()},
		"rollout_id": {RolloutID: types.StringUnknown()},
		"percentage": {Percentage: types.Float64Unknown()},
	} {
		if o.known() {
			t.Errorf("an action with an unknown %s is known", name)
		}
	}
}

// CONTRACT.md 3.6
func TestTargetPercentageIsAllWhereTheServerDoesNotSay(t *testing.T) {
	t.Parallel()
	if got := targetPercentage(control.Rollout{}); got != 100 {
		t.Errorf("the target percentage is %g; want 100", got)
	}
	if got := targetPercentage(control.Rollout{TargetPercentage: 50}); got != 50 {
		t.Errorf("the target percentage is %g; want 50", got)
	}
}
