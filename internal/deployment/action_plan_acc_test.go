package deployment_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// Every action says in its plan and in its first messages from where to where it goes, and on how many devices.
func TestAccRolloutActions_impact(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		for name, c := range map[string]struct {
			prepare func(t *testing.T, sb *acctest.Sandbox)
			action  string
			config  config
			says    string
		}{
			"a rollback": {
				func(t *testing.T, sb *acctest.Sandbox) { t.Helper(); begin(t, sb, 40, 100) }, "octomil_rollback", config{"model": phi},
				"All 124 devices of the fleet go back to 1.0.0 immediately. Rollout ",
			},
			"a rollback of a group": {
				func(t *testing.T, sb *acctest.Sandbox) { t.Helper(); stagingAt(t, sb, 100) }, "octomil_rollback",
				config{"model": phi, "group": "staging", "to_version": "1.0.0"}, "All 24 devices of the group staging go back to 1.0.0 immediately.",
			},
			"a pause": {
				func(t *testing.T, sb *acctest.Sandbox) { t.Helper(); begin(t, sb, 40, 100) }, "octomil_rollout_pause", config{"model": phi},
				"The rollout stays at 40 percent, and no device changes its version.",
			},
			"a resume": {func(t *testing.T, sb *acctest.Sandbox) {
				t.Helper()
				begin(t, sb, 40, 100)
				sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollouts/"+newest(t, sb)+"/pause", map[string]any{})
			}, "octomil_rollout_resume", config{"model": phi}, "The rollout goes on at 40 percent, and its percentage does not change."},
			"a start": {func(t *testing.T, sb *acctest.Sandbox) { t.Helper(); pendOther(t, sb) }, "octomil_rollout_start", config{"model": phi},
				"From 0 to 40 percent: about 50 of 124 devices of the fleet get 2.0.0"},
			"an advance": {
				func(t *testing.T, sb *acctest.Sandbox) { t.Helper(); begin(t, sb, 40, 100) }, "octomil_rollout_advance",
				config{"model": phi, "percentage": 60}, "From 40 to 60 percent: about 25 of 124 devices of the fleet get 2.0.0 as well.",
			},
			"an advance by a step": {
				func(t *testing.T, sb *acctest.Sandbox) { t.Helper(); begin(t, sb, 40, 100) }, "octomil_rollout_advance", config{"model": phi},
				"From 40 to 50 percent: about 12 of 124 devices of the fleet get 2.0.0 as well.",
			},
			"an advance by a step to the target": {
				func(t *testing.T, sb *acctest.Sandbox) { t.Helper(); begin(t, sb, 40, 45) }, "octomil_rollout_advance", config{"model": phi},
				"From 40 to 45 percent: about 6 of 124 devices of the fleet get 2.0.0 as well.",
			},
			"an advance of a rollout of this provider": {func(t *testing.T, sb *acctest.Sandbox) {
				t.Helper()
				core := sb.Core(t, "octomil_model_deployment")
				if diags := core.Apply(core.Plan(config{"model": phi, "version": "2.0.0", "rollout": config{"percentage": 40.0}})); diags.Failed() {
					t.Fatal(diags.Errors)
				}
			}, "octomil_rollout_advance", config{"model": phi}, "From 40 to 100 percent: about 74 of 124 devices of the fleet get 2.0.0 as well."},
			"a cancellation": {
				func(t *testing.T, sb *acctest.Sandbox) { t.Helper(); begin(t, sb, 40, 100) }, "octomil_rollout_cancel", config{"model": phi},
				"About 50 of 124 devices of the fleet go back to the version before.",
			},
			"a cancellation of what has not started": {func(t *testing.T, sb *acctest.Sandbox) { t.Helper(); pendOther(t, sb) }, "octomil_rollout_cancel",
				config{"model": phi}, "0 of 124 devices of the fleet go back to the version before."},
		} {
			sb := start(t, dialect)
			c.prepare(t, sb)
			progress, said := sb.Invoke(t, c.action, c.config)
			if said.Failed() || len(said.Warnings) != 1 || !strings.Contains(said.Warnings[0], c.says) {
				t.Errorf("%s: the plan says %q, %v", name, said.Warnings, said.Errors)
			}
			if len(progress) < 2 || !strings.HasPrefix(progress[1], c.says) {
				t.Errorf("%s: the action says %q", name, progress)
			}
		}
	})
}

// pendOther prepares a rollout that does not start.
func pendOther(t *testing.T, sb *acctest.Sandbox) {
	t.Helper()
	sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
		"version": "2.0.0", "rollout_percentage": 40, "target_percentage": 100, "increment_step": 10, "start_immediately": false,
	})
}

// An action that a deployment of the same plan triggers may find another state than the present one: the plan does not say that it would
// fail, nor what it would do now.
func TestAccRolloutActions_planWithDeployment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newHarness(t, "")
		config := r.config(wanted{version: "2.0.0", percentage: 40})
		for range 2 { // when the deployment is created, and when it is updated
			plan := r.core.Plan(config)
			for _, action := range []string{"octomil_rollout_pause", "octomil_rollback"} {
				said := fmt.Sprint(r.core.PlanAction(action, map[string]any{"model": phi}))
				if !strings.Contains(said, "What the action does is not known yet") || strings.Contains(said, "would fail") || strings.Contains(said, "The action will") {
					t.Errorf("the plan of %s says %s", action, said)
				}
			}
			r.succeeds(plan)
			config = r.config(wanted{version: "3.0.0"})
			config["supersede"] = true
		}
		// A plan that changes nothing is about the present state.
		if plan := r.core.Plan(config); plan.Action != acctest.ActionNone {
			t.Fatalf("the plan is %s", plan.Action)
		}
		if said := fmt.Sprint(r.core.PlanAction("octomil_rollout_pause", map[string]any{"model": phi})); !strings.Contains(said, "would fail") {
			t.Errorf("the plan says %s", said)
		}
	})
}

// The plan of an action says what the policy is known to refuse.
func TestAccRolloutAdvanceAction_policy(t *testing.T) {
	t.Parallel()
	for warning, c := range map[string]struct{ settings, config config }{
		"a step from 40 to 60 percent exceeds the limit of the organization's policy of 10 percent (max_rollout_step_percent)": {
			config{"max_rollout_step_percent": 10}, config{"percentage": 60},
		},
		"The policy requires an approval: ": {config{"require_approval": true}, config{}},
	} {
		sb := start(t, sandbox.DialectDocs)
		begin(t, sb, 40, 100)
		sb.Do(t, "PUT", "/api/v1/settings/demo", c.settings)
		c.config["model"] = phi
		_, said := sb.Invoke(t, "octomil_rollout_advance", c.config)
		if !said.Failed() || !strings.Contains(strings.ToLower(fmt.Sprint(said.Warnings)), strings.ToLower(warning)) {
			t.Errorf("the plan warns %q, the action fails with %q", said.Warnings, said.Errors)
		}
	}
}
