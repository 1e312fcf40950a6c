package policy_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

const policyAddress = "octomil_rollback_policy.this"

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

func policyHas(path tfjsonpath.Path, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(policyAddress, path, want)
}

// CONTRACT.md 6.11, 6.12, 6.13, 6.14, 6.15, 6.16
func TestAccRollbackPolicy_lifecycle(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	setSettings(t, sb, map[string]any{"error_threshold_percent": 7, "min_os_version": map[string]any{"ios": "16"}})
	before := settings(t, sb)
	first := sb.Provider() + policyHCL("this", `
		auto_rollback           = true
		error_threshold_percent = 3
		latency_p95_max         = "250ms"
		rollout_limits          = { min_duration = "60m" }
		device_limits           = { min_os_version = { ios = "17.0", android = "14" } }`)
	otherSpelling := sb.Provider() + policyHCL("this", `
		org_id                  = "demo"
		auto_rollback           = true
		error_threshold_percent = 3.0
		latency_p95_max         = "0.25s"
		rollout_limits          = { min_duration = "1h" }
		device_limits           = { min_os_version = { ios = "17.0", android = "14" } }`)
	second := sb.Provider() + policyHCL("this", `
		auto_rollback           = true
		error_threshold_percent = 2
		quality_gate            = { require_eval = true, min_accuracy = 0.9 }
		device_limits           = { min_os_version = {} }`)
	firstSettings := map[string]any{
		"auto_rollback_enabled": true, "error_threshold_percent": 3.0, "latency_p95_max_ms": 250.0, "min_rollout_duration": "60m",
		"min_os_version": map[string]any{"ios": "17.0", "android": "14"},
	}
	// Settings that were removed from the configuration keep their values.
	secondSettings := map[string]any{
		"auto_rollback_enabled": true, "error_threshold_percent": 2.0, "latency_p95_max_ms": 250.0, "min_rollout_duration": "60m",
		"min_os_version": map[string]any{}, "require_eval": true, "min_accuracy": 0.9,
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{
				Config: first,
				ConfigStateChecks: []statecheck.StateCheck{
					policyHas(tfjsonpath.New("id"), knownvalue.StringExact("demo")), policyHas(tfjsonpath.New("org_id"), knownvalue.StringExact("demo")),
					policyHas(tfjsonpath.New("crash_threshold_percent"), knownvalue.Float64Exact(1)),
					policyHas(tfjsonpath.New("quality_gate").AtMapKey("require_eval"), knownvalue.Bool(false)),
					policyHas(tfjsonpath.New("quality_gate").AtMapKey("min_accuracy"), knownvalue.Null()),
					policyHas(tfjsonpath.New("rollout_limits").AtMapKey("min_duration"), knownvalue.StringExact("60m")),
				},
			},
			{
				PreConfig:        func() { expectSettings(t, sb, before, firstSettings) },
				Config:           otherSpelling,
				ConfigPlanChecks: emptyPlan(),
			},
			{ResourceName: policyAddress, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
			{
				Config:           second,
				ConfigPlanChecks: action(policyAddress, plancheck.ResourceActionUpdate),
			},
			{
				PreConfig: func() {
					expectSettings(t, sb, before, secondSettings)
					setSettings(t, sb, map[string]any{"auto_rollback_enabled": false, "min_accuracy": 0.5, "min_os_version": map[string]any{"ios": "1"}})
				},
				Config:           second,
				ConfigPlanChecks: action(policyAddress, plancheck.ResourceActionUpdate),
			},
			{
				PreConfig: func() {
					expectSettings(t, sb, before, secondSettings)
					// Keys that the policy does not manage are changed outside of Terraform.
					setSettings(t, sb, map[string]any{"crash_threshold_percent": 0.1, "mfa_required": true})
				},
				Config:           second,
				ConfigPlanChecks: emptyPlan(),
			},
			{ResourceName: policyAddress, ImportState: true, ImportStateVerify: true},
		},
	})
	expectSettings(t, sb, before, map[string]any{"crash_threshold_percent": 0.1, "mfa_required": true})
}

// On a server that did not have the keys before, keys that are not nullable keep their values after a destroy.
//
// CONTRACT.md 6.2
func TestAccRollbackPolicy_serverWithoutKeys(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectSDK)
	before := settings(t, sb)
	config := sb.Provider() + policyHCL("this", `
		auto_rollback   = true
		latency_p95_max = "2s"
		rollout_limits  = { max_step_percent = 20, min_duration = "1h30m" }`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{
				Config: config,
				ConfigStateChecks: []statecheck.StateCheck{
					policyHas(tfjsonpath.New("error_threshold_percent"), knownvalue.Null()),
					policyHas(tfjsonpath.New("device_limits").AtMapKey("min_os_version"), knownvalue.Null()),
				},
			},
			{
				PreConfig: func() {
					expectSettings(t, sb, before, map[string]any{
						"auto_rollback_enabled": true, "latency_p95_max_ms": 2000.0, "max_rollout_step_percent": 20.0, "min_rollout_duration": "1h30m",
					})
				},
				Config:           sb.Provider() + policyHCL("this", `auto_rollback = false`),
				ConfigPlanChecks: action(policyAddress, plancheck.ResourceActionUpdate),
			},
			{ResourceName: policyAddress, ImportState: true, ImportStateVerify: true, ImportStateId: "demo"},
		},
	})
	expectSettings(t, sb, before, map[string]any{
		"latency_p95_max_ms": nil, "min_rollout_duration": nil, "max_rollout_step_percent": 20.0,
	})
}

// Two policies of one organization with different keys do not affect each other, even if one of them is destroyed.
func TestAccRollbackPolicy_two(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	before := settings(t, sb)
	thresholds := policyHCL("thresholds", "error_threshold_percent = 3")
	gate := policyHCL("gate", "quality_gate = { require_eval = true }")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: sb.Provider() + thresholds},
			{Config: sb.Provider() + thresholds + gate},
			{
				PreConfig: func() {
					expectSettings(t, sb, before, map[string]any{"error_threshold_percent": 3.0, "require_eval": true})
					if n := policyWrites(sb); n != 2 {
						t.Errorf("the settings were written %d times, want 2", n)
					}
				},
				Config: sb.Provider() + gate,
			},
			{
				PreConfig:        func() { expectSettings(t, sb, before, map[string]any{"require_eval": true}) },
				Config:           sb.Provider() + gate,
				ConfigPlanChecks: emptyPlan(),
			},
		},
	})
	expectSettings(t, sb, before, nil)
}

// An imported policy can be changed, and its destroy reverts the changes since the import.
func TestAccRollbackPolicy_import(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	setSettings(t, sb, map[string]any{"error_threshold_percent": 7, "min_rollout_duration": "60m"})
	before := settings(t, sb)
	config := func(threshold int) string {
		return sb.Provider() + policyHCL("this", fmt.Sprintf("error_threshold_percent = %d\nrollout_limits = { min_duration = \"1h\" }", threshold))
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: config(7), ResourceName: policyAddress, ImportState: true, ImportStateId: "demo", ImportStatePersist: true},
			{Config: config(7), ConfigPlanChecks: emptyPlan()},
			{Config: config(4), ConfigPlanChecks: action(policyAddress, plancheck.ResourceActionUpdate)},
			{
				PreConfig: func() { expectSettings(t, sb, before, map[string]any{"error_threshold_percent": 4.0}) },
				Config:    config(4), ConfigPlanChecks: emptyPlan(),
			},
		},
	})
	expectSettings(t, sb, before, nil)
}

func TestAccRollbackPolicy_invalidConfig(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectSDK)
	before := settings(t, sb)
	mistake := func(attributes, message string) resource.TestStep {
		return resource.TestStep{Config: sb.Provider() + policyHCL("this", attributes), ExpectError: regexp.MustCompile(message)}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			mistake("error_threshold_percent = 101", `must be between 0\.000000 and\s+100\.000000`),
			mistake("rollout_limits = { max_step_percent = 0 }", `no\s+rollout could advance`),
			mistake(`latency_p95_max = "1.5ms"`, `greater than 0 and a multiple of\s+1ms`),
			mistake(`rollout_limits = { min_duration = "-1h" }`, `must be greater than 0`),
			mistake(`rollout_limits = { min_duration = "an hour" }`, `(?i)invalid.*duration`),
			mistake("org_id = \"unknown\"\nauto_rollback = true", `(?s)with octomil_rollback_policy\.this.*org_id.*"unknown"\s+was not\s+found`),
			// Only the server rejects this value.
			mistake("auto_rollback = true\ndevice_limits = { min_memory_gb = 0 }", `(?s)Could not create the rollback policy.*422.*min_memory_gb must be a\s+number\s+above 0`),
		},
	})
	expectSettings(t, sb, before, nil)
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
	sb := start(t, sandbox.DialectDocs)
	before := settings(t, sb)
	config := sb.Provider("max_retries = 0") + policyHCL("this", "error_threshold_percent = 3")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{
				PreConfig: func() {
					sb.AddFault(sandbox.Fault{Method: http.MethodPut, Path: "settings/*", Execute: true, Cut: sandbox.CutBefore})
				},
				Config: config, ExpectError: regexp.MustCompile(`no complete response`),
			},
			{
				PreConfig: func() { expectSettings(t, sb, before, nil) },
				Config:    config, ConfigPlanChecks: action(policyAddress, plancheck.ResourceActionCreate),
			},
		},
	})
	expectSettings(t, sb, before, nil)
}

// Only a 404 for the organization removes the policy from state.
func TestAccRollbackPolicy_readErrors(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	config := sb.Provider("max_retries = 0") + policyHCL("this", "error_threshold_percent = 3")
	read := sandbox.Fault{Method: http.MethodGet, Path: "settings/*", Times: -1, Status: 404}
	bare := read
	bare.Body = `{"detail":"Not Found"}`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: config},
			{PreConfig: func() { sb.AddFault(bare) }, Config: config, PlanOnly: true, ExpectError: regexp.MustCompile(`does\s+not\s+support\s+.GET`)},
			{PreConfig: sb.ClearFaults, Config: config, ConfigPlanChecks: emptyPlan()},
			{
				PreConfig: func() { sb.AddFault(read) }, Config: config, PlanOnly: true, ExpectNonEmptyPlan: true,
			},
			{PreConfig: sb.ClearFaults, Config: config, ConfigPlanChecks: emptyPlan()},
		},
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
