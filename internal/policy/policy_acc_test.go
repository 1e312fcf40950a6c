package policy_test

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// policyWrites returns the number of the provider's writes.
func policyWrites(sb *acctest.Sandbox) int {
	n := 0
	for _, e := range sb.Ledger() {
		if e.Caller == "octomil_rollback_policy" && e.Method != http.MethodGet {
			n++
		}
	}
	return n
}

// CONTRACT.md 6.11, 6.12, 6.13, 6.14, 6.15, 6.16
func TestAccRollbackPolicy_lifecycle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, empty)
		setSettings(t, sb, map[string]any{"error_threshold_percent": 7, "min_os_version": map[string]any{"ios": "16"}})
		before := settings(t, sb)
		core := sb.Core(t, "octomil_rollback_policy")
		first := map[string]any{
			"auto_rollback": true, "error_threshold_percent": 3, "latency_p95_max": "250ms",
			"rollout_limits": map[string]any{"min_duration": "60m"},
			"device_limits":  map[string]any{"min_os_version": map[string]any{"ios": "17.0", "android": "14"}},
		}
		otherSpelling := maps.Clone(first)
		maps.Copy(otherSpelling, map[string]any{
			"org_id": "demo", "error_threshold_percent": 3.0, "latency_p95_max": "0.25s", "rollout_limits": map[string]any{"min_duration": "1h"},
		})
		second := map[string]any{
			"auto_rollback": true, "error_threshold_percent": 2, "quality_gate": map[string]any{"require_eval": true, "min_accuracy": 0.9},
			"device_limits": map[string]any{"min_os_version": map[string]any{}},
		}
		firstSettings := map[string]any{
			"auto_rollback_enabled": true, "error_threshold_percent": 3.0, "latency_p95_max_ms": 250.0, "min_rollout_duration": "60m",
			"min_os_version": map[string]any{"ios": "17.0", "android": "14"},
		}
		// Settings that were removed from the configuration keep their values.
		secondSettings := map[string]any{
			"auto_rollback_enabled": true, "error_threshold_percent": 2.0, "latency_p95_max_ms": 250.0, "min_rollout_duration": "60m",
			"min_os_version": map[string]any{}, "require_eval": true, "min_accuracy": 0.9,
		}
		core.Converge(t, first, acctest.ActionCreate)
		core.ExpectState(t, map[string]any{"id": "demo", "org_id": "demo", "crash_threshold_percent": 1.0})
		gate, _ := core.State()["quality_gate"].(map[string]any)
		limits, _ := core.State()["rollout_limits"].(map[string]any)
		if gate["require_eval"] != false || gate["min_accuracy"] != nil || limits["min_duration"] != "60m" {
			t.Errorf("the state has the gate %v and the limits %v", gate, limits)
		}
		expectSettings(t, sb, before, firstSettings)
		core.ExpectAction(t, otherSpelling, acctest.ActionNone)
		core.ExpectImport(t, "demo", "latency_p95_max", "rollout_limits").ExpectAction(t, otherSpelling, acctest.ActionNone)

		core.Converge(t, second, acctest.ActionUpdate)
		expectSettings(t, sb, before, secondSettings)
		setSettings(t, sb, map[string]any{"auto_rollback_enabled": false, "min_accuracy": 0.5, "min_os_version": map[string]any{"ios": "1"}})
		core.Converge(t, second, acctest.ActionUpdate)
		expectSettings(t, sb, before, secondSettings)
		// Keys that the policy does not manage are changed outside of Terraform.
		setSettings(t, sb, map[string]any{"crash_threshold_percent": 0.1, "mfa_required": true})
		core.ExpectAction(t, second, acctest.ActionNone)
		core.ExpectImport(t, "demo")
		destroy(t, core)
		expectSettings(t, sb, before, map[string]any{"crash_threshold_percent": 0.1, "mfa_required": true})
	})
}

// On a server that did not have the keys before, keys that are not nullable keep their values after a destroy.
//
// CONTRACT.md 6.2
func TestAccRollbackPolicy_serverWithoutKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, empty, func(o *sandbox.Options) { o.Dialect = sandbox.DialectSDK })
		before := settings(t, sb)
		core := sb.Core(t, "octomil_rollback_policy")
		core.Converge(t, map[string]any{
			"auto_rollback": true, "latency_p95_max": "2s", "rollout_limits": map[string]any{"max_step_percent": 20, "min_duration": "1h30m"},
		}, acctest.ActionCreate)
		core.ExpectState(t, map[string]any{"error_threshold_percent": nil})
		if limits, ok := core.State()["device_limits"].(map[string]any); !ok || limits["min_os_version"] != nil {
			t.Errorf("the state has the limits %v", limits)
		}
		expectSettings(t, sb, before, map[string]any{
			"auto_rollback_enabled": true, "latency_p95_max_ms": 2000.0, "max_rollout_step_percent": 20.0, "min_rollout_duration": "1h30m",
		})
		core.Converge(t, map[string]any{"auto_rollback": false}, acctest.ActionUpdate)
		core.ExpectImport(t, "demo")
		destroy(t, core)
		expectSettings(t, sb, before, map[string]any{
			"latency_p95_max_ms": nil, "min_rollout_duration": nil, "max_rollout_step_percent": 20.0,
		})
	})
}

// Two policies of one organization with different keys do not affect each other, even if one of them is destroyed.
func TestAccRollbackPolicy_two(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, empty)
		before := settings(t, sb)
		thresholds := sb.Core(t, "octomil_rollback_policy")
		gate := thresholds.Beside("octomil_rollback_policy")
		three, required := map[string]any{"error_threshold_percent": 3}, map[string]any{"quality_gate": map[string]any{"require_eval": true}}
		thresholds.Converge(t, three, acctest.ActionCreate)
		thresholds.ExpectAction(t, three, acctest.ActionNone)
		gate.Converge(t, required, acctest.ActionCreate)
		thresholds.ExpectAction(t, three, acctest.ActionNone)
		gate.ExpectAction(t, required, acctest.ActionNone)
		expectSettings(t, sb, before, map[string]any{"error_threshold_percent": 3.0, "require_eval": true})
		if n := policyWrites(sb); n != 2 {
			t.Errorf("the settings were written %d times, want 2", n)
		}
		thresholds.Begin()
		gate.ExpectAction(t, required, acctest.ActionNone)
		destroy(t, thresholds)
		expectSettings(t, sb, before, map[string]any{"require_eval": true})
		thresholds.Begin()
		gate.ExpectAction(t, required, acctest.ActionNone)
		destroy(t, gate)
		expectSettings(t, sb, before, nil)
	})
}

// An imported policy can be changed, and its destroy reverts the changes since the import.
func TestAccRollbackPolicy_import(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, empty)
		setSettings(t, sb, map[string]any{"error_threshold_percent": 7, "min_rollout_duration": "60m"})
		before := settings(t, sb)
		config := func(threshold int) map[string]any {
			return map[string]any{"error_threshold_percent": threshold, "rollout_limits": map[string]any{"min_duration": "1h"}}
		}
		core := sb.Core(t, "octomil_rollback_policy")
		if said := core.Import("demo"); said.Failed() {
			t.Fatal(said.Errors)
		}
		core.ExpectAction(t, config(7), acctest.ActionNone)
		core.Converge(t, config(4), acctest.ActionUpdate)
		expectSettings(t, sb, before, map[string]any{"error_threshold_percent": 4.0})
		destroy(t, core)
		expectSettings(t, sb, before, nil)
	})
}

func TestAccRollbackPolicy_invalidConfig(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, empty, func(o *sandbox.Options) { o.Dialect = sandbox.DialectSDK })
		before := settings(t, sb)
		core := sb.Core(t, "octomil_rollback_policy")
		limits := func(name string, value any) map[string]any {
			return map[string]any{"rollout_limits": map[string]any{name: value}}
		}
		core.ExpectRefused(t, map[string]any{"error_threshold_percent": 101}, "must be between 0.000000 and 100.000000")
		core.ExpectRefused(t, limits("max_step_percent", 0), "no rollout could advance")
		core.ExpectRefused(t, map[string]any{"latency_p95_max": "1.5ms"}, "greater than 0 and a multiple of 1ms")
		core.ExpectRefused(t, limits("min_duration", "-1h"), "must be greater than 0")
		core.ExpectRefused(t, limits("min_duration", "an hour"), "nvalid", "uration")
		core.ExpectRefused(t, map[string]any{"org_id": "unknown", "auto_rollback": true}, "org_id: ", `"unknown" was not found`)
		// Only the server rejects this value.
		core.ExpectRefused(t, map[string]any{"auto_rollback": true, "device_limits": map[string]any{"min_memory_gb": 0}},
			"Could not create the rollback policy", "422", "min_memory_gb must be a number above 0")
		expectSettings(t, sb, before, nil)
	})
}

// A write that the server accepts and ignores is a warning, and the next plan shows what is in force.
//
// CONTRACT.md 6.2
func TestAccRollbackPolicy_writeIgnored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t)
		before := settings(t, sb)
		ignore := func() {
			sb.AddFault(sandbox.Fault{Method: http.MethodPut, Path: "settings/*", Status: 200, Body: "{}"})
		}
		config := func(threshold int) map[string]any { return map[string]any{"error_threshold_percent": threshold} }
		core := sb.Core(t, "octomil_rollback_policy")
		ignored := func(threshold int, kept string) {
			t.Helper()
			ignore()
			said := core.Apply(core.Plan(config(threshold)))
			if said.Failed() || core.Tainted() {
				t.Fatalf("the write of %d that is ignored fails: %v", threshold, said.Errors)
			}
			want := "error_threshold_percent: Unexpected value after apply: The server accepted the request, but returned the value `" + kept + "`"
			if text := strings.Join(said.Warnings, "\n"); !strings.Contains(text, want) {
				t.Errorf("the warnings do not have %q: %s", want, text)
			}
		}
		ignored(3, "5")
		core.Converge(t, config(3), acctest.ActionUpdate)
		ignored(2, "3")
		if plan := core.Plan(config(3)); plan.Failed() || plan.Action != acctest.ActionNone {
			t.Errorf("the plan of what is in force is %s: %v", plan.Action, plan.Errors)
		}
		core.Converge(t, config(2), acctest.ActionUpdate)
		if said := core.Destroy(); said.Failed() {
			t.Errorf("the destroy fails: %v", said.Errors)
		}
		expectSettings(t, sb, before, nil)
	})
}

// The response to a create is lost after the server has executed it: the settings are restored, and there is no state.
func TestAccRollbackPolicy_createResponseLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, empty)
		before := settings(t, sb)
		core := sb.Core(t, "octomil_rollback_policy")
		core.Configure(nil, map[string]any{"max_retries": 0})
		config := map[string]any{"error_threshold_percent": 3}
		sb.AddFault(sandbox.Fault{Method: http.MethodPut, Path: "settings/*", Execute: true, Cut: sandbox.CutBefore})
		core.ExpectRefused(t, config, "no complete response")
		expectSettings(t, sb, before, nil)
		core.Converge(t, config, acctest.ActionCreate)
		destroy(t, core)
		expectSettings(t, sb, before, nil)
	})
}

// Only a 404 for the organization removes the policy from state.
func TestAccRollbackPolicy_readErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, empty)
		core := sb.Core(t, "octomil_rollback_policy")
		core.Configure(nil, map[string]any{"max_retries": 0})
		config := map[string]any{"error_threshold_percent": 3}
		core.Converge(t, config, acctest.ActionCreate)
		read := sandbox.Fault{Method: http.MethodGet, Path: "settings/*", Times: -1, Status: 404}
		bare := read
		bare.Body = `{"detail":"Not Found"}`
		sb.AddFault(bare)
		said := core.Plan(config).Diagnostics
		said.ExpectErrors(t, "does not support `GET")
		sb.ClearFaults()
		core.ExpectAction(t, config, acctest.ActionNone)

		sb.AddFault(read)
		gone := *core // a plan keeps no state
		gone.ExpectAction(t, config, acctest.ActionCreate)
		sb.ClearFaults()
		core.ExpectAction(t, config, acctest.ActionNone)
	})
}

// Not parallel: it needs an environment without an organization.
func TestAccRollbackPolicy_noOrganization(t *testing.T) {
	sb := start(t, sandbox.DialectDocs)
	t.Setenv("OCTOMIL_ORG_ID", "")
	t.Setenv("HOME", t.TempDir())
	provider := fmt.Sprintf("provider \"octomil\" {\n  api_url = %q\n  api_key = \"sandbox\"\n}\n", sb.URL)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{
				Config: provider + policyHCL("this", "auto_rollback = true"), PlanOnly: true,
				ExpectError: regexp.MustCompile(`(?s)Missing organization.*OCTOMIL_ORG_ID`),
			},
			{Config: provider + policyHCL("this", "org_id = \"demo\"\nauto_rollback = true")},
		},
	})
}

// A policy that is renamed in the configuration without a `moved` block stays in force.
func TestAccRollbackPolicy_renamed(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	before := settings(t, sb)
	renamed := policyHCL("guardrails", "auto_rollback = true\nerror_threshold_percent = 2")
	inForce := func() {
		expectSettings(t, sb, before, map[string]any{"auto_rollback_enabled": true, "error_threshold_percent": 2.0})
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: sb.Provider() + policyHCL("this", "auto_rollback = true\nerror_threshold_percent = 3")},
			{Config: sb.Provider() + renamed},
			{PreConfig: inForce, Config: sb.Provider() + renamed, ConfigPlanChecks: emptyPlan()},
		},
	})
}

// A destroy leaves the settings that do not have the values which the resource has set last: they belong to another configuration.
func TestAccRollbackPolicy_takenOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t)
		before := settings(t, sb)
		one, two := sb.Core(t, "octomil_rollback_policy"), sb.Core(t, "octomil_rollback_policy")
		one.Converge(t, map[string]any{"auto_rollback": true, "error_threshold_percent": 3.0, "crash_threshold_percent": 2.0}, acctest.ActionCreate)
		two.Converge(t, map[string]any{"error_threshold_percent": 1.0}, acctest.ActionCreate)
		p := one.PlanDestroy()
		said := one.Apply(p)
		text := strings.Join(said.Warnings, "\n")
		if said.Failed() || !strings.Contains(text, "error_threshold_percent") || strings.Contains(text, "crash_threshold_percent") {
			t.Errorf("the destroy says %v", said)
		}
		expectSettings(t, sb, before, map[string]any{"error_threshold_percent": 1.0})
		if p := two.Plan(map[string]any{"error_threshold_percent": 1.0}); p.Failed() || p.Action != acctest.ActionNone {
			t.Errorf("the next plan of the other configuration is %s: %v", p.Action, p.Errors)
		}
	})
}
