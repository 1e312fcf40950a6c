package sandbox

import (
	"net/http"
	"testing"
	"time"
)

func TestAutoRollbackFollowsTheSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		settings object
		health   Health
		reason   string // "" where nothing is rolled back
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
			eachDialect(t, func(l *lab) {
				if len(c.settings) > 0 {
					l.settings(c.settings)
				}
				l.SetHealth("phi-4-mini", "2.0.0", c.health)
				path := l.start("2.0.0", 40)
				l.pass(2 * time.Second)
				if c.reason == "" {
					l.wantStatus(path, active)
					l.wantFleet(map[string]int{"1.0.0": 74, "2.0.0": 50})
					return
				}
				l.wantFields(l.wantStatus(path, rolledBack), object{"rollback_reason": c.reason, "rollback_trigger": "auto", "percentage": 40.0})
				l.wantFields(l.newest(), object{
					"version": "1.0.0", "status": completed, "percentage": 100.0, "from_version": "2.0.0",
					"rollback_reason": c.reason, "rollback_trigger": "auto",
				})
				l.wantFleet(map[string]int{"1.0.0": 124})
			})
		})
	}
}

// It takes a device that runs the version: the first one to do so ends the rollout.
func TestAutoRollbackTakesADevice(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.settings(object{"auto_rollback_enabled": true})
	l.SetHealth("phi-4-mini", "2.0.0", Health{CrashPercent: 100})
	l.SetOffline(100)
	path := l.start("2.0.0", 100)
	l.pass(time.Hour)
	l.wantStatus(path, active)
	l.SetOffline(0)
	l.pass(10 * time.Millisecond) // a single device syncs in this time
	l.wantFleet(map[string]int{"1.0.0": 123, "2.0.0": 1})
	l.wantStatus(path, rolledBack)
	l.wantFields(l.newest(), object{"version": "1.0.0", "status": rollingBack})
}

// A version that does badly only later is rolled back too, although its rollout had been completed.
func TestAutoRollbackOfACompletedRollout(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	path := l.deploy("2.0.0")
	l.settings(object{"auto_rollback_enabled": true})
	l.pass(time.Hour)
	l.wantStatus(path, completed)
	l.do(200, "PUT", "/sandbox/versions/phi-4-mini/2.0.0/health", Health{ErrorPercent: 6})
	l.pass(2 * time.Second)
	l.wantFields(l.wantStatus(path, rolledBack), object{"rollback_trigger": "auto"})
	l.wantFleet(map[string]int{"1.0.0": 124})
}

// When the stable version does badly as well, the one before it is next, and never the one that was just left.
func TestAutoRollbackGoesFurtherBack(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.deploy("2.0.0")
	l.do(200, "POST", rollbackPath, object{"to_version": "1.0.0"})
	l.pass(time.Second)
	l.settings(object{"auto_rollback_enabled": true})
	l.SetHealth("phi-4-mini", "1.0.0", Health{CrashPercent: 2})
	l.pass(2 * time.Second)
	l.wantFields(l.newest(), object{"version": "0.9.0", "status": completed, "from_version": "1.0.0"})
	l.wantFleet(map[string]int{"0.9.0": 124})
}

func TestAutoRollbackWithNothingToGoBackTo(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.settings(object{"auto_rollback_enabled": true})
	l.do(http.StatusCreated, "POST", "/api/v1/models", object{"name": "fresh", "framework": "onnx", "use_case": "nlp"})
	l.do(http.StatusCreated, "POST", "/api/v1/models/fresh/versions", object{
		"version": "1.0.0+build.1", "storage_path": "s", "format": "onnx", "checksum": "c", "size_bytes": 1,
	})
	l.SetHealth("fresh", "1.0.0+build.1", Health{ErrorPercent: 99})
	r := l.do(http.StatusCreated, "POST", "/api/v1/models/fresh/rollouts", object{"version": "1.0.0+build.1", "rollout_percentage": 100})
	l.pass(2 * time.Second)
	list := l.do(200, "GET", "/api/v1/models/fresh/rollouts", nil).object["rollouts"].([]any)
	if len(list) != 1 {
		t.Fatalf("got %d records, want the ended one only", len(list))
	}
	l.wantFields(reply{object: list[0].(object)}, object{"id": r.object["id"], "status": rolledBack, "rollback_trigger": "auto"})
	if f := l.Fleet("fresh"); len(f.Versions) != 0 {
		t.Errorf("devices run %v", f.Versions)
	}
}

func TestAutoRollbackLeavesGroupsAndPausesAlone(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.settings(object{"auto_rollback_enabled": true})
	l.SetHealth("phi-4-mini", "2.0.0", Health{ErrorPercent: 99})
	l.do(200, "POST", "/api/v1/deploy/execute", object{"model_name": "phi-4-mini", "model_version": "2.0.0", "group": "staging"})
	l.pass(time.Minute)
	l.wantFleet(map[string]int{"1.0.0": 100, "2.0.0": 24})

	l.SetHealth("phi-4-mini", "2.0.0", Health{})
	path := l.start("2.0.0", 50)
	l.pass(time.Second)
	l.do(200, "POST", path+"/pause", object{})
	l.SetHealth("phi-4-mini", "2.0.0", Health{ErrorPercent: 99})
	l.pass(time.Minute)
	l.wantStatus(path, paused)
	l.do(200, "POST", path+"/resume", object{})
	l.pass(time.Second)
	l.wantStatus(path, rolledBack)
}

// What a real device reports at its sync counts for the policy, too.
func TestAutoRollbackByARealDevice(t *testing.T) {
	t.Parallel()
	l := newLab(t, withDevices(-1))
	l.settings(object{"auto_rollback_enabled": true})
	l.request("", "POST", devicesPath+"/register", object{"device_identifier": "mine"})
	l.SetHealth("phi-4-mini", "2.0.0", Health{CrashPercent: 50})
	path := l.start("2.0.0", 100)
	l.wantStatus(path, active)
	l.do(200, "POST", devicesPath+"/mine/sync", object{})
	l.wantFields(l.wantStatus(path, rolledBack), object{"rollback_trigger": "auto"})
	l.do(200, "POST", devicesPath+"/mine/sync", object{})
	l.wantFleet(map[string]int{"1.0.0": 1})
}
