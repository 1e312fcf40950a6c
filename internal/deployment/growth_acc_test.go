package deployment_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// Groups that devices join and leave while a version is pinned to them.

// newGroup creates a group, static with these devices or dynamic with a rule, and is a harness for it.
func newGroup(t *testing.T, dialect sandbox.Dialect, devices ...int) *harness {
	t.Helper()
	r := newHarness(t, "ring", dialect)
	r.sb.Do(t, "POST", "/api/v1/device-groups", map[string]any{"org_id": "demo", "name": "ring", "group_type": "static"})
	r.joins("ring", devices...)
	return r
}

func (r *harness) groupID(name string) string {
	r.Helper()
	for _, g := range r.sb.Do(r, "GET", "/api/v1/device-groups?org_id=demo&limit=1000", nil)["groups"].([]any) {
		if found := g.(map[string]any); found["name"] == name {
			return found["id"].(string)
		}
	}
	r.Fatalf("there is no group %s", name)
	return ""
}

func deviceID(n int) string { return fmt.Sprintf("dev_%08d", n) }

func (r *harness) joins(group string, devices ...int) {
	r.Helper()
	for _, n := range devices {
		r.sb.Do(r, "POST", "/api/v1/device-groups/"+r.groupID(group)+"/devices/"+deviceID(n), map[string]any{})
	}
}

func (r *harness) leaves(group string, devices ...int) {
	r.Helper()
	for _, n := range devices {
		r.sb.Do(r, "DELETE", "/api/v1/device-groups/"+r.groupID(group)+"/devices/"+deviceID(n), nil)
	}
}

// assign gives single devices a version.
func (r *harness) assign(version string, devices ...int) {
	r.Helper()
	var ids []string
	for _, n := range devices {
		ids = append(ids, deviceID(n))
	}
	r.sb.Do(r, "POST", "/api/v1/deploy/execute", map[string]any{
		"model_id": modelID(r.T, r.sb), "model_name": phi, "version": version, "model_version": version, "devices": ids, "rollout_percentage": 100,
	})
	r.sb.Settle()
}

// idle expects a plan with nothing to do.
func (r *harness) idle(config map[string]any) {
	r.Helper()
	plan := r.core.Plan(config)
	if plan.Failed() || plan.Action != acctest.ActionNone || len(plan.Warnings) > 0 {
		r.Errorf("the plan is %s: %v %v\nbefore %v\nafter  %v", plan.Action, plan.Errors, plan.Warnings, r.core.State(), plan.Planned)
	}
}

// What joins or leaves between two plans, and by how many devices the pin advances. The version in the state is the pin throughout.
func TestAccModelDeployment_groupGrows(t *testing.T) {
	t.Parallel()
	twenty := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}
	for name, c := range map[string]struct {
		members []int
		event   func(*harness)
		// affected is how many devices change, 0 for an empty plan.
		affected   int
		percentage float64
		total      int
	}{
		"one joins":                       {twenty, func(r *harness) { r.joins("ring", 30) }, 1, 95.24, 21},
		"several join":                    {twenty, func(r *harness) { r.joins("ring", 30, 31, 32, 33, 34) }, 5, 80, 25},
		"one joins with an older version": {twenty, func(r *harness) { r.assign("0.9.0", 30); r.joins("ring", 30) }, 1, 95.24, 21},
		"one joins with a newer version":  {twenty, func(r *harness) { r.assign("3.0.0", 30); r.joins("ring", 30) }, 1, 95.24, 21},
		"one joins with the pin":          {twenty, func(r *harness) { r.assign("2.0.0", 30); r.joins("ring", 30) }, 0, 100, 21},
		"one joins without a version":     {twenty, func(r *harness) { r.deleteRollouts(); r.joins("ring", 30) }, 1, 95.24, 21},
		"one leaves":                      {twenty, func(r *harness) { r.leaves("ring", 3) }, 0, 100, 19},
		"one leaves and one joins":        {twenty, func(r *harness) { r.leaves("ring", 3); r.joins("ring", 30) }, 1, 95, 20},
		"all leave and others join":       {twenty[:3], func(r *harness) { r.leaves("ring", 1, 2, 3); r.joins("ring", 30, 31) }, 2, 0, 2},
		"an empty group gains one":        {nil, func(r *harness) { r.joins("ring", 30) }, 1, 0, 1},
		"an empty group gains several":    {nil, func(r *harness) { r.assign("3.0.0", 31); r.joins("ring", 30, 31) }, 2, 0, 2},
		"a group of one gains many":       {[]int{1}, func(r *harness) { r.joins("ring", 30, 31, 32) }, 3, 25, 4},
		"one that left comes back":        {twenty, func(r *harness) { r.leaves("ring", 3); r.idle(r.pinned()); r.joins("ring", 3) }, 0, 100, 20},
		"one joins while the fleet moves": {twenty, func(r *harness) { r.rollOut("3.0.0", 100); r.joins("ring", 30) }, 1, 95.24, 21},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					r := newGroup(t, dialect, c.members...)
					r.apply(wanted{version: "2.0.0"})
					c.event(r)
					r.sb.ClearLedger()
					if c.affected == 0 {
						r.idle(r.pinned())
						return
					}
					r.fails(r.core.Plan(r.with(wanted{version: "2.0.0"}, map[string]any{"max_affected_devices": c.affected - 1})).Diagnostics,
						fmt.Sprintf("changes %d device", c.affected))
					config := r.with(wanted{version: "2.0.0"}, map[string]any{"max_affected_devices": c.affected, "rollout": map[string]any{
						"stages": []any{map[string]any{"percentage": 50, "bake": "24h"}}, // which has gone out already
					}})
					plan := r.core.Plan(config)
					r.plans(plan, strings.Replace(fmt.Sprintf("advance 2.0.0 from %g to 100 %%, %d of %d devices, joined after the last apply",
						c.percentage, c.affected, c.total), " 1 devices", " 1 device", 1))
					if before := r.core.State(); before["version"] != "2.0.0" || before["percentage"] != c.percentage || before["status"] != "active" {
						t.Errorf("after the refresh the state has %v, %v at %v percent", before["version"], before["status"], before["percentage"])
					}
					if got := operationOf(plan.Planned); got != "advance 2.0.0 2.0.0" || plan.Planned["version"] != "2.0.0" {
						t.Errorf("planned %q of %v", got, plan.Planned["version"])
					}
					r.succeeds(plan)
					r.expect(wanted{writes: "POST execute deployment", runs: map[string]int{"2.0.0": c.total}})
					r.idle(config)
				})
			})
		})
	}
}

func (r *harness) pinned() map[string]any { return r.config(wanted{version: "2.0.0"}) }

// A plan says that the devices have joined.
func TestAccModelDeployment_growthIsAnnounced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newGroup(t, sandbox.DialectDocs, 1, 2, 3)
		r.apply(wanted{version: "2.0.0"})
		r.joins("ring", 30)
		r.plans(r.core.Plan(r.pinned()), "advance 2.0.0 from 75 to 100 %, 1 of 4 devices, joined after the last apply")
		r.joins("ring", 31)
		r.plans(r.core.Plan(r.pinned()), "advance 2.0.0 from 60 to 100 %, 2 of 5 devices, joined after the last apply")
	})
}

// Devices that join a dynamic group by its rules are the same.
func TestAccModelDeployment_dynamicGroupGrows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newHarness(t, "edge")
		r.sb.Do(t, "POST", "/api/v1/device-groups", map[string]any{
			"org_id": "demo", "name": "edge", "group_type": "dynamic", "rules": []any{map[string]any{"field": "region", "operator": "eq", "value": "moon"}},
		})
		register := func(n int) {
			r.sb.Do(t, "POST", "/api/v1/devices/register", map[string]any{
				"device_identifier": fmt.Sprint("edge-", n), "org_id": "demo", "platform": "linux", "region": "moon",
			})
		}
		for n := range 21 {
			register(n)
		}
		r.apply(wanted{version: "2.0.0"})
		r.idle(r.pinned())
		register(21)
		plan := r.core.Plan(r.with(wanted{version: "2.0.0"}, map[string]any{"max_affected_devices": 1}))
		r.plans(plan, "advance 2.0.0 from 95.45 to 100 %, 1 of 22 devices, joined after the last apply")
		r.succeeds(plan)
		r.idle(r.with(wanted{version: "2.0.0"}, map[string]any{"max_affected_devices": 1}))
	})
}

// What others do to the members is no growth: it shows as another version, or as a rollback.
func TestAccModelDeployment_groupChangedOutside(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		event func(*harness)
		plan  string
		fails string
	}{
		"a newer version on some": {func(r *harness) { r.execute("3.0.0", 40) }, "rollback 3.0.0 2.0.0", ""},
		"a newer version on some, and one joins": {
			func(r *harness) { r.execute("3.0.0", 40); r.joins("ring", 30) }, "rollback 3.0.0 2.0.0", "",
		},
		"an older version on all":                {func(r *harness) { r.execute("1.0.0", 100) }, "", "The version was rolled back"},
		"an older version on some":               {func(r *harness) { r.execute("1.0.0", 60) }, "", "The version was rolled back"},
		"an older version on all, and one joins": {func(r *harness) { r.execute("1.0.0", 100); r.assign("2.0.0", 30); r.joins("ring", 30) }, "", "The version was rolled back"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newGroup(t, sandbox.DialectDocs, 1, 2, 3, 4, 5)
				r.apply(wanted{version: "2.0.0"})
				c.event(r)
				for range 2 {
					plan := r.core.Plan(r.pinned())
					if c.fails != "" {
						r.fails(plan.Diagnostics, c.fails)
					} else if got := operationOf(plan.Planned); got != c.plan {
						t.Errorf("planned %q; want %q: %v", got, c.plan, plan.Errors)
					}
				}
			})
		})
	}
}

// A device that joins, or leaves, between the deployment and the reads of the wait does not hold it up, and a bake does not take it for
// a rollback.
func TestAccModelDeployment_joinsDuringTheWait(t *testing.T) {
	t.Parallel()
	member := func(n int, version string) string {
		return fmt.Sprintf(`{"id":%q,"assignments":[{"model_id":"mdl_00000001","version":%q}]}`, deviceID(n), version)
	}
	list := func(members ...string) string {
		return fmt.Sprintf(`{"devices":[%s],"total":%d}`, strings.Join(members, ","), len(members))
	}
	for name, c := range map[string]struct {
		rollout map[string]any
		// reads are the answers of the wait, the last one for all further reads.
		reads      []string
		percentage float64
	}{
		"one joins": {
			reads:      []string{list(member(1, "1.0.0"), member(2, "2.0.0")), list(member(1, "2.0.0"), member(2, "2.0.0"), member(30, "1.0.0"))},
			percentage: 66.67,
		},
		"one leaves": {
			reads:      []string{list(member(1, "2.0.0"), member(2, "1.0.0")), list(member(1, "2.0.0"))},
			percentage: 100,
		},
		"one joins and one leaves": {
			reads:      []string{list(member(1, "1.0.0"), member(2, "1.0.0")), list(member(1, "2.0.0"), member(30, "1.0.0"))},
			percentage: 50,
		},
		"one with the version leaves at a percentage": {
			rollout:    map[string]any{"percentage": 50},
			reads:      []string{list(member(1, "1.0.0"), member(2, "2.0.0")), list(member(1, "1.0.0"))},
			percentage: 50,
		},
		"one joins during a bake": {
			rollout: map[string]any{"stages": []any{map[string]any{"percentage": 50, "bake": "100ms"}}},
			reads:   []string{list(member(1, "2.0.0"), member(2, "1.0.0"), member(30, "1.0.0"))}, percentage: 100,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newGroup(t, sandbox.DialectDocs, 1, 2)
				r.apply(wanted{version: "1.0.0"})
				config := r.config(wanted{version: "2.0.0"})
				if c.rollout != nil {
					config["rollout"] = c.rollout
				}
				plan := r.core.Plan(config)
				for i, body := range c.reads {
					times := 1
					if i == len(c.reads)-1 && c.rollout["stages"] == nil {
						times = -1
					}
					// The apply reads once before the deployment.
					r.sb.AddFault(sandbox.Fault{Method: "GET", Path: "device-groups/*/devices", Nth: 2 + i, Times: times, Status: 200, Body: body})
				}
				r.succeeds(plan)
				if got := r.core.State(); got["version"] != "2.0.0" || got["percentage"] != c.percentage {
					t.Errorf("the state has %v at %v percent; want %v", got["version"], got["percentage"], c.percentage)
				}
				r.sb.ClearFaults()
			})
		})
	}
}

// What a refresh remembers does not change what the next one finds.
func TestAccModelDeployment_growthSurvivesARefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newGroup(t, sandbox.DialectDocs, 1, 2, 3)
		r.apply(wanted{version: "2.0.0"})
		r.joins("ring", 30)
		first := r.core.Plan(r.pinned())
		if diff := cmp.Diff(first.Planned, r.core.Plan(r.pinned()).Planned); diff != "" {
			t.Errorf("the second plan differs: %s", diff)
		}
	})
}

// Members that the same apply adds to a static group get the version in the next apply, which the plan after this one announces; with a
// new version they get it at once.
func TestAccModelDeployment_membersOfSameApply(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t)
		group := sb.Core(t, "octomil_device_group")
		both := together{group, group.Beside("octomil_device_group_members"), group.Beside("octomil_model_deployment")}
		config := func(version string, devices int) []map[string]any {
			ids := make([]any, devices)
			for i := range ids {
				ids[i] = deviceID(i + 1)
			}
			var id any = acctest.Unknown
			if known := group.State()["id"]; known != nil {
				id = known
			}
			return []map[string]any{
				{"name": "ring"}, {"group_id": id, "device_ids": ids}, pin(version, "group", "ring", "max_affected_devices", 5),
			}
		}
		h := inGroup(t, sb, "ring")
		both[0].Converge(t, config("2.0.0", 3)[0], acctest.ActionCreate)
		both.apply(t, false, config("2.0.0", 3)...)
		h.hasVersions("ring", map[string]int{"2.0.0": 3})
		both.apply(t, true, config("2.0.0", 5)...)
		h.hasVersions("ring", map[string]int{"2.0.0": 3, "1.0.0": 2})
		before := both[2].State()["percentage"]
		plan := both.apply(t, false, config("2.0.0", 5)...)[2]
		if got := operationOf(plan.Planned); plan.Action != acctest.ActionUpdate || got != "advance 2.0.0 2.0.0" || plan.Planned["percentage"] == before {
			t.Errorf("the plan is %s, %q, from %v to %v percent", plan.Action, got, before, plan.Planned["percentage"])
		}
		h.hasVersions("ring", map[string]int{"2.0.0": 5})
		if _, errors := both.plan(t, config("3.0.0", 5)...); !strings.Contains(errors, "The version does not exist") {
			t.Errorf("the plan says %q", errors)
		}
		both.apply(t, false, config("1.0.0", 4)...)
		h.hasVersions("ring", map[string]int{"1.0.0": 4})
	})
}
