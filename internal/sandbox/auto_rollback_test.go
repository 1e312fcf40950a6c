package sandbox

import (
	"net/http"
	"testing"
	"time"
)

// CONTRACT.md 6.11, 6.12, 6.13, 6.14, 6.31, 8.34
func TestAutoRollbackThresholds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		settings object
		health   Health
		reason   string // "" for no rollback
	}{
		{"off by default", object{}, Health{ErrorPercent: 50}, ""},
		{"off", object{"auto_rollback_enabled": false, "error_threshold_percent": 1}, Health{ErrorPercent: 50}, ""},
		{"errors", object{"auto_rollback_enabled": true}, Health{ErrorPercent: 12}, "error rate 12% is above the limit of 5%"},
		{"errors at the limit", object{"auto_rollback_enabled": true}, Health{ErrorPercent: 5}, ""},
		{"a wider limit", object{"auto_rollback_enabled": true, "error_threshold_percent": 15}, Health{ErrorPercent: 12}, ""},
		{"crashes", object{"auto_rollback_enabled": true}, Health{CrashPercent: 1.5}, "crash rate 1.5% is above the limit of 1%"},
		{"slow, no limit", object{"auto_rollback_enabled": true}, Health{LatencyP95MS: 9000}, ""},
		{
			"slow", object{"auto_rollback_enabled": true, "latency_p95_max_ms": 500}, Health{LatencyP95MS: 750},
			"p95 latency 750 ms is above the limit of 500 ms",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			eachDialect(t, func(h *harness) {
				if len(c.settings) > 0 {
					h.setSettings(c.settings)
				}
				h.SetHealth("phi-4-mini", "2.0.0", c.health)
				path := h.start("2.0.0", 40)
				h.elapse(2 * time.Second)
				if c.reason == "" {
					h.wantStatus(path, active)
					h.wantFleet(map[string]int{"1.0.0": 74, "2.0.0": 50})
					return
				}
				h.wantFields(h.wantStatus(path, rolledBack), object{"rollback_reason": c.reason, "rollback_trigger": "auto", "percentage": 40.0})
				h.wantFields(h.newestRollout(), object{
					"version": "1.0.0", "status": completed, "percentage": 100.0, "from_version": "2.0.0",
					"rollback_reason": c.reason, "rollback_trigger": "auto",
				})
				h.wantFleet(map[string]int{"1.0.0": 124})
			})
		})
	}
}

// The first device that runs the version and reports its health ends the rollout.
//
// CONTRACT.md 6.31
func TestAutoRollbackNeedsDeviceReport(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.setSettings(object{"auto_rollback_enabled": true})
	h.SetHealth("phi-4-mini", "2.0.0", Health{CrashPercent: 100})
	h.SetOffline(100)
	path := h.start("2.0.0", 100)
	h.elapse(time.Hour)
	h.wantStatus(path, active)
	h.SetOffline(0)
	h.elapse(10 * time.Millisecond) // a single device syncs in this time
	h.wantFleet(map[string]int{"1.0.0": 123, "2.0.0": 1})
	h.wantStatus(path, rolledBack)
	h.wantFields(h.newestRollout(), object{"version": "1.0.0", "status": rollingBack})
}

// A completed rollout is rolled back, too, when its version becomes unhealthy later.
//
// CONTRACT.md 3.69
func TestAutoRollbackOfCompletedRollout(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	path := h.deploy("2.0.0")
	h.setSettings(object{"auto_rollback_enabled": true})
	h.elapse(time.Hour)
	h.wantStatus(path, completed)
	h.do(200, "PUT", "/sandbox/versions/phi-4-mini/2.0.0/health", Health{ErrorPercent: 6})
	h.elapse(2 * time.Second)
	h.wantFields(h.wantStatus(path, rolledBack), object{"rollback_trigger": "auto"})
	h.wantFleet(map[string]int{"1.0.0": 124})
}

// If the stable version is unhealthy, too, the one before it follows, never the one that was just abandoned.
//
// CONTRACT.md 3.69
func TestAutoRollbackToEarlierStableVersion(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.deploy("2.0.0")
	h.do(200, "POST", rollbackPath, object{"to_version": "1.0.0"})
	h.elapse(time.Second)
	h.setSettings(object{"auto_rollback_enabled": true})
	h.SetHealth("phi-4-mini", "1.0.0", Health{CrashPercent: 2})
	h.elapse(2 * time.Second)
	h.wantFields(h.newestRollout(), object{"version": "0.9.0", "status": completed, "from_version": "1.0.0"})
	h.wantFleet(map[string]int{"0.9.0": 124})
}

// CONTRACT.md 3.69
func TestAutoRollbackWithoutStableVersion(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.setSettings(object{"auto_rollback_enabled": true})
	h.do(http.StatusCreated, "POST", "/api/v1/models", object{"name": "fresh", "framework": "onnx", "use_case": "nlp"})
	h.do(http.StatusCreated, "POST", "/api/v1/models/fresh/versions", object{
		"version": "1.0.0+build.1", "storage_path": "s", "format": "onnx", "checksum": "c", "size_bytes": 1,
	})
	h.SetHealth("fresh", "1.0.0+build.1", Health{ErrorPercent: 99})
	r := h.do(http.StatusCreated, "POST", "/api/v1/models/fresh/rollouts", object{"version": "1.0.0+build.1", "rollout_percentage": 100})
	h.elapse(2 * time.Second)
	list := h.do(200, "GET", "/api/v1/models/fresh/rollouts", nil).object["items"].([]any)
	if len(list) != 1 {
		t.Fatalf("got %d records, want the ended one only", len(list))
	}
	h.wantFields(reply{object: list[0].(object)}, object{"id": r.object["id"], "status": rolledBack, "rollback_trigger": "auto"})
	if f := h.Fleet("fresh"); len(f.Versions) != 0 {
		t.Errorf("devices run %v", f.Versions)
	}
}

// CONTRACT.md 6.31
func TestAutoRollbackIgnoresGroupsAndPausedRollouts(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.setSettings(object{"auto_rollback_enabled": true})
	h.SetHealth("phi-4-mini", "2.0.0", Health{ErrorPercent: 99})
	h.do(200, "POST", "/api/v1/deploy/execute", object{"model_name": "phi-4-mini", "model_version": "2.0.0", "group": "staging"})
	h.elapse(time.Minute)
	h.wantFleet(map[string]int{"1.0.0": 100, "2.0.0": 24})

	h.SetHealth("phi-4-mini", "2.0.0", Health{})
	path := h.start("2.0.0", 50)
	h.elapse(time.Second)
	h.do(200, "POST", path+"/pause", object{})
	h.SetHealth("phi-4-mini", "2.0.0", Health{ErrorPercent: 99})
	h.elapse(time.Minute)
	h.wantStatus(path, paused)
	h.do(200, "POST", path+"/resume", object{})
	h.elapse(time.Second)
	h.wantStatus(path, rolledBack)
}

// The report of a real device at its sync counts for the policy, too.
func TestAutoRollbackByRealDevice(t *testing.T) {
	t.Parallel()
	h := newHarness(t, withDevices(-1))
	h.setSettings(object{"auto_rollback_enabled": true})
	h.request("", "POST", devicesPath+"/register", object{"device_identifier": "mine"})
	h.SetHealth("phi-4-mini", "2.0.0", Health{CrashPercent: 50})
	path := h.start("2.0.0", 100)
	h.wantStatus(path, active)
	h.do(200, "POST", devicesPath+"/mine/sync", object{})
	h.wantFields(h.wantStatus(path, rolledBack), object{"rollback_trigger": "auto"})
	h.do(200, "POST", devicesPath+"/mine/sync", object{})
	h.wantFleet(map[string]int{"1.0.0": 1})
}
