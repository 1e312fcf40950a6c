package provider_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

func observationLifecycles() []namedLifecycle {
	return []namedLifecycle{
		{"a metrics integration", lifecycle{
			typeName: "octomil_metrics_integration",
			create: map[string]any{
				"name": "otel", "integration_type": "opentelemetry", "enabled": false,
				"config":      map[string]any{"endpoint": "https://otel.example.com", "interval_seconds": 30, "labels": map[string]any{"env": "lab"}},
				"credentials": map[string]any{"Authorization": "Bearer one-1111"},
			},
			update: map[string]any{
				"name": "telemetry", "integration_type": "opentelemetry", "enabled": true,
				"config":      map[string]any{"endpoint": "https://otel.example.com", "interval_seconds": 60, "labels": map[string]any{"env": "lab"}},
				"credentials": map[string]any{"Authorization": "Bearer two-2222"},
			},
			importID:  "otel",
			driftless: []string{"credentials"}, // which the server does not show
			left:      integrationsLeft("/api/v1/metrics/integrations", "config"),
		}},
		{"a log integration", lifecycle{
			typeName: "octomil_log_integration",
			create: map[string]any{
				"name": "loki", "integration_type": "otlp", "endpoint_url": "https://logs.example.com/v1/logs", "format": "json",
				"credentials": map[string]any{"Authorization": "Bearer one-1111"},
			},
			update: map[string]any{
				"name": "grafana", "integration_type": "otlp", "endpoint_url": "https://logs.example.org/v1/logs", "format": "text", "enabled": false,
				"credentials": map[string]any{"Authorization": "Bearer two-2222"},
			},
			importID:  "loki",
			driftless: []string{"credentials"},
			left:      integrationsLeft("/api/v1/log-streams/integrations", "endpoint_url", "format"),
		}},
	}
}

// integrationsLeft are the integrations with the credentials that no answer shows.
func integrationsLeft(path string, own ...string) func(*testing.T, *acctest.Sandbox) any {
	return func(t *testing.T, sb *acctest.Sandbox) any {
		t.Helper()
		list, ok := sb.Do(t, "GET", path, nil)["items"].([]any)
		if !ok {
			t.Errorf("%s has no list", path)
		}
		var kept []string
		for _, item := range list {
			i, _ := item.(map[string]any)
			line := fmt.Sprint(i["name"], i["integration_type"], i["enabled"], sb.Credentials(fmt.Sprint(i["id"])))
			for _, field := range own {
				line += fmt.Sprint(" ", i[field])
			}
			kept = append(kept, line)
		}
		slices.Sort(kept)
		return kept
	}
}
