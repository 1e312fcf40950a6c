package deployment_test

import (
	"maps"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// with is a configuration with further attributes.
func (h *harness) with(w wanted, more map[string]any) map[string]any {
	config := h.config(w)
	maps.Copy(config, more)
	return config
}

// warns fails unless one warning of a plan says all of the words.
func (h *harness) warns(p acctest.Plan, words ...string) {
	h.Helper()
	if p.Failed() {
		h.Fatalf("the plan failed: %v", p.Errors)
	}
	if len(p.Warnings) > 1 {
		h.Errorf("one deployment has %d warnings: %q", len(p.Warnings), p.Warnings)
	}
	for _, text := range p.Warnings {
		missing := false
		for _, word := range words {
			missing = missing || !strings.Contains(text, word)
		}
		if !missing {
			return
		}
	}
	h.Errorf("no warning says %q: %q", words, p.Warnings)
}

// succeeds applies a plan.
func (h *harness) succeeds(p acctest.Plan) {
	h.Helper()
	if p.Failed() {
		h.Fatalf("the plan failed: %v", p.Errors)
	}
	if said := h.core.Apply(p); said.Failed() {
		h.Fatalf("the apply failed: %v", said.Errors)
	}
}

func TestAccModelDeployment_planWarnings(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			h := newHarness(t, "", dialect)
			if plan := h.core.Plan(h.config(wanted{version: "2.0.0"})); len(plan.Warnings) != 0 || plan.Planned["last_operation"] != acctest.Unknown {
				t.Errorf("a create warns %q; last_operation is %v", plan.Warnings, plan.Planned["last_operation"])
			}
			h.apply(wanted{version: "1.0.0"})
			h.plans(h.core.Plan(h.config(wanted{version: "2.0.0"})), "deploy 1.0.0 → 2.0.0, 124 of 124 devices")
			h.plans(h.core.Plan(h.config(wanted{version: "2.0.0", percentage: 40})), "deploy 1.0.0 → 2.0.0 to 40 %, about 50 of 124 devices")
			h.warns(h.core.Plan(h.with(wanted{version: "0.8.0"}, map[string]any{"rollout": map[string]any{"stages": []any{
				map[string]any{"percentage": 5, "bake": "10m"}, map[string]any{"percentage": 25, "bake": "1h"},
			}}})), "in steps of 5 (bake 10m), 25 (bake 1h) and 100 percent; the apply takes at least 1h10m")
			h.warns(h.core.Plan(h.config(wanted{version: "0.8.0"})), "This deploys 0.8.0", "0.8.0 is older than 1.0.0 but was never deployed to the fleet, so this is not a rollback")
			h.apply(wanted{version: "2.0.0", percentage: 40})
			h.plans(h.core.Plan(h.config(wanted{version: "2.0.0"})), "advance 2.0.0 from 40 to 100 %, about 74 of 124 devices")
			h.warns(h.core.Plan(h.config(wanted{version: "0.9.0"})), "This is a rollback from 2.0.0 to 0.9.0", "All 124 devices of the fleet go back to 0.9.0 immediately.",
				"of 2.0.0, active at 40 percent, is canceled, and the devices that already have it are reverted")
			if plan := h.core.Plan(h.config(wanted{version: "2.0.0", percentage: 40})); len(plan.Warnings) != 0 || plan.Action != acctest.ActionNone {
				t.Errorf("where there is nothing to do, the plan is %s and warns %q", plan.Action, plan.Warnings)
			}
		})
	})
}

func TestAccModelDeployment_planWarningsOfGroup(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			h := newHarness(t, "staging", dialect)
			h.apply(wanted{version: "2.0.0"})
			h.warns(h.core.Plan(h.config(wanted{version: "1.0.0"})), "All 24 devices of the group staging go back to 1.0.0")
			// A change of the fleet leaves these devices alone, and says so where the server's counts tell.
			h.group, h.core = "", h.sb.Core(t, "octomil_model_deployment")
			h.rollOut("3.0.0", 100)
			h.apply(wanted{version: "3.0.0"})
			h.warns(h.core.Plan(h.config(wanted{version: "0.9.0"})), "All 100 devices of the fleet go back to 0.9.0",
				"24 devices with a version from a deployment to a group keep that version")
		})
	})
}

// CONTRACT.md 4.4
func TestAccModelDeployment_serverWarnings(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, "staging")
		h.sb.AddFault(sandbox.Fault{Method: "POST", Path: "deploy/prepare", Times: -1, Status: 200, Body: `{"ok":true,"target_count":24,"warnings":["3 devices have little memory"]}`})
		h.warns(h.core.Plan(h.config(wanted{version: "2.0.0"})), "The control plane warns: 3 devices have little memory")
	})
}

// CONTRACT.md 4.3
func TestAccModelDeployment_maxAffectedDevices(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		w       wanted
		most    int
		blind   bool
		refused string
	}{
		"fewer than allowed":    {w: wanted{version: "2.0.0", percentage: 40}, most: 50},
		"one too many":          {w: wanted{version: "2.0.0", percentage: 40}, most: 49, refused: "changes 50 devices of the fleet, but `max_affected_devices` allows 49"},
		"a rollback counts too": {w: wanted{version: "0.9.0"}, most: 123, refused: "changes 124 devices"},
		"nothing to do":         {w: wanted{version: "1.0.0"}, most: 0},
		"nothing can be counted": {
			w: wanted{version: "2.0.0"}, most: 1000, blind: true, refused: "The affected devices cannot be counted",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t, "")
				h.apply(wanted{version: "1.0.0"})
				h.sb.ClearLedger()
				if c.blind {
					h.sb.AddFault(sandbox.Fault{Method: "POST", Path: "deploy/prepare", Times: -1, Status: 422, Body: `{"detail":"name a group"}`})
					h.sb.AddFault(sandbox.Fault{Method: "GET", Path: "devices", Times: -1, Status: 200, Body: `[]`})
				}
				plan := h.core.Plan(h.with(c.w, map[string]any{"max_affected_devices": c.most}))
				if c.refused == "" {
					h.succeeds(plan)
					return
				}
				h.fails(plan.Diagnostics, c.refused)
				if !strings.HasPrefix(plan.Errors[0], "max_affected_devices: ") {
					t.Errorf("the error is not on its attribute: %s", plan.Errors[0])
				}
				if writes := h.sb.Writes(); len(writes) != 0 {
					t.Errorf("wrote %v", writes)
				}
			})
		})
	}
}

func TestAccModelDeployment_maxAffectedDevicesAtApply(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, "staging")
		plan := h.core.Plan(h.with(wanted{version: "2.0.0"}, map[string]any{"max_affected_devices": 24}))
		joinStaging(t, h.sb) // between plan and apply
		h.sb.ClearLedger()
		if plan.Failed() {
			t.Fatal(plan.Errors)
		}
		said := h.core.Apply(plan)
		h.fails(said, "changes 25 devices of the group staging")
		if writes := h.sb.Writes(); len(writes) != 0 {
			t.Errorf("wrote %v", writes)
		}
	})
}

func TestAccModelDeployment_supersede(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, "")
		h.apply(wanted{version: "1.0.0"})
		h.rollOut("2.0.0", 40)
		h.sb.ClearLedger()
		config := h.with(wanted{version: "3.0.0"}, map[string]any{"supersede": true})
		plan := h.core.Plan(config)
		h.warns(plan, "of 2.0.0, active at 40 percent, is canceled")
		h.succeeds(plan)
		h.expect(wanted{writes: "DELETE cancel rollout, POST create rollout", runs: all("3.0.0")})
	})
}

func TestAccModelDeployment_onRollback(t *testing.T) {
	t.Parallel()
	rolledBack := func(t *testing.T) *harness {
		t.Helper()
		h := newHarness(t, "")
		h.apply(wanted{version: "2.0.0"})
		h.sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": "1.0.0", "reason": "wrong answers"})
		h.sb.Settle()
		h.sb.ClearLedger()
		return h
	}
	t.Run("accept", func(t *testing.T) {
		t.Parallel()
		h := rolledBack(t)
		accept := map[string]any{"on_rollback": "accept"}
		plan := h.core.Plan(h.with(wanted{version: "2.0.0"}, accept))
		h.warns(plan, "2.0.0 was rolled back on", "manually: wrong answers", "is now 1.0.0", "left as they are")
		h.succeeds(plan)
		if again := h.core.Plan(h.with(wanted{version: "2.0.0"}, accept)); again.Action != acctest.ActionNone {
			t.Errorf("the second plan is %s", again.Action)
		}
		h.expect(wanted{runs: all("1.0.0")})
		// Private state still has the pin 2.0.0: without `on_rollback` the plan fails again.
		h.fails(h.core.Plan(h.config(wanted{version: "2.0.0"})).Diagnostics, "The version was rolled back")
		h.succeeds(h.core.Plan(h.with(wanted{version: "3.0.0"}, accept)))
		h.expect(wanted{writes: "POST create rollout", runs: all("3.0.0")})
	})
	t.Run("redeploy", func(t *testing.T) {
		t.Parallel()
		h := rolledBack(t)
		plan := h.core.Plan(h.with(wanted{version: "2.0.0"}, map[string]any{"on_rollback": "redeploy"}))
		h.warns(plan, "This deploys 2.0.0")
		h.succeeds(plan)
		h.expect(wanted{writes: "POST create rollout", runs: all("2.0.0")})
	})
	t.Run("a newer version that was deployed manually is plain drift", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			h := newHarness(t, "")
			h.apply(wanted{version: "1.0.0"})
			h.rollOut("2.0.0", 100)
			plan := h.core.Plan(h.config(wanted{version: "1.0.0"}))
			h.warns(plan, "This is a rollback from 2.0.0 to 1.0.0")
			h.succeeds(plan)
			h.sb.Settle()
			h.sb.ExpectFleet(t, phi, all("1.0.0"))
		})
	})
}

// The bad version must not come back through the replacement of what a failed create has left behind.
func TestAccModelDeployment_onRollbackOfTainted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, "")
		h.sb.Do(t, "PUT", "/api/v1/settings/demo", map[string]any{"auto_rollback_enabled": true})
		h.sb.SetHealth(phi, "2.0.0", sandbox.Health{ErrorPercent: 30})
		plan := h.core.Plan(h.config(wanted{version: "2.0.0"}))
		said := h.core.Apply(plan)
		h.fails(said, "The rollout was rolled back")
		if !h.core.Tainted() || h.core.State()["version"] != "1.0.0" {
			t.Fatalf("tainted: %v, state %v", h.core.Tainted(), h.core.State())
		}
		h.sb.ClearLedger()
		h.fails(h.core.Plan(h.config(wanted{version: "2.0.0"})).Diagnostics, "automatically by the organization's policy: ")
		h.succeeds(h.core.Plan(h.config(wanted{version: "1.0.0"})))
		h.expect(wanted{runs: all("1.0.0")})
	})
}

func TestAccModelDeployment_firstVersionRolledBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, "")
		h.deleteRollouts()
		h.sb.Do(t, "PUT", "/api/v1/settings/demo", map[string]any{"auto_rollback_enabled": true})
		h.sb.SetHealth(phi, "2.0.0", sandbox.Health{CrashPercent: 30})
		said := h.core.Apply(h.core.Plan(h.config(wanted{version: "2.0.0"})))
		h.fails(said, "There is no earlier version to go back to")
		if state := h.core.State(); state["version"] != "2.0.0" || state["status"] != "rolled_back" {
			t.Errorf("the state has %v as %v", state["version"], state["status"])
		}
		plan := h.core.Plan(h.config(wanted{version: "2.0.0"}))
		h.fails(plan.Diagnostics, "The version was rolled back")
		if h.core.State() != nil {
			t.Errorf("the next read has left %v in the state", h.core.State())
		}
	})
}

func TestAccModelDeployment_onDestroy(t *testing.T) {
	t.Parallel()
	mixed := map[string]int{"1.0.0": 74, "2.0.0": 50}
	for name, c := range map[string]struct {
		group, mode string
		w, want     wanted
		fails       string
		before      func(*harness)
	}{
		"keep":                        {mode: "keep", w: wanted{version: "2.0.0", percentage: 40}, want: wanted{runs: mixed}},
		"cancel an active one":        {mode: "cancel", w: wanted{version: "2.0.0", percentage: 40}, want: wanted{writes: "DELETE cancel rollout", runs: all("1.0.0")}},
		"cancel a completed one":      {mode: "cancel", w: wanted{version: "2.0.0"}, want: wanted{runs: all("2.0.0")}},
		"cancel an unmanaged rollout": {mode: "cancel", w: wanted{version: "1.0.0"}, before: func(h *harness) { h.rollOut("2.0.0", 40) }, want: wanted{runs: mixed}},
		"cancel for a group":          {group: "staging", mode: "cancel", w: wanted{version: "2.0.0"}, want: wanted{runs: map[string]int{"2.0.0": 24}}},
		"roll back":                   {mode: "rollback", w: wanted{version: "2.0.0"}, want: wanted{writes: "POST roll back", runs: all("1.0.0")}},
		"roll back an active one":     {mode: "rollback", w: wanted{version: "2.0.0", percentage: 40}, want: wanted{writes: "POST roll back", runs: all("1.0.0")}},
		"roll back a group":           {group: "staging", mode: "rollback", w: wanted{version: "2.0.0"}, want: wanted{writes: "POST execute deployment", runs: map[string]int{"1.0.0": 24}}},
		"roll back the first version": {mode: "rollback", w: wanted{version: "2.0.0"}, before: nil, fails: "There is no version to roll back to", want: wanted{runs: all("2.0.0")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t, c.group)
				if c.fails != "" {
					h.deleteRollouts()
				}
				h.succeeds(h.core.Plan(h.with(c.w, map[string]any{"on_destroy": c.mode})))
				h.sb.Settle()
				if c.before != nil {
					c.before(h)
				}
				h.sb.ClearLedger()
				said := h.core.Destroy()
				if c.fails == "" && said.Failed() {
					t.Fatal(said.Errors)
				}
				if c.fails != "" {
					h.fails(said, c.fails)
				}
				h.expect(c.want)
			})
		})
	}
}

func TestAccModelDeployment_validateStages(t *testing.T) {
	t.Parallel()
	stage := func(percentage any, bake any) any { return map[string]any{"percentage": percentage, "bake": bake} }
	for name, c := range map[string]struct {
		rollout map[string]any
		more    map[string]any
		says    string
	}{
		"they do not rise":      {rollout: map[string]any{"stages": []any{stage(25, "1m"), stage(25, nil)}}, says: "rollout.stages.ElementKeyInt(1).percentage: The stages do not increase"},
		"above the percentage":  {rollout: map[string]any{"percentage": 40, "stages": []any{stage(50, nil)}}, says: "The last stage is too high"},
		"at all":                {rollout: map[string]any{"stages": []any{stage(100, nil)}}, says: "The last stage is too high"},
		"a bake below zero":     {rollout: map[string]any{"stages": []any{stage(5, "-1m")}}, says: "`bake` must not be negative"},
		"no duration":           {rollout: map[string]any{"stages": []any{stage(5, "soon")}}, says: "Invalid Time Duration String Value"},
		"not waited for":        {rollout: map[string]any{"stages": []any{stage(5, "1m")}}, more: map[string]any{"wait_for": "accepted"}, says: "wait_for: `rollout.stages` requires `wait_for = \"complete\"`"},
		"not known yet":         {rollout: map[string]any{"percentage": 40, "stages": []any{stage(acctest.Unknown, "1m"), stage(5, acctest.Unknown)}}},
		"the list is not known": {rollout: map[string]any{"stages": acctest.Unknown}},
		"the end is not known":  {rollout: map[string]any{"percentage": acctest.Unknown, "stages": []any{stage(50, nil)}}},
		"as they should be":     {rollout: map[string]any{"percentage": 60, "stages": []any{stage(5, "1m"), stage(25, nil)}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t, "")
				more := map[string]any{"rollout": c.rollout}
				maps.Copy(more, c.more)
				plan := h.core.Plan(h.with(wanted{version: "2.0.0"}, more))
				if c.says == "" {
					if plan.Failed() {
						t.Error(plan.Errors)
					}
					return
				}
				h.fails(plan.Diagnostics, c.says)
			})
		})
	}
}

func TestAccModelDeployment_versionStatus(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		version, status, refused, warned string
	}{
		"a retired one":             {version: "2.0.0", status: "retired", refused: "The version is retired"},
		"a deprecated one forward":  {version: "2.0.0", status: "deprecated", warned: "The version is deprecated"},
		"a deprecated one backward": {version: "0.9.0", status: "deprecated", refused: "The version is deprecated"},
		"a draft":                   {version: "2.0.0", status: "draft", warned: "The version is a draft"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t, "")
				h.apply(wanted{version: "1.0.0"})
				h.sb.Do(t, "PUT", "/sandbox/versions/phi-4-mini/"+c.version+"/status", map[string]any{"status": c.status})
				plan := h.core.Plan(h.config(wanted{version: c.version}))
				if c.warned != "" {
					h.warns(plan, c.warned)
					return
				}
				h.fails(plan.Diagnostics, c.refused)
			})
		})
	}
}

func TestAccModelDeployment_policyDenied(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, "")
		h.apply(wanted{version: "2.0.0", percentage: 20})
		h.sb.Do(t, "PUT", "/api/v1/settings/demo", map[string]any{"require_approval": true})
		before := h.core.State()
		said := h.core.Apply(h.core.Plan(h.config(wanted{version: "2.0.0", percentage: 60})))
		said.ExpectErrors(t, "rollout.percentage: ", "policy_denied")
		h.fails(said, "The organization's policy denied the request")
		if diff := cmp.Diff(before["percentage"], h.core.State()["percentage"]); diff != "" {
			t.Error(diff)
		}
	})
}

// What the configuration wanted before an import is not known, so a percentage is no decrease.
func TestAccModelDeployment_importPercentage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, "")
		if said := h.core.Import(phi); said.Failed() {
			t.Fatal(said.Errors)
		}
		h.sb.ClearLedger()
		h.succeeds(h.core.Plan(h.config(wanted{version: "1.0.0", percentage: 40})))
		h.expect(wanted{runs: all("1.0.0")})
		h.fails(h.core.Plan(h.config(wanted{version: "1.0.0", percentage: 20})).Diagnostics, "The rollout percentage cannot decrease")
	})
}

func TestAccModelDeployment_outdatedPlan(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*harness){
		"another version now": func(h *harness) { h.rollOut("3.0.0", 100) },
		"rolled back meanwhile": func(h *harness) {
			h.sb.Do(h, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": "0.9.0"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t, "")
				h.apply(wanted{version: "1.0.0"})
				plan := h.core.Plan(h.config(wanted{version: "2.0.0"}))
				change(h)
				h.sb.ClearLedger()
				said := h.core.Apply(plan)
				h.fails(said, "version: The plan is out of date: ")
				h.fails(said, "the plan was to deploy 2.0.0 in place of 1.0.0, but applying it now would")
				if writes := h.sb.Writes(); len(writes) != 0 {
					t.Errorf("wrote %v", writes)
				}
			})
		})
	}
}
