package deployment_test

import (
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// What was rolled back follows from the record and from the order of deployment, never from how versions are spelled.

func (h *harness) rollBack(to, reason string) {
	h.Helper()
	h.sb.Do(h, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": to, "reason": reason})
	h.sb.Settle()
}

func (h *harness) autoRollback(version string) {
	h.Helper()
	h.sb.Do(h, "PUT", "/api/v1/settings/demo", map[string]any{"auto_rollback_enabled": true})
	h.sb.SetHealth(phi, version, sandbox.Health{ErrorPercent: 30})
	h.sb.Settle()
}

func TestAccModelDeployment_buildMetadata(t *testing.T) {
	t.Parallel()
	for _, group := range []string{"", "staging"} {
		t.Run("group "+group, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t, group)
				h.publish("3.0.0+cu118", "3.0.0+cu121")
				h.apply(wanted{version: "3.0.0+cu118"})
				h.apply(wanted{version: "3.0.0+cu121"})
				plan := h.core.Plan(h.config(wanted{version: "3.0.0+cu118", percentage: 10}))
				if got := operationOf(plan.Planned); got != "rollback 3.0.0+cu121 3.0.0+cu118" {
					t.Errorf("planned %q", got)
				}
				h.warns(plan, "This is a rollback from 3.0.0+cu121 to 3.0.0+cu118")
				h.succeeds(plan)
				h.sb.Settle()
				if group == "" {
					h.sb.ExpectFleet(t, phi, all("3.0.0+cu118"))
				}
			})
		})
	}
	t.Run("by the policy", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			h := newHarness(t, "")
			h.publish("3.0.0+cu118", "3.0.0+cu121")
			h.apply(wanted{version: "3.0.0+cu118"})
			h.apply(wanted{version: "3.0.0+cu121"})
			h.autoRollback("3.0.0+cu121")
			h.sb.ExpectFleet(t, phi, all("3.0.0+cu118"))
			h.fails(h.core.Plan(h.config(wanted{version: "3.0.0+cu121"})).Diagnostics, "The version was rolled back")
		})
	})
}

// An older number that came after a newer one is what was rolled back, whether it had completed or not.
func TestAccModelDeployment_olderNumberRolledBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fails    bool
		rollBack func(*harness)
	}{
		"while it is rolled out, by the policy": {true, func(h *harness) { h.sb.Settle() }},
		"after it completed, by the policy":     {false, func(h *harness) { h.autoRollback("1.5.0") }},
		"after it completed, manually":          {false, func(h *harness) { h.rollBack("2.0.0", "wrong answers") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t, "")
				h.publish("1.5.0")
				h.apply(wanted{version: "2.0.0"})
				if c.fails {
					h.sb.Do(t, "PUT", "/api/v1/settings/demo", map[string]any{"auto_rollback_enabled": true})
					h.sb.SetHealth(phi, "1.5.0", sandbox.Health{ErrorPercent: 30})
					h.fails(h.core.Apply(h.core.Plan(h.config(wanted{version: "1.5.0"}))), "The rollout was rolled back")
				} else {
					h.apply(wanted{version: "1.5.0"})
				}
				c.rollBack(h)
				h.sb.ExpectFleet(t, phi, all("2.0.0"))
				for range 2 {
					h.sb.ClearLedger()
					h.fails(h.core.Plan(h.config(wanted{version: "1.5.0"})).Diagnostics, "The version was rolled back")
					h.expect(wanted{runs: all("2.0.0")})
				}
			})
		})
	}
}

// A version that is deployed again on purpose goes out at its percentage, and the warning says how it was rolled back.
func TestAccModelDeployment_redeployAtPercentage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, "")
		h.apply(wanted{version: "2.0.0"})
		h.rollBack("1.0.0", "wrong answers")
		plan := h.core.Plan(h.with(wanted{version: "2.0.0", percentage: 40}, map[string]any{"on_rollback": "redeploy"}))
		h.warns(plan, "This deploys 2.0.0", "50 of 124 devices", "2.0.0 was rolled back on", "manually: wrong answers")
		h.succeeds(plan)
		h.sb.Settle()
		h.sb.ExpectFleet(t, phi, map[string]int{"1.0.0": 74, "2.0.0": 50})
	})
}

// A rollout that was canceled, or never started, is not rolled back: a new resource deploys its version.
func TestAccModelDeployment_canceledIsNotRolledBack(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*harness){
		"never started": func(h *harness) {
			h.sb.Do(h, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
				"version": "2.0.0", "rollout_percentage": 5, "target_percentage": 100, "increment_step": 10, "start_immediately": false,
			})
			h.sb.Do(h, "DELETE", "/api/v1/models/phi-4-mini/rollouts/"+newest(h.T, h.sb)+"?force=true", nil)
		},
		"canceled": func(h *harness) {
			h.rollOut("2.0.0", 40)
			h.sb.Do(h, "DELETE", "/api/v1/models/phi-4-mini/rollouts/"+newest(h.T, h.sb)+"?force=true", nil)
		},
		"canceled by our own destroy": func(h *harness) {
			h.succeeds(h.core.Plan(h.with(wanted{version: "2.0.0", percentage: 40}, map[string]any{"on_destroy": "cancel"})))
			if said := h.core.Destroy(); said.Failed() {
				h.Fatal(said.Errors)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for _, dialect := range []sandbox.Dialect{sandbox.DialectDocs, sandbox.DialectSDK} {
					h := newHarness(t, "", dialect)
					before(h)
					h.sb.Settle()
					h.apply(wanted{version: "2.0.0"})
					if back := h.core.State()["rolled_back"]; back != nil {
						t.Errorf("rolled_back is %v", back)
					}
					h.sb.ExpectFleet(t, phi, all("2.0.0"))
				}
			})
		})
	}
}

// A rollout of ours that is canceled outside of Terraform is not deployed again, and is not called rolled back.
func TestAccModelDeployment_canceledOutside(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, "")
		h.apply(wanted{version: "2.0.0", percentage: 40})
		h.sb.Do(t, "DELETE", "/api/v1/models/phi-4-mini/rollouts/"+newest(t, h.sb)+"?force=true", nil)
		h.sb.Settle()
		h.fails(h.core.Plan(h.config(wanted{version: "2.0.0", percentage: 40})).Diagnostics, "The rollout was canceled")
		if back := h.core.State()["rolled_back"]; back != nil {
			t.Errorf("rolled_back is %v", back)
		}
		h.sb.ExpectFleet(t, phi, all("1.0.0"))
	})
}
