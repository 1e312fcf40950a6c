package sandbox

import (
	"strings"
	"testing"
	"time"
)

func TestRealDevice(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		register := object{"device_identifier": "my-laptop", "org_id": "demo", "platform": "macos", "os_version": "15.1", "metadata": object{"a": "b"}}
		r := l.request("", "POST", devicesPath+"/register", register)
		if r.status != 201 {
			l.t.Fatalf("register without a key: %d %s", r.status, r.raw)
		}
		l.wantFields(r, object{"device_identifier": "my-laptop", "org_id": "demo", "status": "active"})
		again := l.request("", "POST", devicesPath+"/register", object{"device_identifier": "my-laptop", "sdk_version": "5"})
		l.wantFields(again, object{"id": r.object["id"], "metadata": object{}})
		l.wantFields(l.do(200, "GET", devicesPath+"/my-laptop", nil), object{"sdk_version": "5", "platform": "macos"})
		if refused := l.request("", "POST", devicesPath+"/register", object{"device_identifier": "x", "org_id": "other"}); refused.status != 404 {
			l.t.Errorf("another organization: %d", refused.status)
		}

		// It joins the fleet, and moves only by its own calls.
		l.pass(time.Minute)
		l.wantFleet(map[string]int{"1.0.0": 124})
		if total := l.Fleet("phi-4-mini").Total; total != 125 {
			l.t.Fatalf("the fleet has %d devices, want 125", total)
		}
		state := l.do(200, "POST", devicesPath+"/my-laptop/desired-state", object{"deviceId": "my-laptop"})
		if !strings.Contains(state.raw, `"desiredVersion":"1.0.0"`) || !strings.Contains(state.raw, `"nextPollIntervalSeconds":30`) {
			l.t.Errorf("desired state: %s", state.raw)
		}
		l.wantFleet(map[string]int{"1.0.0": 125})

		path := l.start("2.0.0", 100)
		l.pass(time.Minute)
		l.wantStatus(path, active)
		l.wantFleet(map[string]int{"1.0.0": 1, "2.0.0": 124})
		synced := l.do(200, "POST", devicesPath+"/my-laptop/sync", object{"schemaVersion": "1.12.0", "deviceId": "my-laptop"})
		l.wantFields(synced, object{"stateChanged": true, "deviceId": r.object["id"]})
		l.wantStatus(path, completed)
		l.wantFields(l.do(200, "POST", devicesPath+"/my-laptop/sync", object{}), object{"stateChanged": false})

		l.do(200, "POST", devicesPath+"/my-laptop/observed-state", object{"models": []object{{"modelId": "mdl_00000001", "activeVersion": "1.0.0"}}})
		l.wantFleet(map[string]int{"1.0.0": 1, "2.0.0": 124})
		l.do(200, "GET", devicesPath+"/my-laptop/desired-state", nil)
		l.wantFleet(map[string]int{"2.0.0": 125})

		version := l.do(200, "GET", devicesPath+"/my-laptop/models/phi-4-mini/version?include_bucket=true", nil)
		l.wantFields(version, object{"version": "2.0.0", "source": "rollout", "experiment_id": nil})
		if bucket, ok := version.object["device_bucket"].(float64); !ok || bucket < 0 || bucket > 99 {
			l.t.Errorf("the bucket is %v", version.object["device_bucket"])
		}
		for _, method := range []string{"PUT", "POST"} {
			l.wantFields(l.do(200, method, devicesPath+"/my-laptop/heartbeat", object{"os_version": "15.2"}), object{"status": "ok", "id": r.object["id"]})
		}
		l.wantFields(l.do(200, "GET", devicesPath+"/my-laptop", nil), object{"os_version": "15.2"})
	})
}
