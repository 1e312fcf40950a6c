package catalog_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

const phi = "mdl_00000001"

func artifact(t *testing.T, content string) string {
	t.Helper()
	return write(t, filepath.Join(t.TempDir(), "phi.gguf"), content)
}

// uploads are the writes of a create that uploads a file.
var uploads = []string{"POST create upload", "PUT upload file", "POST confirm upload"}

func registered(version string) map[string]any {
	return map[string]any{
		"model_id": phi, "version": version, "storage_path": "phi/" + version, "format": "onnx", "size_bytes": 9,
		"checksum": "sha256:" + strings.Repeat("0f", 32),
	}
}

func versionPath(version string) string { return "/api/v1/models/" + phi + "/versions/" + version }

func TestAccModelVersion_upload(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		core := sb.Core(t, "octomil_model_version")
		file := artifact(t, "the weights")
		config := map[string]any{
			"model_id": phi, "version": "3.0.0+int4", "source": file, "description": "int4", "metrics": map[string]any{"accuracy": 0.93}, "published": true,
		}
		plan := core.Plan(config)
		mustSucceed(t, plan.Diagnostics)
		const checksum = "sha256:f38329d231164082b94f28edf29bff349b44403e09fc4057d65b31051f4ae6b5"
		if plan.Planned["checksum"] != checksum || plan.Planned["size_bytes"] != 11.0 || plan.Planned["format"] != acctest.Unknown {
			t.Errorf("planned: %v", plan.Planned)
		}
		mustSucceed(t, core.Apply(plan))
		if diff := cmp.Diff(append(slices.Clone(uploads), "PATCH update metrics", "POST publish version"), sb.Writes()); diff != "" {
			t.Errorf("the writes (-want +got):\n%s", diff)
		}
		state := core.State()
		for name, value := range map[string]any{
			"checksum": checksum, "size_bytes": 11.0, "format": "gguf", "status": "published", "published": true, "deprecated": false, "on_destroy": "delete",
		} {
			if state[name] != value {
				t.Errorf("%s is %v, want %v", name, state[name], value)
			}
		}
		if on := sb.Do(t, http.MethodGet, versionPath("3.0.0%2Bint4"), nil); on["checksum"] != checksum || on["description"] != "int4" {
			t.Errorf("the server has %v", on)
		}
		if again := core.Plan(config); again.Action != acctest.ActionNone {
			t.Errorf("the second plan is %s: %v", again.Action, again.Planned)
		}

		mustSucceed(t, core.Destroy())
		if status := sb.Try(t, http.MethodGet, versionPath("3.0.0%2Bint4"), nil); status != 404 {
			t.Errorf("after the destroy, reading the version returns status %d", status)
		}
	})
}

func TestAccModelVersion_fileChanges(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		core := sb.Core(t, "octomil_model_version")
		file := artifact(t, "the weights")
		config := map[string]any{"model_id": phi, "version": "3.0.0", "source": file}
		mustSucceed(t, apply(core, config))

		// A different modification time or path of the file changes nothing on the server.
		sb.ClearLedger()
		if err := os.Chtimes(file, time.Time{}, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if touched := core.Plan(config); touched.Action != acctest.ActionNone {
			t.Errorf("after a touch the plan is %s", touched.Action)
		}
		moved := with(config, "source", artifact(t, "the weights"))
		if plan := core.Plan(moved); plan.Action != acctest.ActionUpdate {
			t.Errorf("a different path of the same content plans %s: %v", plan.Action, plan.Errors)
		}
		mustSucceed(t, apply(core, moved))
		if writes := sb.Writes(); len(writes) > 0 {
			t.Errorf("a different path wrote %v", writes)
		}

		// Different content does.
		write(t, moved["source"].(string), "other weights")
		replace := core.Plan(moved)
		if mustSucceed(t, replace.Diagnostics); replace.Action != acctest.ActionReplace || replace.Planned["size_bytes"] != 13.0 {
			t.Errorf("different content plans %s: %v", replace.Action, replace.Planned)
		}
		mustSucceed(t, core.Apply(replace))
		if writes := sb.Writes(); len(writes) == 0 || writes[0] != "DELETE delete version" || writes[2] != "PUT upload file" {
			t.Errorf("different content wrote %v", writes)
		}
		if again := core.Plan(moved); again.Action != acctest.ActionNone {
			t.Errorf("the plan after the replacement is %s", again.Action)
		}
	})
}

func TestAccModelVersion_fileMissing(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	core := sb.Core(t, "octomil_model_version")
	file := filepath.Join(t.TempDir(), "late.onnx")
	config := map[string]any{"model_id": phi, "version": "3.0.0", "source": file}

	plan := core.Plan(config)
	if mustSucceed(t, plan.Diagnostics); plan.Planned["checksum"] != acctest.Unknown || !strings.Contains(fmt.Sprint(plan.Warnings), "The file does not exist yet") {
		t.Errorf("without the file: %v, %v", plan.Planned, plan.Warnings)
	}
	expectError(t, core.Apply(plan), "source: The file cannot be read", "late.onnx")
	if writes := sb.Writes(); len(writes) > 0 || core.State() != nil {
		t.Errorf("without the file: %v", writes)
	}
	write(t, file, "made by something else of the same apply")
	mustSucceed(t, core.Apply(plan))

	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if gone := core.Plan(config); gone.Failed() || gone.Action != acctest.ActionNone || len(gone.Warnings) > 0 {
		t.Errorf("a file that was uploaded and is gone plans %s: %v %v", gone.Action, gone.Errors, gone.Warnings)
	}
	expectError(t, core.Plan(with(config, "source", file+".typo")).Diagnostics, "source: The file cannot be read", ".typo")
	expectError(t, core.Plan(with(config, "source", t.TempDir())).Diagnostics, "source: The file cannot be read", "is a directory")
}

// A file that is known only after apply replaces the version.
func TestAccModelVersion_fileUnknown(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	core := sb.Core(t, "octomil_model_version")
	config := map[string]any{"model_id": phi, "version": "3.0.0", "source": artifact(t, "x")}
	mustSucceed(t, apply(core, config))
	if plan := core.Plan(with(config, "source", acctest.Unknown)); plan.Action != acctest.ActionReplace {
		t.Errorf("got %s: %v", plan.Action, plan.Errors)
	}
}

func TestAccModelVersion_register(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		core := sb.Core(t, "octomil_model_version")
		config := with(registered("3.0.0"), "metrics", map[string]any{"accuracy": 0.118})
		mustSucceed(t, apply(core, config))
		if core.State()["status"] != "draft" || core.State()["published"] != false {
			t.Errorf("the state is %v", core.State())
		}
		// A different spelling of the same value changes nothing.
		for name, value := range map[string]any{"checksum": strings.Repeat("0F", 32), "description": ""} {
			if plan := core.Plan(with(config, name, value)); plan.Failed() || plan.Action == acctest.ActionReplace {
				t.Errorf("%s = %v plans %s: %v", name, value, plan.Action, plan.Errors)
			}
		}
		for name, value := range map[string]any{
			"checksum": strings.Repeat("1f", 32), "description": "other", "storage_path": "elsewhere", "format": "gguf", "size_bytes": 10, "version": "3.0.1",
		} {
			if plan := core.Plan(with(config, name, value)); plan.Failed() || plan.Action != acctest.ActionReplace {
				t.Errorf("%s = %v plans %s: %v", name, value, plan.Action, plan.Errors)
			}
		}
		sb.ClearLedger()
		config = with(with(config, "published", true), "metrics", map[string]any{"loss": 2})
		mustSucceed(t, apply(core, config))
		config = with(config, "deprecated", true)
		mustSucceed(t, apply(core, config))
		if diff := cmp.Diff([]string{"PATCH update metrics", "POST publish version", "POST deprecate version"}, sb.Writes()); diff != "" {
			t.Errorf("the writes (-want +got):\n%s", diff)
		}
		if metrics := sb.Do(t, http.MethodGet, versionPath("3.0.0"), nil)["metrics"]; !cmp.Equal(metrics, map[string]any{"accuracy": 0.118, "loss": 2.0}) {
			t.Errorf("the server has the metrics %v", metrics)
		}
		if plan := core.Plan(config); plan.Action != acctest.ActionNone || core.State()["status"] != "deprecated" {
			t.Errorf("the plan after it is %s, the state %v", plan.Action, core.State())
		}
	})
}

// The plan rejects what cannot be undone, with an error on the attribute that requires it.
func TestAccModelVersion_irreversible(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectSDK)
	core := sb.Core(t, "octomil_model_version")
	config := registered("3.0.0")
	expectError(t, core.Plan(with(config, "deprecated", true)).Diagnostics, "deprecated: A draft cannot be deprecated")
	mustSucceed(t, apply(core, with(config, "published", false)))
	expectError(t, core.Plan(with(config, "deprecated", true)).Diagnostics, "deprecated: A draft cannot be deprecated")
	sb.Do(t, http.MethodPost, versionPath("3.0.0")+"/publish", map[string]any{})
	expectError(t, core.Plan(with(config, "published", false)).Diagnostics, "published: Publishing cannot be undone")
	sb.Do(t, http.MethodPost, versionPath("3.0.0")+"/deprecate", map[string]any{})
	expectError(t, core.Plan(with(config, "deprecated", false)).Diagnostics, "deprecated: Deprecating cannot be undone")
	if plan := core.Plan(config); plan.Failed() || plan.Action != acctest.ActionNone {
		t.Errorf("without `published` and `deprecated` the plan is %s: %v", plan.Action, plan.Errors)
	}
	// A different artifact is a new version, which starts as a draft.
	if plan := core.Plan(with(with(config, "published", false), "size_bytes", 10)); plan.Failed() || plan.Action != acctest.ActionReplace {
		t.Errorf("a replacement plans %s: %v", plan.Action, plan.Errors)
	}
}

func TestAccModelVersion_drift(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, few)
		core := sb.Core(t, "octomil_model_version")
		config := with(with(registered("3.0.0"), "metrics", map[string]any{"accuracy": 0.5}), "description", "ours")
		mustSucceed(t, apply(core, config))
		sb.Do(t, http.MethodPatch, versionPath("3.0.0")+"/metrics", map[string]any{"metrics": map[string]any{"accuracy": 0.4, "theirs": 1, "note": "no number"}})
		plan := core.Plan(config)
		if plan.Action != acctest.ActionUpdate {
			t.Errorf("another metric plans %s", plan.Action)
		}
		mustSucceed(t, core.Apply(plan))
		if metrics := sb.Do(t, http.MethodGet, versionPath("3.0.0"), nil)["metrics"]; !cmp.Equal(metrics, map[string]any{"accuracy": 0.5, "theirs": 1.0, "note": "no number"}) {
			t.Errorf("the server has the metrics %v", metrics)
		}
		for name, value := range map[string]any{
			"checksum": strings.Repeat("2a", 32), "size_bytes": 8, "format": "gguf", "storage_path": "theirs", "description": "theirs",
		} {
			sb.Do(t, http.MethodDelete, versionPath("3.0.0"), nil)
			other := with(with(registered("3.0.0"), "description", "ours"), name, value)
			sb.Do(t, http.MethodPost, "/api/v1/models/"+phi+"/versions", other)
			plan := core.Plan(config)
			if plan.Failed() || plan.Action != acctest.ActionReplace {
				t.Fatalf("another %s plans %s: %v", name, plan.Action, plan.Errors)
			}
			mustSucceed(t, core.Apply(plan))
		}
		sb.Do(t, http.MethodDelete, versionPath("3.0.0"), nil)
		if plan := core.Plan(config); plan.Action != acctest.ActionCreate {
			t.Errorf("a version that is gone plans %s", plan.Action)
		}
	})
}

func TestAccModelVersion_onDestroy(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	core := sb.Core(t, "octomil_model_version")
	mustSucceed(t, core.Import("phi-4-mini/1.0.0")) // which runs on the fleet
	expectError(t, core.Destroy(), "on_destroy: The version is in use", "409", "req_", `on_destroy = "keep"`)
	config := map[string]any{"model_id": phi, "version": "1.0.0", "on_destroy": "keep"}
	for _, name := range []string{"storage_path", "checksum", "size_bytes", "format"} {
		config[name] = core.State()[name]
	}
	mustSucceed(t, apply(core, config))
	expectError(t, core.Plan(with(config, "size_bytes", 1)).Diagnostics, "version: The version cannot be replaced", "a version of its own")
	if other := core.Plan(with(config, "version", "4.0.0")); other.Failed() || other.Action != acctest.ActionReplace {
		t.Errorf("another version plans %s: %v", other.Action, other.Errors)
	}
	sb.ClearLedger()
	report := core.Destroy()
	if mustSucceed(t, report); !strings.Contains(fmt.Sprint(report.Warnings), "remains on the server") || len(sb.Writes()) > 0 {
		t.Errorf("the destroy warns %v and writes %v", report.Warnings, sb.Writes())
	}
}

func TestAccModelVersion_invalidConfig(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		core := sb.Core(t, "octomil_model_version")
		uploaded := map[string]any{"model_id": phi, "version": "3.0.0", "source": artifact(t, "x")}
		for _, tc := range []struct {
			config map[string]any
			says   string
		}{
			{map[string]any{"model_id": phi, "version": "3.0.0"}, "source: The version has no artifact"},
			{with(uploaded, "format", "onnx"), "format: The version is uploaded"},
			{with(uploaded, "storage_path", "p"), "storage_path: The version is uploaded"},
			{with(registered("3.0.0"), "checksum", nil), "checksum: Missing attribute of the artifact"},
			{with(uploaded, "version", "latest"), "version: "}, {with(uploaded, "version", ""), "version: "}, {with(uploaded, "model_id", ""), "model_id: "},
			{with(registered("3.0.0"), "size_bytes", -1), "size_bytes: "}, {with(uploaded, "on_destroy", "drop"), "on_destroy: "},
			{with(uploaded, "metrics", map[string]any{"a": nil}), "An element is null"},
		} {
			expectError(t, core.Plan(tc.config).Diagnostics, tc.says)
		}
		const conflict = `terraform import octomil_model_version.<address> "mdl_00000001/2.0.0"`
		expectError(t, apply(core, with(uploaded, "version", "2.0.0")), "version: Could not create the model version", conflict)
		expectError(t, apply(core, registered("2.0.0")), "version: Could not create the model version", "409", "req_", conflict)
		if writes := sb.Writes(); slices.Contains(writes, "PUT upload file") {
			t.Errorf("the file was uploaded for nothing: %v", writes)
		}
		expectError(t, apply(core, with(uploaded, "model_id", "mdl_9")), "model_id: Could not create the model version", "404", "req_")
		expectError(t, apply(core, with(registered("3.0.0"), "model_id", "mdl_9")), "model_id: Could not create the model version", "404", "req_")
		sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: "models/*/versions", Status: 422, Body: `{"detail":[{"loc":["body","format"],"msg":"is unknown"}]}`})
		expectError(t, apply(core, registered("3.0.0")), "format: Could not create the model version", "is unknown", "req_")
	})
}

// An error of the storage is on the attribute of the file, and a later step that fails does not lose the version from the state.
func TestAccModelVersion_createFailsPartway(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	core := sb.Core(t, "octomil_model_version")
	config := map[string]any{"model_id": phi, "version": "3.0.0", "source": artifact(t, "x"), "published": true}
	sb.AddFault(sandbox.Fault{Method: http.MethodPut, Path: "uploads/*", Status: 400, Body: "EntityTooLarge"})
	expectError(t, apply(core, config), "source: Could not create the model version", "the storage at 127.0.0.1", "400 Bad Request: EntityTooLarge", "req_")
	if core.State() != nil {
		t.Errorf("nothing was created, but the state is %v", core.State())
	}
	sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: "models/*/versions/*/publish", Status: 403})
	report := apply(core, config)
	expectError(t, report, "published: ", "403", "req_", "scope")
	if !core.Tainted() || core.State()["status"] != "draft" || !strings.Contains(fmt.Sprint(report.Warnings), "terraform untaint") {
		t.Errorf("tainted %t, the state is %v, the warnings are %v", core.Tainted(), core.State(), report.Warnings)
	}
	mustSucceed(t, apply(core, config))
	sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: "models/*/versions/*/deprecate", Status: 403})
	expectError(t, apply(core, with(config, "deprecated", true)), "deprecated: ", "403")
	mustSucceed(t, apply(core, with(config, "deprecated", true)))
}

// Over a real connection, too, a large file is sent again from its beginning, to a new URL if the first one has expired.
func TestAccModelVersion_uploadRetries(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectSDK)
	core := sb.Core(t, "octomil_model_version")
	sb.AddFault(sandbox.Fault{Method: http.MethodPut, Path: "uploads/*", Status: 403})
	sb.AddFault(sandbox.Fault{Method: http.MethodPut, Path: "uploads/*", Nth: 2, Execute: true, Cut: sandbox.CutBefore})
	mustSucceed(t, apply(core, map[string]any{"model_id": phi, "version": "3.0.0", "source": artifact(t, strings.Repeat("weights ", 400_000))}))
	again := []string{
		"POST create upload", "PUT upload file", "POST create upload", "PUT upload file", "PUT upload file", "POST confirm upload",
	}
	if diff := cmp.Diff(again, sb.Writes()); diff != "" || core.State()["size_bytes"] != 3_200_000.0 {
		t.Errorf("%v bytes; the writes (-want +got):\n%s", core.State()["size_bytes"], diff)
	}
}

func TestAccModelVersion_timeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t)
		core := sb.Core(t, "octomil_model_version")
		config := map[string]any{"model_id": phi, "version": "3.0.0", "source": artifact(t, "x"), "timeouts": map[string]any{"create": "10s"}}
		sb.AddFault(sandbox.Fault{Method: http.MethodPut, Path: "uploads/*", DelayMS: 20_000})
		expectError(t, apply(core, config), "source: Could not create the model version", "no complete response from the storage", "deadline exceeded")
		if status := sb.Try(t, http.MethodGet, versionPath("3.0.0"), nil); status != 404 {
			t.Errorf("reading the version returns status %d", status)
		}
		mustSucceed(t, apply(core, with(config, "timeouts", map[string]any{"create": "1m"})))
	})
}

func TestAccModelVersion_import(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectSDK)
	model := sb.Do(t, http.MethodPost, "/api/v1/models", map[string]any{"name": "lab/speech", "framework": "onnx", "use_case": "nlp"})["id"].(string)
	core := sb.Core(t, "octomil_model_version")
	config := with(registered("1.0.0+b2"), "model_id", model)
	mustSucceed(t, apply(core, config))
	for _, id := range []string{"lab/speech/1.0.0+b2", model + "/1.0.0+b2"} {
		imported := sb.Core(t, "octomil_model_version")
		mustSucceed(t, imported.Import(id))
		if imported.State()["model_id"] != model || imported.State()["version"] != "1.0.0+b2" {
			t.Errorf("%s imports %v", id, imported.State())
		}
		if plan := imported.Plan(config); plan.Action != acctest.ActionNone {
			t.Errorf("after the import of %s the plan is %s", id, plan.Action)
		}
	}
	imported := sb.Core(t, "octomil_model_version")
	mustSucceed(t, imported.ImportIdentity(map[string]any{"model_id": model, "version": "1.0.0+b2"}))
	for _, id := range []string{"1.0.0+b2", "lab/speech", "lab/speech/", "/1.0.0", "lab/speech/9.9.9", "nothing/1.0.0"} {
		expectError(t, sb.Core(t, "octomil_model_version").Import(id), fmt.Sprintf("No model version of this organization has the ID or the name %q", id))
	}
}

func TestAccModelVersion_list(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	sb.Do(t, http.MethodPost, versionPath("0.9.0")+"/deprecate", map[string]any{})
	for _, tc := range []struct {
		filters map[string]any
		limit   int64
		names   string
	}{
		{map[string]any{"model": "phi-4-mini"}, 0, "0.9.0 1.0.0 2.0.0"}, {map[string]any{"model": phi}, 0, "0.9.0 1.0.0 2.0.0"},
		{map[string]any{"model": phi, "status": "deprecated"}, 0, "0.9.0"}, {map[string]any{"model": phi}, 2, "1.0.0 2.0.0"},
	} {
		found, report := sb.Query(t, "octomil_model_version", tc.filters, tc.limit, true)
		mustSucceed(t, report)
		if names := sortedNames(found); names != tc.names || found[0].Attributes["model_id"] != phi || found[0].Identity["model_id"] != phi {
			t.Errorf("%v finds %q: %v", tc.filters, names, found)
		}
	}
	_, report := sb.Query(t, "octomil_model_version", map[string]any{"model": "nothing"}, 0, false)
	expectError(t, report, "Could not list the model versions", "404", "req_")
}
