package experiment_test

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

const typeName = "octomil_experiment"

func variants(control, treatment float64) map[string]any {
	return map[string]any{
		"control":   map[string]any{"model_version": "1.0.0", "traffic_allocation": control},
		"treatment": map[string]any{"model_version": "2.0.0", "traffic_allocation": treatment},
	}
}

// with returns a configuration with these changes.
func with(changes map[string]any) map[string]any {
	config := map[string]any{"name": "speed", "model": "phi-4-mini", "control": "control", "variants": variants(50, 50)}
	maps.Copy(config, changes)
	return config
}

func inEachDialect(t *testing.T, run func(t *testing.T, sb *acctest.Sandbox, core *acctest.Core)) {
	t.Helper()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := acctest.Start(t, func(o *sandbox.Options) { o.Dialect, o.Devices = dialect, 30 })
		run(t, sb, sb.Core(t, typeName))
	})
}

func pathOf(core *acctest.Core) string { return fmt.Sprint("/api/v1/experiments/", core.State()["id"]) }

// expectPlanErrors plans and expects exactly the errors with these prefixes.
func expectPlanErrors(t *testing.T, core *acctest.Core, config map[string]any, want ...string) {
	t.Helper()
	plan := core.Plan(config)
	if len(plan.Errors) != len(want) {
		t.Fatalf("want %q, got %q", want, plan.Errors)
	}
	for i, text := range want {
		if !strings.HasPrefix(plan.Errors[i], text) {
			t.Errorf("want %q, got %q", text, plan.Errors[i])
		}
	}
}

func groupIDs(t *testing.T, sb *acctest.Sandbox) []any {
	t.Helper()
	group := sb.Do(t, http.MethodPost, "/api/v1/device-groups", map[string]any{"org_id": "demo", "name": "lab", "group_type": "static"})
	return []any{group["id"]}
}

func TestAccExperiment_lifecycle(t *testing.T) {
	t.Parallel()
	inEachDialect(t, func(t *testing.T, sb *acctest.Sandbox, core *acctest.Core) {
		groups := groupIDs(t, sb)
		core.Converge(t, with(nil), acctest.ActionCreate)
		state := core.State()
		if state["status"] != "draft" || state["traffic_percentage"] != 100.0 || state["primary_metric"] != "conversion" ||
			state["target_group_ids"] != nil || state["on_destroy"] != "keep" {
			t.Errorf("after the create the state is %v", state)
		}
		core.Converge(t, with(map[string]any{"status": "running", "description": "Faster?", "target_group_ids": groups}), acctest.ActionUpdate)
		core.Converge(t, with(map[string]any{"status": "paused", "variants": variants(33.4, 66.6), "confidence_level": 0.9}), acctest.ActionUpdate)
		want := []string{
			"POST create experiment", "PATCH update experiment", "PUT replace target groups", "POST start experiment",
			"PATCH update experiment", "PATCH update allocations", "PUT replace target groups", "POST pause experiment",
		}
		if diff := cmp.Diff(want, sb.Writes()[1:]); diff != "" {
			t.Errorf("the writes (-want +got):\n%s", diff)
		}
		core.Converge(t, with(map[string]any{"status": "running"}), acctest.ActionUpdate)
		id := core.State()["id"]

		// The ID instead of the name of the model is no change. A different version is a different experiment.
		core.Converge(t, with(map[string]any{"status": "running", "model": core.State()["model_id"]}), acctest.ActionNone)
		other := variants(50, 50)
		other["treatment"] = map[string]any{"model_version": "0.9.0", "traffic_allocation": 50}
		plan := core.Plan(with(map[string]any{"variants": other}))
		if plan.Action != acctest.ActionReplace || plan.Planned["status"] != acctest.Unknown {
			t.Errorf("another version plans %s, %v", plan.Action, plan.Planned)
		}
		core.Converge(t, with(map[string]any{"variants": other}), acctest.ActionReplace)
		if status := sb.Do(t, http.MethodGet, fmt.Sprint("/api/v1/experiments/", id), nil)["status"]; status != "running" && status != "active" {
			t.Errorf("the replaced experiment is %v, but on_destroy keeps it", status)
		}
	})
}

func TestAccExperiment_drift(t *testing.T) {
	t.Parallel()
	inEachDialect(t, func(t *testing.T, sb *acctest.Sandbox, core *acctest.Core) {
		config := with(map[string]any{"status": "running", "target_group_ids": groupIDs(t, sb), "description": "Faster?"})
		core.Converge(t, config, acctest.ActionCreate)
		at := pathOf(core)
		for _, outside := range []struct {
			method, path string
			body         any
		}{
			{"PATCH", "", map[string]any{"name": "x", "description": "y"}}, {"PATCH", "", map[string]any{"traffic_percentage": 10}},
			{"PATCH", "", map[string]any{"min_sample_size": 5}}, {"PATCH", "", map[string]any{"confidence_level": 0.5, "primary_metric": "x"}},
			{"PATCH", "/allocations", map[string]any{"variants": []any{
				map[string]any{"name": "control", "traffic_allocation": 10}, map[string]any{"name": "treatment", "traffic_allocation": 90},
			}}},
			{"PUT", "/target-groups", map[string]any{"group_ids": []string{}}}, {"POST", "/pause", nil},
		} {
			sb.Do(t, outside.method, at+outside.path, outside.body)
			core.Converge(t, config, acctest.ActionUpdate)
		}
		// One that was ended outside of Terraform cannot be started again.
		sb.Do(t, http.MethodPost, at+"/complete", nil)
		expectPlanErrors(t, core, config, "status: The experiment is completed")
		core.Converge(t, with(map[string]any{"status": "completed", "target_group_ids": core.State()["target_group_ids"], "description": "Faster?"}),
			acctest.ActionNone)
	})
}

func TestAccExperiment_status(t *testing.T) {
	t.Parallel()
	inEachDialect(t, func(t *testing.T, sb *acctest.Sandbox, core *acctest.Core) {
		is := func(status string) map[string]any { return with(map[string]any{"status": status}) }
		expectPlanErrors(t, core, is("active"), "status: Invalid Attribute Value Match")
		for _, status := range []string{"paused", "completed", "cancelled"} {
			expectPlanErrors(t, core, is(status), "status: A new experiment cannot be "+status)
		}
		core.Converge(t, is("draft"), acctest.ActionCreate)
		expectPlanErrors(t, core, is("paused"), "status: An experiment cannot go from draft to paused: From draft it can only become cancelled or "+
			"running.")
		expectPlanErrors(t, core, is("completed"), "status: An experiment cannot go from draft to completed")
		core.Converge(t, is("running"), acctest.ActionUpdate)
		expectPlanErrors(t, core, is("draft"), "status: An experiment cannot go from running to draft")
		core.Converge(t, with(nil), acctest.ActionNone) // the status is not managed: the experiment continues
		core.Converge(t, is("completed"), acctest.ActionUpdate)
		changed := with(map[string]any{"name": "x", "traffic_percentage": 10, "variants": variants(10, 90), "status": "running"})
		expectPlanErrors(t, core, changed, "name: The experiment is completed", "status: The experiment is completed", "traffic_percentage: ", "variants: ")
		core.Converge(t, with(map[string]any{"on_destroy": "complete"}), acctest.ActionUpdate)
		if n := len(sb.Writes()); n != 3 {
			t.Errorf("there were %d writes: %v", n, sb.Writes())
		}
	})
}

func TestAccExperiment_onDestroy(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ status, onDestroy, want string }{
		"a running one is kept":      {"running", "keep", "running"},
		"a running one is completed": {"running", "complete", "completed"},
		"a running one is cancelled": {"running", "cancel", "cancelled"},
		"a draft is kept":            {"draft", "keep", "draft"},
		"a draft has no result":      {"draft", "complete", "cancelled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sb := acctest.Start(t)
			core := sb.Core(t, typeName)
			core.Converge(t, with(map[string]any{"status": tc.status, "on_destroy": tc.onDestroy}), acctest.ActionCreate)
			at := pathOf(core)
			report := core.Destroy()
			if report.Failed() || len(report.Warnings) == 0 || !strings.Contains(report.Warnings[0], "cannot delete an experiment") {
				t.Errorf("the destroy reports %v, %v", report.Errors, report.Warnings)
			}
			if got := sb.Do(t, http.MethodGet, at, nil)["status"]; got != tc.want {
				t.Errorf("it is %v", got)
			}
		})
	}
}

func TestAccExperiment_import(t *testing.T) {
	t.Parallel()
	inEachDialect(t, func(t *testing.T, sb *acctest.Sandbox, core *acctest.Core) {
		config := with(map[string]any{"status": "running", "target_group_ids": groupIDs(t, sb)})
		core.Converge(t, config, acctest.ActionCreate)
		id := core.State()["id"]
		identity := map[string]any{"org_id": "demo", "id": id}
		for how, report := range map[string]func(*acctest.Core) acctest.Diagnostics{
			"id":       func(c *acctest.Core) acctest.Diagnostics { return c.Import(fmt.Sprint(id)) },
			"name":     func(c *acctest.Core) acctest.Diagnostics { return c.Import("speed") },
			"identity": func(c *acctest.Core) acctest.Diagnostics { return c.ImportIdentity(identity) },
		} {
			imported := sb.Core(t, typeName)
			if report := report(imported); report.Failed() {
				t.Fatalf("by %s: %v", how, report.Errors)
			}
			if diff := cmp.Diff(core.State(), imported.State()); diff != "" {
				t.Errorf("by %s (-created +imported):\n%s", how, diff)
			}
			imported.Converge(t, config, acctest.ActionNone)
			byID := maps.Clone(config)
			byID["model"] = imported.State()["model_id"]
			imported.Converge(t, byID, acctest.ActionNone)
		}
		if report := sb.Core(t, typeName).Import("sped"); len(report.Errors) != 1 || !strings.Contains(report.Errors[0], "speed") {
			t.Errorf("a wrong name: %v", report.Errors)
		}
	})
}

func TestAccExperiment_invalidConfig(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	core := sb.Core(t, typeName)
	one := variants(100, 0)
	delete(one, "treatment")
	expectPlanErrors(t, core, with(map[string]any{"variants": variants(50, 49)}), "variants: Traffic allocations do not add up to 100: The `traffic_allocation` values "+
		"of all variants must add up to 100 percent, but add up to 99.")
	expectPlanErrors(t, core, with(map[string]any{"control": "none"}), "control: Invalid `control`")
	expectPlanErrors(t, core, with(map[string]any{"variants": one}), "variants: Invalid")
	expectPlanErrors(t, core, with(map[string]any{"variants": variants(-1, 101)}), "variants.", "variants.")
	expectPlanErrors(t, core, with(map[string]any{"traffic_percentage": 101}), "traffic_percentage: Invalid")

	// Values that only the server has.
	for want, config := range map[string]map[string]any{
		"variants: Could not create the experiment": with(map[string]any{"variants": map[string]any{
			"control": map[string]any{"model_version": "1.0.0", "traffic_allocation": 50}, "x": map[string]any{"model_version": "7.0.0", "traffic_allocation": 50},
		}}),
		"Could not create the experiment: Could not create the experiment: the server answered 404": with(map[string]any{"model": "none"}),
	} {
		report := core.Apply(core.Plan(config))
		if len(report.Errors) != 1 || !strings.HasPrefix(report.Errors[0], want) || !strings.Contains(report.Errors[0], "req_") {
			t.Errorf("want %q, got %q", want, report.Errors)
		}
	}
	thirds := map[string]any{
		"control": map[string]any{"model_version": "1.0.0", "traffic_allocation": 33.33},
		"a":       map[string]any{"model_version": "2.0.0", "traffic_allocation": 33.33},
		"b":       map[string]any{"model_version": "0.9.0", "traffic_allocation": 33.33},
	}
	expectPlanErrors(t, core, with(map[string]any{"variants": thirds}), "variants: Traffic allocations do not add up to 100: The `traffic_allocation` values "+
		"of all variants must add up to 100 percent, but add up to 99.99.")
	thirds["control"] = map[string]any{"model_version": "1.0.0", "traffic_allocation": 33.34}
	core.Converge(t, with(map[string]any{"variants": thirds}), acctest.ActionCreate)
}

// A create that fails partway leaves nothing open: its draft is canceled when it is replaced.
func TestAccExperiment_createFailsPartway(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	core := sb.Core(t, typeName)
	config := with(map[string]any{"status": "running"})
	sb.AddFault(sandbox.Fault{Method: "POST", Path: "experiments/*/start", Status: 409})
	if report := core.Apply(core.Plan(config)); !report.Failed() || !core.Tainted() {
		t.Fatalf("the create reports %v", report.Errors)
	}
	first := pathOf(core)
	sb.ClearFaults()
	core.Converge(t, config, acctest.ActionReplace)
	if got := sb.Do(t, http.MethodGet, first, nil)["status"]; got != "cancelled" {
		t.Errorf("the first one is %v", got)
	}
	if core.State()["on_destroy"] != "keep" {
		t.Errorf("the second one has the state %v", core.State())
	}
}

func TestAccExperiment_list(t *testing.T) {
	t.Parallel()
	inEachDialect(t, func(t *testing.T, sb *acctest.Sandbox, core *acctest.Core) {
		core.Converge(t, with(map[string]any{"status": "running"}), acctest.ActionCreate)
		sb.Core(t, typeName).Converge(t, with(map[string]any{"name": "second"}), acctest.ActionCreate)
		for _, tc := range []struct {
			filters map[string]any
			limit   int64
			want    []string
		}{
			{nil, 0, []string{"second", "speed"}}, {map[string]any{"status": "running"}, 0, []string{"speed"}}, {nil, 1, []string{"second"}},
			{map[string]any{"model_id": core.State()["model_id"]}, 0, []string{"second", "speed"}}, {map[string]any{"model_id": "x"}, 0, nil},
		} {
			found, report := sb.Query(t, typeName, tc.filters, tc.limit, true)
			var names []string
			for _, f := range found {
				if names = append(names, f.Name); f.Attributes["model"] != "phi-4-mini" {
					t.Errorf("%s is listed as %v", f.Name, f.Attributes)
				}
			}
			if diff := cmp.Diff(tc.want, names); diff != "" || report.Failed() {
				t.Errorf("%v, limit %d: %v (-want +got):\n%s", tc.filters, tc.limit, report.Errors, diff)
			}
		}
	})
}

// A refresh of many experiments reads the list.
func TestAccExperiment_requestsOfRefresh(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	ids := make([]string, 20)
	for i := range ids {
		core := sb.Core(t, typeName)
		core.Converge(t, with(map[string]any{"name": fmt.Sprint("experiment ", i)}), acctest.ActionCreate)
		ids[i] = fmt.Sprint(core.State()["id"])
	}
	walk := sb.ImportAll(t, typeName, ids)
	sb.ClearLedger()
	walk.Refresh(t)
	if n := len(sb.Ledger()); n > 3 {
		t.Errorf("a refresh of %d experiments takes %d requests", len(ids), n)
	}
}

// The real command line compares numbers in more digits than a float64 has.
func TestAccExperiment_commandLine(t *testing.T) {
	t.Parallel()
	const address = typeName + ".speed"
	sb := acctest.Start(t)
	config := func(control, treatment float64, status string) string {
		return sb.Provider() + fmt.Sprintf(`
resource "octomil_experiment" "speed" {
  name               = "speed"
  model              = "phi-4-mini"
  control            = "old"
  traffic_percentage = 33.1
  status             = %q
  variants = {
    old = { model_version = "1.0.0", traffic_allocation = %v }
    new = { model_version = "2.0.0", traffic_allocation = %v }
  }
}
`, status, control, treatment)
	}
	is := func(status string) []statecheck.StateCheck {
		return []statecheck.StateCheck{statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact(status))}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: config(33.34, 66.66, "running"), ConfigStateChecks: is("running")},
			{
				Config: config(99.9, 0.1, "paused"), ConfigStateChecks: is("paused"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				}},
			},
			{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateId: "speed"},
			{Config: config(99.9, 0.1, "draft"), ExpectError: regexp.MustCompile(`An experiment cannot go from paused to draft`)},
		},
	})
}
