package federation_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

const typeName = "octomil_federation"

// with returns a configuration with these changes.
func with(changes map[string]any) map[string]any {
	config := map[string]any{"name": "clinics"}
	maps.Copy(config, changes)
	return config
}

// inEachDialect runs a test in both dialects of the sandbox, which has a second model.
func inEachDialect(t *testing.T, run func(t *testing.T, sb *acctest.Sandbox, core *acctest.Core)) {
	t.Helper()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		sb.Do(t, http.MethodPost, "/api/v1/models?org_id=demo", map[string]any{"name": "whisper", "framework": "onnx", "use_case": "other"})
		sb.ClearLedger()
		run(t, sb, sb.Core(t, typeName))
	}, func(o *sandbox.Options) { o.Devices = 30 })
}

func pathOf(core *acctest.Core) string { return fmt.Sprint("/api/v1/federations/", core.State()["id"]) }

// CONTRACT.md 7.115
func TestAccFederation_lifecycle(t *testing.T) {
	t.Parallel()
	inEachDialect(t, func(t *testing.T, sb *acctest.Sandbox, core *acctest.Core) {
		core.Converge(t, with(map[string]any{"description": "Hospitals"}), acctest.ActionCreate)
		core.ExpectState(t, map[string]any{"org_id": "demo", "models": nil, "member_org_ids": nil, "total_epsilon_budget": nil, "total_delta_budget": nil})
		full := with(map[string]any{
			"description": "Hospitals", "models": []any{"phi-4-mini", "whisper"}, "member_org_ids": []any{"acme"}, "total_epsilon_budget": 8.1,
		})
		core.Converge(t, full, acctest.ActionUpdate)
		core.ExpectState(t, map[string]any{"total_epsilon_budget": 8.1, "total_delta_budget": 0.00001})
		full["total_epsilon_budget"], full["total_delta_budget"] = 4, 0.000001
		core.Converge(t, full, acctest.ActionUpdate)
		want := []string{
			"POST create federation", "POST invite to federation", "POST share model", "POST share model", "PUT set privacy budget", "PUT set " +
				"privacy budget",
		}
		if diff := cmp.Diff(want, sb.Writes()); diff != "" {
			t.Errorf("writes (-want +got):\n%s", diff)
		}

		// Whatever is removed from the configuration stays on the server.
		less := with(map[string]any{"description": "Hospitals", "models": []any{"phi-4-mini"}})
		warnings := core.Converge(t, less, acctest.ActionUpdate)
		if all := strings.Join(warnings, "\n"); len(warnings) != 2 || !strings.Contains(all, "member_org_ids: ") || !strings.Contains(all, "whisper") {
			t.Errorf("warnings are %q", warnings)
		}
		core.ExpectState(t, map[string]any{"total_epsilon_budget": 4.0, "total_delta_budget": 0.000001, "member_org_ids": nil})
		if n := len(sb.Writes()); n != len(want) {
			t.Errorf("unexpected writes after the removal: %v", sb.Writes()[len(want):])
		}

		// A changed budget is drift if it is managed. An added member is not.
		sb.Do(t, http.MethodPut, pathOf(core)+"/privacy/budget", map[string]any{"total_epsilon_budget": 99, "total_delta_budget": 0.5})
		sb.Do(t, http.MethodPost, pathOf(core)+"/invite", map[string]any{"org_ids": []string{"theirs"}})
		core.Converge(t, less, acctest.ActionNone)
		less["total_epsilon_budget"] = 4
		core.Converge(t, less, acctest.ActionUpdate)
		sb.Do(t, http.MethodPut, pathOf(core)+"/privacy/budget", map[string]any{"total_epsilon_budget": 99, "total_delta_budget": 0.5})
		core.Converge(t, less, acctest.ActionUpdate)
		core.ExpectState(t, map[string]any{"total_epsilon_budget": 4.0})
	})
}

func TestAccFederation_description(t *testing.T) {
	t.Parallel()
	inEachDialect(t, func(t *testing.T, sb *acctest.Sandbox, core *acctest.Core) {
		core.Converge(t, with(map[string]any{"description": ""}), acctest.ActionCreate)
		core.Converge(t, with(nil), acctest.ActionUpdate) // null and empty are the same to the server
		plan := core.Plan(with(map[string]any{"description": "x"}))
		if len(plan.Errors) != 1 || !strings.HasPrefix(plan.Errors[0], "description: Federation description cannot be changed") ||
			!strings.Contains(plan.Errors[0], "The API cannot change the description") {
			t.Errorf("a changed description plans %s, %q", plan.Action, plan.Errors)
		}
		first := pathOf(core)
		warnings := core.Converge(t, with(map[string]any{"name": "hospitals", "description": "x"}), acctest.ActionReplace)
		if pathOf(core) == first {
			t.Error("a changed name did not create a new federation")
		}
		if name := sb.Do(t, http.MethodGet, first, nil)["name"]; name != "clinics" {
			t.Errorf("the first federation is named %v, want clinics", name)
		}
		report := core.Destroy()
		if len(report.Warnings) == 0 || !strings.Contains(report.Warnings[0], "cannot delete a federation") {
			t.Errorf("the destroy does not warn that the federation remains: %q, %q", warnings, report.Warnings)
		}
	})
}

// A federation that exists already is adopted, unless it holds anything that the configuration does not name.
func TestAccFederation_adopt(t *testing.T) {
	t.Parallel()
	inEachDialect(t, func(t *testing.T, sb *acctest.Sandbox, core *acctest.Core) {
		config := with(map[string]any{"models": []any{"phi-4-mini"}, "total_epsilon_budget": 8})
		core.Converge(t, config, acctest.ActionCreate)
		id := core.State()["id"]
		if report := core.Destroy(); report.Failed() {
			t.Fatal(report.Errors)
		}
		config["member_org_ids"] = []any{"acme"}
		if warnings := core.Converge(t, config, acctest.ActionCreate); len(warnings) != 1 || !strings.HasPrefix(warnings[0], "name: Adopted an existing federation") {
			t.Errorf("warnings are %q", warnings)
		}
		if core.State()["id"] != id {
			t.Errorf("the ID is %v, want %v", core.State()["id"], id)
		}

		sb.Do(t, http.MethodPost, pathOf(core)+"/invite", map[string]any{"org_ids": []string{"theirs"}})
		other := sb.Core(t, typeName)
		report := other.Apply(other.Plan(config))
		if len(report.Errors) != 1 || !strings.HasPrefix(report.Errors[0], "name: Could not create the federation") ||
			!strings.Contains(report.Errors[0], fmt.Sprintf("terraform import octomil_federation.<address> %q", id)) || other.State() != nil {
			t.Errorf("a federation with unmanaged members: %q, state %v", report.Errors, other.State())
		}
	})
}

// A create that fails partway is completed by the next apply, in the same federation.
func TestAccFederation_createFailsPartway(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	core := sb.Core(t, typeName)
	config := with(map[string]any{"models": []any{"phi-4-mini"}, "member_org_ids": []any{"acme"}, "total_epsilon_budget": 8})
	for _, f := range []struct{ method, path, prefix string }{
		{"POST", "federations/*/invite", "member_org_ids: "}, {"POST", "federations/*/models", "models: "},
		{"PUT", "federations/*/privacy/budget", "Could not create the federation"},
	} {
		sb.AddFault(sandbox.Fault{Method: f.method, Path: f.path, Status: 403})
		report := core.Apply(core.Plan(config))
		if len(report.Errors) != 1 || !strings.HasPrefix(report.Errors[0], f.prefix) || !strings.Contains(report.Errors[0], "req_") || !core.Tainted() {
			t.Fatalf("%s: %q", f.path, report.Errors)
		}
		sb.ClearFaults()
	}
	core.Converge(t, config, acctest.ActionReplace)
	list, _ := sb.Do(t, http.MethodGet, "/api/v1/federations?org_id=demo", nil)["items"].([]any)
	if len(list) != 1 {
		t.Errorf("federations are %v, want one", list)
	}
}

func TestAccFederation_import(t *testing.T) {
	t.Parallel()
	inEachDialect(t, func(t *testing.T, sb *acctest.Sandbox, core *acctest.Core) {
		config := with(map[string]any{"models": []any{"phi-4-mini"}, "member_org_ids": []any{"acme"}, "total_epsilon_budget": 8})
		core.Converge(t, config, acctest.ActionCreate)
		id := fmt.Sprint(core.State()["id"])
		for how, importBy := range map[string]func(*acctest.Core) acctest.Diagnostics{
			"id":       func(c *acctest.Core) acctest.Diagnostics { return c.Import(id) },
			"name":     func(c *acctest.Core) acctest.Diagnostics { return c.Import("clinics") },
			"identity": func(c *acctest.Core) acctest.Diagnostics { return c.ImportIdentity(map[string]any{"id": id}) },
		} {
			imported := sb.Core(t, typeName)
			if report := importBy(imported); report.Failed() {
				t.Fatalf("by %s: %v", how, report.Errors)
			}
			if diff := cmp.Diff(core.State(), imported.State()); diff != "" {
				t.Errorf("by %s (-created +imported):\n%s", how, diff)
			}
			imported.Converge(t, config, acctest.ActionNone)
		}
		// The list has names only; the details are fetched.
		found, report := sb.Query(t, typeName, nil, 1, true)
		if len(found) != 1 || report.Failed() || !cmp.Equal(found[0].Attributes, core.State()) {
			t.Errorf("query found %v, %v", found, report.Errors)
		}
	})
}

func TestAccFederation_invalidConfig(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	for want, config := range map[string]map[string]any{
		"name: Invalid": with(map[string]any{"name": ""}), "description: Invalid": with(map[string]any{"description": strings.Repeat("x", 513)}),
		"total_epsilon_budget: Invalid priv": with(map[string]any{"total_epsilon_budget": 0}),
		"total_delta_budget: Invalid priv":   with(map[string]any{"total_epsilon_budget": 1, "total_delta_budget": 1}),
		"total_delta_budget: Invalid":        with(map[string]any{"total_delta_budget": 0.1}),
	} {
		if plan := sb.Core(t, typeName).Plan(config); len(plan.Errors) != 1 || !strings.HasPrefix(plan.Errors[0], want) {
			t.Errorf("want %q, got %q", want, plan.Errors)
		}
	}
	core := sb.Core(t, typeName)
	core.Converge(t, with(nil), acctest.ActionCreate)
	report := core.Apply(core.Plan(with(map[string]any{"models": []any{"none"}})))
	if len(report.Errors) != 1 || !strings.HasPrefix(report.Errors[0], `models: Could not share the model "none"`) || !strings.Contains(report.Errors[0], "req_") {
		t.Errorf("a model that does not exist: %q", report.Errors)
	}
	core.ExpectState(t, map[string]any{"models": nil})
	if report := core.Import("clinic"); len(report.Errors) != 1 || !strings.Contains(report.Errors[0], "clinics") {
		t.Errorf("an import with a misspelled name: %q", report.Errors)
	}
}
