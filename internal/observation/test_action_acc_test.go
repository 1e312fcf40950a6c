package observation_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

func TestAccIntegrationTest(t *testing.T) {
	t.Parallel()
	testIntegrations(t, "metrics", "/api/v1/metrics/integrations", map[string]any{"name": "dd", "integration_type": "datadog"})
	testIntegrations(t, "log", "/api/v1/log-streams/integrations", map[string]any{
		"name": "otlp", "integration_type": "otlp", "endpoint_url": "https://logs.example.com",
	})
}

// testIntegrations tests an integration of a signal that works, one that does not, and one that does not exist.
func testIntegrations(t *testing.T, signal, path string, created map[string]any) {
	t.Helper()
	actionType := "octomil_" + signal + "_integration_test"
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		id := sb.Do(t, http.MethodPost, path, created)["id"]
		config := map[string]any{"id": id}
		progress, said := sb.Invoke(t, actionType, config)
		if text := strings.Join(progress, "\n"); said.Failed() || !strings.Contains(text, "the integration is valid") {
			t.Errorf("%q, %v", progress, said.Errors)
		}
		sb.Do(t, http.MethodPatch, "/api/v1/settings/integrations/"+id.(string), map[string]any{"enabled": false})
		_, said = sb.Invoke(t, actionType, config)
		said.ExpectErrors(t, "id: The test of the "+signal+" integration failed", "The integration is disabled.")
		_, said = sb.Invoke(t, actionType, map[string]any{"id": "met_9"})
		said.ExpectErrors(t, "id: Could not test the "+signal+" integration", "404", "met_9")
	})
}
