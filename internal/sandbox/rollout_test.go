package sandbox

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// CONTRACT.md 3.73, 8.33
func TestRolloutProgress(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		path := h.start("2.0.0", 100)
		h.wantFleet(map[string]int{"1.0.0": 124})
		h.elapse(500 * time.Millisecond)
		if got := h.Fleet("phi-4-mini").Versions["2.0.0"]; got != 62 {
			h.t.Fatalf("half an interval later %d devices run 2.0.0, want 62", got)
		}
		h.wantStatus(path, active)
		h.elapse(500 * time.Millisecond)
		h.wantFleet(map[string]int{"2.0.0": 124})
		h.wantFields(h.wantStatus(path, completed), object{"percentage": 100.0, "previous_version": "1.0.0", "completed_at": "2026-11-24T12:00:01.000000Z"})
	})
}

// CONTRACT.md 3.73
func TestPartialRolloutStaysActive(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	r := h.do(http.StatusCreated, "POST", rolloutsPath, object{"version": "2.0.0", "rollout_percentage": 40, "target_percentage": 40})
	h.elapse(time.Hour)
	h.wantStatus(h.rolloutPath(r), active)
	h.wantFleet(map[string]int{"1.0.0": 74, "2.0.0": 50})
}

// A full rollout waits for all devices, including offline ones.
//
// CONTRACT.md 3.73
func TestRolloutWaitsForOfflineDevices(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.SetOffline(50)
	path := h.start("2.0.0", 100)
	h.elapse(time.Hour)
	h.wantFleet(map[string]int{"1.0.0": 62, "2.0.0": 62})
	h.wantStatus(path, active)
	h.wantFields(h.do(200, "GET", path+"/affected-devices", nil), object{"total": 124.0, "updated": 62.0, "pending": 62.0, "failed": 0.0})
	h.SetOffline(0)
	h.elapse(time.Second)
	h.wantStatus(path, completed)
	h.wantFleet(map[string]int{"2.0.0": 124})
}

// CONTRACT.md 3.52, 3.72
func TestPauseKeepsUpdatedDevices(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		path := h.start("2.0.0", 100)
		h.elapse(500 * time.Millisecond)
		h.do(200, "POST", path+"/pause", object{})
		h.elapse(time.Hour)
		h.wantFleet(map[string]int{"1.0.0": 62, "2.0.0": 62})
		h.do(http.StatusConflict, "POST", path+"/update-percentage", object{"percentage": 100})
		h.do(http.StatusConflict, "POST", path+"/pause", object{})
		h.do(200, "POST", path+"/resume", object{})
		h.elapse(time.Second)
		h.wantStatus(path, completed)
		h.wantFleet(map[string]int{"2.0.0": 124})
	})
}

// CONTRACT.md 3.36, 3.37, 3.39
func TestRolloutTransitions(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	r := h.do(http.StatusCreated, "POST", rolloutsPath, object{"version": "2.0.0", "rollout_percentage": 10, "start_immediately": false})
	path := h.rolloutPath(r)
	h.wantFields(r, object{"status": pending, "started_at": nil})
	h.elapse(time.Minute)
	h.wantFleet(map[string]int{"1.0.0": 124})
	for _, verb := range []string{"pause", "resume", "advance"} {
		h.do(http.StatusConflict, "POST", path+"/"+verb, object{})
	}
	h.do(200, "POST", path+"/start", object{})
	h.do(http.StatusConflict, "POST", path+"/start", object{})
	h.do(http.StatusConflict, "POST", path+"/resume", object{})
	h.wantFields(h.do(200, "POST", path+"/advance", nil), object{"percentage": 20.0})
	h.wantFields(h.do(200, "POST", path+"/advance", object{"custom_increment": 75}), object{"percentage": 95.0})
	h.wantFields(h.do(200, "POST", path+"/advance", object{}), object{"percentage": 100.0})
	h.elapse(time.Second)
	h.wantStatus(path, completed)
	for _, verb := range []string{"start", "pause", "resume", "advance"} {
		h.do(http.StatusConflict, "POST", path+"/"+verb, object{})
	}
	history := h.do(200, "GET", path+"/status-history", nil).object["items"].([]any)
	var got []string
	for _, entry := range history {
		e := entry.(object)
		got = append(got, e["status"].(string)+" "+formatNumber(e["percentage"].(float64)))
	}
	want := "pending 10, active 10, active 20, active 95, active 100, completed 100"
	if joined := strings.Join(got, ", "); joined != want {
		t.Errorf("history: got %s, want %s", joined, want)
	}
}

// CONTRACT.md 3.38, 3.39, 3.52
func TestUpdatePercentage(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	r := h.do(http.StatusCreated, "POST", rolloutsPath, object{"version": "2.0.0", "rollout_percentage": 10, "target_percentage": 60})
	path := h.rolloutPath(r) + "/update-percentage"
	h.do(http.StatusUnprocessableEntity, "POST", path, object{"percentage": 61})
	h.do(http.StatusUnprocessableEntity, "POST", path, object{"percentage": -1})
	h.do(http.StatusUnprocessableEntity, "POST", path, object{})
	h.wantFields(h.do(200, "POST", path, object{"percentage": 60, "reason": "TICKET-1"}), object{"percentage": 60.0})
	h.elapse(time.Second)
	h.wantFleet(map[string]int{"1.0.0": 50, "2.0.0": 74})
	history := h.do(200, "GET", h.rolloutPath(r)+"/status-history", nil).object["items"].([]any)
	if reason := history[len(history)-1].(object)["reason"]; reason != "TICKET-1" {
		t.Errorf("the last entry of the history has the reason %v", reason)
	}
}

// CONTRACT.md 1.58, 3.71
func TestSingleOpenRollout(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		path := h.start("2.0.0", 10)
		again := object{"version": "0.9.0", "rollout_percentage": 10}
		h.do(http.StatusConflict, "POST", rolloutsPath, again)
		h.do(200, "POST", path+"/pause", object{})
		h.do(http.StatusConflict, "POST", rolloutsPath, again)
		h.do(http.StatusNoContent, "DELETE", path+"?force=true", nil)
		h.do(http.StatusCreated, "POST", rolloutsPath, again)
	})
}

// CONTRACT.md 3.35, 3.41, 3.53
func TestCancelRollout(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		path := h.start("2.0.0", 40)
		h.elapse(time.Second)
		h.do(http.StatusConflict, "DELETE", path+"?force=false", nil)
		h.do(http.StatusConflict, "DELETE", path, nil)
		h.wantFleet(map[string]int{"1.0.0": 74, "2.0.0": 50})
		h.do(http.StatusNoContent, "DELETE", path+"?force=true", nil)
		h.wantStatus(path, rolledBack)
		h.elapse(time.Second)
		h.wantFleet(map[string]int{"1.0.0": 124})
		h.do(http.StatusNoContent, "DELETE", path, nil)
		h.do(http.StatusNotFound, "GET", path, nil)
	})
}

// CONTRACT.md 1.51, 3.34, 3.65
func TestCreateRolloutErrors(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		h.do(200, "POST", "/api/v1/models/phi-4-mini/versions/2.0.0/deprecate", object{})
		for _, c := range []struct {
			name    string
			body    any
			status  int
			message string
		}{
			{"no version", object{"rollout_percentage": 10}, 422, "version is required"},
			{"no percentage", object{"version": "1.0.0"}, 422, "rollout_percentage is required"},
			{"an unknown version", object{"version": "3.1.4", "rollout_percentage": 10}, 404, "3.1.4"},
			{"a deprecated version", object{"version": "2.0.0", "rollout_percentage": 10}, 409, "deprecated"},
			{"a negative percentage", object{"version": "1.0.0", "rollout_percentage": -1}, 422, "between 0 and 100"},
			{"too large a percentage", object{"version": "1.0.0", "rollout_percentage": 101}, 422, "between 0 and 100"},
			{"too large a target", object{"version": "1.0.0", "rollout_percentage": 1, "target_percentage": 101}, 422, "target_percentage"},
			{"a target below the percentage", object{"version": "1.0.0", "rollout_percentage": 50, "target_percentage": 40}, 422, "below"},
			{"a string as percentage", object{"version": "1.0.0", "rollout_percentage": "ten"}, 422, "rollout_percentage"},
			{"no JSON", "{", 400, "JSON"},
		} {
			if r := h.do(c.status, "POST", rolloutsPath, c.body); !strings.Contains(r.raw, c.message) {
				h.t.Errorf("%s: the response does not contain %q: %s", c.name, c.message, r.raw)
			}
		}
		h.do(http.StatusNotFound, "POST", "/api/v1/models/nothing/rollouts", object{"version": "1.0.0", "rollout_percentage": 10})
		h.elapse(time.Minute)
		h.wantFleet(map[string]int{"1.0.0": 124})
	})
}

// CONTRACT.md 3.31, 3.32, 3.33
func TestListRollouts(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		path := h.start("2.0.0", 40)
		list := func(path string) int {
			r := h.do(200, "GET", path, nil)
			items, ok := r.object["rollouts"].([]any)
			if !ok {
				items, ok = r.object["items"].([]any)
			}
			if !ok {
				h.t.Fatalf("%s has no list: %s", path, r.raw)
			}
			return len(items)
		}
		for path, n := range map[string]int{
			rolloutsPath: 3, rolloutsPath + "?status_filter=completed": 2, rolloutsPath + "?status_filter=active": 1,
			rolloutsPath + "/active": 1, "/api/v1/rollouts/active": 1,
		} {
			if got := list(path); got != n {
				h.t.Errorf("%s: got %d rollouts, want %d", path, got, n)
			}
		}
		h.do(http.StatusNoContent, "DELETE", path+"?force=true", nil)
		if got := list("/api/v1/rollouts/active"); got != 0 {
			h.t.Errorf("after the cancel %d rollouts are active", got)
		}
	})
}

// CONTRACT.md 1.43, 6.17, 6.18, 6.19, 6.32, 8.12
func TestPolicyLimitsAdvance(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		path := h.start("2.0.0", 10)
		deny := func(message string, verb string, body object) {
			h.t.Helper()
			r := h.do(http.StatusForbidden, "POST", path+"/"+verb, body)
			code := r.object["error"]
			if h.world.dialect == DialectSDK {
				code = r.object["code"]
			}
			if code != "policy_denied" || !strings.Contains(r.raw, message) {
				h.t.Errorf("the response is not a policy denial for %s: %s", message, r.raw)
			}
		}
		h.setSettings(object{"max_rollout_step_percent": 20})
		deny("20", "update-percentage", object{"percentage": 31})
		deny("20", "advance", object{"custom_increment": 25})
		h.do(200, "POST", path+"/update-percentage", object{"percentage": 30})

		h.setSettings(object{"min_rollout_duration": "10m"})
		h.elapse(9 * time.Minute)
		deny("10m", "advance", object{})
		h.do(200, "POST", path+"/update-percentage", object{"percentage": 30}) // unchanged
		h.elapse(time.Minute)
		h.wantFields(h.do(200, "POST", path+"/advance", object{}), object{"percentage": 40.0})
		deny("10m", "advance", object{})

		h.setSettings(object{"min_rollout_duration": nil, "require_approval": true})
		deny("approval", "advance", object{})
		h.setSettings(object{"require_approval": false})
		h.do(200, "POST", path+"/advance", object{})
	})
}
