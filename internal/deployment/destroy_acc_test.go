package deployment_test

import (
	"maps"
	"strings"
	"testing"
)

// The plan of a destroy says how many devices get another version, and max_affected_devices holds there as in an apply.
func TestAccModelDeployment_destroyPlan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mode    string
		w       wanted
		warns   []string
		devices int
		runs    map[string]int
	}{
		"rollback": {
			mode: "rollback", w: wanted{version: "2.0.0"}, devices: 124, runs: all("1.0.0"),
			warns: []string{"Destroying this deployment rolls 2.0.0 back to 1.0.0", "All 124 devices of the fleet go back to 1.0.0"},
		},
		"cancel": {
			mode: "cancel", w: wanted{version: "2.0.0", percentage: 40}, devices: 50, runs: all("1.0.0"),
			warns: []string{"Destroying this deployment cancels the rollout of 2.0.0", "at 40 percent", "50 of 124 devices of the fleet go back"},
		},
		"cancel what is completed": {mode: "cancel", w: wanted{version: "2.0.0"}, runs: all("2.0.0")},
		"keep":                     {mode: "keep", w: wanted{version: "2.0.0", percentage: 40}, runs: map[string]int{"1.0.0": 74, "2.0.0": 50}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newHarness(t, "")
			config := map[string]any{"on_destroy": c.mode}
			r.succeeds(r.core.Plan(r.with(c.w, config)))
			r.sb.Settle()
			if said := r.core.Refresh(); said.Failed() {
				t.Fatal(said.Errors)
			}
			if c.devices > 0 {
				config["max_affected_devices"] = c.devices - 1
				r.succeeds(r.core.Plan(r.with(c.w, config)))
				r.sb.ClearLedger()
				r.fails(r.core.Destroy(), "Too many devices would change")
				if writes := r.sb.Writes(); len(writes) != 0 {
					t.Errorf("wrote %v", writes)
				}
				config["max_affected_devices"] = c.devices
				r.succeeds(r.core.Plan(r.with(c.w, config)))
			}
			said := r.core.Destroy()
			if said.Failed() {
				t.Fatal(said.Errors)
			}
			text := strings.Join(said.Warnings, "\n")
			for _, words := range c.warns {
				if !strings.Contains(text, words) {
					t.Errorf("the destroy warns %q; want %q", said.Warnings, words)
				}
			}
			if c.warns == nil && strings.Contains(text, "Destroying this deployment") {
				t.Errorf("the destroy warns %q", said.Warnings)
			}
			r.sb.Settle()
			r.sb.ExpectFleet(t, phi, c.runs)
		})
	}
}

// A rollout that was prepared or paused outside of Terraform reaches its devices by a resume, which is counted and guarded like any
// other operation.
func TestAccModelDeployment_resumeIsGuarded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(*harness)
		more    map[string]any
		warns   string
	}{
		"pending": {
			func(r *harness) {
				r.sb.Do(r, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
					"version": "2.0.0", "rollout_percentage": 5, "target_percentage": 100, "increment_step": 10, "start_immediately": false,
				})
			}, nil, "This resumes the rollout of 2.0.0 from 0 to 100 percent",
		},
		"paused": {
			func(r *harness) { r.rollOut("2.0.0", 40); r.verb("pause") }, map[string]any{"paused": false},
			"This resumes the rollout of 2.0.0 from 40 to 100 percent",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newHarness(t, "")
			r.apply(wanted{version: "1.0.0"})
			c.prepare(r)
			with := func(most int) map[string]any {
				config := map[string]any{"max_affected_devices": most}
				maps.Copy(config, c.more)
				return r.with(wanted{version: "2.0.0"}, config)
			}
			r.fails(r.core.Plan(with(10)).Diagnostics, "Too many devices would change")
			plan := r.core.Plan(with(124))
			r.warns(plan, c.warns)
			r.succeeds(plan)
			r.sb.Settle()
			r.sb.ExpectFleet(t, phi, all("2.0.0"))
		})
	}
}
