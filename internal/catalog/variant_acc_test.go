package catalog_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// A server whose versions are active at once needs no publish, and `active` is the same as published.
//
// CONTRACT.md 2.32, 8.23
func TestAccModelVersion_activeAtOnce(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect, sandbox.ActiveVersions)
		uploaded := func(version string, more map[string]any) map[string]any {
			config := map[string]any{"model_id": phi, "version": version, "source": artifact(t, "the weights of "+version)}
			for name, value := range more {
				config[name] = value
			}
			return config
		}
		for version, tc := range map[string]struct {
			config map[string]any
			status string
			verbs  []string
		}{
			"4.0.0": {uploaded("4.0.0", nil), "active", uploads},
			"4.1.0": {uploaded("4.1.0", map[string]any{"published": true}), "active", uploads},
			"4.2.0": {with(registered("4.2.0"), "published", true), "active", []string{"POST create version"}},
			"4.3.0": {
				uploaded("4.3.0", map[string]any{"published": true, "deprecated": true}), "deprecated",
				[]string{uploads[0], uploads[1], uploads[2], "POST deprecate version"},
			},
		} {
			sb.ClearLedger()
			core := sb.Core(t, "octomil_model_version")
			core.Converge(t, tc.config, acctest.ActionCreate)
			core.ExpectState(t, map[string]any{"status": tc.status, "published": true})
			if diff := cmp.Diff(tc.verbs, sb.Writes()); diff != "" {
				t.Errorf("%s: the writes (-want +got):\n%s", version, diff)
			}
			if version == "4.0.0" {
				core.Converge(t, with(tc.config, "deprecated", true), acctest.ActionUpdate)
				core.ExpectState(t, map[string]any{"status": "deprecated"})
			}
		}
	})
}

// A misspelled model is an error also on a server that would create one for an upload, and nothing is uploaded.
//
// CONTRACT.md 2.51, 8.24
func TestAccModelVersion_uploadToAnUnknownModel(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect, sandbox.UploadCreatesModel)
		core := sb.Core(t, "octomil_model_version")
		report := apply(core, map[string]any{"model_id": "phi-4-mimi", "version": "1.0.0", "source": artifact(t, "the weights")})
		expectError(t, report, "Could not create the model version", "phi-4-mimi", "not found")
		if writes := sb.Writes(); writes != nil {
			t.Errorf("wrote %v", writes)
		}
		if status := sb.Try(t, http.MethodGet, "/api/v1/models/phi-4-mimi", nil); status != 404 {
			t.Errorf("reading the misspelled model is %d", status)
		}
		core.Converge(t, map[string]any{"model_id": phi, "version": "4.0.0", "source": artifact(t, "the weights")}, acctest.ActionCreate)
	})
}
