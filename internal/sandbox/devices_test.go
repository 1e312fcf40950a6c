package sandbox

import (
	"strings"
	"testing"
	"time"
)

const devicesPath = "/api/v1/devices"

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

// A rollback does not wait for a real device that has been silent for long.
func TestRollbackDoesNotWaitForSilentDevices(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.deploy("2.0.0")
	l.request("", "POST", devicesPath+"/register", object{"device_identifier": "mine"})
	l.do(200, "POST", devicesPath+"/mine/sync", object{})
	r := l.do(200, "POST", rollbackPath, object{"to_version": "1.0.0"})
	l.pass(time.Minute)
	l.wantStatus(l.path(r), rollingBack)
	l.pass(2 * heartbeatInterval)
	l.wantStatus(l.path(r), completed)
	l.wantFleet(map[string]int{"1.0.0": 124, "2.0.0": 1})
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

func TestUpdateDevice(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	path := devicesPath + "/dev_00000001"
	l.wantFields(l.do(200, "PATCH", path, object{"name": "lobby", "labels": object{"floor": "2"}}), object{"name": "lobby", "labels": object{"floor": "2"}, "status": "active"})
	l.do(422, "PATCH", path, object{"status": "lost"})
	l.do(200, "PATCH", path, object{"status": "archived"})
	l.wantFields(l.do(200, "GET", devicesPath+"?status=archived", nil), object{"total": 1.0})
	// It has left the fleet, and nobody waits for it.
	l.deploy("2.0.0")
	l.wantFleet(map[string]int{"2.0.0": 123})
	l.do(200, "PATCH", path, object{"status": "active"})
	l.pass(time.Second)
	l.wantFleet(map[string]int{"2.0.0": 124})
	l.wantFields(l.do(200, "GET", devicesPath+"?platform=ios&limit=1", nil), object{"total": 21.0})
}

// A key that is not given stays as it is, a null takes away, and labels are replaced as a whole.
func TestUpdateDeviceInPart(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		path := devicesPath + "/phone-000001"
		l.do(200, "PATCH", path, object{"name": "lobby", "labels": object{"floor": "2", "wing": "west"}})
		l.wantFields(l.do(200, "PATCH", path, object{"labels": object{"floor": "3"}}), object{"name": "lobby", "labels": object{"floor": "3"}})
		l.wantFields(l.do(200, "PATCH", path, object{"name": nil}), object{"name": nil, "labels": object{"floor": "3"}, "status": "active"})
		l.wantFields(l.do(200, "PATCH", path, object{"labels": object{}}), object{"labels": object{}})
		l.wantFields(l.do(200, "PATCH", path, object{"labels": nil}), object{"labels": nil})
		if r := l.do(422, "PATCH", path, object{"labels": object{"floor": 2}}); !strings.Contains(r.raw, "labels") {
			l.t.Errorf("the answer does not name labels: %s", r.raw)
		}
		l.do(404, "PATCH", devicesPath+"/nothing", object{})
	})
}

func TestDeviceFilters(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		l.do(200, "PATCH", devicesPath+"/dev_00000001", object{"status": "archived"}) // an iOS one
		for query, want := range map[string]float64{
			"": 124, "platform=ios": 21, "platform=linux": 41, "status=active": 123, "status=archived": 1,
			"platform=ios&status=archived": 1, "platform=ios&status=active": 20, "platform=linux&status=archived": 0, "platform=toaster": 0,
		} {
			l.wantFields(l.do(200, "GET", devicesPath+"?org_id=demo&limit=1&"+query, nil), object{"total": want})
		}
	})
}

func TestOfflineDevicesFallSilent(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.pass(time.Minute)
	l.do(422, "PUT", "/sandbox/devices/offline", object{"percent": 101})
	l.do(200, "PUT", "/sandbox/devices/offline", object{"percent": 100})
	before := l.do(200, "GET", devicesPath+"/dev_00000001", nil).object["last_heartbeat"]
	l.pass(time.Hour)
	if after := l.do(200, "GET", devicesPath+"/dev_00000001", nil).object["last_heartbeat"]; after != before {
		t.Errorf("an offline device was heard at %v, after %v", after, before)
	}
	l.SetOffline(0)
	l.pass(time.Second)
	if after := l.do(200, "GET", devicesPath+"/dev_00000001", nil).object["last_heartbeat"]; after == before {
		t.Error("the device was not heard after it came back")
	}
}
