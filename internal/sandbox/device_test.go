package sandbox

import (
	"strings"
	"testing"
	"time"
)

const devicesPath = "/api/v1/devices"

// CONTRACT.md 5.53, 5.62, 5.63
func TestUpdateDevice(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	path := devicesPath + "/dev_00000001"
	h.wantFields(h.do(200, "PATCH", path, object{"name": "lobby", "labels": object{"floor": "2"}}), object{"name": "lobby", "labels": object{"floor": "2"}, "status": "active"})
	h.do(422, "PATCH", path, object{"status": "lost"})
	h.do(200, "PATCH", path, object{"status": "archived"})
	h.wantFields(h.do(200, "GET", devicesPath+"?status=archived", nil), object{"total": 1.0})
	// It has left the fleet, so the rollout does not wait for it.
	h.deploy("2.0.0")
	h.wantFleet(map[string]int{"2.0.0": 123})
	h.do(200, "PATCH", path, object{"status": "active"})
	h.elapse(time.Second)
	h.wantFleet(map[string]int{"2.0.0": 124})
	h.wantFields(h.do(200, "GET", devicesPath+"?platform=ios&limit=1", nil), object{"total": 21.0})
}

// A missing key keeps its value, null removes it, and labels are replaced as a whole.
//
// CONTRACT.md 5.53
func TestUpdateDevicePartially(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		path := devicesPath + "/phone-000001"
		h.do(200, "PATCH", path, object{"name": "lobby", "labels": object{"floor": "2", "wing": "west"}})
		h.wantFields(h.do(200, "PATCH", path, object{"labels": object{"floor": "3"}}), object{"name": "lobby", "labels": object{"floor": "3"}})
		h.wantFields(h.do(200, "PATCH", path, object{"name": nil}), object{"name": nil, "labels": object{"floor": "3"}, "status": "active"})
		h.wantFields(h.do(200, "PATCH", path, object{"labels": object{}}), object{"labels": object{}})
		h.wantFields(h.do(200, "PATCH", path, object{"labels": nil}), object{"labels": nil})
		if r := h.do(422, "PATCH", path, object{"labels": object{"floor": 2}}); !strings.Contains(r.raw, "labels") {
			h.t.Errorf("the response does not name labels: %s", r.raw)
		}
		h.do(404, "PATCH", devicesPath+"/nothing", object{})
	})
}

// CONTRACT.md 5.51
func TestDeviceFilters(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		h.do(200, "PATCH", devicesPath+"/dev_00000001", object{"status": "archived"}) // an iOS one
		for query, want := range map[string]float64{
			"": 124, "platform=ios": 21, "platform=linux": 41, "status=active": 123, "status=archived": 1,
			"platform=ios&status=archived": 1, "platform=ios&status=active": 20, "platform=linux&status=archived": 0, "platform=toaster": 0,
		} {
			h.wantFields(h.do(200, "GET", devicesPath+"?org_id=demo&limit=1&"+query, nil), object{"total": want})
		}
	})
}

// CONTRACT.md 8.33
func TestOfflineDevicesDoNotReport(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.elapse(time.Minute)
	h.do(422, "PUT", "/sandbox/devices/offline", object{"percent": 101})
	h.do(200, "PUT", "/sandbox/devices/offline", object{"percent": 100})
	before := h.do(200, "GET", devicesPath+"/dev_00000001", nil).object["last_heartbeat"]
	h.elapse(time.Hour)
	if after := h.do(200, "GET", devicesPath+"/dev_00000001", nil).object["last_heartbeat"]; after != before {
		t.Errorf("an offline device was heard at %v, after %v", after, before)
	}
	h.SetOffline(0)
	h.elapse(time.Second)
	if after := h.do(200, "GET", devicesPath+"/dev_00000001", nil).object["last_heartbeat"]; after == before {
		t.Error("the device was not heard after it came back")
	}
}
