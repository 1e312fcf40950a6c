package sandbox

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

const rollbackPath = "/api/v1/models/phi-4-mini/rollback"

func TestRollbackToThePriorVersion(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	deployed := l.deploy("2.0.0")
	r := l.do(200, "POST", rollbackPath, object{"to_version": "1.0.0", "reason": "TICKET-42"})
	l.wantFields(r, object{"from_version": "2.0.0", "to_version": "1.0.0", "affected_devices": 124.0, "status": rollingBack})
	l.pass(500 * time.Millisecond)
	l.wantFields(l.wantStatus(l.path(r), rollingBack), object{
		"version": "1.0.0", "percentage": 100.0, "from_version": "2.0.0", "rollback_reason": "TICKET-42",
		"rollback_trigger": "manual", "affected_devices": 124.0,
	})
	l.pass(500 * time.Millisecond)
	l.wantFleet(map[string]int{"1.0.0": 124})
	l.wantStatus(l.path(r), completed)
	l.wantStatus(deployed, completed)
}

func TestRollbackTwoBack(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.deploy("2.0.0")
	l.do(200, "POST", rollbackPath, object{"to_version": "0.9.0"})
	l.pass(time.Second)
	l.wantFleet(map[string]int{"0.9.0": 124})
}

func TestRollbackInTheMiddleOfARollout(t *testing.T) {
	t.Parallel()
	for _, state := range []string{active, paused} {
		l := newLab(t)
		open := l.start("2.0.0", 40)
		l.pass(time.Second)
		l.wantFleet(map[string]int{"1.0.0": 74, "2.0.0": 50})
		if state == paused {
			l.do(200, "POST", open+"/pause", object{})
		}
		r := l.do(200, "POST", rollbackPath, object{"to_version": "1.0.0", "reason": "bad"})
		l.wantFields(r, object{"from_version": "2.0.0", "affected_devices": 124.0})
		l.wantFields(l.wantStatus(open, rolledBack), object{
			"percentage": 40.0, "rollback_reason": "bad", "rollback_trigger": "manual", "rolled_back_at": "2026-11-24T12:00:01.000000Z",
		})
		l.pass(time.Second)
		l.wantFleet(map[string]int{"1.0.0": 124})
		l.wantStatus(l.path(r), completed)
	}
}

// The fallback of clients where there is no rollback call: cancel, then roll the older version out to everybody.
func TestRollbackByFallback(t *testing.T) {
	t.Parallel()
	l := newLab(t, withDialect(DialectSDK))
	r := l.do(http.StatusNotFound, "POST", rollbackPath, object{"to_version": "0.9.0"})
	if r.raw != `{"detail":"Not Found"}` {
		t.Errorf("a missing route answers %s", r.raw)
	}
	open := l.start("2.0.0", 40)
	l.pass(time.Second)
	l.do(http.StatusNoContent, "DELETE", open+"?force=true", nil)
	path := l.start("0.9.0", 100)
	l.pass(time.Second)
	l.wantFleet(map[string]int{"0.9.0": 124})
	l.wantStatus(path, completed)
}

func TestRollbackOfAGroup(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		l.deploy("2.0.0")
		l.do(200, "POST", "/api/v1/deploy/execute", object{
			"model_id": "mdl_00000001", "model_name": "phi-4-mini", "model_version": "1.0.0", "version": "1.0.0",
			"group": "staging", "rollout_percentage": 100, "strategy": "immediate",
		})
		l.pass(time.Second)
		l.wantFleet(map[string]int{"1.0.0": 24, "2.0.0": 100})
		if f := l.GroupFleet("phi-4-mini", "staging"); f.Versions["1.0.0"] != 24 {
			l.t.Errorf("the group runs %+v", f)
		}
		// The more specific scope wins over what the fleet does next.
		path := l.start("0.9.0", 100)
		l.wantFields(l.do(200, "GET", path+"/affected-devices", nil), object{"pending": 100.0})
		l.pass(time.Second)
		l.wantFleet(map[string]int{"1.0.0": 24, "0.9.0": 100})
		l.wantStatus(path, completed)
	})
}

func TestRollbackRefuses(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	control := func(version, status string) {
		l.do(200, "PUT", "/sandbox/versions/phi-4-mini/"+version+"/status", object{"status": status})
	}
	refuse := func(status int, version, says string) {
		t.Helper()
		if r := l.do(status, "POST", rollbackPath, object{"to_version": version}); !strings.Contains(r.raw, says) {
			t.Errorf("to %s: the answer does not say %q: %s", version, says, r.raw)
		}
	}
	refuse(http.StatusConflict, "2.0.0", "never deployed")
	refuse(http.StatusNotFound, "3.0.0", "3.0.0")
	refuse(http.StatusUnprocessableEntity, "", "to_version")
	control("0.9.0", "deprecated")
	refuse(http.StatusConflict, "0.9.0", "deprecated")
	control("0.9.0", "retired")
	refuse(http.StatusConflict, "0.9.0", "retired")
	// What was under way but never completed was not deployed.
	l.start("2.0.0", 40)
	l.pass(time.Second)
	refuse(http.StatusConflict, "2.0.0", "never deployed")
	l.wantFleet(map[string]int{"1.0.0": 74, "2.0.0": 50})
}

// A rollback waits for the devices that can be reached; the others follow when they come back.
func TestRollbackWithOfflineDevices(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.deploy("2.0.0")
	l.SetOffline(25)
	r := l.do(200, "POST", rollbackPath, object{"to_version": "1.0.0"})
	l.pass(time.Second)
	l.wantStatus(l.path(r), completed)
	l.wantFleet(map[string]int{"1.0.0": 93, "2.0.0": 31})
	l.SetOffline(0)
	l.pass(time.Second)
	l.wantFleet(map[string]int{"1.0.0": 124})
}

// A second rollback before the first is done takes its place.
func TestRollbackOfARollback(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.deploy("2.0.0")
	first := l.path(l.do(200, "POST", rollbackPath, object{"to_version": "1.0.0"}))
	l.pass(500 * time.Millisecond)
	second := l.path(l.do(200, "POST", rollbackPath, object{"to_version": "0.9.0"}))
	l.wantStatus(first, rolledBack)
	l.pass(time.Second)
	l.wantStatus(second, completed)
	l.wantFleet(map[string]int{"0.9.0": 124})
}

// After a rollback the newer version can be rolled out again.
func TestDeployAfterRollback(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.deploy("2.0.0")
	l.do(200, "POST", rollbackPath, object{"to_version": "1.0.0"})
	l.pass(time.Second)
	l.deploy("2.0.0")
	l.wantFleet(map[string]int{"2.0.0": 124})
}

// The ids of two records of one instant still say which is newer.
func TestRecordsOfOneInstantHaveAnOrder(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		first := l.do(200, "GET", l.start("2.0.0", 40), nil)
		l.do(http.StatusNoContent, "DELETE", l.path(first)+"?force=true", nil)
		second := l.do(200, "GET", l.start("2.0.0", 40), nil)
		if first.object["created_at"] != second.object["created_at"] {
			l.t.Fatal("the clock moved")
		}
		if a, b := l.path(first), l.path(second); a >= b {
			l.t.Errorf("the older one is %s, the newer one %s", a, b)
		}
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
