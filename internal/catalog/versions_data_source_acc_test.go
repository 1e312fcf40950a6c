package catalog_test

import (
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

func TestAccModelVersions_dataSource(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		sb.Do(t, "POST", "/api/v1/models/phi-4-mini/versions/2.0.0/deprecate", map[string]any{})
		type version struct {
			number, status any
			deployed       any
		}
		lists := func(config map[string]any, want ...version) {
			t.Helper()
			got := sb.ExpectData(t, "octomil_model_versions", config, nil)
			versions, _ := got["versions"].([]any)
			if got["model_id"] == nil || len(versions) != len(want) {
				t.Fatalf("the data source has %v, want %v", got, want)
			}
			for i, item := range versions {
				v := item.(map[string]any)
				if found := (version{v["version"], v["status"], v["deployed"]}); found != want[i] || v["size_bytes"] == nil || v["created_at"] == nil {
					t.Errorf("version %d is %v, want %v", i, v, want[i])
				}
			}
		}
		deprecated := version{"2.0.0", "deprecated", false}
		lists(map[string]any{"model": "phi-4-mini"}, deprecated, version{"1.0.0", "published", true}, version{"0.9.0", "published", true})
		lists(map[string]any{"model": "phi-4-mini", "status": "deprecated"}, deprecated)
	})
}

func TestAccModelVersions_unknownModel(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		_, said := sb.ReadData(t, "octomil_model_versions", map[string]any{"model": "phi-4-mni"})
		said.ExpectErrors(t, "model: ", `There is no model "phi-4-mni"`, "Closest matches: `phi-4-mini`")
	})
}

// An error of the server does not mean that the model is unknown.
func TestAccModelVersions_serverError(t *testing.T) {
	t.Parallel()
	sb := acctest.StartVirtual(t)
	sb.AddKey("devices-only", "devices:read")
	sb.Key = "devices-only"
	_, said := sb.ReadData(t, "octomil_model_versions", map[string]any{"model": "phi-4-mini"})
	said.ExpectErrors(t, `Could not find the model "phi-4-mini"`, "403", "request", "scope")
}
