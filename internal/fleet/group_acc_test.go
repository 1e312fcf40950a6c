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
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

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
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Helper()
		t.Parallel()
		sb := start(t, dialect)
		full := sb.Provider() + groupHCL(`
			name        = "lab"
			description = "Our own phones"
			tags        = ["phones", "internal"]`)
		bare := sb.Provider() + groupHCL(`
			name = "laboratory"
			tags = ["internal"]`)
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProviderFactories(),
			CheckDestroy: func(*terraform.State) error {
				if group := groupOf(t, sb, "laboratory"); group != nil {
					return fmt.Errorf("the group still exists: %v", group)
				}
				return nil
			},
			Steps: []resource.TestStep{
				{
					Config: full,
					ConfigStateChecks: []statecheck.StateCheck{
						stateHas(groupAddress, "id", knownvalue.StringRegexp(regexp.MustCompile(`^grp_`))), stateHas(groupAddress, "org_id", knownvalue.StringExact("demo")),
						stateHas(groupAddress, "group_type", knownvalue.StringExact("static")), stateHas(groupAddress, "rules", knownvalue.Null()),
						stateHas(groupAddress, "tags", knownvalue.SetExact(exactStrings("internal", "phones"))),
					},
				},
				{
					ResourceName: groupAddress, ImportState: true, ImportStateVerify: true,
				},
				{
					Config:           bare,
					ConfigPlanChecks: action(groupAddress, plancheck.ResourceActionUpdate),
					ConfigStateChecks: []statecheck.StateCheck{
						stateHas(groupAddress, "name", knownvalue.StringExact("laboratory")), stateHas(groupAddress, "description", knownvalue.Null()),
					},
				},
				{
					PreConfig: func() {
						sb.Do(t, http.MethodPut, groupPath(t, sb, "laboratory"), map[string]any{
							"name": "unmanaged", "description": "changed", "tags": []string{"other"},
						})
					},
					Config:           bare,
					ConfigPlanChecks: action(groupAddress, plancheck.ResourceActionUpdate),
				},
				{
					PreConfig: func() {
						group := groupOf(t, sb, "laboratory")
						if group == nil || group["description"] != "" || !cmp.Equal(group["tags"], []any{"internal"}) {
							t.Errorf("after the drift was corrected the server has %v", group)
						}
					},
					ResourceName: groupAddress, ImportState: true, ImportStateKind: resource.ImportBlockWithID, ImportStateId: "laboratory",
				},
				{
					PreConfig:        func() { sb.Do(t, http.MethodDelete, groupPath(t, sb, "laboratory"), nil) },
					Config:           bare,
					ConfigPlanChecks: action(groupAddress, plancheck.ResourceActionCreate),
				},
			},
		})
	})
}

func TestAccDeviceGroup_rules(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	rules := func(groupType, rules string) string {
		return sb.Provider() + groupHCL(fmt.Sprintf("name = \"lab\"\ngroup_type = %q\nrules = [%s]", groupType, rules))
	}
	const (
		phones = `{ field = "platform", operator = "in", value = "ios, android" }`
		large  = `{ field = "ram_gb", operator = "gte", value = "8" }`
		gpu    = `{ field = "gpu_available", operator = "eq", value = true }`
	)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: rules("dynamic", phones+","+large)},
			{
				PreConfig: func() {
					// The same rules, as another client would write them.
					sb.Do(t, http.MethodPut, groupPath(t, sb, "lab"), map[string]any{"rules": []map[string]any{
						{"field": "ram_gb", "operator": "gte", "value": 8.0}, {"field": "platform", "operator": "in", "value": []string{"ios", "android"}},
					}})
				},
				Config:           rules("dynamic", phones+","+large),
				ConfigPlanChecks: emptyPlan(),
			},
			{
				PreConfig: func() {
					sb.Do(t, http.MethodPut, groupPath(t, sb, "lab"), map[string]any{"rules": []map[string]any{
						{"field": "ram_gb", "operator": "gte", "value": "16"}, {"field": "platform", "operator": "in", "value": "ios,android"},
					}})
				},
				Config:           rules("dynamic", phones+","+large),
				ConfigPlanChecks: action(groupAddress, plancheck.ResourceActionUpdate),
			},
			{
				PreConfig: func() {
					if n := groupOf(t, sb, "lab")["device_count"]; n != 10.0 {
						t.Errorf("the rules select %v devices after the drift was corrected, want 10", n)
					}
				},
				Config:           rules("hybrid", gpu),
				ConfigPlanChecks: action(groupAddress, plancheck.ResourceActionDestroyBeforeCreate),
			},
			{ResourceName: groupAddress, ImportState: true, ImportStateVerify: true, ImportStateId: "lab"},
			{
				Config:           rules("hybrid", ""),
				ConfigPlanChecks: action(groupAddress, plancheck.ResourceActionUpdate),
			},
		},
	})
	if group := groupOf(t, sb, "lab"); group != nil {
		t.Errorf("the group still exists: %v", group)
	}
}

func TestAccDeviceGroup_invalidConfig(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	mistake := func(attributes, message string) resource.TestStep {
		return resource.TestStep{Config: sb.Provider() + groupHCL(attributes), PlanOnly: true, ExpectError: regexp.MustCompile(message)}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			mistake(`name = ""`, `Attribute name string length must be at least 1`),
			mistake("name = \"lab\"\ngroup_type = \"smart\"", `Attribute group_type value must be one of`),
			mistake("name = \"lab\"\nrules = [{ field = \"platform\", operator = \"eq\", value = \"ios\" }]", `A static group cannot have rules`),
			mistake("name = \"lab\"\ngroup_type = \"dynamic\"", `A dynamic group requires rules`),
			mistake("name = \"lab\"\ngroup_type = \"dynamic\"\nrules = [{ field = \"ram_gb\", operator = \"eq\", value = \"8\" }]",
				`(?s)Invalid rule operator.*`+"`ram_gb`"+` does not support the operator "eq"`),
		},
	})
	if writes := sb.Writes(); len(writes) > 0 {
		t.Errorf("unexpected writes: %v", writes)
	}
}

// A create never adopts a group that exists already. The error says how to import it.
func TestAccDeviceGroup_nameTaken(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectSDK)
	staging := fmt.Sprint(groupOf(t, sb, "staging")["id"])
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{
				Config:      sb.Provider() + groupHCL(`name = "staging"`),
				ExpectError: regexp.MustCompile(`(?s)409.*terraform import octomil_device_group\.<address> "` + staging + `"`),
			},
			{Config: sb.Provider() + groupHCL(`name = "lab"`)},
			{
				Config:      sb.Provider() + groupHCL(`name = "staging"`),
				ExpectError: regexp.MustCompile(`(?s)Could not update the device group.*409`),
			},
			{Config: sb.Provider() + groupHCL(`name = "lab"`), ConfigPlanChecks: emptyPlan()},
		},
	})
	if groupOf(t, sb, "staging") == nil {
		t.Error("the group that existed before was deleted")
	}
}

// Only a 404 for the group itself removes it from state. Any other failed read keeps it.
func TestAccDeviceGroup_readErrors(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	config := sb.Provider("max_retries = 0") + groupHCL(`name = "lab"`)
	failing := func(f sandbox.Fault, message string) resource.TestStep {
		f.Method, f.Path, f.Times = http.MethodGet, "device-groups/*", -1
		return resource.TestStep{
			PreConfig: func() { sb.ClearFaults(); sb.AddFault(f) },
			Config:    config, PlanOnly: true, ExpectError: regexp.MustCompile(message),
		}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: config},
			failing(sandbox.Fault{Status: 404, Body: `{"detail":"Not Found"}`}, `does\s+not\s+support\s+.GET`),
			failing(sandbox.Fault{Status: 401}, `(?s)401.*OCTOMIL_API_KEY`),
			failing(sandbox.Fault{Status: 403}, `(?s)403.*scope`),
			failing(sandbox.Fault{Status: 502, Body: "<html>bad gateway</html>"}, `(?s)502.*bad gateway`),
			failing(sandbox.Fault{Execute: true, Cut: sandbox.CutBody}, `no complete response`),
			failing(sandbox.Fault{Status: 200, Body: "[]"}, `was not\s+understood`),
			{PreConfig: sb.ClearFaults, Config: config, ConfigPlanChecks: emptyPlan()},
		},
	})
}

// The response to a create is lost after the server has executed it: one group exists, and it is in state.
func TestAccDeviceGroup_createResponseLost(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: "device-groups", Execute: true, Cut: sandbox.CutBefore})
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{{
			Config:            sb.Provider() + groupHCL(`name = "lab"`),
			ConfigStateChecks: []statecheck.StateCheck{stateHas(groupAddress, "id", knownvalue.StringRegexp(regexp.MustCompile(`^grp_`)))},
		}},
	})
	want := []string{"POST create group", "DELETE delete group"}
	if diff := cmp.Diff(want, sb.Writes()); diff != "" {
		t.Errorf("writes (-want +got):\n%s", diff)
	}
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
	sb := start(t, sandbox.DialectDocs)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{{
			Config: sb.Provider() + groupHCL(`name = "lab"`), ResourceName: groupAddress, ImportState: true, ImportStateId: "Staging",
			ExpectError: regexp.MustCompile(`No device group of this organization has the ID or the name "Staging"`),
		}},
	})
}
