package deployment_test

import (
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// tells reads the status of the model and expects some attributes of it.
func (h *harness) tells(want map[string]any) {
	h.Helper()
	config := map[string]any{"model": phi}
	if h.group != "" {
		config["group"] = h.group
	}
	h.sb.ExpectData(h, "octomil_rollout_status", config, want)
}

func TestAccRolloutStatusDataSource_fleet(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		h := onSandbox(t, sb)
		h.tells(map[string]any{"version": "1.0.0", "active_version": "1.0.0", "status": "completed", "summary": "124/124 (100%)"})
		h.rollOut("2.0.0", 40)
		h.tells(map[string]any{
			"version": "2.0.0", "active_version": "1.0.0", "status": "active", "summary": "50/50 (100%)", "percentage": 40.0, "rollback_from": nil,
		})
		// Some devices cannot be reached: a rollback completes without them, and the count does not hide it.
		sb.SetOffline(50)
		sb.Do(t, "DELETE", "/api/v1/models/phi-4-mini/rollouts/"+newest(t, sb)+"?force=true", nil)
		h.rollOut("0.9.0", 100)
		h.tells(map[string]any{"version": "0.9.0", "rollback_from": "2.0.0", "summary": "62/124 (50%)"})
	})
}

func TestAccRolloutStatusDataSource_group(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		h := inGroup(t, sb, "staging")
		sb.Do(t, "POST", "/api/v1/deploy/execute", map[string]any{
			"model_id": modelID(t, sb), "model_name": phi, "version": "2.0.0", "model_version": "2.0.0", "group": "staging", "rollout_percentage": 75,
		})
		h.tells(map[string]any{"version": "2.0.0", "active_version": "2.0.0", "status": "active", "summary": "18/24 (75%)"})
		_, said := sb.ReadData(t, "octomil_rollout_status", map[string]any{"model": phi, "group": "stagin"})
		said.ExpectErrors(t, "The device group does not exist", "Closest matches: `staging`")
	})
}

func TestAccRolloutStatusDataSource_notDeployed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := onSandbox(t, acctest.StartVirtual(t, func(o *sandbox.Options) { o.Empty = true }))
		h.sb.Do(t, "POST", "/api/v1/models?org_id=demo", map[string]any{"name": phi, "framework": "gguf", "use_case": "text_generation"})
		h.tells(map[string]any{"status": "not deployed", "summary": "not deployed", "version": nil})
	})
}
