package sandbox

import (
	"strings"
	"testing"
	"time"
)

// CONTRACT.md 5.52, 5.71, 5.72, 5.73, 5.74, 5.75, 5.76, 8.36
func TestRealDevice(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		register := object{"device_identifier": "my-laptop", "org_id": "demo", "platform": "macos", "os_version": "15.1", "metadata": object{"a": "b"}}
		r := h.request("", "POST", devicesPath+"/register", register)
		if r.status != 201 {
			h.t.Fatalf("register without a key: %d %s", r.status, r.raw)
		}
		h.wantFields(r, object{"device_identifier": "my-laptop", "org_id": "demo", "status": "active"})
		again := h.request("", "POST", devicesPath+"/register", object{"device_identifier": "my-laptop", "sdk_version": "5"})
		h.wantFields(again, object{"id": r.object["id"], "metadata": object{}})
		h.wantFields(h.do(200, "GET", devicesPath+"/my-laptop", nil), object{"sdk_version": "5", "platform": "macos"})
		if rejected := h.request("", "POST", devicesPath+"/register", object{"device_identifier": "x", "org_id": "other"}); rejected.status != 404 {
			h.t.Errorf("another organization: %d", rejected.status)
		}

		// It joins the fleet and changes its version only by its own calls.
		h.elapse(time.Minute)
		h.wantFleet(map[string]int{"1.0.0": 124})
		if total := h.Fleet("phi-4-mini").Total; total != 125 {
			h.t.Fatalf("the fleet has %d devices, want 125", total)
		}
		state := h.do(200, "POST", devicesPath+"/my-laptop/desired-state", object{"deviceId": "my-laptop"})
		if !strings.Contains(state.raw, `"desiredVersion":"1.0.0"`) || !strings.Contains(state.raw, `"nextPollIntervalSeconds":30`) {
			h.t.Errorf("desired state: %s", state.raw)
		}
		h.wantFleet(map[string]int{"1.0.0": 125})

		path := h.start("2.0.0", 100)
		h.elapse(time.Minute)
		h.wantStatus(path, active)
		h.wantFleet(map[string]int{"1.0.0": 1, "2.0.0": 124})
		synced := h.do(200, "POST", devicesPath+"/my-laptop/sync", object{"schemaVersion": "1.12.0", "deviceId": "my-laptop"})
		h.wantFields(synced, object{"stateChanged": true, "deviceId": r.object["id"]})
		h.wantStatus(path, completed)
		h.wantFields(h.do(200, "POST", devicesPath+"/my-laptop/sync", object{}), object{"stateChanged": false})

		h.do(200, "POST", devicesPath+"/my-laptop/observed-state", object{"models": []object{{"modelId": "mdl_00000001", "activeVersion": "1.0.0"}}})
		h.wantFleet(map[string]int{"1.0.0": 1, "2.0.0": 124})
		h.do(200, "GET", devicesPath+"/my-laptop/desired-state", nil)
		h.wantFleet(map[string]int{"2.0.0": 125})

		version := h.do(200, "GET", devicesPath+"/my-laptop/models/phi-4-mini/version?include_bucket=true", nil)
		h.wantFields(version, object{"version": "2.0.0", "source": "rollout", "experiment_id": nil})
		if bucket, ok := version.object["device_bucket"].(float64); !ok || bucket < 0 || bucket > 99 {
			h.t.Errorf("the bucket is %v", version.object["device_bucket"])
		}
		for _, method := range []string{"PUT", "POST"} {
			h.wantFields(h.do(200, method, devicesPath+"/my-laptop/heartbeat", object{"os_version": "15.2"}), object{"status": "ok", "id": r.object["id"]})
		}
		h.wantFields(h.do(200, "GET", devicesPath+"/my-laptop", nil), object{"os_version": "15.2"})
	})
}
