package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

const membersAddress = "octomil_device_group_members.lab"

// dev returns the ID of the n-th device of the sandbox.
func dev(n int) string { return fmt.Sprintf("dev_%08d", n) }

func devs(numbers ...int) []string {
	ids := make([]string, len(numbers))
	for i, n := range numbers {
		ids[i] = dev(n)
	}
	return ids
}

// membersHCL returns the configuration of a membership and its group.
func membersHCL(devices ...string) string {
	return groupHCL(`name = "lab"`) + membersOfHCL("octomil_device_group.lab.id", devices...)
}

func membersOfHCL(group string, devices ...string) string {
	quoted := make([]string, len(devices))
	for i, d := range devices {
		quoted[i] = fmt.Sprintf("%q", d)
	}
	return fmt.Sprintf("resource \"octomil_device_group_members\" \"lab\" {\n  group_id   = %s\n  device_ids = [%s]\n}\n",
		group, strings.Join(quoted, ", "))
}

// membersOn returns the IDs of a group's members on the server, sorted.
func membersOn(t *testing.T, sb *acctest.Sandbox, group string) []string {
	t.Helper()
	answer := sb.Do(t, http.MethodGet, groupPath(t, sb, group)+"/devices?limit=1000", nil)
	var ids []string
	for _, key := range []string{"devices", "items"} {
		list, _ := answer[key].([]any)
		for _, item := range list {
			if d, ok := item.(map[string]any); ok {
				ids = append(ids, fmt.Sprint(d["id"]))
			}
		}
	}
	slices.Sort(ids)
	return ids
}

func expectMembers(t *testing.T, sb *acctest.Sandbox, group string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, membersOn(t, sb, group)); diff != "" {
		t.Errorf("the members of %s (-want +got):\n%s", group, diff)
	}
}

// memberWrites returns the provider's writes of members since the ledger was cleared.
func memberWrites(sb *acctest.Sandbox) []string {
	var writes []string
	for _, e := range sb.Ledger() {
		if e.Caller == "octomil_device_group_members" && e.Method != http.MethodGet {
			writes = append(writes, e.Operation)
		}
	}
	return writes
}

func expectWrites(t *testing.T, sb *acctest.Sandbox, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, memberWrites(sb)); diff != "" {
		t.Errorf("writes (-want +got):\n%s", diff)
	}
}

func TestAccDeviceGroupMembers_lifecycle(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Helper()
		t.Parallel()
		sb := start(t, dialect)
		changed := sb.Provider() + membersHCL(dev(4), dev(3), "phone-000002")
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProviderFactories(),
			Steps: []resource.TestStep{
				{
					Config: sb.Provider() + membersHCL(dev(3), dev(1), "phone-000002"),
					ConfigStateChecks: []statecheck.StateCheck{
						stateHas(membersAddress, "device_ids", knownvalue.ListExact(exactStrings(dev(3), dev(1), "phone-000002"))),
					},
				},
				{
					PreConfig:        func() { expectMembers(t, sb, "lab", devs(1, 2, 3)...); expectWrites(t, sb, "add group members") },
					Config:           sb.Provider() + membersHCL("phone-000002", dev(3), dev(1)),
					ConfigPlanChecks: emptyPlan(),
				},
				{
					PreConfig:        sb.ClearLedger,
					Config:           changed,
					ConfigPlanChecks: action(membersAddress, plancheck.ResourceActionUpdate),
				},
				{
					PreConfig: func() {
						expectMembers(t, sb, "lab", devs(2, 3, 4)...)
						expectWrites(t, sb, "add group members", "remove group member")
						sb.Do(t, http.MethodDelete, groupPath(t, sb, "lab")+"/devices/"+dev(3), nil)
						sb.Do(t, http.MethodPost, groupPath(t, sb, "lab")+"/devices/"+dev(9), nil)
					},
					Config:           changed,
					ConfigPlanChecks: action(membersAddress, plancheck.ResourceActionUpdate),
				},
				{
					PreConfig:    func() { expectMembers(t, sb, "lab", devs(2, 3, 4)...) },
					ResourceName: membersAddress, ImportState: true, ImportStateKind: resource.ImportBlockWithID, ImportStateId: "lab",
				},
				{
					ResourceName: membersAddress, ImportState: true,
					ImportStateCheck: func(states []*terraform.InstanceState) error {
						for i, want := range devs(2, 3, 4) {
							if got := states[0].Attributes[fmt.Sprintf("device_ids.%d", i)]; got != want {
								return fmt.Errorf("device_ids[%d] was imported as %q, want %q", i, got, want)
							}
						}
						return nil
					},
				},
				{
					PreConfig:        func() { sb.Do(t, http.MethodDelete, groupPath(t, sb, "lab"), nil) },
					Config:           changed,
					ConfigPlanChecks: action(membersAddress, plancheck.ResourceActionCreate),
				},
				{
					PreConfig: func() { expectMembers(t, sb, "lab", devs(2, 3, 4)...) },
					Config:    sb.Provider() + membersHCL(),
				},
			},
		})
	})
}

// A destroy removes the listed devices from the group, and no others.
func TestAccDeviceGroupMembers_destroy(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	group := groupHCL(`name = "lab"`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		AdditionalCLIOptions:     &resource.AdditionalCLIOptions{Plan: resource.PlanOptions{NoRefresh: true}},
		Steps: []resource.TestStep{
			{Config: sb.Provider() + membersHCL("phone-000001", dev(2), dev(3))},
			{
				PreConfig: func() {
					sb.Do(t, http.MethodPost, groupPath(t, sb, "lab")+"/devices/"+dev(9), nil)
					sb.Do(t, http.MethodDelete, groupPath(t, sb, "lab")+"/devices/"+dev(3), nil)
					sb.ClearLedger()
				},
				Config:           sb.Provider() + group,
				ConfigPlanChecks: action(membersAddress, plancheck.ResourceActionDestroy),
			},
			{
				PreConfig: func() {
					expectMembers(t, sb, "lab", dev(9))
					expectWrites(t, sb, "remove group member", "remove group member")
				},
				Config: sb.Provider() + group,
			},
		},
	})
}

// Devices are added in batches of at most 1,000, and the next plan is empty.
func TestAccDeviceGroupMembers_batches(t *testing.T) {
	t.Parallel()
	const many = 2100
	sb := acctest.Start(t, func(o *sandbox.Options) { o.Devices = many })
	config := func(n int) string {
		return sb.Provider() + groupHCL(`name = "lab"`) + fmt.Sprintf(`
			resource "octomil_device_group_members" "lab" {
			  group_id   = octomil_device_group.lab.id
			  device_ids = [for i in slice(concat(range(1000), range(1000, 2000), range(2000, 2100)), 0, %d) : format("dev_%%08d", i + 1)]
			}`, n)
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: config(many)},
			{
				PreConfig: func() {
					expectWrites(t, sb, "add group members", "add group members", "add group members")
					sb.ClearLedger()
				},
				Config: config(many - 2),
			},
			{
				PreConfig: func() {
					expectWrites(t, sb, "remove group member", "remove group member")
					if n := groupOf(t, sb, "lab")["device_count"]; n != float64(many-2) {
						t.Errorf("the group has %v members, want %d", n, many-2)
					}
				},
				Config: config(3), PlanOnly: true, ExpectNonEmptyPlan: true,
			},
		},
	})
}

// statedDevices expects these devices in the state that a plan without a refresh starts from.
type statedDevices []string

func (want statedDevices) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	for _, change := range req.Plan.ResourceChanges {
		if change.Address != membersAddress {
			continue
		}
		attributes, _ := change.Change.Before.(map[string]any)
		list, _ := attributes["device_ids"].([]any)
		got := make([]string, len(list))
		for i, item := range list {
			got[i] = fmt.Sprint(item)
		}
		if diff := cmp.Diff([]string(want), got); diff != "" {
			resp.Error = fmt.Errorf("device_ids in state (-want +got):\n%s", diff)
		}
		return
	}
	resp.Error = errors.New("the plan has no membership")
}

// An update that fails partway saves the members that the server has, and the next apply makes the remaining changes.
func TestAccDeviceGroupMembers_updateFailsPartway(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	config := sb.Provider("max_retries = 0") + membersHCL(dev(4), dev(5))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		AdditionalCLIOptions:     &resource.AdditionalCLIOptions{Plan: resource.PlanOptions{NoRefresh: true}},
		Steps: []resource.TestStep{
			{Config: sb.Provider() + membersHCL(dev(3), dev(2), dev(1))},
			{
				PreConfig: func() {
					sb.AddFault(sandbox.Fault{Method: http.MethodDelete, Path: "device-groups/*/devices/*", Nth: 2, Status: 500})
				},
				Config:      config,
				ExpectError: regexp.MustCompile(`(?s)Could not update the membership of the device group.*500`),
			},
			{
				PreConfig: func() { expectMembers(t, sb, "lab", devs(2, 3, 4, 5)...); sb.ClearLedger() },
				Config:    config,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(membersAddress, plancheck.ResourceActionUpdate), statedDevices(devs(4, 5, 3, 2)),
				}},
			},
			{
				PreConfig: func() {
					expectMembers(t, sb, "lab", devs(4, 5)...)
					expectWrites(t, sb, "remove group member", "remove group member")
				},
				Config: config, ConfigPlanChecks: emptyPlan(),
			},
		},
	})
}

// A create that fails partway continues in the next apply, and removes no device from the group in between.
func TestAccDeviceGroupMembers_createFailsPartway(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	staging := fmt.Sprintf("%q", groupOf(t, sb, "staging")["id"])
	wanted := slices.Concat(membersOn(t, sb, "staging")[3:], devs(30))
	config := sb.Provider("max_retries = 0") + membersOfHCL(staging, wanted...)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{
				PreConfig: func() {
					sb.AddFault(sandbox.Fault{Method: http.MethodDelete, Path: "device-groups/*/devices/*", Nth: 2, Status: 500})
				},
				Config:      config,
				ExpectError: regexp.MustCompile(`(?s)Could not create the membership of the device group.*500`),
			},
			{
				PreConfig:        sb.ClearLedger,
				Config:           config,
				ConfigPlanChecks: action(membersAddress, plancheck.ResourceActionCreate),
			},
			{
				PreConfig: func() {
					expectWrites(t, sb, "remove group member", "remove group member")
					expectMembers(t, sb, "staging", wanted...)
				},
				Config: config, ConfigPlanChecks: emptyPlan(),
			},
		},
	})
	expectMembers(t, sb, "staging")
}

func TestAccDeviceGroupMembers_invalidConfig(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectSDK)
	staging := fmt.Sprintf("%q", groupOf(t, sb, "staging")["id"])
	before := membersOn(t, sb, "staging")
	mistake := func(hcl, message string) resource.TestStep {
		return resource.TestStep{Config: sb.Provider() + hcl, ExpectError: regexp.MustCompile(message)}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			mistake(membersOfHCL(staging, dev(1), dev(2), dev(1)), `(?s)Duplicate device.*"dev_00000001" is\s+already\s+listed`),
			mistake(membersOfHCL(staging, ""), `Invalid device`),
			mistake(membersOfHCL(`"staging-2"`, dev(1)), `(?s)staging-2.*octomil_device_group\.<name>\.id`),
			mistake(membersOfHCL(staging, dev(1), "phone-999999"), `(?s)Could not create the membership.*"phone-999999" was not found`),
			mistake(membersOfHCL(staging, append(before, "phone-000001")...), `(?s)Duplicate device.*dev_00000001.*phone-000001`),
			mistake(dynamicGroup+membersOfHCL("octomil_device_group.lab.id", dev(1)), `Device group is not static`),
			{
				Config: sb.Provider() + dynamicGroup + membersOfHCL("octomil_device_group.lab.id", dev(1)), ResourceName: membersAddress, ImportState: true, ImportStateId: "lab",
				ExpectError: regexp.MustCompile(`Device group is not static`),
			},
		},
	})
	expectMembers(t, sb, "staging", before...)
	expectWrites(t, sb, "add group members")
}

const dynamicGroup = `
resource "octomil_device_group" "lab" {
  name       = "lab"
  group_type = "dynamic"
  rules      = [{ field = "platform", operator = "eq", value = "ios" }]
}
`

// A failed read keeps the membership in state.
func TestAccDeviceGroupMembers_serverErrors(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	one := sb.Provider("max_retries = 0") + membersHCL(dev(1))
	path := "device-groups/*/devices"
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: one},
			{
				PreConfig: func() {
					sb.AddFault(sandbox.Fault{Method: http.MethodGet, Path: path, Times: -1, Status: 404, Body: `{"detail":"Not Found"}`})
				},
				Config: one, PlanOnly: true, ExpectError: regexp.MustCompile(`(?s)Could not list the members.*does\s+not\s+support\s+.GET`),
			},
			{PreConfig: sb.ClearFaults, Config: one, ConfigPlanChecks: emptyPlan()},
		},
	})
}

// A membership that is renamed in the configuration without a `moved` block keeps its members.
func TestAccDeviceGroupMembers_renamed(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	all := devs(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
	one := membersHCL(all...)
	renamed := strings.Replace(one, `_members" "lab"`, `_members" "laboratory"`, 1)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: sb.Provider() + one},
			{Config: sb.Provider() + renamed},
			{
				PreConfig:        func() { expectMembers(t, sb, "lab", all...); expectWrites(t, sb, "add group members") },
				Config:           sb.Provider() + renamed,
				ConfigPlanChecks: emptyPlan(),
			},
		},
	})
}

// A device that the server does not add is a warning, and drift at the next plan. So is a device that joins meanwhile.
func TestAccDeviceGroupMembers_otherThanWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t)
		group := sb.Do(t, http.MethodPost, "/api/v1/device-groups", map[string]any{"org_id": "demo", "name": "lab", "group_type": "static"})["id"]
		config := func(devices ...any) map[string]any { return map[string]any{"group_id": group, "device_ids": devices} }
		core := sb.Core(t, "octomil_device_group_members")
		core.Converge(t, config("dev_00000001"), acctest.ActionCreate)
		sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: "device-groups/*/devices", Status: 200, Body: `{"added":0}`})
		said := core.Apply(core.Plan(config("dev_00000001", "dev_00000002")))
		if warned := strings.Join(said.Warnings, "\n"); said.Failed() || !strings.Contains(warned, `"dev_00000002" is not a member`) {
			t.Errorf("a device that is not added: %v, %s", said.Errors, warned)
		}
		core.ExpectState(t, config("dev_00000001", "dev_00000002"))
		if plan := core.Plan(config("dev_00000001")); plan.Failed() || plan.Action != acctest.ActionNone {
			t.Errorf("the plan of what is there is %s: %v", plan.Action, plan.Errors)
		}
		plan := core.Plan(config("dev_00000003"))
		sb.AddFault(sandbox.Fault{Method: http.MethodDelete, Path: "device-groups/*/devices/*", Status: 200, Body: "{}"})
		sb.Do(t, http.MethodPost, fmt.Sprintf("/api/v1/device-groups/%v/devices", group), map[string]any{"device_ids": []any{"dev_00000004"}})
		if said := core.Apply(plan); said.Failed() {
			t.Errorf("with a stranger in the group: %v", said.Errors)
		}
		core.ExpectState(t, config("dev_00000003"))
		core.Converge(t, config("dev_00000003"), acctest.ActionUpdate)
	})
}
