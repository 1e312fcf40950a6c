package deployment_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// `lifecycle { ignore_changes = [version] }`: a pipeline deploys versions, and Terraform manages the rest.

// pipelines are what a pipeline, a person or the policy does to the versions of a fleet that Terraform has once pinned to 2.0.0.
func pipelines() map[string]func(*harness) {
	return map[string]func(*harness){
		"nothing":          func(*harness) {},
		"deploys":          func(r *harness) { r.deploys("3.0.0", 100) },
		"deploys a canary": func(r *harness) { r.deploys("3.0.0", 40) },
		"advances a canary": func(r *harness) {
			r.deploys("3.0.0", 40)
			r.idle(r.pinned())
			if r.group != "" {
				r.execute("3.0.0", 80)
				return
			}
			r.sb.Do(r, "POST", "/api/v1/models/phi-4-mini/rollouts/"+newest(r.T, r.sb)+"/update-percentage", map[string]any{"percentage": 80})
			r.sb.Settle()
		},
		"rolls back":         func(r *harness) { r.goesBack("1.0.0") },
		"rolls back further": func(r *harness) { r.deploys("3.0.0", 100); r.goesBack("0.9.0") },
		"rolls a canary back": func(r *harness) {
			r.deploys("3.0.0", 40)
			r.idle(r.pinned())
			r.goesBack("2.0.0")
		},
	}
}

// deploys is a deployment by a pipeline.
func (r *harness) deploys(version string, percentage int) {
	r.Helper()
	if r.group != "" {
		r.execute(version, percentage)
		return
	}
	r.rollOutAlone(version, percentage)
}

func (r *harness) goesBack(version string) {
	r.Helper()
	if r.group != "" {
		r.execute(version, 100)
		return
	}
	r.rollBack(version, "slow")
}

// Whatever the pipeline does, the plan is empty, and stays so; other attributes can change without a write to the devices.
func TestAccModelDeployment_ignoredVersion(t *testing.T) {
	t.Parallel()
	for _, group := range []string{"", "staging"} {
		for name, act := range pipelines() {
			t.Run(fmt.Sprintf("%s/group %s", name, group), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					r := newHarness(t, group)
					r.core.IgnoreChanges = []string{"version"}
					r.apply(wanted{version: "2.0.0"})
					act(r)
					r.sb.ClearLedger()
					r.idle(r.pinned())
					r.idle(r.pinned())
					config := r.with(wanted{version: "2.0.0"}, map[string]any{"max_affected_devices": 0, "reason": "TICKET-42"})
					r.succeeds(r.core.Plan(config))
					r.idle(config)
					// What the configuration writes as a version has no effect at all.
					for _, version := range []string{"0.8.0", "9.9.9"} {
						config["version"] = version
						r.idle(config)
					}
					if writes := r.sb.Writes(); len(writes) > 0 {
						t.Errorf("wrote %v", writes)
					}
				})
			})
		}
	}
}

// The policy rolls a version of the pipeline back, which is the pipeline's matter, too.
func TestAccModelDeployment_ignoredVersionRolledBackByPolicy(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(*harness){
		"the version of the configuration": func(*harness) {},
		"a version of the pipeline":        func(r *harness) { r.deploys("3.0.0", 100) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newHarness(t, "")
				r.core.IgnoreChanges = []string{"version"}
				r.apply(wanted{version: "2.0.0"})
				act(r)
				r.autoRollback(fmt.Sprint(rollouts(t, r.sb)[0]["version"]))
				r.idle(r.pinned())
				if r.core.State()["rolled_back"] == nil {
					t.Error("the state does not say what was rolled back")
				}
			})
		})
	}
}

// The rest is Terraform's: a pipeline's rollout can be paused and resumed, and keeps its percentage.
func TestAccModelDeployment_ignoredVersionPaused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newHarness(t, "")
		r.core.IgnoreChanges = []string{"version"}
		r.apply(wanted{version: "2.0.0"})
		r.deploys("3.0.0", 40)
		for _, c := range []struct {
			paused         bool
			writes, status string
		}{{true, "POST pause rollout", "paused"}, {false, "POST resume rollout", "active"}} {
			r.sb.ClearLedger()
			config := r.with(wanted{version: "2.0.0"}, map[string]any{"paused": c.paused})
			r.succeeds(r.core.Plan(config))
			r.expect(wanted{writes: c.writes, runs: map[string]int{"2.0.0": 74, "3.0.0": 50}})
			if got := r.core.State(); got["status"] != c.status || got["percentage"] != 40.0 || got["version"] != "3.0.0" {
				t.Errorf("the state is %v", got)
			}
			r.idle(config)
		}
	})
}

// Once the version is no longer ignored, it is a pin as any other: nothing that the pipeline did counts as a rollback of it.
func TestAccModelDeployment_versionNoLongerIgnored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newHarness(t, "")
		r.core.IgnoreChanges = []string{"version"}
		r.apply(wanted{version: "1.0.0"})
		r.deploys("2.0.0", 100)
		// The configuration changes beside the version, while it writes one that was never applied.
		r.succeeds(r.core.Plan(r.with(wanted{version: "3.0.0"}, map[string]any{"reason": "TICKET-42"})))
		r.core.IgnoreChanges = nil
		plan := r.core.Plan(r.with(wanted{version: "3.0.0"}, map[string]any{"reason": "TICKET-42"}))
		r.plans(plan, "deploy 2.0.0 → 3.0.0, 124 of 124 devices")
		r.warns(r.core.Plan(r.config(wanted{version: "1.0.0"})), "This is a rollback from 2.0.0 to 1.0.0")
		r.succeeds(r.core.Plan(r.config(wanted{version: "2.0.0"})))
		r.idle(r.config(wanted{version: "2.0.0"}))
	})
}

// A rollout of the pin that others start after the pin was applied is theirs to advance, until the configuration changes.
func TestAccModelDeployment_unmanagedRolloutOfThePin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newHarness(t, "")
		r.apply(wanted{version: "2.0.0"})
		r.deploys("3.0.0", 100)
		r.deploys("2.0.0", 40)
		r.sb.ClearLedger()
		plan := r.core.Plan(r.pinned())
		r.warns(plan, "A rollout that this resource did not start is in progress", "is active at 40 percent, and the configuration wants 100")
		if plan.Action != acctest.ActionNone {
			t.Errorf("the plan is %s: %v", plan.Action, plan.Planned)
		}
		r.expect(wanted{runs: map[string]int{"2.0.0": 50, "3.0.0": 74}})
		config := r.with(wanted{version: "2.0.0"}, map[string]any{"rollout": map[string]any{"percentage": 60}})
		r.plans(r.core.Plan(config), "advance 2.0.0 from 40 to 60 %, about 25 of 124 devices")
		r.succeeds(r.core.Plan(config))
		r.plans(r.core.Plan(r.pinned()), "advance 2.0.0 from 60 to 100 %, about 49 of 124 devices") // it is this resource's rollout now
		r.succeeds(r.core.Plan(r.pinned()))
		r.idle(r.pinned())
	})
}

// The same with Terraform itself, which replaces the version of the configuration before it asks for a plan.
func TestAccModelDeployment_ignoreChanges(t *testing.T) {
	t.Parallel()
	r := harnessOf(t, "", start(t, sandbox.DialectDocs))
	const ignore = "lifecycle { ignore_changes = [version] }"
	cli := acctest.NewCLI(t, pinned(r.sb, "1.0.0", ignore))
	run := func(code int, args ...string) {
		t.Helper()
		if result := cli.Run(t, args...); result.Code != code {
			t.Errorf("%v ends with %d, want %d:\n%s", args, result.Code, code, result.Output)
		}
	}
	run(0, "apply", "-auto-approve")
	for _, act := range []func(){
		func() { r.rollOutAlone("2.0.0", 40) },
		func() { r.rollOutAlone("2.0.0", 100) },
		func() { r.rollBack("1.0.0", "slow") },
		func() { r.rollOutAlone("3.0.0", 40) },
		func() { r.rollBack("0.9.0", "slow") },
	} {
		act()
		r.sb.ClearLedger()
		run(0, "plan", "-detailed-exitcode")
		run(0, "apply", "-auto-approve")
		if writes := r.sb.Writes(); len(writes) > 0 {
			t.Errorf("wrote %v", writes)
		}
	}
	cli.Configure(t, pinned(r.sb, "1.0.0", `reason = "TICKET-42"`, ignore))
	run(2, "plan", "-detailed-exitcode")
	run(0, "apply", "-auto-approve")
	run(0, "plan", "-detailed-exitcode")
	r.sb.ExpectFleet(t, phi, all("0.9.0"))
}
