package deployment_test

import (
	"maps"
	"strings"
	"testing"
	"testing/synctest"
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
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t, "")
				config := map[string]any{"on_destroy": c.mode}
				h.succeeds(h.core.Plan(h.with(c.w, config)))
				h.sb.Settle()
				if said := h.core.Refresh(); said.Failed() {
					t.Fatal(said.Errors)
				}
				if c.devices > 0 {
					config["max_affected_devices"] = c.devices - 1
					h.succeeds(h.core.Plan(h.with(c.w, config)))
					h.sb.ClearLedger()
					h.fails(h.core.Destroy(), "Too many devices would change")
					if writes := h.sb.Writes(); len(writes) != 0 {
						t.Errorf("wrote %v", writes)
					}
					config["max_affected_devices"] = c.devices
					h.succeeds(h.core.Plan(h.with(c.w, config)))
				}
				said := h.core.Destroy()
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
				h.sb.Settle()
				h.sb.ExpectFleet(t, phi, c.runs)
			})
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
		plans   string
	}{
		"pending": {
			func(h *harness) {
				h.sb.Do(h, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
					"version": "2.0.0", "rollout_percentage": 5, "target_percentage": 100, "increment_step": 10, "start_immediately": false,
				})
			}, nil, "resume 2.0.0 from 0 to 100 %, 124 of 124 devices",
		},
		"paused": {
			func(h *harness) { h.rollOut("2.0.0", 40); h.verb("pause") }, map[string]any{"paused": false},
			"resume 2.0.0 from 40 to 100 %, about 74 of 124 devices",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t, "")
				h.apply(wanted{version: "1.0.0"})
				c.prepare(h)
				with := func(most int) map[string]any {
					config := map[string]any{"max_affected_devices": most}
					maps.Copy(config, c.more)
					return h.with(wanted{version: "2.0.0"}, config)
				}
				h.fails(h.core.Plan(with(10)).Diagnostics, "Too many devices would change")
				plan := h.core.Plan(with(124))
				h.plans(plan, c.plans)
				h.succeeds(plan)
				h.sb.Settle()
				h.sb.ExpectFleet(t, phi, all("2.0.0"))
			})
		})
	}
}
