package sandbox

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	metricsPath      = "/api/v1/metrics/integrations"
	logsPath         = "/api/v1/log-streams/integrations"
	integrationsPath = "/api/v1/settings/integrations"
)

// CONTRACT.md 7.71, 7.74, 7.83, 7.84, 7.85
func TestMetricsIntegration(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		r := h.do(201, "POST", metricsPath+"?org_id=demo", object{
			"name": "dd", "integration_type": "datadog", "config": object{"site": "eu", "api_key": "hidden-1", "nested": object{"token": "hidden-2", "port": 1}},
		})
		want := object{
			"id": "met_00000001", "org_id": "demo", "name": "dd", "integration_type": "datadog", "enabled": true,
			"config": object{"site": "eu", "nested": object{"port": 1.0}}, "last_export_at": nil,
		}
		h.wantFields(r, want)
		path := integrationsPath + "/met_00000001"
		h.wantFields(h.do(200, "GET", path, nil), want)
		// The server keeps what no response contains.
		given := object{"api_key": "hidden-1", "nested": object{"token": "hidden-2"}}
		if diff := cmp.Diff(given, h.Credentials("met_00000001")); diff != "" {
			h.t.Errorf("credentials (-want +got):\n%s", diff)
		}
		h.elapse(time.Minute)
		h.wantFields(h.do(200, "PATCH", path, object{"enabled": false, "name": "datadog"}), object{
			"name": "datadog", "enabled": false, "config": want["config"], "created_at": r.object["created_at"], "updated_at": "2026-11-24T12:01:00.000000Z",
		})
		h.wantFields(h.do(200, "POST", metricsPath+"/met_00000001/test", nil), object{"success": false})
		// The configuration is replaced as a whole, including its credentials.
		h.wantFields(h.do(200, "PATCH", path, object{"enabled": true, "config": object{"site": "us"}}), object{"config": object{"site": "us"}})
		if left := h.Credentials("met_00000001"); len(left) != 0 {
			h.t.Errorf("credentials after the change: %v", left)
		}
		h.wantFields(h.do(200, "POST", metricsPath+"/met_00000001/test", nil), object{"success": true})
		h.do(422, "PATCH", path, object{"integration_type": "statsd"})
		h.do(422, "PATCH", path, object{"name": ""})
		h.wantFields(h.do(200, "GET", path, nil), object{"name": "datadog", "integration_type": "datadog"})
		h.do(204, "DELETE", metricsPath+"/met_00000001", nil)
		h.do(404, "GET", path, nil)
		h.do(404, "DELETE", metricsPath+"/met_00000001", nil)
	})
}

// CONTRACT.md 7.72, 7.74, 7.75, 7.84
func TestLogIntegration(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		r := h.do(201, "POST", logsPath, object{
			"name": "otlp", "integration_type": "otlp", "endpoint_url": "https://logs.example.com/v1/logs", "enabled": false,
			"auth_config": object{"type": "headers", "headers": object{"x-key": "hidden"}},
		})
		want := object{
			"id": "log_00000001", "name": "otlp", "integration_type": "otlp", "endpoint_url": "https://logs.example.com/v1/logs",
			"format": "json", "enabled": false, "auth_config": nil, "config": nil,
		}
		h.wantFields(r, want)
		path := integrationsPath + "/log_00000001"
		h.wantFields(h.do(200, "GET", path, nil), want)
		h.wantFields(h.do(200, "PATCH", path, object{"endpoint_url": "http://10.0.0.1:4318", "format": "text"}), object{
			"endpoint_url": "http://10.0.0.1:4318", "format": "text", "name": "otlp",
		})
		given := object{"type": "headers", "headers": object{"x-key": "hidden"}}
		if diff := cmp.Diff(given, h.Credentials("log_00000001")); diff != "" {
			h.t.Errorf("credentials (-want +got):\n%s", diff)
		}
		h.do(200, "PATCH", path, object{"auth_config": object{"type": "none"}})
		if diff := cmp.Diff(object{"type": "none"}, h.Credentials("log_00000001")); diff != "" {
			h.t.Errorf("credentials after the change (-want +got):\n%s", diff)
		}
		h.do(422, "PATCH", path, object{"endpoint_url": "logs.example.com"})
		h.wantFields(h.do(200, "POST", logsPath+"/log_00000001/test", nil), object{"success": false})
		h.do(204, "DELETE", path, nil)
		h.do(404, "POST", logsPath+"/log_00000001/test", nil)
	})
}

// CONTRACT.md 1.38, 7.73
func TestIntegrationKindsAreSeparate(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		h.do(201, "POST", metricsPath, object{"name": "same", "integration_type": "opentelemetry", "config": object{"endpoint": "https://x"}})
		h.do(201, "POST", logsPath, object{"name": "same", "integration_type": "otlp", "endpoint_url": "https://x"})
		h.do(201, "POST", metricsPath, object{"name": "same", "integration_type": "statsd"})
		for path, want := range map[string][]any{metricsPath: {"met_00000001", "met_00000002"}, logsPath: {"log_00000001"}} {
			if diff := cmp.Diff(want, fieldValues(h.listItems(path, "integrations"), "id")); diff != "" {
				h.t.Errorf("%s (-want +got):\n%s", path, diff)
			}
		}
		h.do(404, "DELETE", logsPath+"/met_00000001", nil)
		h.do(404, "DELETE", metricsPath+"/log_00000001", nil)
		h.do(404, "POST", metricsPath+"/log_00000001/test", nil)
		h.do(404, "GET", metricsPath+"?org_id=other", nil)
		h.wantFields(h.do(200, "GET", integrationsPath+"/met_00000002", nil), object{"config": object{}})
	})
}

// CONTRACT.md 7.71, 7.72
func TestIntegrationValidation(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		for _, c := range []struct {
			path, field string
			body        object
		}{
			{metricsPath, "name", object{"integration_type": "statsd"}},
			{metricsPath, "integration_type", object{"name": "x"}},
			{metricsPath, "integration_type", object{"name": "x", "integration_type": "carrier-pigeon"}},
			{metricsPath, "config", object{"name": "x", "integration_type": "statsd", "config": "host"}},
			{logsPath, "name", object{"integration_type": "otlp", "endpoint_url": "https://x"}},
			{logsPath, "integration_type", object{"name": "x", "endpoint_url": "https://x"}},
			{logsPath, "endpoint_url", object{"name": "x", "integration_type": "otlp"}},
			{logsPath, "endpoint_url", object{"name": "x", "integration_type": "otlp", "endpoint_url": "ftp://x"}},
		} {
			if r := h.do(422, "POST", c.path, c.body); !strings.Contains(r.raw, c.field) {
				h.t.Errorf("%v: the response does not name %s: %s", c.body, c.field, r.raw)
			}
		}
		if left := len(h.world.integrations.all); left != 0 {
			h.t.Errorf("rejected requests left %d integrations", left)
		}
	})
}

// CONTRACT.md 7.85
func TestSplitCredentials(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"api_key": true, "apiKey": true, "API-KEY": true, "app_key": true, "password": true, "client_secret": true, "bearer_token": true,
		"headers": true, "Authorization": true, "auth": true, "access_key": true, "credentials": true,
		"endpoint": false, "site": false, "port": false, "prefix": false, "tokens_per_second": false, "keyspace": false, "author": false,
	} {
		shown, credentials := splitCredentials(map[string]any{name: "x"})
		if _, isCredential := credentials[name]; isCredential != want || len(shown) == len(credentials) {
			t.Errorf("%s: shown %v, kept back %v", name, shown, credentials)
		}
	}
}
