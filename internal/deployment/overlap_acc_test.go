package deployment_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// another is a further deployment of the model beside the one that pinned writes.
func another(name, version, lines string) string {
	return `
resource "octomil_model_deployment" "` + name + `" {
  model   = "` + phi + `"
  version = "` + version + `"
  ` + lines + `
}
`
}

func TestAccModelDeployment_conflictingPins(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{
				Config:      pinned(sb, "1.0.0") + another("too", "2.0.0", ""),
				ExpectError: says("Two resources pin different versions", "Each apply of one would undo the other"),
			},
			{
				Config:      pinned(sb, "1.0.0", inStaging) + another("too", "2.0.0", inStaging),
				ExpectError: says("Two resources pin different versions", "phi-4-mini on the group staging"),
			},
		},
	})
	if writes := sb.Writes(); len(writes) != 0 {
		t.Errorf("wrote %v", writes)
	}
}

func TestAccModelDeployment_fleetAndGroup(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		h, both := inGroup(t, sb, "staging"), deployments(t, sb, 2)
		both.apply(t, false, pin("1.0.0"), pin("2.0.0", "group", "staging"))
		h.settle(map[string]int{"2.0.0": 24}, map[string]int{"1.0.0": 100, "2.0.0": 24})
		both.apply(t, false, pin("0.9.0"), pin("2.0.0", "group", "staging"))
		h.settle(map[string]int{"2.0.0": 24}, map[string]int{"0.9.0": 100, "2.0.0": 24})
		both.apply(t, false, pin("2.0.0", "rollout", map[string]any{"percentage": 50}), pin("1.0.0", "group", "staging"))
		h.settle(map[string]int{"1.0.0": 24}, map[string]int{"0.9.0": 50, "1.0.0": 24, "2.0.0": 50})
	})
}

// A group that the same apply creates is no mistake in the plan, although the server does not know it yet.
func TestAccModelDeployment_groupInSameApply(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	device := sb.Do(t, "GET", "/api/v1/devices?org_id=demo&limit=1", nil)["devices"].([]any)[0].(map[string]any)["id"].(string)
	config := pinned(sb, "2.0.0", "group = octomil_device_group.canary.name", "depends_on = [octomil_device_group_members.canary]") + `
resource "octomil_device_group" "canary" {
  name       = "canary"
  group_type = "static"
}

resource "octomil_device_group_members" "canary" {
  group_id   = octomil_device_group.canary.id
  device_ids = ["` + device + `"]
}
`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{{
			Config: config,
			Check: func(*terraform.State) error {
				sb.Settle()
				sb.ExpectFleet(t, phi, map[string]int{"1.0.0": 123, "2.0.0": 1})
				return nil
			},
		}},
	})
}

// onGroup is a deployment to a group, under the name of the group.
func onGroup(group, version string, lines ...string) string {
	return another(group, version, fmt.Sprintf("group = %q\n  %s", group, strings.Join(lines, "\n  ")))
}

// twoGroups has the groups production, with the devices 1 to 20, and canary, with 5 of these.
func twoGroups(t *testing.T, sb *acctest.Sandbox) *harness {
	t.Helper()
	r := harnessOf(t, "canary", sb)
	for name, last := range map[string]int{"production": 20, "canary": 5} {
		r.sb.Do(t, "POST", "/api/v1/device-groups", map[string]any{"org_id": "demo", "name": name, "group_type": "static"})
		for n := range last {
			r.joins(name, n+1)
		}
	}
	return r
}

// executeOn deploys a version to a group outside of Terraform.
func (r *harness) executeOn(group, version string, percentage int) {
	r.Helper()
	own := r.group
	r.group = group
	r.execute(version, percentage)
	r.group = own
}

func (r *harness) hasVersions(group string, want map[string]int) {
	r.Helper()
	r.sb.Settle()
	if diff := cmp.Diff(want, r.sb.GroupFleet(phi, group).Versions); diff != "" {
		r.Errorf("what %s runs (-want +got): %s", group, diff)
	}
}

// CONTRACT.md 4.18
func TestAccModelDeployment_overlappingGroups(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		r, all := twoGroups(t, sb), deployments(t, sb, 3)
		config := func(production, canary string) []map[string]any {
			return []map[string]any{pin(production, "group", "production"), pin(canary, "group", "canary")}
		}
		conflicts := func() {
			t.Helper()
			sb.ClearLedger()
			if _, errors := all.plan(t, config("1.0.0", "2.0.0")...); !says("Two resources pin different versions on the same devices",
				"5 devices of the device group", "are in the device group", "each apply of one would undo the other").MatchString(errors) {
				t.Errorf("the plan says %q", errors)
			}
			r.wrote()
		}
		conflicts()
		// The same version is no conflict, and neither are groups that have no devices in common.
		all.apply(t, false, append(config("2.0.0", "2.0.0"), pin("2.0.0", "group", "staging"))...)
		if said := all[2].Destroy(); said.Failed() {
			t.Fatal(said.Errors)
		}
		conflicts()
		r.leaves("production", 1, 2, 3, 4, 5)
		all.apply(t, false, config("1.0.0", "2.0.0")...)
		// What overlaps since then is an error of every plan, and is never called a rollback.
		r.joins("production", 1, 2, 3, 4, 5)
		r.executeOn("production", "1.0.0", 100)
		conflicts()
		all.apply(t, false, config("1.0.0", "1.0.0")...)
	})
}

// The plan of an overlap that exists already names the groups, in whatever order the resources are planned, and no rollback.
func TestAccModelDeployment_overlapIsNoRollback(t *testing.T) {
	t.Parallel()
	r := twoGroups(t, start(t, sandbox.DialectDocs))
	r.leaves("production", 1, 2, 3, 4, 5)
	apart := func(production, canary string) string {
		return r.sb.Provider() + onGroup("production", "1.0.0", production) + onGroup("canary", "2.0.0", canary)
	}
	cli := acctest.NewCLI(t, apart("", ""))
	if result := cli.Run(t, "apply", "-auto-approve"); result.Code != 0 {
		t.Fatal(result.Output)
	}
	r.joins("production", 1, 2, 3, 4, 5)
	r.executeOn("production", "1.0.0", 100)
	for _, ordered := range []string{
		apart("depends_on = [octomil_model_deployment.canary]", ""), apart("", "depends_on = [octomil_model_deployment.production]"), apart("", ""),
	} {
		cli.Configure(t, ordered)
		result := cli.Run(t, "plan")
		if result.Code != 1 || strings.Contains(result.Output, "was rolled back") || !strings.Contains(result.Output, "production") {
			t.Errorf("the plan ends with %d and says\n%s", result.Code, result.Output)
		}
	}
}

// Groups and members that the same apply creates are compared in the apply, before the second deployment; and a plan that takes the
// devices out of one group is no conflict.
func TestAccModelDeployment_overlapInSameApply(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	group := func(name, version, devices string) string {
		return fmt.Sprintf(`
resource "octomil_device_group" %[1]q {
  name = %[1]q
}
resource "octomil_device_group_members" %[1]q {
  group_id   = octomil_device_group.%[1]s.id
  device_ids = [%[3]s]
}
resource "octomil_model_deployment" %[1]q {
  model      = "phi-4-mini"
  version    = %[2]q
  group      = octomil_device_group.%[1]s.name
  depends_on = [octomil_device_group_members.blue, octomil_device_group_members.green]
}
`, name, version, devices)
	}
	overlapping := sb.Provider() + group("blue", "1.0.0", `"phone-000001", "phone-000002"`) + group("green", "2.0.0", `"phone-000002", "phone-000003"`)
	apart := sb.Provider() + group("blue", "1.0.0", `"phone-000001"`) + group("green", "2.0.0", `"phone-000002", "phone-000003"`)
	cli := acctest.NewCLI(t, overlapping)
	for i, step := range []struct {
		config   string
		conflict bool
		runs     map[string]int
	}{
		{overlapping, true, nil}, // one of the two is deployed
		{overlapping, true, nil},
		{apart, false, map[string]int{"1.0.0": 122, "2.0.0": 2}},
		{overlapping, false, map[string]int{"1.0.0": 122, "2.0.0": 2}}, // the members change, and no deployment does
		{overlapping, true, map[string]int{"1.0.0": 122, "2.0.0": 2}},
		{apart, false, map[string]int{"1.0.0": 122, "2.0.0": 2}},
	} {
		cli.Configure(t, step.config)
		result := cli.Run(t, "apply", "-auto-approve")
		words := strings.Join(strings.Fields(result.Output), " ")
		said := strings.Contains(words, "Two resources pin different versions on the same devices") &&
			strings.Contains(words, "1 device of the device group")
		if said != step.conflict || (result.Code != 0) != step.conflict {
			t.Fatalf("step %d ends with %d and says\n%s", i, result.Code, result.Output)
		}
		if sb.Settle(); step.runs != nil {
			sb.ExpectFleet(t, phi, step.runs)
		}
	}
}

// A group of rules can overlap as well, and what is not known is no conflict.
func TestAccModelDeployment_overlapOfDynamicGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t)
		r, both := twoGroups(t, sb), deployments(t, sb, 2)
		r.sb.Do(t, "POST", "/api/v1/device-groups", map[string]any{
			"org_id": "demo", "name": "ruled", "group_type": "dynamic", "rules": []any{map[string]any{"field": "platform", "operator": "in", "value": "ios,android"}},
		})
		_, errors := both.plan(t, pin("1.0.0", "group", "ruled"), pin("2.0.0", "group", "canary"))
		if !says("Two resources pin different versions on the same devices", "3 devices of the device group").MatchString(errors) {
			t.Errorf("the plan says %q", errors)
		}
		plans, errors := both.plan(t, pin("1.0.0", "group", "production"), pin("", "version", acctest.Unknown, "group", "canary"))
		if errors != "" || plans[1].Action != acctest.ActionCreate {
			t.Errorf("with an unknown version the plan is %s: %s", plans[1].Action, errors)
		}
		if _, errors := both.plan(t, pin("1.0.0", "group", "production"), pin("2.0.0", "group", "canari")); !strings.Contains(errors, "The device group does not exist") {
			t.Errorf("the plan says %q", errors)
		}
	})
}

// Members are read only for deployments of one model that pin different versions on groups, and each group once.
func TestAccModelDeployment_overlapCostsLittle(t *testing.T) {
	t.Parallel()
	r := twoGroups(t, start(t, sandbox.DialectDocs))
	r.leaves("production", 1, 2, 3, 4, 5)
	reads := func(config string) int {
		cli := acctest.NewCLI(t, r.sb.Provider()+config)
		r.sb.ClearLedger()
		if result := cli.Run(t, "plan"); result.Code != 0 {
			t.Fatal(result.Output)
		}
		n := 0
		for _, e := range r.sb.Ledger() {
			if strings.HasSuffix(e.Path, "/devices") && e.Method == http.MethodGet {
				n++
			}
		}
		return n
	}
	// To plan a deployment to a group, its members are read in any case.
	if got := reads(onGroup("production", "1.0.0") + onGroup("canary", "1.0.0")); got != 2 {
		t.Errorf("the same version takes %d reads of members", got)
	}
	if got := reads(onGroup("production", "1.0.0") + onGroup("canary", "2.0.0")); got != 2 {
		t.Errorf("different versions take %d reads of members", got)
	}
}

// Groups that the same apply creates are compared with one read of each, in whatever number.
func TestAccModelDeployment_overlapOfManyNewGroupsCostsLittle(t *testing.T) {
	t.Parallel()
	const n = 8
	reads := func(versions string) int {
		sb := start(t, sandbox.DialectDocs)
		cli := acctest.NewCLI(t, sb.Provider()+fmt.Sprintf(`
resource "octomil_device_group" "ring" {
  count = %[1]d
  name  = "ring-${count.index}"
}
resource "octomil_device_group_members" "ring" {
  count      = %[1]d
  group_id   = octomil_device_group.ring[count.index].id
  device_ids = [format("dev_%%08d", count.index + 1)]
}
resource "octomil_model_deployment" "ring" {
  count      = %[1]d
  model      = "phi-4-mini"
  version    = %[2]s[count.index %% 2]
  group      = octomil_device_group.ring[count.index].name
  depends_on = [octomil_device_group_members.ring]
}`, n, versions))
		if result := cli.Run(t, "apply", "-auto-approve", "-parallelism=1"); result.Code != 0 {
			t.Fatal(result.Output)
		}
		reads := 0
		for _, e := range sb.Ledger() {
			if e.Operation == "list group members" && e.Caller == "octomil_model_deployment" {
				reads++
			}
		}
		return reads
	}
	same, different := reads(`["2.0.0", "2.0.0"]`), reads(`["2.0.0", "1.0.0"]`)
	if same == 0 || different > same+n {
		t.Errorf("%d reads of members with one version, %d with two", same, different)
	}
}

// A deployment outside of Terraform to an overlapping group is not called a rollback, but by the name of the group.
func TestAccModelDeployment_deploymentToOverlappingGroup(t *testing.T) {
	t.Parallel()
	const replaced = "A deployment to another device group replaced the version"
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		for name, c := range map[string]struct {
			outside func(*harness)
			says    []string
			never   string
		}{
			"of all members": {
				func(r *harness) { r.executeOn("production", "1.0.0", 100) },
				[]string{replaced, "5 devices of the group canary are in the device group production", "assigned them 1.0.0 instead of 2.0.0",
					"has not been rolled back", "on_rollback"}, "was rolled back",
			},
			"of some members": {
				func(r *harness) {
					r.leaves("production", 1, 2)
					r.executeOn("production", "1.0.0", 100)
				},
				[]string{replaced, "3 devices of the group canary", "production"}, "was rolled back",
			},
			"of a group inside": {
				func(r *harness) {
					r.sb.Do(r, "POST", "/api/v1/device-groups", map[string]any{"org_id": "demo", "name": "inner", "group_type": "static"})
					r.joins("inner", 4, 5)
					r.executeOn("inner", "0.9.0", 100)
				},
				[]string{replaced, "2 devices of the group canary", "inner", "0.9.0"}, "was rolled back",
			},
			"by hand, to the version of the fleet": {
				func(r *harness) { r.executeOn("canary", "1.0.0", 100) },
				[]string{"The version was rolled back"}, replaced,
			},
			"by hand, while the other group has another version": {
				func(r *harness) { r.executeOn("production", "3.0.0", 100); r.executeOn("canary", "0.9.0", 100) },
				[]string{"The version was rolled back"}, "production",
			},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					r := twoGroups(t, acctest.StartVirtual(t, func(o *sandbox.Options) { o.Dialect = dialect }))
					r.apply(wanted{version: "2.0.0"})
					c.outside(r)
					plan := r.core.Plan(r.pinned())
					text := strings.Join(plan.Errors, "\n")
					for _, words := range c.says {
						if !strings.Contains(text, words) {
							t.Errorf("the plan does not say %q: %s", words, text)
						}
					}
					if strings.Contains(text, c.never) {
						t.Errorf("the plan says %q: %s", c.never, text)
					}
					accepted := r.core.Plan(r.with(wanted{version: "2.0.0"}, map[string]any{"on_rollback": "accept"}))
					r.warns(accepted, c.says[0])
					r.succeeds(r.core.Plan(r.with(wanted{version: "2.0.0"}, map[string]any{"on_rollback": "redeploy"})))
					r.hasVersions("canary", map[string]int{"2.0.0": 5})
				})
			})
		}
	})
}

// A device that joins with the version of another group's deployment gets the pin, and the plan says where its version came from.
func TestAccModelDeployment_joinsFromOverlappingGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := twoGroups(t, acctest.StartVirtual(t))
		r.apply(wanted{version: "2.0.0"})
		r.leaves("production", 1, 2, 3, 4, 5)
		r.executeOn("production", "1.0.0", 100)
		r.idle(r.pinned())
		r.joins("canary", 20)
		r.warns(r.core.Plan(r.pinned()), "This advances 2.0.0 from 83.33 to 100 percent", "1 device of the group canary is in the device group production, too",
			"assigned it 1.0.0 instead of 2.0.0", "Pin the same version in both deployments")
	})
}
