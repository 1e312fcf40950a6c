package provider_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// A rollout whose record answers 404 for a while after its creation was neither canceled nor deleted.
func TestAccModelDeployment_newRolloutNotFound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartLagging(t, acctest.Lag{Single: 3 * time.Second})
		core := sb.Core(t, "octomil_model_deployment")
		core.Converge(t, map[string]any{"model": "phi-4-mini", "version": "2.0.0"}, acctest.ActionCreate)
		if core.Tainted() {
			t.Error("the deployment is tainted")
		}
		sb.ExpectFleet(t, "phi-4-mini", map[string]int{"2.0.0": 124})
	})
}

// A rollout that was watched to its end is not replaced because the list of rollouts lacks it.
func TestAccModelDeployment_listLacksNewRollout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		core := acctest.StartLagging(t, acctest.Lag{List: 12 * time.Second}).Core(t, "octomil_model_deployment")
		core.Converge(t, map[string]any{"model": "phi-4-mini", "version": "2.0.0"}, acctest.ActionCreate)
		core.ExpectState(t, map[string]any{"version": "2.0.0", "status": "completed"})
		core.Converge(t, map[string]any{"model": "phi-4-mini", "version": "1.0.0"}, acctest.ActionUpdate)
		core.ExpectState(t, map[string]any{"version": "1.0.0", "active_version": "1.0.0"})
	})
}

// A group that is replaced is not in the way of its successor while its deletion takes effect.
func TestAccDeviceGroup_replacedWhileDeleted(t *testing.T) {
	t.Parallel()
	rules := []any{map[string]any{"field": "platform", "operator": "eq", "value": "ios"}}
	for name, delay := range map[string]time.Duration{"3 s": 3 * time.Second, "10 s": 10 * time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				core := acctest.StartVirtual(t).WithLateDeletes(delay).Core(t, "octomil_device_group")
				core.Converge(t, map[string]any{"name": "lab"}, acctest.ActionCreate)
				core.Converge(t, map[string]any{"name": "lab", "group_type": "dynamic", "rules": rules}, acctest.ActionReplace)
			})
		})
	}
}

// A deletion that is answered with 200 and takes effect later is waited for as well, where the creation finds it in its way.
func TestAccModelVersion_replacedWhileDeleted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, l := range lifecycles() {
			if l.name != "a registered version" {
				continue
			}
			s := newScenario(t, acctest.StartVirtual(t).WithLateDeletes(3*time.Second), l.lifecycle)
			s.core.Converge(t, s.create, acctest.ActionCreate)
			s.core.Converge(t, with(s.create, "format", "gguf"), acctest.ActionReplace)
		}
	})
}

// A percentage that the server floors is reached, with a warning, and is no change afterwards.
func TestAccModelDeployment_wholePercents(t *testing.T) {
	t.Parallel()
	for _, habit := range acctest.Cosmetics() {
		if habit.Name != "keeps whole percents" {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			core := acctest.StartVirtual(t).WithCosmetic(habit).Core(t, "octomil_model_deployment")
			config := func(percentage float64) map[string]any {
				return map[string]any{"model": "phi-4-mini", "version": "2.0.0", "rollout": map[string]any{"percentage": percentage}}
			}
			begun := time.Now()
			warned := strings.Join(core.Converge(t, config(12.5), acctest.ActionCreate), "\n")
			if took := time.Since(begun); took > 5*time.Minute || !strings.Contains(warned, "The server keeps whole percentages") {
				t.Errorf("it took %s and said %s", took, warned)
			}
			core.ExpectState(t, map[string]any{"percentage": 12.0, "rollout": map[string]any{"percentage": 12.5, "stages": nil}})
			core.Converge(t, config(30.25), acctest.ActionUpdate)
			core.ExpectState(t, map[string]any{"percentage": 30.0})
			core.Converge(t, config(31), acctest.ActionUpdate)
		})
	}
}

// A group is found by its name however its letters are composed, and by the name that its resource has kept.
func TestAccModelDeployment_groupNameInAnotherSpelling(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ kept, configured string }{
		"composed":   {"cafe\u0301", "caf\u00e9"},
		"decomposed": {"caf\u00e9", "cafe\u0301"},
		"trimmed":    {"lab", " lab\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sb := acctest.StartVirtual(t)
				group := sb.Do(t, "POST", "/api/v1/device-groups", map[string]any{"org_id": "demo", "name": tc.kept, "group_type": "static"})
				sb.Do(t, "POST", "/api/v1/device-groups/"+group["id"].(string)+"/devices", map[string]any{"device_ids": []any{"dev_00000001"}})
				core := sb.Core(t, "octomil_model_deployment")
				core.Converge(t, map[string]any{"model": "phi-4-mini", "version": "2.0.0", "group": tc.configured}, acctest.ActionCreate)
				sb.Settle()
				if f := sb.GroupFleet("phi-4-mini", tc.kept); f.Versions["2.0.0"] != 1 {
					t.Errorf("the group runs %v", f.Versions)
				}
				if imported := sb.Core(t, "octomil_device_group"); imported.Import(tc.configured).Errors != nil {
					t.Errorf("the group is not imported by the name %q", tc.configured)
				}
			})
		})
	}
}

// What is kept of a spelling does not hide a change that is made later.
func TestAccDeviceGroup_keptSpellingAndDrift(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		habit   string
		config  map[string]any
		outside map[string]any
		shown   map[string]any
	}{
		{"adds a tag and a label", map[string]any{"name": "lab", "tags": []any{"eu"}}, map[string]any{"tags": []any{"managed-by:server"}},
			map[string]any{"tags": []any{}}},
		{"folds case", map[string]any{"name": "Lab"}, map[string]any{"name": "LAB"}, map[string]any{"name": "LAB"}},
		{"trims", map[string]any{"name": "lab", "description": "phones\n"}, map[string]any{"description": "tablets"},
			map[string]any{"description": "tablets"}},
		{"adds a default", map[string]any{"name": "lab"}, map[string]any{"description": "tablets"}, map[string]any{"description": "tablets"}},
	} {
		t.Run(tc.habit, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sb := acctest.StartVirtual(t)
				for _, habit := range acctest.Cosmetics() {
					if habit.Name != tc.habit {
						continue
					}
					core := sb.WithCosmetic(habit).Core(t, "octomil_device_group")
					core.Converge(t, tc.config, acctest.ActionCreate)
					sb.Do(t, "PUT", "/api/v1/device-groups/"+core.State()["id"].(string), tc.outside)
					if plan := core.Plan(tc.config); plan.Failed() || plan.Action != acctest.ActionUpdate {
						t.Errorf("the plan after a change outside is %s: %v", plan.Action, plan.Errors)
					}
					core.ExpectState(t, tc.shown)
					core.Converge(t, tc.config, acctest.ActionUpdate)
				}
			})
		})
	}
}

// A new object that a server has changed stays, untainted, and the next plan shows the server's value.
func TestAccDeviceGroup_anotherValueThanPlanned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limited := acctest.Cosmetic{Object: func(_ string, object map[string]any) { object["description"] = "limited" }}
		core := acctest.StartVirtual(t).WithCosmetic(limited).Core(t, "octomil_device_group")
		config := map[string]any{"name": "lab", "description": "phones"}
		said := core.Apply(core.Plan(config))
		warned := strings.Join(said.Warnings, "\n")
		if said.Failed() || core.Tainted() || !strings.Contains(warned, "description: Unexpected value after apply") {
			t.Fatalf("tainted %t, %v, %s", core.Tainted(), said.Errors, warned)
		}
		plan := core.Plan(config)
		if plan.Failed() || plan.Action != acctest.ActionUpdate {
			t.Errorf("the next plan is %s: %v", plan.Action, plan.Errors)
		}
		core.ExpectState(t, map[string]any{"description": "limited"})
	})
}
