package sandbox

import (
	"net/http"
	"strings"
	"testing"
)

// CONTRACT.md 6.11, 6.12, 6.13, 6.23, 8.17
func TestSettingsDialects(t *testing.T) {
	t.Parallel()
	docs, sdk := newHarness(t), newHarness(t, withDialect(DialectSDK))
	docs.wantFields(docs.do(200, "GET", settingsPath, nil), object{
		"auto_rollback_enabled": false, "error_threshold_percent": 5.0, "crash_threshold_percent": 1.0,
		"latency_p95_max_ms": nil, "max_rollout_step_percent": 100.0, "require_approval": false, "hipaa_mode": false,
	})
	visible := sdk.do(200, "GET", settingsPath, nil).object
	if _, ok := visible["auto_rollback_enabled"]; !ok {
		t.Error("the sdk dialect hides auto_rollback_enabled")
	}
	if _, ok := visible["error_threshold_percent"]; ok {
		t.Error("the sdk dialect shows a key that public SDKs do not know")
	}
	sdk.wantFields(sdk.do(200, "PUT", settingsPath, object{"error_threshold_percent": 2.5}), object{"error_threshold_percent": 2.5})
	sdk.wantFields(sdk.do(200, "GET", settingsPath, nil), object{"error_threshold_percent": 2.5, "crash_threshold_percent": nil})
}

// CONTRACT.md 6.1, 6.3, 6.14, 6.16, 6.17, 6.18, 6.20, 6.21, 6.22
func TestSettingsValidation(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		for key, values := range map[string][]any{
			"auto_rollback_enabled":    {"yes", 1, nil},
			"error_threshold_percent":  {-1, 101, "5", nil},
			"crash_threshold_percent":  {100.5},
			"latency_p95_max_ms":       {-5, "1s"},
			"min_accuracy":             {1.5},
			"max_quality_delta":        {-0.1},
			"min_rollout_duration":     {"soon", 5, "-1h"},
			"max_rollout_step_percent": {101},
			"min_os_version":           {"16", object{"ios": 16}},
			"audit_retention_days":     {1.5},
			"no_such_setting":          {true},
			"org_id":                   {"other"},
		} {
			for _, value := range values {
				r := h.do(http.StatusUnprocessableEntity, "PUT", settingsPath, object{"require_eval": true, key: value})
				if !strings.Contains(r.raw, key) {
					h.t.Errorf("%s = %v: the response does not name the key: %s", key, value, r.raw)
				}
			}
		}
		if h.world.boolSetting("require_eval") {
			h.t.Error("a rejected request changed a setting")
		}
		good := object{
			"latency_p95_max_ms": 800, "min_accuracy": 0.7, "min_rollout_duration": "1h30m",
			"min_os_version": object{"ios": "16", "android": "10"}, "min_memory_gb": 4,
		}
		h.setSettings(good)
		h.wantFields(h.do(200, "GET", settingsPath, nil), object{"min_os_version": object{"ios": "16", "android": "10"}, "min_rollout_duration": "1h30m"})
		h.setSettings(object{"latency_p95_max_ms": nil, "min_os_version": nil})
		h.wantFields(h.do(200, "GET", settingsPath, nil), object{"latency_p95_max_ms": nil, "min_os_version": nil, "min_accuracy": 0.7})
		h.do(http.StatusNotFound, "GET", "/api/v1/settings/other", nil)
		h.do(http.StatusNotFound, "PUT", "/api/v1/settings/other", object{})
	})
}
