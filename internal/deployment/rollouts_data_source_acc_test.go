package deployment_test

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// record is what a list is to say of one rollout.
func record(version, status string, percentage float64, attributes map[string]any) map[string]any {
	r := map[string]any{
		"version": version, "status": status, "percentage": percentage, "target_percentage": 100.0,
		"previous_version": nil, "reason": nil, "trigger": nil, "rolled_back_at": nil,
	}
	maps.Copy(r, attributes)
	return r
}

// some stands for any value but null.
const some = "some value"

// lists reads the rollouts and expects these. It returns the ID of the model.
func lists(t *testing.T, sb *acctest.Sandbox, config map[string]any, want ...map[string]any) (model any) {
	t.Helper()
	got, said := sb.ReadData(t, "octomil_rollouts", config)
	if said.Failed() {
		t.Fatal(said.Errors)
	}
	found := []map[string]any{}
	for _, item := range got["rollouts"].([]any) {
		r := item.(map[string]any)
		if r["id"] == nil || r["created_at"] == nil {
			t.Errorf("the ID or the time of the creation is missing in %v", r)
		}
		delete(r, "id")
		delete(r, "created_at")
		if r["rolled_back_at"] != nil {
			r["rolled_back_at"] = some
		}
		found = append(found, r)
	}
	if diff := cmp.Diff(append([]map[string]any{}, want...), found); diff != "" {
		t.Errorf("the rollouts of %v (-want +got):\n%s", config, diff)
	}
	return got["model_id"]
}

func TestAccRolloutsDataSource_newestFirst(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		canceled := record("2.0.0", "rolled_back", 40, map[string]any{
			"previous_version": "1.0.0", "reason": "cancelled", "trigger": "manual", "rolled_back_at": some,
		})
		sb.Do(t, "DELETE", "/api/v1/models/phi-4-mini/rollouts/"+begin(t, sb, 40, 100)+"?force=true", nil)
		begin(t, sb, 25, 100)
		model := lists(t, sb, map[string]any{"model": phi},
			record("2.0.0", "active", 25, map[string]any{"previous_version": "1.0.0"}), canceled,
			record("1.0.0", "completed", 100, map[string]any{"previous_version": "0.9.0"}), record("0.9.0", "completed", 100, nil))
		id := modelID(t, sb)
		if model != id {
			t.Errorf("the ID of the model is %v, want %s", model, id)
		}
		lists(t, sb, map[string]any{"model": id, "status": "rolled_back"}, canceled)
		lists(t, sb, map[string]any{"model": phi, "status": "paused"})
		_, said := sb.ReadData(t, "octomil_rollouts", map[string]any{"model": phi, "status": "gone"})
		said.ExpectErrors(t, "value must be one of", `"rolled_back"`)
		_, said = sb.ReadData(t, "octomil_rollouts", map[string]any{"model": "phi-4-mni"})
		said.ExpectErrors(t, "The model does not exist", "Closest matches: `phi-4-mini`")
	})
}
