package observation_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

func TestAccMetricsIntegrationTest(t *testing.T) {
	t.Parallel()
	const actionType, path = "octomil_metrics_integration_test", "/api/v1/metrics/integrations"
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		id := sb.Do(t, http.MethodPost, path, map[string]any{"name": "dd", "integration_type": "datadog"})["id"]
		config := map[string]any{"id": id}
		progress, said := sb.Invoke(t, actionType, config)
		if text := strings.Join(progress, "\n"); said.Failed() || !strings.Contains(text, "the integration is valid") {
			t.Errorf("%q, %v", progress, said.Errors)
		}
		sb.Do(t, http.MethodPatch, "/api/v1/settings/integrations/"+id.(string), map[string]any{"enabled": false})
		_, said = sb.Invoke(t, actionType, config)
		said.ExpectErrors(t, "id: The test of the metrics integration failed", "The integration is disabled.")
		_, said = sb.Invoke(t, actionType, map[string]any{"id": "met_9"})
		said.ExpectErrors(t, "id: Could not test the metrics integration", "404", "met_9")
	})
}
