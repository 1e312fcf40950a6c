package sandbox

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

const rollbackPath = "/api/v1/models/phi-4-mini/rollback"

// CONTRACT.md 3.8, 3.42, 3.67, 3.68, 8.14
func TestRollbackToPreviousVersion(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	deployed := h.deploy("2.0.0")
	r := h.do(200, "POST", rollbackPath, object{"to_version": "1.0.0", "reason": "TICKET-42"})
	h.wantFields(r, object{"from_version": "2.0.0", "to_version": "1.0.0", "affected_devices": 124.0, "status": rollingBack})
	h.elapse(500 * time.Millisecond)
	h.wantFields(h.wantStatus(h.rolloutPath(r), rollingBack), object{
		"version": "1.0.0", "percentage": 100.0, "from_version": "2.0.0", "rollback_reason": "TICKET-42",
		"rollback_trigger": "manual", "affected_devices": 124.0,
	})
	h.elapse(500 * time.Millisecond)
	h.wantFleet(map[string]int{"1.0.0": 124})
	h.wantStatus(h.rolloutPath(r), completed)
	h.wantStatus(deployed, completed)
}

// CONTRACT.md 3.64
func TestRollbackByTwoVersions(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.deploy("2.0.0")
	h.do(200, "POST", rollbackPath, object{"to_version": "0.9.0"})
	h.elapse(time.Second)
	h.wantFleet(map[string]int{"0.9.0": 124})
}

// CONTRACT.md 3.66
func TestRollbackDuringRollout(t *testing.T) {
	t.Parallel()
	for _, state := range []string{active, paused} {
		h := newHarness(t)
		open := h.start("2.0.0", 40)
		h.elapse(time.Second)
		h.wantFleet(map[string]int{"1.0.0": 74, "2.0.0": 50})
		if state == paused {
			h.do(200, "POST", open+"/pause", object{})
		}
		r := h.do(200, "POST", rollbackPath, object{"to_version": "1.0.0", "reason": "bad"})
		h.wantFields(r, object{"from_version": "2.0.0", "affected_devices": 124.0})
		h.wantFields(h.wantStatus(open, rolledBack), object{
			"percentage": 40.0, "rollback_reason": "bad", "rollback_trigger": "manual", "rolled_back_at": "2026-11-24T12:00:01.000000Z",
		})
		h.elapse(time.Second)
		h.wantFleet(map[string]int{"1.0.0": 124})
		h.wantStatus(h.rolloutPath(r), completed)
	}
}

// The fallback of clients without the rollback call: cancel, then roll the older version out to the whole fleet.
//
// CONTRACT.md 1.56, 3.58, 8.14
func TestRollbackWithoutRollbackCall(t *testing.T) {
	t.Parallel()
	h := newHarness(t, withDialect(DialectSDK))
	r := h.do(http.StatusNotFound, "POST", rollbackPath, object{"to_version": "0.9.0"})
	if r.raw != `{"detail":"Not Found"}` {
		t.Errorf("a missing route returned %s", r.raw)
	}
	open := h.start("2.0.0", 40)
	h.elapse(time.Second)
	h.do(http.StatusNoContent, "DELETE", open+"?force=true", nil)
	path := h.start("0.9.0", 100)
	h.elapse(time.Second)
	h.wantFleet(map[string]int{"0.9.0": 124})
	h.wantStatus(path, completed)
}

// CONTRACT.md 3.70
func TestRollbackOfGroup(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		h.deploy("2.0.0")
		h.do(200, "POST", "/api/v1/deploy/execute", object{
			"model_id": "mdl_00000001", "model_name": "phi-4-mini", "model_version": "1.0.0", "version": "1.0.0",
			"group": "staging", "rollout_percentage": 100, "strategy": "immediate",
		})
		h.elapse(time.Second)
		h.wantFleet(map[string]int{"1.0.0": 24, "2.0.0": 100})
		if f := h.GroupFleet("phi-4-mini", "staging"); f.Versions["1.0.0"] != 24 {
			h.t.Errorf("the group runs %+v", f)
		}
		// The group deployment takes precedence over later rollouts of the fleet.
		path := h.start("0.9.0", 100)
		h.wantFields(h.do(200, "GET", path+"/affected-devices", nil), object{"pending": 100.0})
		h.elapse(time.Second)
		h.wantFleet(map[string]int{"1.0.0": 24, "0.9.0": 100})
		h.wantStatus(path, completed)
	})
}

// CONTRACT.md 3.63, 3.65
func TestRollbackErrors(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	control := func(version, status string) {
		h.do(200, "PUT", "/sandbox/versions/phi-4-mini/"+version+"/status", object{"status": status})
	}
	wantError := func(status int, version, message string) {
		t.Helper()
		if r := h.do(status, "POST", rollbackPath, object{"to_version": version}); !strings.Contains(r.raw, message) {
			t.Errorf("to %s: the response does not contain %q: %s", version, message, r.raw)
		}
	}
	wantError(http.StatusConflict, "2.0.0", "never deployed")
	wantError(http.StatusNotFound, "3.0.0", "3.0.0")
	wantError(http.StatusUnprocessableEntity, "", "to_version")
	control("0.9.0", "deprecated")
	wantError(http.StatusConflict, "0.9.0", "deprecated")
	control("0.9.0", "retired")
	wantError(http.StatusConflict, "0.9.0", "retired")
	// A version that never completed a rollout was never deployed.
	h.start("2.0.0", 40)
	h.elapse(time.Second)
	wantError(http.StatusConflict, "2.0.0", "never deployed")
	h.wantFleet(map[string]int{"1.0.0": 74, "2.0.0": 50})
}

// A rollback waits for the reachable devices; the others follow when they are back online.
//
// CONTRACT.md 3.67
func TestRollbackWithOfflineDevices(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.deploy("2.0.0")
	h.SetOffline(25)
	r := h.do(200, "POST", rollbackPath, object{"to_version": "1.0.0"})
	h.elapse(time.Second)
	h.wantStatus(h.rolloutPath(r), completed)
	h.wantFleet(map[string]int{"1.0.0": 93, "2.0.0": 31})
	h.SetOffline(0)
	h.elapse(time.Second)
	h.wantFleet(map[string]int{"1.0.0": 124})
}

// A second rollback replaces a first one that is not completed.
//
// CONTRACT.md 3.68
func TestRollbackReplacesRollback(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.deploy("2.0.0")
	first := h.rolloutPath(h.do(200, "POST", rollbackPath, object{"to_version": "1.0.0"}))
	h.elapse(500 * time.Millisecond)
	second := h.rolloutPath(h.do(200, "POST", rollbackPath, object{"to_version": "0.9.0"}))
	h.wantStatus(first, rolledBack)
	h.elapse(time.Second)
	h.wantStatus(second, completed)
	h.wantFleet(map[string]int{"0.9.0": 124})
}

// After a rollback the newer version can be rolled out again.
//
// CONTRACT.md 3.64
func TestDeployAfterRollback(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.deploy("2.0.0")
	h.do(200, "POST", rollbackPath, object{"to_version": "1.0.0"})
	h.elapse(time.Second)
	h.deploy("2.0.0")
	h.wantFleet(map[string]int{"2.0.0": 124})
}

// The IDs of two rollouts of the same time show which is newer.
//
// CONTRACT.md 3.32
func TestRolloutIDsAreOrdered(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		first := h.do(200, "GET", h.start("2.0.0", 40), nil)
		h.do(http.StatusNoContent, "DELETE", h.rolloutPath(first)+"?force=true", nil)
		second := h.do(200, "GET", h.start("2.0.0", 40), nil)
		if first.object["created_at"] != second.object["created_at"] {
			h.t.Fatal("the clock moved")
		}
		if a, b := h.rolloutPath(first), h.rolloutPath(second); a >= b {
			h.t.Errorf("the older one is %s, the newer one %s", a, b)
		}
	})
}

// A rollback does not wait for a real device without recent contact.
//
// CONTRACT.md 3.67, 8.36
func TestRollbackSkipsUnreachableDevices(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.deploy("2.0.0")
	h.request("", "POST", devicesPath+"/register", object{"device_identifier": "mine"})
	h.do(200, "POST", devicesPath+"/mine/sync", object{})
	r := h.do(200, "POST", rollbackPath, object{"to_version": "1.0.0"})
	h.elapse(time.Minute)
	h.wantStatus(h.rolloutPath(r), rollingBack)
	h.elapse(2 * heartbeatInterval)
	h.wantStatus(h.rolloutPath(r), completed)
	h.wantFleet(map[string]int{"1.0.0": 124, "2.0.0": 1})
}
