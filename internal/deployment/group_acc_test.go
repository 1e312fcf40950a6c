package deployment_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

const inStaging = `group = "staging"`

// groupSettles waits for the devices and expects these versions in the group, and those in the whole fleet.
func groupSettles(t *testing.T, sb *acctest.Sandbox, group, fleet map[string]int) resource.TestCheckFunc {
	t.Helper()
	return func(*terraform.State) error {
		sb.Settle()
		got := sb.GroupFleet(phi, "staging").Versions
		if fmt.Sprint(got) != fmt.Sprint(group) {
			return fmt.Errorf("staging runs %v; want %v", got, group)
		}
		sb.ExpectFleet(t, phi, fleet)
		return nil
	}
}

func TestAccModelDeployment_group(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProviderFactories(),
			Steps: []resource.TestStep{
				{
					// The members have it from the fleet. It is made their own, so that they keep it when the fleet moves on.
					Config:            pinned(sb, "1.0.0", inStaging),
					Check:             wrote(sb, "POST execute deployment"),
					ConfigStateChecks: []statecheck.StateCheck{shows("id", "phi-4-mini/staging"), shows("status", "completed"), shows("active_version", "1.0.0")},
				},
				{
					Config:           pinned(sb, "2.0.0", inStaging, "rollout = { percentage = 50 }"),
					ConfigPlanChecks: updates(plans("deploy", "1.0.0", "2.0.0")),
					Check: resource.ComposeAggregateTestCheckFunc(wrote(sb, "POST execute deployment"),
						groupSettles(t, sb, map[string]int{"1.0.0": 12, "2.0.0": 12}, map[string]int{"1.0.0": 112, "2.0.0": 12})),
					ConfigStateChecks: []statecheck.StateCheck{shows("status", "active"), shows("version", "2.0.0")},
				},
				{
					Config:           pinned(sb, "2.0.0", inStaging),
					ConfigPlanChecks: updates(plans("advance", "2.0.0", "2.0.0")),
					Check: resource.ComposeAggregateTestCheckFunc(wrote(sb, "POST execute deployment"),
						groupSettles(t, sb, map[string]int{"2.0.0": 24}, map[string]int{"1.0.0": 100, "2.0.0": 24})),
					ConfigStateChecks: []statecheck.StateCheck{shows("status", "completed"), shows("active_version", "2.0.0")},
				},
				{
					Config:           pinned(sb, "1.0.0", inStaging, `reason = "slow"`),
					ConfigPlanChecks: updates(plans("rollback", "2.0.0", "1.0.0")),
					Check: resource.ComposeAggregateTestCheckFunc(wrote(sb, "POST execute deployment"),
						groupSettles(t, sb, map[string]int{"1.0.0": 24}, map[string]int{"1.0.0": 124})),
					ConfigStateChecks: []statecheck.StateCheck{shows("status", "completed"), shows("previous_version", "2.0.0")},
				},
				{
					ResourceName: address, ImportState: true, ImportStateId: "phi-4-mini/staging", ImportStateVerify: true,
					ImportStateVerifyIgnore: []string{"last_operation", "reason", "previous_version", "rollout_id"},
				},
				{
					// The fleet goes on without the group: the more specific assignment wins.
					PreConfig: func() {
						sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
							"version": "2.0.0", "rollout_percentage": 100, "target_percentage": 100, "increment_step": 100, "start_immediately": true,
						})
					},
					Config:           pinned(sb, "1.0.0", inStaging),
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)}}, // reason
					Check:            groupSettles(t, sb, map[string]int{"1.0.0": 24}, map[string]int{"2.0.0": 100, "1.0.0": 24}),
				},
			},
		})
	})
}

func TestAccModelDeployment_groupLateJoiners(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: pinned(sb, "2.0.0", inStaging)},
			{
				PreConfig: func() { joinStaging(t, sb) },
				Config:    pinned(sb, "2.0.0", inStaging),
				// The newcomer runs what the fleet runs: the pin stands, and is owed to one device.
				ConfigPlanChecks: updates(plans("advance", "2.0.0", "2.0.0"), changes("percentage")),
				Check:            groupSettles(t, sb, map[string]int{"2.0.0": 25}, map[string]int{"1.0.0": 99, "2.0.0": 25}),
			},
		},
	})
}

// joinStaging adds one device to the group that is not in it yet.
func joinStaging(t *testing.T, sb *acctest.Sandbox) {
	t.Helper()
	var staging string
	for _, g := range sb.Do(t, "GET", "/api/v1/device-groups?org_id=demo", nil)["groups"].([]any) {
		staging = g.(map[string]any)["id"].(string)
	}
	members := map[any]bool{}
	for _, d := range sb.Do(t, "GET", "/api/v1/device-groups/"+staging+"/devices?limit=1000", nil)["devices"].([]any) {
		members[d.(map[string]any)["id"]] = true
	}
	for _, d := range sb.Do(t, "GET", "/api/v1/devices?org_id=demo&limit=1000", nil)["devices"].([]any) {
		if id := d.(map[string]any)["id"]; !members[id] {
			sb.Do(t, "POST", "/api/v1/device-groups/"+staging+"/devices", map[string]any{"device_ids": []any{id}})
			return
		}
	}
	t.Fatal("every device is in staging already")
}

func TestAccModelDeployment_groupEmpty(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	sb.Do(t, "POST", "/api/v1/device-groups", map[string]any{"org_id": "demo", "name": "empty", "group_type": "static"})
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{
				Config:            pinned(sb, "2.0.0", `group = "empty"`),
				Check:             runs(t, sb, map[string]int{"1.0.0": 124}),
				ConfigStateChecks: []statecheck.StateCheck{shows("version", "2.0.0"), shows("status", "completed")},
			},
			{Config: pinned(sb, "2.0.0", `group = "empty"`), ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
		},
	})
}

func TestAccModelDeployment_groupPaused(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: pinned(sb, "2.0.0", inStaging, "paused = true"), ExpectError: regexp.MustCompile(`Invalid Attribute Combination`)},
		},
	})
}
