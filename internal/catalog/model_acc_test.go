package catalog_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// modelOf returns the model on the server, nil if there is none of that name.
func modelOf(t *testing.T, sb *acctest.Sandbox, name string) map[string]any {
	t.Helper()
	models, ok := sb.Do(t, http.MethodGet, "/api/v1/models?org_id=demo&limit=100", nil)["models"].([]any)
	if !ok {
		t.Fatal("the sandbox lists no models")
	}
	for _, item := range models {
		if m, ok := item.(map[string]any); ok && m["name"] == name {
			return m
		}
	}
	return nil
}

func modelPath(t *testing.T, sb *acctest.Sandbox, name string) string {
	t.Helper()
	return fmt.Sprintf("/api/v1/models/%v", modelOf(t, sb, name)["id"])
}

func TestAccModel_lifecycle(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		core := sb.Core(t, "octomil_model")
		bare := map[string]any{"name": "speech", "framework": "pytorch", "deletion_protection": false}
		core.Converge(t, map[string]any{
			"name": "lab/speech", "framework": "pytorch", "deletion_protection": false, "description": "Speech to text", "use_case": "nlp",
			"model_contract": `{"inputs":["audio"],"outputs":["text"]}`,
		}, acctest.ActionCreate)
		core.ExpectState(t, map[string]any{"org_id": "demo", "data_contract": nil})
		id := fmt.Sprint(core.State()["id"])
		if !strings.HasPrefix(id, "mdl_") || core.State()["created_at"] == nil {
			t.Errorf("the state is %v", core.State())
		}
		core.ExpectImport(t, id, "deletion_protection")
		core.ExpectImport(t, "lab/speech", "deletion_protection")

		core.Converge(t, bare, acctest.ActionUpdate)
		core.ExpectState(t, map[string]any{"name": "speech", "description": nil, "use_case": "other", "model_contract": nil})
		sb.Do(t, http.MethodDelete, modelPath(t, sb, "speech"), nil)
		core.Converge(t, bare, acctest.ActionCreate)
		mustSucceed(t, core.Destroy())
		if modelOf(t, sb, "speech") != nil || modelOf(t, sb, "phi-4-mini") == nil {
			t.Error("the destroy did not delete the model, or deleted another one")
		}
	}, few)
}

// The plan shows changes outside of Terraform, but not another spelling of the same value.
func TestAccModel_drift(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectSDK)
	core := sb.Core(t, "octomil_model")
	config := map[string]any{
		"name": "lab", "framework": "onnx", "description": "d", "use_case": "nlp", "model_contract": `{ "size": 1, "inputs": ["a"] }`,
	}
	mustSucceed(t, apply(core, config))
	for what, change := range map[string]map[string]any{
		"name":           {"name": "other"},
		"description":    {"description": ""},
		"use_case":       {"use_case": "cv"},
		"model_contract": {"model_contract": map[string]any{"size": 2}},
		"data_contract":  {"data_contract": map[string]any{"rows": 2}},
	} {
		sb.Do(t, http.MethodPatch, fmt.Sprintf("/api/v1/models/%v", core.State()["id"]), change)
		plan := core.Plan(config)
		if plan.Failed() || plan.Action != acctest.ActionUpdate {
			t.Fatalf("after another %s the plan is %s: %v", what, plan.Action, plan.Errors)
		}
		mustSucceed(t, core.Apply(plan))
		if again := core.Plan(config); again.Action != acctest.ActionNone {
			t.Errorf("after reverting the %s the plan is %s", what, again.Action)
		}
	}
	sb.Do(t, http.MethodPatch, fmt.Sprintf("/api/v1/models/%v", core.State()["id"]), map[string]any{
		"model_contract": map[string]any{"inputs": []string{"a"}, "size": 1.0}, "data_contract": map[string]any{},
	})
	if plan := core.Plan(config); plan.Action != acctest.ActionNone {
		t.Errorf("another spelling of the contract plans %s: %v", plan.Action, plan.Planned)
	}
}

// CONTRACT.md 2.13
func TestAccModel_deletionProtection(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	core := sb.Core(t, "octomil_model")
	config := map[string]any{"name": "lab", "framework": "onnx"}
	mustSucceed(t, apply(core, config))
	refused := func(report acctest.Diagnostics) {
		t.Helper()
		expectError(t, report, "deletion_protection: The model is protected from deletion", "first apply `deletion_protection = false`", "all its versions")
	}
	refused(core.Destroy())
	refused(core.Plan(with(config, "framework", "pytorch")).Diagnostics)
	refused(core.Plan(with(with(config, "framework", "pytorch"), "deletion_protection", false)).Diagnostics)
	other := sb.Core(t, "octomil_model")
	mustSucceed(t, other.Import("lab"))
	refused(other.Destroy())

	sb.ClearLedger()
	mustSucceed(t, apply(core, with(config, "deletion_protection", false)))
	if writes := sb.Writes(); len(writes) > 0 {
		t.Errorf("deletion_protection is provider only, but changing it wrote %v", writes)
	}
	replace := core.Plan(map[string]any{"name": "lab", "framework": "pytorch", "deletion_protection": false})
	if mustSucceed(t, replace.Diagnostics); replace.Action != acctest.ActionReplace {
		t.Errorf("another framework plans %s", replace.Action)
	}
	mustSucceed(t, core.Apply(replace))
	mustSucceed(t, core.Destroy())
	if modelOf(t, sb, "lab") != nil {
		t.Error("the model is still there")
	}
}

func TestAccModel_invalidConfig(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		core := sb.Core(t, "octomil_model")
		config := map[string]any{"name": "lab", "framework": "onnx"}
		for attribute, value := range map[string]any{"name": "", "framework": "", "use_case": "", "model_contract": "[1]", "data_contract": "{"} {
			expectError(t, core.Plan(with(config, attribute, value)).Diagnostics, attribute+": ")
		}
		expectError(t, apply(core, with(config, "name", "phi-4-mini")), "name: Could not create the model", "409", "req_",
			`terraform import octomil_model.<address> "mdl_00000001"`)
		mustSucceed(t, apply(core, config))
		expectError(t, apply(core, with(config, "name", "phi-4-mini")), "name: Could not update the model", "409", "req_")
		sb.AddFault(sandbox.Fault{
			Method: http.MethodPatch, Path: "models/*", Status: 422, Body: `{"detail":[{"loc":["body","use_case"],"msg":"is not one of ours"}]}`,
		})
		expectError(t, apply(core, with(config, "use_case", "x")), "use_case: ", "is not one of ours", "req_")
		sb.AddFault(sandbox.Fault{Method: http.MethodGet, Path: "models/*", Times: -1, Status: 403})
		expectError(t, core.Refresh(), "403", "req_", "scope")
	})
}

// A null, empty or set description converges, and a lost response does not create a second model.
func TestAccModel_createResponseLost(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: "models", Execute: true, Cut: sandbox.CutBefore})
	core := sb.Core(t, "octomil_model")
	mustSucceed(t, apply(core, map[string]any{"name": "lab", "framework": "onnx"}))
	if diff := cmp.Diff([]string{"POST create model"}, sb.Writes()); diff != "" || core.State()["id"] != modelOf(t, sb, "lab")["id"] {
		t.Errorf("the state is %v, the writes are (-want +got):\n%s", core.State(), diff)
	}
}

func TestAccModel_list(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectSDK)
	for name, useCase := range map[string]string{"a": "nlp", "b": "cv", "c": "nlp"} {
		sb.Do(t, http.MethodPost, "/api/v1/models", map[string]any{"name": name, "framework": "onnx", "use_case": useCase})
	}
	for _, tc := range []struct {
		filters map[string]any
		limit   int64
		names   string
	}{
		{nil, 0, "a b c phi-4-mini"}, {map[string]any{"framework": "onnx"}, 0, "a b c"}, {map[string]any{"use_case": "nlp"}, 0, "a c"},
		{map[string]any{"use_case": "cv", "framework": "pytorch"}, 0, ""}, {map[string]any{"use_case": "text_generation"}, 1, "phi-4-mini"},
	} {
		found, report := sb.Query(t, "octomil_model", tc.filters, tc.limit, true)
		mustSucceed(t, report)
		if names := sortedNames(found); names != tc.names {
			t.Errorf("%v finds %q; want %q", tc.filters, names, tc.names)
		}
	}
	if one, report := sb.Query(t, "octomil_model", nil, 2, false); report.Failed() || len(one) != 2 {
		t.Errorf("a limit of two finds %d", len(one))
	}
}

func TestAccModel_dataSources(t *testing.T) {
	t.Parallel()
	sb := acctest.StartVirtual(t, few)
	sb.Do(t, http.MethodPost, "/api/v1/models", map[string]any{
		"name": "lab", "framework": "onnx", "use_case": "nlp", "model_contract": map[string]any{"inputs": []string{"text"}},
	})
	sb.ExpectData(t, "octomil_model", map[string]any{"name": "lab"}, map[string]any{"use_case": "nlp", "model_contract": `{"inputs":["text"]}`})
	found, _ := sb.ExpectData(t, "octomil_models", map[string]any{"framework": "onnx"}, nil)["models"].([]any)
	if len(found) != 1 || found[0].(map[string]any)["name"] != "lab" {
		t.Errorf("the models are %v, want lab alone", found)
	}
	_, said := sb.ReadData(t, "octomil_model", map[string]any{"name": "lap"})
	said.ExpectErrors(t, `No model of this organization has the ID or the name "lap"`, "Closest matches: `lab`")
}
