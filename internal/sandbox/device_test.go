package sandbox

import (
	"strings"
	"testing"
	"time"
)

const devicesPath = "/api/v1/devices"

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
