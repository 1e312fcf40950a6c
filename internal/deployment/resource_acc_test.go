package deployment_test

import (
	gocmp "cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

const (
	phi     = "phi-4-mini"
	address = "octomil_model_deployment.phi"
)

// start is a sandbox of one dialect for a test that runs beside others.
func start(t *testing.T, dialect sandbox.Dialect, configure ...func(*sandbox.Options)) *acctest.Sandbox {
	t.Helper()
	return acctest.Start(t, append(configure, func(o *sandbox.Options) { o.Dialect = dialect })...)
}

// pinned is a configuration of one deployment with further lines.
func pinned(sb *acctest.Sandbox, version string, lines ...string) string {
	return fmt.Sprintf(`%s
resource "octomil_model_deployment" "phi" {
  model   = %q
  version = %q
  %s
}
`, sb.Provider(), phi, version, strings.Join(lines, "\n  "))
}

// CONTRACT.md 3.58
func TestAccModelDeployment_rollback(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, dialect sandbox.Dialect) {
		t.Helper()
		h := onSandbox(t, sb)
		rollback := "POST roll back"
		if dialect == sandbox.DialectSDK { // a server without the call rolls the older version out to all
			rollback = "POST create rollout"
		}
		h.creates(pin("1.0.0"))
		sb.ExpectFleet(t, phi, all("1.0.0"))
		h.core.ExpectState(t, map[string]any{
			"id": phi, "status": "completed", "active_version": "1.0.0", "previous_version": "0.9.0", "rolled_back": nil,
		})
		if did := operationOf(h.core.State()); !strings.HasPrefix(did, "adopt ") {
			t.Errorf("the create did %q; want an adoption", did)
		}

		plan := h.updates(pin("2.0.0"), "deploy 1.0.0 2.0.0", "POST create rollout")
		if plan.Planned["previous_version"] != "1.0.0" {
			t.Errorf("the plan has the previous version %v", plan.Planned["previous_version"])
		}
		sb.ExpectFleet(t, phi, all("2.0.0"))
		h.core.ExpectState(t, map[string]any{"status": "completed", "active_version": "2.0.0", "previous_version": "1.0.0", "percentage": 100.0})

		plan = h.updates(pin("1.0.0", "reason", "answers got worse"), "rollback 2.0.0 1.0.0", rollback)
		if plan.Planned["previous_version"] != "2.0.0" {
			t.Errorf("the plan has the previous version %v", plan.Planned["previous_version"])
		}
		sb.ExpectFleet(t, phi, all("1.0.0"))
		h.core.ExpectState(t, map[string]any{"status": "completed", "active_version": "1.0.0", "previous_version": "2.0.0"})
		if was, _ := h.core.State()["rolled_back"].(map[string]any); was["version"] != "2.0.0" {
			t.Errorf("rolled_back is %v", was)
		}
		h.core.ExpectImport(t, phi, "last_operation", "reason")

		// Forward again is a deploy like the first one.
		h.updates(pin("2.0.0"), "deploy 1.0.0 2.0.0", "POST create rollout")
		sb.ExpectFleet(t, phi, all("2.0.0"))
		// Back to any version that was deployed before, not only the last.
		h.updates(pin("0.9.0"), "rollback 2.0.0 0.9.0", rollback)
		sb.ExpectFleet(t, phi, all("0.9.0"))
		h.idle(pin("0.9.0"))

		if said := h.core.Destroy(); said.Failed() {
			t.Fatal(said.Errors)
		}
		sb.Settle()
		sb.ExpectFleet(t, phi, all("0.9.0")) // a destroy leaves the fleet as it is
		h.wrote()
	})
}

func TestAccModelDeployment_rollbackOfRolloutInProgress(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, dialect sandbox.Dialect) {
		t.Helper()
		h := onSandbox(t, sb)
		rollback := []string{"POST roll back"}
		if dialect == sandbox.DialectSDK {
			rollback = []string{"DELETE cancel rollout", "POST create rollout"}
		}
		at := func(percentage int) map[string]any { return map[string]any{"percentage": percentage} }
		h.creates(pin("2.0.0", "rollout", at(10)), "POST create rollout")
		h.core.ExpectState(t, map[string]any{"status": "active", "active_version": "1.0.0", "percentage": 10.0})
		h.updates(pin("2.0.0", "rollout", at(40), "reason", "looks good"), "advance 2.0.0 2.0.0", "POST update percentage")
		sb.Settle()
		sb.ExpectFleet(t, phi, map[string]int{"1.0.0": 74, "2.0.0": 50})
		h.core.ExpectRefused(t, pin("2.0.0", "rollout", at(20)), "The rollout percentage cannot decrease", "pin an older version")
		// The rollout block stands as it is: a rollback is for all devices immediately.
		h.updates(pin("1.0.0", "rollout", at(40)), "rollback 2.0.0 1.0.0", rollback...)
		sb.ExpectFleet(t, phi, all("1.0.0"))
		noneOpen(t, sb)
		h.core.ExpectState(t, map[string]any{"status": "completed", "active_version": "1.0.0"})
	})
}

// noneOpen fails where a rollout could still assign devices.
func noneOpen(t *testing.T, sb *acctest.Sandbox) {
	t.Helper()
	answer := sb.Do(t, "GET", "/api/v1/rollouts/active", nil)
	for _, key := range []string{"rollouts", "items"} {
		if open, ok := answer[key].([]any); ok && len(open) > 0 {
			t.Errorf("rollouts are still open: %v", open)
		}
	}
}

func TestAccModelDeployment_drift(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := onSandbox(t, acctest.StartVirtual(t))
		outside := func() {
			h.sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
				"version": "2.0.0", "rollout_percentage": 100, "target_percentage": 100, "increment_step": 100, "start_immediately": true,
			})
		}
		h.creates(pin("1.0.0"))
		outside()
		h.sb.Settle()
		h.sb.ExpectFleet(t, phi, all("2.0.0"))
		h.updates(pin("1.0.0"), "rollback 2.0.0 1.0.0", "POST roll back")
		h.sb.ExpectFleet(t, phi, all("1.0.0"))

		// The same thing again is shown in full, although it is what the last apply did.
		outside()
		plan := h.core.Plan(pin("1.0.0"))
		if now := h.core.State()["last_operation"]; cmp.Equal(now, plan.Planned["last_operation"]) {
			t.Errorf("last_operation is %v before and after", now)
		}
		h.updates(pin("1.0.0"), "rollback 2.0.0 1.0.0", "POST roll back")

		// An older one that was deployed manually is a rollback, which is not undone automatically.
		h.sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": "0.9.0", "reason": "it was me"})
		h.sb.Settle()
		h.core.ExpectRefused(t, pin("1.0.0"), "version: The version was rolled back", "manually: it was me", "is now 0.9.0", "on_rollback")
	})
}

func TestAccModelDeployment_disappears(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := onSandbox(t, acctest.StartVirtual(t))
		h.creates(pin("1.0.0"))
		h.deleteRollouts()
		if plan := h.core.Plan(pin("1.0.0")); plan.Failed() || plan.Action != acctest.ActionCreate {
			t.Errorf("the plan is %s: %v", plan.Action, plan.Errors)
		}
	})
}

func rollouts(t *testing.T, sb *acctest.Sandbox) []map[string]any {
	t.Helper()
	answer := sb.Do(t, "GET", "/api/v1/models/phi-4-mini/rollouts", nil)
	list, ok := answer["rollouts"].([]any)
	if !ok {
		list, _ = answer["items"].([]any)
	}
	records := make([]map[string]any, len(list))
	for i, item := range list {
		records[i], _ = item.(map[string]any)
	}
	return records
}

// newest is the id of the rollout that was created last.
func newest(t *testing.T, sb *acctest.Sandbox) string {
	t.Helper()
	last := slices.MaxFunc(rollouts(t, sb), func(a, b map[string]any) int {
		return gocmp.Compare(fmt.Sprint(a["created_at"]), fmt.Sprint(b["created_at"]))
	})
	return fmt.Sprint(last["id"])
}

func TestAccModelDeployment_paused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := onSandbox(t, acctest.StartVirtual(t))
		half := map[string]any{"percentage": 40}
		paused := pin("2.0.0", "rollout", half, "paused", true)
		h.creates(pin("2.0.0", "rollout", half, "paused", false), "POST create rollout")
		h.updates(paused, "pause 2.0.0 2.0.0", "POST pause rollout")
		h.core.ExpectState(t, map[string]any{"status": "paused"})
		h.verb("resume")
		h.updates(paused, "pause 2.0.0 2.0.0", "POST pause rollout")
		h.core.ExpectState(t, map[string]any{"status": "paused"})
		// What was paused outside of Terraform is not resumed automatically.
		h.core.ExpectRefused(t, pin("2.0.0"), "The rollout is paused", "Set `paused = false`")
		h.updates(pin("2.0.0", "paused", false), "resume 2.0.0 2.0.0", "POST resume rollout", "POST update percentage")
		h.core.ExpectState(t, map[string]any{"status": "completed"})
		h.sb.ExpectFleet(t, phi, all("2.0.0"))
	})
}

func TestAccModelDeployment_modelByNameOrID(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		h := onSandbox(t, sb)
		id := modelID(t, sb)
		h.creates(pin("1.0.0"))
		h.core.ExpectState(t, map[string]any{"model_id": id})
		h.idle(pin("1.0.0", "model", id))
		h.core.ExpectImport(t, id, "last_operation")
	})
}

func modelID(t *testing.T, sb *acctest.Sandbox) string {
	t.Helper()
	answer := sb.Do(t, "GET", "/api/v1/models/"+phi, nil)
	return fmt.Sprint(answer["id"])
}
