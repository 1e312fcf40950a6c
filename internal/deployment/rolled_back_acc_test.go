package deployment_test

import (
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// What was rolled back follows from the record and from the order of deployment, never from how versions are spelled.

func (r *harness) rollBack(to, reason string) {
	r.Helper()
	r.sb.Do(r, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": to, "reason": reason})
	r.sb.Settle()
}

func (r *harness) autoRollback(version string) {
	r.Helper()
	r.sb.Do(r, "PUT", "/api/v1/settings/demo", map[string]any{"auto_rollback_enabled": true})
	r.sb.SetHealth(phi, version, sandbox.Health{ErrorPercent: 30})
	r.sb.Settle()
}

func TestAccModelDeployment_buildMetadata(t *testing.T) {
	t.Parallel()
	for _, group := range []string{"", "staging"} {
		t.Run("group "+group, func(t *testing.T) {
			t.Parallel()
			r := newHarness(t, group)
			r.publish("3.0.0+cu118", "3.0.0+cu121")
			r.apply(wanted{version: "3.0.0+cu118"})
			r.apply(wanted{version: "3.0.0+cu121"})
			plan := r.core.Plan(r.config(wanted{version: "3.0.0+cu118", percentage: 10}))
			if got := operationOf(plan.Planned); got != "rollback 3.0.0+cu121 3.0.0+cu118" {
				t.Errorf("planned %q", got)
			}
			r.warns(plan, "This is a rollback from 3.0.0+cu121 to 3.0.0+cu118")
			r.succeeds(plan)
			r.sb.Settle()
			if group == "" {
				r.sb.ExpectFleet(t, phi, all("3.0.0+cu118"))
			}
		})
	}
	t.Run("by the policy", func(t *testing.T) {
		t.Parallel()
		r := newHarness(t, "")
		r.publish("3.0.0+cu118", "3.0.0+cu121")
		r.apply(wanted{version: "3.0.0+cu118"})
		r.apply(wanted{version: "3.0.0+cu121"})
		r.autoRollback("3.0.0+cu121")
		r.sb.ExpectFleet(t, phi, all("3.0.0+cu118"))
		r.fails(r.core.Plan(r.config(wanted{version: "3.0.0+cu121"})).Diagnostics, "The version was rolled back")
	})
}

// An older number that came after a newer one is what was rolled back, whether it had completed or not.
func TestAccModelDeployment_olderNumberRolledBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fails    bool
		rollBack func(*harness)
	}{
		"while it is rolled out, by the policy": {true, func(r *harness) { r.sb.Settle() }},
		"after it completed, by the policy":     {false, func(r *harness) { r.autoRollback("1.5.0") }},
		"after it completed, manually":          {false, func(r *harness) { r.rollBack("2.0.0", "wrong answers") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newHarness(t, "")
			r.publish("1.5.0")
			r.apply(wanted{version: "2.0.0"})
			if c.fails {
				r.sb.Do(t, "PUT", "/api/v1/settings/demo", map[string]any{"auto_rollback_enabled": true})
				r.sb.SetHealth(phi, "1.5.0", sandbox.Health{ErrorPercent: 30})
				r.fails(r.core.Apply(r.core.Plan(r.config(wanted{version: "1.5.0"}))), "The rollout was rolled back")
			} else {
				r.apply(wanted{version: "1.5.0"})
			}
			c.rollBack(r)
			r.sb.ExpectFleet(t, phi, all("2.0.0"))
			for range 2 {
				r.sb.ClearLedger()
				r.fails(r.core.Plan(r.config(wanted{version: "1.5.0"})).Diagnostics, "The version was rolled back")
				r.expect(wanted{runs: all("2.0.0")})
			}
		})
	}
}

// A version that is deployed again on purpose goes out at its percentage, and the warning says how it was rolled back.
func TestAccModelDeployment_redeployAtPercentage(t *testing.T) {
	t.Parallel()
	r := newHarness(t, "")
	r.apply(wanted{version: "2.0.0"})
	r.rollBack("1.0.0", "wrong answers")
	plan := r.core.Plan(r.with(wanted{version: "2.0.0", percentage: 40}, map[string]any{"on_rollback": "redeploy"}))
	r.warns(plan, "This deploys 2.0.0", "50 of 124 devices", "2.0.0 was rolled back on", "manually: wrong answers")
	r.succeeds(plan)
	r.sb.Settle()
	r.sb.ExpectFleet(t, phi, map[string]int{"1.0.0": 74, "2.0.0": 50})
}

// A rollout that was canceled, or never started, is not rolled back: a new resource deploys its version.
func TestAccModelDeployment_canceledIsNotRolledBack(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*harness){
		"never started": func(r *harness) {
			r.sb.Do(r, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
				"version": "2.0.0", "rollout_percentage": 5, "target_percentage": 100, "increment_step": 10, "start_immediately": false,
			})
			r.sb.Do(r, "DELETE", "/api/v1/models/phi-4-mini/rollouts/"+newest(r.T, r.sb)+"?force=true", nil)
		},
		"canceled": func(r *harness) {
			r.rollOut("2.0.0", 40)
			r.sb.Do(r, "DELETE", "/api/v1/models/phi-4-mini/rollouts/"+newest(r.T, r.sb)+"?force=true", nil)
		},
		"canceled by our own destroy": func(r *harness) {
			r.succeeds(r.core.Plan(r.with(wanted{version: "2.0.0", percentage: 40}, map[string]any{"on_destroy": "cancel"})))
			if said := r.core.Destroy(); said.Failed() {
				r.Fatal(said.Errors)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, dialect := range []sandbox.Dialect{sandbox.DialectDocs, sandbox.DialectSDK} {
				r := newHarness(t, "", dialect)
				before(r)
				r.sb.Settle()
				r.apply(wanted{version: "2.0.0"})
				if back := r.core.State()["rolled_back"]; back != nil {
					t.Errorf("rolled_back is %v", back)
				}
				r.sb.ExpectFleet(t, phi, all("2.0.0"))
			}
		})
	}
}

// A rollout of ours that is canceled outside of Terraform is not deployed again, and is not called rolled back.
func TestAccModelDeployment_canceledOutside(t *testing.T) {
	t.Parallel()
	r := newHarness(t, "")
	r.apply(wanted{version: "2.0.0", percentage: 40})
	r.sb.Do(t, "DELETE", "/api/v1/models/phi-4-mini/rollouts/"+newest(t, r.sb)+"?force=true", nil)
	r.sb.Settle()
	r.fails(r.core.Plan(r.config(wanted{version: "2.0.0", percentage: 40})).Diagnostics, "The rollout was canceled")
	if back := r.core.State()["rolled_back"]; back != nil {
		t.Errorf("rolled_back is %v", back)
	}
	r.sb.ExpectFleet(t, phi, all("1.0.0"))
}
