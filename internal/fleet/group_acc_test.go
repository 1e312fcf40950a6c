package fleet_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

const groupAddress = "octomil_device_group.lab"

// groupHCL returns the configuration of the group under test.
func groupHCL(attributes string) string {
	return "resource \"octomil_device_group\" \"lab\" {\n" + attributes + "\n}\n"
}

func TestAccDeviceGroup_lifecycle(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		core := sb.Core(t, "octomil_device_group")
		bare := map[string]any{"name": "laboratory", "tags": []any{"internal"}}
		core.Converge(t, map[string]any{"name": "lab", "description": "Our own phones", "tags": []any{"phones", "internal"}}, acctest.ActionCreate)
		core.ExpectState(t, map[string]any{"org_id": "demo", "group_type": "static", "rules": nil, "tags": []any{"phones", "internal"}})
		id := fmt.Sprint(core.State()["id"])
		if !strings.HasPrefix(id, "grp_") {
			t.Errorf("the ID is %s", id)
		}
		core.ExpectImport(t, id)

		core.Converge(t, bare, acctest.ActionUpdate)
		core.ExpectState(t, map[string]any{"name": "laboratory", "description": nil})
		sb.Do(t, http.MethodPut, groupPath(t, sb, "laboratory"), map[string]any{
			"name": "unmanaged", "description": "changed", "tags": []string{"other"},
		})
		core.Converge(t, bare, acctest.ActionUpdate)
		if group := groupOf(t, sb, "laboratory"); group == nil || group["description"] != "" || !cmp.Equal(group["tags"], []any{"internal"}) {
			t.Errorf("after the drift was corrected the server has %v", group)
		}
		core.ExpectImport(t, "laboratory").ExpectAction(t, bare, acctest.ActionNone)

		sb.Do(t, http.MethodDelete, groupPath(t, sb, "laboratory"), nil)
		core.Converge(t, bare, acctest.ActionCreate)
		destroy(t, core)
		if group := groupOf(t, sb, "laboratory"); group != nil {
			t.Errorf("the group still exists: %v", group)
		}
	}, few)
}

// The same with Terraform itself.
func TestAccDeviceGroup_commandLine(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: sb.Provider() + groupHCL("name = \"lab\"\ngroup_type = \"dynamic\""), ExpectError: regexp.MustCompile(`A dynamic group requires rules`)},
			{Config: sb.Provider() + membersHCL(dev(3), "phone-000001")},
			{ResourceName: groupAddress, ImportState: true, ImportStateVerify: true},
			{ResourceName: groupAddress, ImportState: true, ImportStateKind: resource.ImportBlockWithID, ImportStateId: "lab"},
			{Config: sb.Provider() + groupHCL(`name = "laboratory"`), ConfigPlanChecks: action(groupAddress, plancheck.ResourceActionUpdate)},
		},
	})
	if group := groupOf(t, sb, "laboratory"); group != nil {
		t.Errorf("the group still exists: %v", group)
	}
}

func rule(field, operator string, value any) map[string]any {
	return map[string]any{"field": field, "operator": operator, "value": value}
}

func TestAccDeviceGroup_rules(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, few)
		core := sb.Core(t, "octomil_device_group")
		rules := func(groupType string, rules ...any) map[string]any {
			return map[string]any{"name": "lab", "group_type": groupType, "rules": rules}
		}
		selected := rules("dynamic", rule("platform", "in", "ios, android"), rule("ram_gb", "gte", "8"))
		core.Converge(t, selected, acctest.ActionCreate)
		// The same rules, as another client would write them.
		sb.Do(t, http.MethodPut, groupPath(t, sb, "lab"), map[string]any{"rules": []map[string]any{
			{"field": "ram_gb", "operator": "gte", "value": 8.0}, {"field": "platform", "operator": "in", "value": []string{"ios", "android"}},
		}})
		core.ExpectAction(t, selected, acctest.ActionNone)
		sb.Do(t, http.MethodPut, groupPath(t, sb, "lab"), map[string]any{"rules": []map[string]any{
			{"field": "ram_gb", "operator": "gte", "value": "16"}, {"field": "platform", "operator": "in", "value": "ios,android"},
		}})
		core.Converge(t, selected, acctest.ActionUpdate)
		if n := groupOf(t, sb, "lab")["device_count"]; n != 10.0 {
			t.Errorf("the rules select %v devices after the drift was corrected, want 10", n)
		}
		core.Converge(t, rules("hybrid", rule("gpu_available", "eq", "true")), acctest.ActionReplace)
		core.ExpectImport(t, "lab")
		core.Converge(t, rules("hybrid"), acctest.ActionUpdate)
		destroy(t, core)
		if group := groupOf(t, sb, "lab"); group != nil {
			t.Errorf("the group still exists: %v", group)
		}
	})
}

func TestAccDeviceGroup_invalidConfig(t *testing.T) {
	t.Parallel()
	sb := acctest.StartVirtual(t, few)
	core := sb.Core(t, "octomil_device_group")
	mistake := func(attributes map[string]any, words ...string) {
		t.Helper()
		if _, ok := attributes["name"]; !ok {
			attributes["name"] = "lab"
		}
		said := core.Plan(attributes).Diagnostics
		said.ExpectErrors(t, words...)
	}
	mistake(map[string]any{"name": ""}, "Attribute name string length must be at least 1")
	mistake(map[string]any{"group_type": "smart"}, "Attribute group_type value must be one of")
	mistake(map[string]any{"rules": []any{rule("platform", "eq", "ios")}}, "A static group cannot have rules")
	mistake(map[string]any{"group_type": "dynamic"}, "A dynamic group requires rules")
	mistake(map[string]any{"group_type": "dynamic", "rules": []any{rule("ram_gb", "eq", "8")}},
		"Invalid rule operator", "`ram_gb` does not support the operator \"eq\"")
	if writes := sb.Writes(); len(writes) > 0 {
		t.Errorf("unexpected writes: %v", writes)
	}
}

// A create never adopts a group that exists already. The error says how to import it.
func TestAccDeviceGroup_nameTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, few, func(o *sandbox.Options) { o.Dialect = sandbox.DialectSDK })
		core := sb.Core(t, "octomil_device_group")
		staging := fmt.Sprint(groupOf(t, sb, "staging")["id"])
		core.ExpectRefused(t, map[string]any{"name": "staging"}, "409", `terraform import octomil_device_group.<address> "`+staging+`"`)
		core.Converge(t, map[string]any{"name": "lab"}, acctest.ActionCreate)
		core.ExpectRefused(t, map[string]any{"name": "staging"}, "Could not update the device group", "409")
		core.ExpectAction(t, map[string]any{"name": "lab"}, acctest.ActionNone)
		destroy(t, core)
		if groupOf(t, sb, "staging") == nil {
			t.Error("the group that existed before was deleted")
		}
	})
}

// Only a 404 for the group itself removes it from state. Any other failed read keeps it.
func TestAccDeviceGroup_readErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, few)
		core := sb.Core(t, "octomil_device_group")
		core.Configure(nil, map[string]any{"max_retries": 0})
		lab := map[string]any{"name": "lab"}
		core.Converge(t, lab, acctest.ActionCreate)
		failing := func(f sandbox.Fault, words ...string) {
			t.Helper()
			f.Method, f.Path, f.Times = http.MethodGet, "device-groups/*", -1
			sb.ClearFaults()
			sb.AddFault(f)
			said := core.Plan(lab).Diagnostics
			said.ExpectErrors(t, words...)
		}
		failing(sandbox.Fault{Status: 404, Body: `{"detail":"Not Found"}`}, "does not support `GET")
		failing(sandbox.Fault{Status: 401}, "401", "OCTOMIL_API_KEY")
		failing(sandbox.Fault{Status: 403}, "403", "scope")
		failing(sandbox.Fault{Status: 502, Body: "<html>bad gateway</html>"}, "502", "bad gateway")
		failing(sandbox.Fault{Execute: true, Cut: sandbox.CutBody}, "no complete response")
		failing(sandbox.Fault{Status: 200, Body: "[]"}, "was not understood")
		sb.ClearFaults()
		core.ExpectAction(t, lab, acctest.ActionNone)
	})
}

// The response to a create is lost after the server has executed it: one group exists, and it is in state.
func TestAccDeviceGroup_createResponseLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, few)
		sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: "device-groups", Execute: true, Cut: sandbox.CutBefore})
		core := sb.Core(t, "octomil_device_group")
		core.Converge(t, map[string]any{"name": "lab"}, acctest.ActionCreate)
		if id := fmt.Sprint(core.State()["id"]); !strings.HasPrefix(id, "grp_") {
			t.Errorf("the ID is %s", id)
		}
		destroy(t, core)
		want := []string{"POST create group", "DELETE delete group"}
		if diff := cmp.Diff(want, sb.Writes()); diff != "" {
			t.Errorf("writes (-want +got):\n%s", diff)
		}
	})
}

// An update that the server accepts and ignores is a warning, and the next plan shows what the server has.
func TestAccDeviceGroup_updateIgnored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t)
		core := sb.Core(t, "octomil_device_group")
		before, after := map[string]any{"name": "lab", "tags": []any{"a"}}, map[string]any{"name": "lab", "tags": []any{"b"}}
		core.Converge(t, before, acctest.ActionCreate)
		sb.AddFault(sandbox.Fault{Method: http.MethodPut, Path: "device-groups/*", Status: 200, Body: "{}"})
		said := core.Apply(core.Plan(after))
		if said.Failed() || core.Tainted() {
			t.Fatalf("the update that is ignored fails: %v", said.Errors)
		}
		if said := strings.Join(said.Warnings, "\n"); !strings.Contains(said, "tags: Unexpected value after apply") {
			t.Errorf("the warnings are %s", said)
		}
		if plan := core.Plan(before); plan.Failed() || plan.Action != acctest.ActionNone {
			t.Errorf("the plan of what the server has is %s: %v", plan.Action, plan.Errors)
		}
		core.Converge(t, after, acctest.ActionUpdate)
	})
}

func TestAccDeviceGroup_importNotFound(t *testing.T) {
	t.Parallel()
	core := acctest.StartVirtual(t, few).Core(t, "octomil_device_group")
	said := core.Import("Staging")
	said.ExpectErrors(t, `No device group of this organization has the ID or the name "Staging"`)
}
