package deployment_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// generated is the configuration that Terraform writes for an imported deployment: what the state has of the attributes that a
// configuration may set.
func generated(state map[string]any) map[string]any {
	config := map[string]any{}
	for _, name := range []string{
		"model", "version", "group", "rollout", "reason", "paused", "max_affected_devices", "supersede", "on_rollback", "on_destroy", "wait_for",
	} {
		config[name] = state[name]
	}
	return config
}

// An import gives a configuration with nothing to do, at any percentage, in groups of any size: in the plan of the import, and in every
// later one. The percentage is that of the version which was deployed to the group or to the fleet.
func TestAccModelDeployment_importAtAnyPercentage(t *testing.T) {
	t.Parallel()
	r := newGroup(t, sandbox.DialectDocs)
	r.publish("4.0.0")
	size := 0
	rapid.Check(t, func(rt *rapid.T) {
		if grow := rapid.IntRange(0, 9).Draw(rt, "join"); size+grow > 0 && size+grow <= 101 {
			for range grow {
				size++
				r.joins("ring", size)
			}
		}
		percentage := rapid.IntRange(1, 100).Draw(rt, "percentage")
		version := rapid.SampledFrom([]string{"2.0.0", "3.0.0"}).Draw(rt, "version")
		base := rapid.SampledFrom([]string{"1.0.0", "4.0.0"}).Draw(rt, "version before")
		id := phi
		if r.group = rapid.SampledFrom([]string{"", "ring"}).Draw(rt, "group"); r.group != "" && size > 0 {
			id = phi + "/ring"
			r.execute(base, 100)
			r.execute(version, percentage)
		} else {
			r.rollOutAlone(base, 100)
			r.rollOutAlone(version, percentage)
			if percentage < 100 && rapid.Bool().Draw(rt, "is paused") {
				r.verb("pause")
			}
		}
		r.core = r.sb.Core(t, "octomil_model_deployment")
		if said := r.core.Import(id); said.Failed() {
			rt.Fatal(said.Errors)
		}
		config := generated(r.core.State())
		r.sb.ClearLedger()
		for i := range 3 {
			plan := r.core.Plan(config)
			if plan.Failed() || plan.Action != acctest.ActionNone || len(plan.Warnings) > 0 {
				rt.Fatalf("plan %d of %v is %s: %v %v\nbefore %v\nafter  %v", i, config, plan.Action, plan.Errors, plan.Warnings,
					r.core.State(), plan.Planned)
			}
		}
		if writes := r.sb.Writes(); len(writes) > 0 {
			rt.Errorf("wrote %v", writes)
		}
		// Another setting of the configuration changes nothing on the devices.
		config["max_affected_devices"] = 0
		plan := r.core.Plan(config)
		if said := r.core.Apply(plan); plan.Failed() || said.Failed() || len(r.sb.Writes()) > 0 {
			rt.Errorf("the update fails, or wrote %v: %v %v", r.sb.Writes(), plan.Errors, said.Errors)
		}
		if plan = r.core.Plan(config); plan.Action != acctest.ActionNone {
			rt.Errorf("after an update the plan is %s: %v", plan.Action, plan.Planned)
		}
	})
}

// rollOutAlone rolls a version out to the fleet after whatever is in progress has been canceled.
func (r *harness) rollOutAlone(version string, percentage int) {
	r.Helper()
	for _, open := range rollouts(r.T, r.sb) {
		if status := open["status"]; status == "active" || status == "paused" {
			r.sb.Do(r, "DELETE", fmt.Sprintf("/api/v1/models/phi-4-mini/rollouts/%v?force=true", open["id"]), nil)
		}
	}
	r.rollOut(version, percentage)
}

// A deployment of 30 percent to a group that otherwise runs what the fleet runs is imported as what it is.
func TestAccModelDeployment_importGroupAtPercentage(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		r := newHarness(t, "staging", dialect)
		r.execute("2.0.0", 30)
		if said := r.core.Import("phi-4-mini/staging"); said.Failed() {
			t.Fatal(said.Errors)
		}
		state := r.core.State()
		if rollout, _ := state["rollout"].(map[string]any); state["version"] != "2.0.0" || state["percentage"] != 29.17 || rollout["percentage"] != 29.17 {
			t.Errorf("imported %v at %v percent, with rollout = %v", state["version"], state["percentage"], state["rollout"])
		}
		config := generated(state)
		r.idle(config)
		r.idle(config)
		// The rest of the group can be given the version, and the group can be rolled back.
		config["rollout"] = nil
		plan := r.core.Plan(config)
		r.plans(plan, "advance 2.0.0 from 29.17 to 100 %, 17 of 24 devices")
		config["version"] = "1.0.0"
		plan = r.core.Plan(config)
		r.warns(plan, "This is a rollback from 2.0.0 to 1.0.0")
		r.sb.ClearLedger()
		r.succeeds(plan)
		r.expect(wanted{writes: "POST execute deployment", runs: map[string]int{"1.0.0": 24}})
	})
}

// The same with Terraform itself, which writes the configuration.
func TestAccModelDeployment_generatedConfiguration(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"phi-4-mini/staging", "phi-4-mini"} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			r := harnessOf(t, "staging", start(t, sandbox.DialectDocs))
			if id == "phi-4-mini" {
				r.rollOut("2.0.0", 33)
			} else {
				r.execute("2.0.0", 30)
			}
			r.sb.ClearLedger()
			cli := acctest.NewCLI(t, r.sb.Provider()+fmt.Sprintf(`
import {
  to = octomil_model_deployment.phi
  id = %q
}
`, id))
			for _, args := range [][]string{
				{"plan", "-generate-config-out=generated.tf"}, {"plan"}, {"apply", "-auto-approve"}, {"plan", "-detailed-exitcode"}, {"apply", "-auto-approve"},
				{"plan", "-detailed-exitcode"},
			} {
				if result := cli.Run(t, args...); result.Code != 0 || strings.Contains(result.Output, "to change") && !strings.Contains(result.Output, "0 to change") {
					t.Fatalf("%v ends with %d:\n%s", args, result.Code, result.Output)
				}
			}
			if writes := r.sb.Writes(); len(writes) > 0 {
				t.Errorf("wrote %v", writes)
			}
		})
	}
}
