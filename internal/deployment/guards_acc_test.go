package deployment_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// with is a configuration with further attributes.
func (r *harness) with(w wanted, more map[string]any) map[string]any {
	config := r.config(w)
	maps.Copy(config, more)
	return config
}

// warns fails unless one warning of a plan says all of the words.
func (r *harness) warns(p acctest.Plan, words ...string) {
	r.Helper()
	if p.Failed() {
		r.Fatalf("the plan failed: %v", p.Errors)
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
	r.Errorf("no warning says %q: %q", words, p.Warnings)
}

// succeeds applies a plan.
func (r *harness) succeeds(p acctest.Plan) {
	r.Helper()
	if p.Failed() {
		r.Fatalf("the plan failed: %v", p.Errors)
	}
	if said := r.core.Apply(p); said.Failed() {
		r.Fatalf("the apply failed: %v", said.Errors)
	}
}

func TestAccModelDeployment_planWarnings(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		r := newHarness(t, "", dialect)
		r.warns(r.core.Plan(r.config(wanted{version: "2.0.0"})), "This deploys 2.0.0", "All 124 devices of the fleet get 2.0.0 in place of 1.0.0.")
		r.apply(wanted{version: "1.0.0"})
		r.warns(r.core.Plan(r.config(wanted{version: "2.0.0", percentage: 40})), "50 of 124 devices of the fleet get 2.0.0 in place of 1.0.0")
		r.warns(r.core.Plan(r.with(wanted{version: "2.0.0"}, map[string]any{"rollout": map[string]any{"stages": []any{
			map[string]any{"percentage": 5, "bake": "10m"}, map[string]any{"percentage": 25, "bake": "1h"},
		}}})), "in steps of 5 (bake 10m), 25 (bake 1h) and 100 percent; the apply takes at least 1h10m")
		r.warns(r.core.Plan(r.config(wanted{version: "0.8.0"})), "This deploys 0.8.0", "0.8.0 is older than 1.0.0 but was never deployed to the fleet, so this is not a rollback")
		r.apply(wanted{version: "2.0.0", percentage: 40})
		r.warns(r.core.Plan(r.config(wanted{version: "2.0.0"})), "This advances 2.0.0 from 40 to 100 percent", "74 of 124 devices of the fleet get 2.0.0 as well")
		r.warns(r.core.Plan(r.config(wanted{version: "0.9.0"})), "This is a rollback from 2.0.0 to 0.9.0", "All 124 devices of the fleet go back to 0.9.0 immediately.",
			"of 2.0.0, active at 40 percent, is canceled, and the devices that already have it are reverted")
		if plan := r.core.Plan(r.config(wanted{version: "2.0.0", percentage: 40})); len(plan.Warnings) != 0 || plan.Action != acctest.ActionNone {
			t.Errorf("where there is nothing to do, the plan is %s and warns %q", plan.Action, plan.Warnings)
		}
	})
}

func TestAccModelDeployment_planWarningsOfGroup(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		r := newHarness(t, "staging", dialect)
		r.apply(wanted{version: "2.0.0"})
		r.warns(r.core.Plan(r.config(wanted{version: "1.0.0"})), "All 24 devices of the group staging go back to 1.0.0")
		// A change of the fleet leaves these devices alone, and says so where the server's counts tell.
		r.group, r.core = "", r.sb.Core(t, "octomil_model_deployment")
		r.rollOut("3.0.0", 100)
		r.apply(wanted{version: "3.0.0"})
		r.warns(r.core.Plan(r.config(wanted{version: "0.9.0"})), "All 100 devices of the fleet go back to 0.9.0",
			"24 devices with a version from a deployment to a group keep that version")
	})
}

// CONTRACT.md 4.4
func TestAccModelDeployment_serverWarnings(t *testing.T) {
	t.Parallel()
	r := newHarness(t, "staging")
	r.sb.AddFault(sandbox.Fault{Method: "POST", Path: "deploy/prepare", Times: -1, Status: 200, Body: `{"ok":true,"target_count":24,"warnings":["3 devices have little memory"]}`})
	r.warns(r.core.Plan(r.config(wanted{version: "2.0.0"})), "The control plane warns: 3 devices have little memory")
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
			r := newHarness(t, "")
			r.apply(wanted{version: "1.0.0"})
			r.sb.ClearLedger()
			if c.blind {
				r.sb.AddFault(sandbox.Fault{Method: "POST", Path: "deploy/prepare", Times: -1, Status: 422, Body: `{"detail":"name a group"}`})
				r.sb.AddFault(sandbox.Fault{Method: "GET", Path: "devices", Times: -1, Status: 200, Body: `[]`})
			}
			plan := r.core.Plan(r.with(c.w, map[string]any{"max_affected_devices": c.most}))
			if c.refused == "" {
				r.succeeds(plan)
				return
			}
			r.fails(plan.Diagnostics, c.refused)
			if !strings.HasPrefix(plan.Errors[0], "max_affected_devices: ") {
				t.Errorf("the error is not on its attribute: %s", plan.Errors[0])
			}
			if writes := r.sb.Writes(); len(writes) != 0 {
				t.Errorf("wrote %v", writes)
			}
		})
	}
}

func TestAccModelDeployment_maxAffectedDevicesAtApply(t *testing.T) {
	t.Parallel()
	r := newHarness(t, "staging")
	plan := r.core.Plan(r.with(wanted{version: "2.0.0"}, map[string]any{"max_affected_devices": 24}))
	joinStaging(t, r.sb) // between plan and apply
	r.sb.ClearLedger()
	if plan.Failed() {
		t.Fatal(plan.Errors)
	}
	said := r.core.Apply(plan)
	r.fails(said, "changes 25 devices of the group staging")
	if writes := r.sb.Writes(); len(writes) != 0 {
		t.Errorf("wrote %v", writes)
	}
}

func TestAccModelDeployment_supersede(t *testing.T) {
	t.Parallel()
	r := newHarness(t, "")
	r.apply(wanted{version: "1.0.0"})
	r.rollOut("2.0.0", 40)
	r.sb.ClearLedger()
	config := r.with(wanted{version: "3.0.0"}, map[string]any{"supersede": true})
	plan := r.core.Plan(config)
	r.warns(plan, "of 2.0.0, active at 40 percent, is canceled")
	r.succeeds(plan)
	r.expect(wanted{writes: "DELETE cancel rollout, POST create rollout", runs: all("3.0.0")})
}

func TestAccModelDeployment_onRollback(t *testing.T) {
	t.Parallel()
	rolledBack := func(t *testing.T) *harness {
		t.Helper()
		r := newHarness(t, "")
		r.apply(wanted{version: "2.0.0"})
		r.sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": "1.0.0", "reason": "wrong answers"})
		r.sb.Settle()
		r.sb.ClearLedger()
		return r
	}
	t.Run("accept", func(t *testing.T) {
		t.Parallel()
		r := rolledBack(t)
		accept := map[string]any{"on_rollback": "accept"}
		plan := r.core.Plan(r.with(wanted{version: "2.0.0"}, accept))
		r.warns(plan, "2.0.0 was rolled back on", "manually: wrong answers", "is now 1.0.0", "left as they are")
		r.succeeds(plan)
		if again := r.core.Plan(r.with(wanted{version: "2.0.0"}, accept)); again.Action != acctest.ActionNone {
			t.Errorf("the second plan is %s", again.Action)
		}
		r.expect(wanted{runs: all("1.0.0")})
		// The pin is still remembered as 2.0.0: taking the word away brings the guard back.
		r.fails(r.core.Plan(r.config(wanted{version: "2.0.0"})).Diagnostics, "The version was rolled back")
		r.succeeds(r.core.Plan(r.with(wanted{version: "3.0.0"}, accept)))
		r.expect(wanted{writes: "POST create rollout", runs: all("3.0.0")})
	})
	t.Run("redeploy", func(t *testing.T) {
		t.Parallel()
		r := rolledBack(t)
		plan := r.core.Plan(r.with(wanted{version: "2.0.0"}, map[string]any{"on_rollback": "redeploy"}))
		r.warns(plan, "This deploys 2.0.0")
		r.succeeds(plan)
		r.expect(wanted{writes: "POST create rollout", runs: all("2.0.0")})
	})
	t.Run("a newer version that was deployed manually is plain drift", func(t *testing.T) {
		t.Parallel()
		r := newHarness(t, "")
		r.apply(wanted{version: "1.0.0"})
		r.rollOut("2.0.0", 100)
		plan := r.core.Plan(r.config(wanted{version: "1.0.0"}))
		r.warns(plan, "This is a rollback from 2.0.0 to 1.0.0")
		r.succeeds(plan)
		r.sb.Settle()
		r.sb.ExpectFleet(t, phi, all("1.0.0"))
	})
}

// The bad version must not come back through the replacement of what a failed create has left behind.
func TestAccModelDeployment_onRollbackOfTainted(t *testing.T) {
	t.Parallel()
	r := newHarness(t, "")
	r.sb.Do(t, "PUT", "/api/v1/settings/demo", map[string]any{"auto_rollback_enabled": true})
	r.sb.SetHealth(phi, "2.0.0", sandbox.Health{ErrorPercent: 30})
	plan := r.core.Plan(r.config(wanted{version: "2.0.0"}))
	said := r.core.Apply(plan)
	r.fails(said, "The rollout was rolled back")
	if !r.core.Tainted() || r.core.State()["version"] != "1.0.0" {
		t.Fatalf("tainted: %v, state %v", r.core.Tainted(), r.core.State())
	}
	r.sb.ClearLedger()
	r.fails(r.core.Plan(r.config(wanted{version: "2.0.0"})).Diagnostics, "automatically by the organization's policy: ")
	r.succeeds(r.core.Plan(r.config(wanted{version: "1.0.0"})))
	r.expect(wanted{runs: all("1.0.0")})
}

func TestAccModelDeployment_firstVersionRolledBack(t *testing.T) {
	t.Parallel()
	r := newHarness(t, "")
	r.deleteRollouts()
	r.sb.Do(t, "PUT", "/api/v1/settings/demo", map[string]any{"auto_rollback_enabled": true})
	r.sb.SetHealth(phi, "2.0.0", sandbox.Health{CrashPercent: 30})
	said := r.core.Apply(r.core.Plan(r.config(wanted{version: "2.0.0"})))
	r.fails(said, "There is no earlier version to go back to")
	if state := r.core.State(); state["version"] != "2.0.0" || state["status"] != "rolled_back" {
		t.Errorf("the state has %v as %v", state["version"], state["status"])
	}
	plan := r.core.Plan(r.config(wanted{version: "2.0.0"}))
	r.fails(plan.Diagnostics, "The version was rolled back")
	if r.core.State() != nil {
		t.Errorf("the next read has left %v in the state", r.core.State())
	}
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
		"cancel an unmanaged rollout": {mode: "cancel", w: wanted{version: "1.0.0"}, before: func(r *harness) { r.rollOut("2.0.0", 40) }, want: wanted{runs: mixed}},
		"cancel for a group":          {group: "staging", mode: "cancel", w: wanted{version: "2.0.0"}, want: wanted{runs: map[string]int{"2.0.0": 24}}},
		"roll back":                   {mode: "rollback", w: wanted{version: "2.0.0"}, want: wanted{writes: "POST roll back", runs: all("1.0.0")}},
		"roll back an active one":     {mode: "rollback", w: wanted{version: "2.0.0", percentage: 40}, want: wanted{writes: "POST roll back", runs: all("1.0.0")}},
		"roll back a group":           {group: "staging", mode: "rollback", w: wanted{version: "2.0.0"}, want: wanted{writes: "POST execute deployment", runs: map[string]int{"1.0.0": 24}}},
		"roll back the first version": {mode: "rollback", w: wanted{version: "2.0.0"}, before: nil, fails: "There is no version to roll back to", want: wanted{runs: all("2.0.0")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newHarness(t, c.group)
			if c.fails != "" {
				r.deleteRollouts()
			}
			r.succeeds(r.core.Plan(r.with(c.w, map[string]any{"on_destroy": c.mode})))
			r.sb.Settle()
			if c.before != nil {
				c.before(r)
			}
			r.sb.ClearLedger()
			said := r.core.Destroy()
			if c.fails == "" && said.Failed() {
				t.Fatal(said.Errors)
			}
			if c.fails != "" {
				r.fails(said, c.fails)
			}
			r.expect(c.want)
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
		"a bake below zero":     {rollout: map[string]any{"stages": []any{stage(5, "-1m")}}, says: "Invalid `bake`"},
		"no duration":           {rollout: map[string]any{"stages": []any{stage(5, "soon")}}, says: "Invalid Time Duration String Value"},
		"not waited for":        {rollout: map[string]any{"stages": []any{stage(5, "1m")}}, more: map[string]any{"wait_for": "accepted"}, says: "wait_for: `rollout.stages` requires `wait_for = \"complete\"`"},
		"not known yet":         {rollout: map[string]any{"percentage": 40, "stages": []any{stage(acctest.Unknown, "1m"), stage(5, acctest.Unknown)}}},
		"the list is not known": {rollout: map[string]any{"stages": acctest.Unknown}},
		"the end is not known":  {rollout: map[string]any{"percentage": acctest.Unknown, "stages": []any{stage(50, nil)}}},
		"as they should be":     {rollout: map[string]any{"percentage": 60, "stages": []any{stage(5, "1m"), stage(25, nil)}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newHarness(t, "")
			more := map[string]any{"rollout": c.rollout}
			maps.Copy(more, c.more)
			plan := r.core.Plan(r.with(wanted{version: "2.0.0"}, more))
			if c.says == "" {
				if plan.Failed() {
					t.Error(plan.Errors)
				}
				return
			}
			r.fails(plan.Diagnostics, c.says)
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
			r := newHarness(t, "")
			r.apply(wanted{version: "1.0.0"})
			r.sb.Do(t, "PUT", "/sandbox/versions/phi-4-mini/"+c.version+"/status", map[string]any{"status": c.status})
			plan := r.core.Plan(r.config(wanted{version: c.version}))
			if c.warned != "" {
				r.warns(plan, c.warned)
				return
			}
			r.fails(plan.Diagnostics, c.refused)
		})
	}
}

func TestAccModelDeployment_policyDenied(t *testing.T) {
	t.Parallel()
	r := newHarness(t, "")
	r.apply(wanted{version: "2.0.0", percentage: 20})
	r.sb.Do(t, "PUT", "/api/v1/settings/demo", map[string]any{"require_approval": true})
	before := r.core.State()
	said := r.core.Apply(r.core.Plan(r.config(wanted{version: "2.0.0", percentage: 60})))
	r.fails(said, "rollout.percentage: ")
	r.fails(said, "policy_denied")
	r.fails(said, "The organization's policy denied the request")
	if diff := cmp.Diff(before["percentage"], r.core.State()["percentage"]); diff != "" {
		t.Error(diff)
	}
}

// What the configuration wanted before an import is not known, so a percentage is no decrease.
func TestAccModelDeployment_importPercentage(t *testing.T) {
	t.Parallel()
	r := newHarness(t, "")
	if said := r.core.Import(phi); said.Failed() {
		t.Fatal(said.Errors)
	}
	r.sb.ClearLedger()
	r.succeeds(r.core.Plan(r.config(wanted{version: "1.0.0", percentage: 40})))
	r.expect(wanted{runs: all("1.0.0")})
	r.fails(r.core.Plan(r.config(wanted{version: "1.0.0", percentage: 20})).Diagnostics, "The rollout percentage cannot decrease")
}

func TestAccModelDeployment_outdatedPlan(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*harness){
		"another version now": func(r *harness) { r.rollOut("3.0.0", 100) },
		"rolled back meanwhile": func(r *harness) {
			r.sb.Do(r, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": "0.9.0"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newHarness(t, "")
			r.apply(wanted{version: "1.0.0"})
			plan := r.core.Plan(r.config(wanted{version: "2.0.0"}))
			change(r)
			r.sb.ClearLedger()
			said := r.core.Apply(plan)
			r.fails(said, "version: The plan is out of date: ")
			r.fails(said, "the plan was to deploy 2.0.0 in place of 1.0.0, but applying it now would")
			if writes := r.sb.Writes(); len(writes) != 0 {
				t.Errorf("wrote %v", writes)
			}
		})
	}
}
