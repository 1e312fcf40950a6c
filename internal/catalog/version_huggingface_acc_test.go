package catalog_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

const importCall = "integrations/huggingface/import"

// imported is a configuration that imports a repository.
func imported(version string, huggingFace map[string]any) map[string]any {
	return map[string]any{"model_id": phi, "version": version, "huggingface": huggingFace}
}

var phi4 = map[string]any{"repo_id": "microsoft/phi-4"}

func TestAccModelVersion_huggingFace(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		core := sb.Core(t, "octomil_model_version")
		config := with(imported("4.0.0", phi4), "metrics", map[string]any{"accuracy": 0.9})
		core.Converge(t, config, acctest.ActionCreate)
		if diff := cmp.Diff([]string{"POST import version", "PATCH update metrics"}, sb.Writes()); diff != "" {
			t.Errorf("the writes (-want +got):\n%s", diff)
		}
		core.ExpectState(t, map[string]any{
			"format": "safetensors", "checksum": nil, "storage_path": "hf://microsoft/phi-4", "status": "draft", "published": false,
			"huggingface": map[string]any{"repo_id": "microsoft/phi-4", "reference_only": nil},
		})
		// What changes nothing of the import replaces nothing, although the server reports no checksum.
		sb.ClearLedger()
		config = with(with(config, "published", true), "huggingface", map[string]any{"repo_id": "microsoft/phi-4", "reference_only": true})
		core.Converge(t, config, acctest.ActionUpdate)
		if diff := cmp.Diff([]string{"POST publish version"}, sb.Writes()); diff != "" {
			t.Errorf("the writes of an update (-want +got):\n%s", diff)
		}
		// The state of an import has no `huggingface`; to set it writes nothing.
		moved := core.ExpectImport(t, "phi-4-mini/4.0.0", "huggingface", "on_destroy", "metrics")
		sb.ClearLedger()
		moved.Converge(t, config, acctest.ActionUpdate)
		if writes := sb.Writes(); len(writes) > 0 {
			t.Errorf("setting `huggingface` after an import wrote %v", writes)
		}
		// A copy is another artifact.
		sb.ClearLedger()
		core.Converge(t, with(config, "huggingface", map[string]any{"repo_id": "microsoft/phi-4", "reference_only": false}), acctest.ActionReplace)
		if diff := cmp.Diff([]string{"DELETE delete version", "POST import version", "PATCH update metrics", "POST publish version"}, sb.Writes()); diff != "" {
			t.Errorf("the writes of a replacement (-want +got):\n%s", diff)
		}
		if checksum, _ := core.State()["checksum"].(string); !strings.HasPrefix(checksum, "sha256:") {
			t.Errorf("a copy has the checksum %q", checksum)
		}
		core.Converge(t, with(config, "huggingface", map[string]any{"repo_id": "microsoft/phi-4-gguf"}), acctest.ActionReplace)
		core.ExpectState(t, map[string]any{"format": "gguf", "checksum": nil})
		mustSucceed(t, core.Destroy())
		if status := sb.Try(t, http.MethodGet, versionPath("4.0.0"), nil); status != 404 {
			t.Errorf("after the destroy, reading the version returns status %d", status)
		}
	}, few)
}

// Another artifact than that of the repository replaces the version, in both directions.
func TestAccModelVersion_huggingFaceAndOthers(t *testing.T) {
	t.Parallel()
	uploaded := map[string]any{"model_id": phi, "version": "3.0.0", "source": artifact(t, "the weights")}
	fromHub := imported("3.0.0", phi4)
	for name, steps := range map[string][]map[string]any{
		"registered": {registered("3.0.0"), fromHub, registered("3.0.0")}, "uploaded": {uploaded, fromHub, uploaded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				core := acctest.StartVirtual(t, few).Core(t, "octomil_model_version")
				core.Converge(t, steps[0], acctest.ActionCreate)
				core.Converge(t, steps[1], acctest.ActionReplace)
				core.ExpectAction(t, with(steps[1], "huggingface", acctest.Unknown), acctest.ActionReplace)
				core.Converge(t, steps[2], acctest.ActionReplace)
			})
		})
	}
}

func TestAccModelVersion_huggingFaceRefused(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		core := sb.Core(t, "octomil_model_version")
		config := imported("4.0.0", phi4)
		sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: importCall, Status: 402, Body: `{"error":"plan_limit","message":"10 of 10 versions of this month are used","status_code":402}`})
		expectError(t, apply(core, config), "huggingface: Could not import the model version", "402", "10 of 10 versions", "req_", "billing")
		missing := map[string]any{"repo_id": "microsoft/missing"}
		expectError(t, apply(core, with(config, "huggingface", missing)), "huggingface: Could not import the model version", "404", "microsoft/missing", "req_")
		sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: importCall, Status: 422, Body: `{"detail":[{"loc":["body","repo_id"],"msg":"is gated"}]}`})
		expectError(t, apply(core, config), "huggingface: Could not create the model version", "is gated", "req_")

		sb.ClearLedger()
		expectError(t, apply(core, with(config, "model_id", "mdl_9")), "model_id: Could not create the model version", "404", "req_")
		expectError(t, apply(core, with(config, "version", "2.0.0")), "version: Could not create the model version", "nothing was imported", "terraform import")
		expectError(t, core.Plan(with(config, "huggingface", map[string]any{"repo_id": "phi-4"})).Diagnostics, "repo_id", "microsoft/phi-4")
		if writes := sb.Writes(); len(writes) > 0 || core.State() != nil {
			t.Errorf("the server was asked for %v, the state is %v", writes, core.State())
		}
		sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: importCall, Status: 409})
		expectError(t, apply(core, config), "version: Could not create the model version", "409", "req_")
	})
}

// An answer about another model is an error that names both, and nothing is taken over.
func TestAccModelVersion_huggingFaceOfAnotherModel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, few).Intercept(func(x acctest.Exchange) []byte {
			if !strings.HasSuffix(x.Path, importCall) {
				return x.Answer
			}
			return bytes.ReplaceAll(x.Answer, []byte(phi), []byte("mdl_77777777"))
		})
		sb.AddFault(sandbox.Fault{Method: http.MethodGet, Path: "models/*/versions/*", Status: 404, Times: -1, Body: `{"detail":"no such version"}`})
		core := sb.Core(t, "octomil_model_version")
		expectError(t, apply(core, imported("4.0.0", phi4)), "model_id: Could not import the model version", phi, "phi-4-mini", "mdl_77777777")
		if imports := slices.DeleteFunc(sb.Writes(), func(w string) bool { return w != "POST import version" }); len(imports) != 1 || core.State() != nil {
			t.Errorf("imported %d times, the state is %v", len(imports), core.State())
		}
	})
}

// An import has the time of the creation, and not that of a request. What the server has accepted by then is in the state.
func TestAccModelVersion_huggingFaceTakesMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, few)
		core := sb.Core(t, "octomil_model_version")
		sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: importCall, Execute: true, DelayMS: int((20 * time.Minute).Milliseconds())})
		core.Converge(t, imported("4.0.0", phi4), acctest.ActionCreate)
		if diff := cmp.Diff([]string{"POST import version"}, sb.Writes()); diff != "" {
			t.Errorf("the writes (-want +got):\n%s", diff)
		}
		mustSucceed(t, core.Destroy())

		config := with(imported("4.0.0", phi4), "timeouts", map[string]any{"create": "10m"})
		sb.AddFault(sandbox.Fault{Method: http.MethodGet, Path: "models/*/versions/*", Status: 404, Times: -1, Body: `{"detail":"no such version"}`})
		begun := time.Now()
		expectError(t, apply(core, config), "has accepted the import", "no such version")
		if took := time.Since(begun); took < 9*time.Minute || took > 11*time.Minute || !core.Tainted() || core.State()["version"] != "4.0.0" {
			t.Errorf("after %s: tainted %t, the state is %v", took, core.Tainted(), core.State())
		}
	})
}
