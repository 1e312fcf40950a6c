package deployment_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// A group that gets another name is the same group: its deployment is not replaced, which could roll the group back.
func TestAccModelDeployment_groupRenamed(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		group := sb.Core(t, "octomil_device_group")
		all := together{group, group.Beside("octomil_device_group_members"), group.Beside("octomil_model_deployment")}
		config := func(name string) []map[string]any {
			return []map[string]any{
				{"name": name}, {"group_id": group.State()["id"], "device_ids": []any{"phone-000001", "phone-000002"}}, pin("2.0.0", "group", name),
			}
		}
		group.Converge(t, map[string]any{"name": "ring-1"}, acctest.ActionCreate)
		all.apply(t, false, config("ring-1")...)
		all[2].ExpectState(t, map[string]any{"id": "phi-4-mini/ring-1"})

		sb.ClearLedger()
		if plan := all.apply(t, false, config("ring-2")...)[2]; plan.Action != acctest.ActionUpdate {
			t.Errorf("the plan is %s, not an update", plan.Action)
		}
		onSandbox(t, sb).wrote("PUT update group")
		all[2].ExpectState(t, map[string]any{"id": "phi-4-mini/ring-2", "version": "2.0.0"})
	})
}

func TestAccModelDeployment_groupRenamedOutside(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := onSandbox(t, acctest.StartVirtual(t))
		h.creates(pin("2.0.0", "group", "staging"), "POST execute deployment")
		h.sb.Do(t, http.MethodPut, "/api/v1/device-groups/grp_00000001", map[string]any{"name": "stage"})
		h.sb.ClearLedger()
		h.core.Converge(t, pin("2.0.0", "group", "stage"), acctest.ActionUpdate)
		h.wrote()
		h.core.ExpectState(t, map[string]any{"id": "phi-4-mini/stage"})
		// Another group is another scope.
		h.sb.Do(t, http.MethodPost, "/api/v1/device-groups", map[string]any{"org_id": "demo", "name": "other", "group_type": "static"})
		if plan := h.core.Plan(pin("2.0.0", "group", "other")); plan.Failed() || plan.Action != acctest.ActionReplace {
			t.Errorf("the plan is %s: %v", plan.Action, plan.Errors)
		}
	})
}
