package deployment_test

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

const (
	phi     = "phi-4-mini"
	address = "octomil_model_deployment.phi"
)

// start is a sandbox of one dialect for a test that runs beside others.
func start(t *testing.T, dialect sandbox.Dialect, configure ...func(*sandbox.Options)) *acctest.Sandbox {
	t.Helper()
	return acctest.Start(t, append(configure, func(o *sandbox.Options) { o.Dialect = dialect })...)
}

// pinned is a configuration of one deployment with further lines.
func pinned(sb *acctest.Sandbox, version string, lines ...string) string {
	return fmt.Sprintf(`%s
resource "octomil_model_deployment" "phi" {
  model   = %q
  version = %q
  %s
}
`, sb.Provider(), phi, version, strings.Join(lines, "\n  "))
}

// plans expects the operation to be known in the plan.
func plans(kind, from, to string) plancheck.PlanCheck {
	return plancheck.ExpectKnownValue(address, tfjsonpath.New("last_operation"), knownvalue.ObjectExact(map[string]knownvalue.Check{
		"kind": knownvalue.StringExact(kind), "from_version": knownvalue.StringExact(from), "to_version": knownvalue.StringExact(to),
	}))
}

// changes expects that the plan shows a difference on an attribute: what is the same before and after is hidden.
func changes(attribute string) plancheck.PlanCheck { return changed(attribute) }

type changed string

func (c changed) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	for _, r := range req.Plan.ResourceChanges {
		before, _ := r.Change.Before.(map[string]any)
		after, _ := r.Change.After.(map[string]any)
		if r.Address == address && gocmp.Equal(before[string(c)], after[string(c)]) {
			resp.Error = fmt.Errorf("%s is %v before and after", string(c), after[string(c)])
		}
	}
}

func shows(attribute, value string) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), knownvalue.StringExact(value))
}

// runs expects that the devices themselves, counted by the sandbox, run these versions.
func runs(t *testing.T, sb *acctest.Sandbox, versions map[string]int) resource.TestCheckFunc {
	t.Helper()
	return func(*terraform.State) error {
		sb.ExpectFleet(t, phi, versions)
		return nil
	}
}

// wrote expects exactly these writes since the last time it was asked.
func wrote(sb *acctest.Sandbox, want ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		got := sb.Writes()
		sb.ClearLedger()
		if len(got) == 0 && len(want) == 0 {
			return nil
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			return fmt.Errorf("writes (-want +got):\n%s", diff)
		}
		return nil
	}
}

func updates(checks ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{
		PreApply: append([]plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)}, checks...),
	}
}

// CONTRACT.md 3.58
func TestAccModelDeployment_rollback(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		rollback := []string{"POST roll back"}
		if dialect == sandbox.DialectSDK { // a server without the call rolls the older version out to all
			rollback = []string{"POST create rollout"}
		}
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProviderFactories(),
			Steps: []resource.TestStep{
				{
					Config: pinned(sb, "1.0.0"),
					Check:  resource.ComposeAggregateTestCheckFunc(wrote(sb), runs(t, sb, map[string]int{"1.0.0": 124})),
					ConfigStateChecks: []statecheck.StateCheck{
						shows("id", phi), shows("status", "completed"), shows("active_version", "1.0.0"), shows("previous_version", "0.9.0"),
						statecheck.ExpectKnownValue(address, tfjsonpath.New("last_operation").AtMapKey("kind"), knownvalue.StringExact("adopt")),
						statecheck.ExpectKnownValue(address, tfjsonpath.New("rolled_back"), knownvalue.Null()),
					},
				},
				{
					Config:           pinned(sb, "2.0.0"),
					ConfigPlanChecks: updates(plans("deploy", "1.0.0", "2.0.0"), plancheck.ExpectKnownValue(address, tfjsonpath.New("previous_version"), knownvalue.StringExact("1.0.0"))),
					Check:            resource.ComposeAggregateTestCheckFunc(wrote(sb, "POST create rollout"), runs(t, sb, map[string]int{"2.0.0": 124})),
					ConfigStateChecks: []statecheck.StateCheck{
						shows("status", "completed"), shows("active_version", "2.0.0"), shows("previous_version", "1.0.0"),
						statecheck.ExpectKnownValue(address, tfjsonpath.New("percentage"), knownvalue.Float64Exact(100)),
					},
				},
				{
					Config:           pinned(sb, "1.0.0", `reason = "answers got worse"`),
					ConfigPlanChecks: updates(plans("rollback", "2.0.0", "1.0.0"), plancheck.ExpectKnownValue(address, tfjsonpath.New("previous_version"), knownvalue.StringExact("2.0.0"))),
					Check:            resource.ComposeAggregateTestCheckFunc(wrote(sb, rollback...), runs(t, sb, map[string]int{"1.0.0": 124})),
					ConfigStateChecks: []statecheck.StateCheck{
						shows("status", "completed"), shows("active_version", "1.0.0"), shows("previous_version", "2.0.0"),
						statecheck.ExpectKnownValue(address, tfjsonpath.New("rolled_back").AtMapKey("version"), knownvalue.StringExact("2.0.0")),
					},
				},
				{
					ResourceName: address, ImportState: true, ImportStateId: phi, ImportStateVerify: true,
					ImportStateVerifyIgnore: []string{"last_operation", "reason"},
				},
				{
					// Forward again is a deploy like the first one.
					Config:           pinned(sb, "2.0.0"),
					ConfigPlanChecks: updates(plans("deploy", "1.0.0", "2.0.0")),
					Check:            resource.ComposeAggregateTestCheckFunc(wrote(sb, "POST create rollout"), runs(t, sb, map[string]int{"2.0.0": 124})),
				},
				{
					// Back to any version that was deployed before, not only the last.
					Config:           pinned(sb, "0.9.0"),
					ConfigPlanChecks: updates(plans("rollback", "2.0.0", "0.9.0")),
					Check:            resource.ComposeAggregateTestCheckFunc(wrote(sb, rollback...), runs(t, sb, map[string]int{"0.9.0": 124})),
				},
				{Config: pinned(sb, "0.9.0"), ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
			},
		})
		sb.ExpectFleet(t, phi, map[string]int{"0.9.0": 124}) // a destroy leaves the fleet as it is
		if got := sb.Writes(); len(got) != 0 {
			t.Errorf("the destroy wrote %v", got)
		}
	})
}

func TestAccModelDeployment_rollbackOfRolloutInProgress(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		rollback := []string{"POST roll back"}
		if dialect == sandbox.DialectSDK {
			rollback = []string{"DELETE cancel rollout", "POST create rollout"}
		}
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProviderFactories(),
			Steps: []resource.TestStep{
				{
					Config: pinned(sb, "2.0.0", "rollout = { percentage = 10 }"),
					Check:  wrote(sb, "POST create rollout"),
					ConfigStateChecks: []statecheck.StateCheck{
						shows("status", "active"), shows("active_version", "1.0.0"),
						statecheck.ExpectKnownValue(address, tfjsonpath.New("percentage"), knownvalue.Float64Exact(10)),
					},
				},
				{
					Config:           pinned(sb, "2.0.0", "rollout = { percentage = 40 }", `reason = "looks good"`),
					ConfigPlanChecks: updates(plans("advance", "2.0.0", "2.0.0")),
					Check:            resource.ComposeAggregateTestCheckFunc(wrote(sb, "POST update percentage"), settles(t, sb, map[string]int{"1.0.0": 74, "2.0.0": 50})),
				},
				{
					Config:      pinned(sb, "2.0.0", "rollout = { percentage = 20 }"),
					ExpectError: regexp.MustCompile(`(?s)The rollout percentage cannot decrease.*pin\s+an\s+older\s+version`),
				},
				{
					// The rollout block stands as it is: a rollback is for all devices immediately.
					Config:           pinned(sb, "1.0.0", "rollout = { percentage = 40 }"),
					ConfigPlanChecks: updates(plans("rollback", "2.0.0", "1.0.0")),
					Check: resource.ComposeAggregateTestCheckFunc(wrote(sb, rollback...), runs(t, sb, map[string]int{"1.0.0": 124}),
						func(*terraform.State) error { return noneOpen(t, sb) }),
					ConfigStateChecks: []statecheck.StateCheck{shows("status", "completed"), shows("active_version", "1.0.0")},
				},
			},
		})
	})
}

// settles waits until the devices have synced; how many run what is then compared.
func settles(t *testing.T, sb *acctest.Sandbox, versions map[string]int) resource.TestCheckFunc {
	t.Helper()
	return func(*terraform.State) error {
		sb.Settle()
		sb.ExpectFleet(t, phi, versions)
		return nil
	}
}

// noneOpen fails where a rollout could still assign devices.
func noneOpen(t *testing.T, sb *acctest.Sandbox) error {
	t.Helper()
	answer := sb.Do(t, "GET", "/api/v1/rollouts/active", nil)
	for _, key := range []string{"rollouts", "items"} {
		if open, ok := answer[key].([]any); ok && len(open) > 0 {
			return fmt.Errorf("rollouts are still open: %v", open)
		}
	}
	return nil
}

func TestAccModelDeployment_drift(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: pinned(sb, "1.0.0")},
			{
				PreConfig: func() {
					sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
						"version": "2.0.0", "rollout_percentage": 100, "target_percentage": 100, "increment_step": 100, "start_immediately": true,
					})
					sb.Settle()
					sb.ExpectFleet(t, phi, map[string]int{"2.0.0": 124})
					sb.ClearLedger()
				},
				Config:           pinned(sb, "1.0.0"),
				ConfigPlanChecks: updates(plans("rollback", "2.0.0", "1.0.0")),
				Check:            resource.ComposeAggregateTestCheckFunc(wrote(sb, "POST roll back"), runs(t, sb, map[string]int{"1.0.0": 124})),
			},
			{
				// The same thing again is shown in full, although it is what the last apply did.
				PreConfig: func() {
					sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
						"version": "2.0.0", "rollout_percentage": 100, "target_percentage": 100, "increment_step": 100, "start_immediately": true,
					})
				},
				Config:           pinned(sb, "1.0.0"),
				ConfigPlanChecks: updates(plans("rollback", "2.0.0", "1.0.0"), changes("last_operation")),
			},
			{
				// An older one that was deployed manually is a rollback, which is not undone automatically.
				PreConfig: func() {
					sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": "0.9.0", "reason": "it was me"})
					sb.Settle()
				},
				Config:      pinned(sb, "1.0.0"),
				ExpectError: says("The version was rolled back", `version = "1.0.0"`, "manually: it was me", "is now 0.9.0", "on_rollback"),
			},
		},
	})
}

func TestAccModelDeployment_disappears(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: pinned(sb, "1.0.0")},
			{
				PreConfig: func() {
					for _, r := range rollouts(t, sb) {
						sb.Do(t, "DELETE", "/api/v1/models/phi-4-mini/rollouts/"+r["id"].(string)+"?force=true", nil)
					}
				},
				RefreshState: true, ExpectNonEmptyPlan: true,
				RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
				}},
			},
		},
	})
}

func rollouts(t *testing.T, sb *acctest.Sandbox) []map[string]any {
	t.Helper()
	answer := sb.Do(t, "GET", "/api/v1/models/phi-4-mini/rollouts", nil)
	list, ok := answer["rollouts"].([]any)
	if !ok {
		list, _ = answer["items"].([]any)
	}
	records := make([]map[string]any, len(list))
	for i, item := range list {
		records[i], _ = item.(map[string]any)
	}
	return records
}

// newest is the id of the rollout that was created last.
func newest(t *testing.T, sb *acctest.Sandbox) string {
	t.Helper()
	last := slices.MaxFunc(rollouts(t, sb), func(a, b map[string]any) int {
		return cmp.Compare(fmt.Sprint(a["created_at"]), fmt.Sprint(b["created_at"]))
	})
	return fmt.Sprint(last["id"])
}

func TestAccModelDeployment_paused(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: pinned(sb, "2.0.0", "rollout = { percentage = 40 }", "paused = false")},
			{
				Config:            pinned(sb, "2.0.0", "rollout = { percentage = 40 }", "paused = true"),
				ConfigPlanChecks:  updates(plans("pause", "2.0.0", "2.0.0")),
				ConfigStateChecks: []statecheck.StateCheck{shows("status", "paused")},
			},
			{
				PreConfig: func() {
					sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollouts/"+newest(t, sb)+"/resume", map[string]any{})
				},
				Config:            pinned(sb, "2.0.0", "rollout = { percentage = 40 }", "paused = true"),
				ConfigPlanChecks:  updates(plans("pause", "2.0.0", "2.0.0")),
				ConfigStateChecks: []statecheck.StateCheck{shows("status", "paused")},
			},
			{
				// What was paused outside of Terraform is not resumed automatically.
				Config:      pinned(sb, "2.0.0"),
				ExpectError: regexp.MustCompile(`(?s)The rollout is paused.*Set\s+.paused\s+=\s+false`),
			},
			{
				Config:            pinned(sb, "2.0.0", "paused = false"),
				ConfigPlanChecks:  updates(plans("resume", "2.0.0", "2.0.0")),
				ConfigStateChecks: []statecheck.StateCheck{shows("status", "completed")},
				Check:             runs(t, sb, map[string]int{"2.0.0": 124}),
			},
		},
	})
}

func TestAccModelDeployment_modelByNameOrID(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		id := modelID(t, sb)
		byID := strings.Replace(pinned(sb, "1.0.0"), `"phi-4-mini"`, `"`+id+`"`, 1)
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProviderFactories(),
			Steps: []resource.TestStep{
				{Config: pinned(sb, "1.0.0"), ConfigStateChecks: []statecheck.StateCheck{shows("model_id", id)}},
				{Config: byID, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
				{ResourceName: address, ImportState: true, ImportStateId: id, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"last_operation"}},
			},
		})
	})
}

func modelID(t *testing.T, sb *acctest.Sandbox) string {
	t.Helper()
	answer := sb.Do(t, "GET", "/api/v1/models/"+phi, nil)
	return fmt.Sprint(answer["id"])
}
