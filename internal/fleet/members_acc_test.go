package fleet_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

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

// lab is a membership of the group lab, which has no devices yet, and its configurations.
func lab(t *testing.T, sb *acctest.Sandbox) (core *acctest.Core, config func(devices ...string) map[string]any) {
	t.Helper()
	sb.Do(t, http.MethodPost, "/api/v1/device-groups", map[string]any{"org_id": "demo", "name": "lab", "group_type": "static"})
	return membership(t, sb, "lab")
}

// membership is a membership of a group, and its configurations.
func membership(t *testing.T, sb *acctest.Sandbox, group string) (core *acctest.Core, config func(devices ...string) map[string]any) {
	t.Helper()
	id := groupOf(t, sb, group)["id"]
	sb.ClearLedger()
	return sb.Core(t, "octomil_device_group_members"), func(devices ...string) map[string]any {
		list := make([]any, len(devices))
		for i, d := range devices {
			list[i] = d
		}
		return map[string]any{"group_id": id, "device_ids": list}
	}
}

func TestAccDeviceGroupMembers_lifecycle(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		core, config := lab(t, sb)
		changed := config(dev(4), dev(3), "phone-000002")
		core.Converge(t, config(dev(3), dev(1), "phone-000002"), acctest.ActionCreate)
		expectState(t, core, dev(3), dev(1), "phone-000002")
		expectMembers(t, sb, "lab", devs(1, 2, 3)...)
		expectWrites(t, sb, "add group members")
		core.ExpectAction(t, config("phone-000002", dev(3), dev(1)), acctest.ActionNone)

		sb.ClearLedger()
		core.Converge(t, changed, acctest.ActionUpdate)
		expectMembers(t, sb, "lab", devs(2, 3, 4)...)
		expectWrites(t, sb, "add group members", "remove group member")
		sb.Do(t, http.MethodDelete, groupPath(t, sb, "lab")+"/devices/"+dev(3), nil)
		sb.Do(t, http.MethodPost, groupPath(t, sb, "lab")+"/devices/"+dev(9), nil)
		core.Converge(t, changed, acctest.ActionUpdate)
		expectMembers(t, sb, "lab", devs(2, 3, 4)...)

		imported := core.ExpectImport(t, "lab", "device_ids")
		expectState(t, imported, devs(2, 3, 4)...)
		imported.ExpectAction(t, changed, acctest.ActionNone)

		sb.Do(t, http.MethodDelete, groupPath(t, sb, "lab"), nil)
		changed["group_id"] = acctest.Unknown // the group is created once more
		core.ExpectAction(t, changed, acctest.ActionCreate)
		core, config = lab(t, sb)
		core.Converge(t, config(dev(4), dev(3), "phone-000002"), acctest.ActionCreate)
		expectMembers(t, sb, "lab", devs(2, 3, 4)...)
		core.Converge(t, config(), acctest.ActionUpdate)
		expectMembers(t, sb, "lab")
	}, few)
}

// A destroy removes the listed devices from the group, and no others.
func TestAccDeviceGroupMembers_destroy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, few)
		core, config := lab(t, sb)
		core.Converge(t, config("phone-000001", dev(2), dev(3)), acctest.ActionCreate)
		sb.Do(t, http.MethodPost, groupPath(t, sb, "lab")+"/devices/"+dev(9), nil)
		sb.Do(t, http.MethodDelete, groupPath(t, sb, "lab")+"/devices/"+dev(3), nil)
		sb.ClearLedger()
		destroy(t, core)
		expectMembers(t, sb, "lab", dev(9))
		expectWrites(t, sb, "remove group member", "remove group member")
	})
}

// Devices are added in batches of at most 1,000, and the next plan is empty.
func TestAccDeviceGroupMembers_batches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const many = 2100
		sb := acctest.StartVirtual(t, func(o *sandbox.Options) { o.Devices = many })
		core, config := lab(t, sb)
		ids := make([]string, many)
		for i := range ids {
			ids[i] = dev(i + 1)
		}
		core.Converge(t, config(ids...), acctest.ActionCreate)
		expectWrites(t, sb, "add group members", "add group members", "add group members")
		sb.ClearLedger()
		core.Converge(t, config(ids[:many-2]...), acctest.ActionUpdate)
		expectWrites(t, sb, "remove group member", "remove group member")
		if n := groupOf(t, sb, "lab")["device_count"]; n != float64(many-2) {
			t.Errorf("the group has %v members, want %d", n, many-2)
		}
		core.ExpectAction(t, config(ids[:3]...), acctest.ActionUpdate)
	})
}

// An update that fails partway saves the members that the server has, and the next apply makes the remaining changes.
func TestAccDeviceGroupMembers_updateFailsPartway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, few)
		core, config := lab(t, sb)
		core.Converge(t, config(dev(3), dev(2), dev(1)), acctest.ActionCreate)
		core.Configure(nil, map[string]any{"max_retries": 0})
		sb.AddFault(sandbox.Fault{Method: http.MethodDelete, Path: "device-groups/*/devices/*", Nth: 2, Status: 500})
		core.ExpectRefused(t, config(dev(4), dev(5)), "Could not update the membership of the device group", "500")
		expectMembers(t, sb, "lab", devs(2, 3, 4, 5)...)
		expectState(t, core, devs(4, 5, 3, 2)...)
		sb.ClearLedger()
		plan := core.PlanOnly(config(dev(4), dev(5)))
		if plan.Failed() || plan.Action != acctest.ActionUpdate {
			t.Fatalf("the next plan is %s: %v", plan.Action, plan.Errors)
		}
		if said := core.Apply(plan); said.Failed() {
			t.Fatal(said.Errors)
		}
		expectMembers(t, sb, "lab", devs(4, 5)...)
		expectWrites(t, sb, "remove group member", "remove group member")
		core.ExpectAction(t, config(dev(4), dev(5)), acctest.ActionNone)
	})
}

// A create that fails partway continues in the next apply, and removes no device from the group in between.
func TestAccDeviceGroupMembers_createFailsPartway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, few)
		wanted := slices.Concat(membersOn(t, sb, "staging")[3:], devs(30))
		core, config := membership(t, sb, "staging")
		core.Configure(nil, map[string]any{"max_retries": 0})
		sb.AddFault(sandbox.Fault{Method: http.MethodDelete, Path: "device-groups/*/devices/*", Nth: 2, Status: 500})
		core.ExpectRefused(t, config(wanted...), "Could not create the membership of the device group", "500")
		if core.State() != nil {
			t.Errorf("the state is %v", core.State())
		}
		sb.ClearLedger()
		core.Converge(t, config(wanted...), acctest.ActionCreate)
		expectWrites(t, sb, "remove group member", "remove group member")
		expectMembers(t, sb, "staging", wanted...)
		destroy(t, core)
		expectMembers(t, sb, "staging")
	})
}

func TestAccDeviceGroupMembers_invalidConfig(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, few, func(o *sandbox.Options) { o.Dialect = sandbox.DialectSDK })
		before := membersOn(t, sb, "staging")
		core, config := membership(t, sb, "staging")
		core.ExpectRefused(t, config(dev(1), dev(2), dev(1)), "Duplicate device", `"dev_00000001" is already listed`)
		core.ExpectRefused(t, config(""), "Invalid device")
		core.ExpectRefused(t, map[string]any{"group_id": "staging-2", "device_ids": []any{dev(1)}}, "staging-2", "octomil_device_group.<name>.id")
		core.ExpectRefused(t, config(dev(1), "phone-999999"), "Could not create the membership", `"phone-999999" was not found`)
		core.ExpectRefused(t, config(append(slices.Clone(before), "phone-000001")...), "Duplicate device", "dev_00000001", "phone-000001")
		expectMembers(t, sb, "staging", before...)
		expectWrites(t, sb, "add group members")

		sb.Core(t, "octomil_device_group").Converge(t, map[string]any{
			"name": "lab", "group_type": "dynamic", "rules": []any{rule("platform", "eq", "ios")},
		}, acctest.ActionCreate)
		core, config = membership(t, sb, "lab")
		core.ExpectRefused(t, config(dev(1)), "Device group is not static")
		said := core.Import("lab")
		said.ExpectErrors(t, "Device group is not static")
		expectWrites(t, sb)
	})
}

// A failed read keeps the membership in state.
func TestAccDeviceGroupMembers_serverErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, few)
		core, config := lab(t, sb)
		core.Configure(nil, map[string]any{"max_retries": 0})
		core.Converge(t, config(dev(1)), acctest.ActionCreate)
		sb.AddFault(sandbox.Fault{Method: http.MethodGet, Path: "device-groups/*/devices", Times: -1, Status: 404, Body: `{"detail":"Not Found"}`})
		said := core.Plan(config(dev(1))).Diagnostics
		said.ExpectErrors(t, "Could not list the members", "does not support `GET")
		sb.ClearFaults()
		core.ExpectAction(t, config(dev(1)), acctest.ActionNone)
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
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
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
