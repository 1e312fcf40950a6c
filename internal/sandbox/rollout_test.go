package sandbox

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRolloutProgressesWithTheSyncs(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		path := l.start("2.0.0", 100)
		l.wantFleet(map[string]int{"1.0.0": 124})
		l.pass(500 * time.Millisecond)
		if got := l.Fleet("phi-4-mini").Versions["2.0.0"]; got != 62 {
			l.t.Fatalf("half an interval later %d devices run 2.0.0, want 62", got)
		}
		l.wantStatus(path, active)
		l.pass(500 * time.Millisecond)
		l.wantFleet(map[string]int{"2.0.0": 124})
		l.wantFields(l.wantStatus(path, completed), object{"percentage": 100.0, "previous_version": "1.0.0", "completed_at": "2026-11-24T12:00:01.000000Z"})
	})
}

func TestRolloutBelowItsTargetStaysActive(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	r := l.do(http.StatusCreated, "POST", rolloutsPath, object{"version": "2.0.0", "rollout_percentage": 40, "target_percentage": 40})
	l.pass(time.Hour)
	l.wantStatus(l.path(r), active)
	l.wantFleet(map[string]int{"1.0.0": 74, "2.0.0": 50})
}

// A full rollout waits for all its devices, also for those that do not sync.
func TestRolloutWaitsForOfflineDevices(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.SetOffline(50)
	path := l.start("2.0.0", 100)
	l.pass(time.Hour)
	l.wantFleet(map[string]int{"1.0.0": 62, "2.0.0": 62})
	l.wantStatus(path, active)
	l.wantFields(l.do(200, "GET", path+"/affected-devices", nil), object{"total": 124.0, "updated": 62.0, "pending": 62.0, "failed": 0.0})
	l.SetOffline(0)
	l.pass(time.Second)
	l.wantStatus(path, completed)
	l.wantFleet(map[string]int{"2.0.0": 124})
}

func TestPauseKeepsWhatWasAssigned(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		path := l.start("2.0.0", 100)
		l.pass(500 * time.Millisecond)
		l.do(200, "POST", path+"/pause", object{})
		l.pass(time.Hour)
		l.wantFleet(map[string]int{"1.0.0": 62, "2.0.0": 62})
		l.do(http.StatusConflict, "POST", path+"/update-percentage", object{"percentage": 100})
		l.do(http.StatusConflict, "POST", path+"/pause", object{})
		l.do(200, "POST", path+"/resume", object{})
		l.pass(time.Second)
		l.wantStatus(path, completed)
		l.wantFleet(map[string]int{"2.0.0": 124})
	})
}

func TestVerbsNeedTheirState(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	r := l.do(http.StatusCreated, "POST", rolloutsPath, object{"version": "2.0.0", "rollout_percentage": 10, "start_immediately": false})
	path := l.path(r)
	l.wantFields(r, object{"status": pending, "started_at": nil})
	l.pass(time.Minute)
	l.wantFleet(map[string]int{"1.0.0": 124})
	for _, verb := range []string{"pause", "resume", "advance"} {
		l.do(http.StatusConflict, "POST", path+"/"+verb, object{})
	}
	l.do(200, "POST", path+"/start", object{})
	l.do(http.StatusConflict, "POST", path+"/start", object{})
	l.do(http.StatusConflict, "POST", path+"/resume", object{})
	l.wantFields(l.do(200, "POST", path+"/advance", nil), object{"percentage": 20.0})
	l.wantFields(l.do(200, "POST", path+"/advance", object{"custom_increment": 75}), object{"percentage": 95.0})
	l.wantFields(l.do(200, "POST", path+"/advance", object{}), object{"percentage": 100.0})
	l.pass(time.Second)
	l.wantStatus(path, completed)
	for _, verb := range []string{"start", "pause", "resume", "advance"} {
		l.do(http.StatusConflict, "POST", path+"/"+verb, object{})
	}
	history := l.do(200, "GET", path+"/status-history", nil).object["history"].([]any)
	var got []string
	for _, entry := range history {
		e := entry.(object)
		got = append(got, e["status"].(string)+" "+plain(e["percentage"].(float64)))
	}
	want := "pending 10, active 10, active 20, active 95, active 100, completed 100"
	if joined := strings.Join(got, ", "); joined != want {
		t.Errorf("history: got %s, want %s", joined, want)
	}
}

func TestUpdatePercentage(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	r := l.do(http.StatusCreated, "POST", rolloutsPath, object{"version": "2.0.0", "rollout_percentage": 10, "target_percentage": 60})
	path := l.path(r) + "/update-percentage"
	l.do(http.StatusUnprocessableEntity, "POST", path, object{"percentage": 61})
	l.do(http.StatusUnprocessableEntity, "POST", path, object{"percentage": -1})
	l.do(http.StatusUnprocessableEntity, "POST", path, object{})
	l.wantFields(l.do(200, "POST", path, object{"percentage": 60, "reason": "TICKET-1"}), object{"percentage": 60.0})
	l.pass(time.Second)
	l.wantFleet(map[string]int{"1.0.0": 50, "2.0.0": 74})
	history := l.do(200, "GET", l.path(r)+"/status-history", nil).object["history"].([]any)
	if reason := history[len(history)-1].(object)["reason"]; reason != "TICKET-1" {
		t.Errorf("the last entry of the history has the reason %v", reason)
	}
}

func TestOneOpenRollout(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		path := l.start("2.0.0", 10)
		again := object{"version": "0.9.0", "rollout_percentage": 10}
		l.do(http.StatusConflict, "POST", rolloutsPath, again)
		l.do(200, "POST", path+"/pause", object{})
		l.do(http.StatusConflict, "POST", rolloutsPath, again)
		l.do(http.StatusNoContent, "DELETE", path+"?force=true", nil)
		l.do(http.StatusCreated, "POST", rolloutsPath, again)
	})
}

func TestCancel(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		path := l.start("2.0.0", 40)
		l.pass(time.Second)
		l.do(http.StatusConflict, "DELETE", path+"?force=false", nil)
		l.do(http.StatusConflict, "DELETE", path, nil)
		l.wantFleet(map[string]int{"1.0.0": 74, "2.0.0": 50})
		l.do(http.StatusNoContent, "DELETE", path+"?force=true", nil)
		l.wantStatus(path, rolledBack)
		l.pass(time.Second)
		l.wantFleet(map[string]int{"1.0.0": 124})
		l.do(http.StatusNoContent, "DELETE", path, nil)
		l.do(http.StatusNotFound, "GET", path, nil)
	})
}

func TestCreateRolloutRefuses(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		l.do(200, "POST", "/api/v1/models/phi-4-mini/versions/2.0.0/deprecate", object{})
		for _, c := range []struct {
			name   string
			body   any
			status int
			says   string
		}{
			{"no version", object{"rollout_percentage": 10}, 422, "version is required"},
			{"no percentage", object{"version": "1.0.0"}, 422, "rollout_percentage is required"},
			{"an unknown version", object{"version": "3.1.4", "rollout_percentage": 10}, 404, "3.1.4"},
			{"a deprecated version", object{"version": "2.0.0", "rollout_percentage": 10}, 409, "deprecated"},
			{"a negative share", object{"version": "1.0.0", "rollout_percentage": -1}, 422, "from 0 to 100"},
			{"too large a share", object{"version": "1.0.0", "rollout_percentage": 101}, 422, "from 0 to 100"},
			{"too large a target", object{"version": "1.0.0", "rollout_percentage": 1, "target_percentage": 101}, 422, "target_percentage"},
			{"a target below the share", object{"version": "1.0.0", "rollout_percentage": 50, "target_percentage": 40}, 422, "below"},
			{"a text for a share", object{"version": "1.0.0", "rollout_percentage": "ten"}, 422, "rollout_percentage"},
			{"no JSON", "{", 400, "JSON"},
		} {
			if r := l.do(c.status, "POST", rolloutsPath, c.body); !strings.Contains(r.raw, c.says) {
				l.t.Errorf("%s: the answer does not say %q: %s", c.name, c.says, r.raw)
			}
		}
		l.do(http.StatusNotFound, "POST", "/api/v1/models/nothing/rollouts", object{"version": "1.0.0", "rollout_percentage": 10})
		l.pass(time.Minute)
		l.wantFleet(map[string]int{"1.0.0": 124})
	})
}

func TestListRollouts(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		path := l.start("2.0.0", 40)
		list := func(path string) int {
			r := l.do(200, "GET", path, nil)
			items, ok := r.object["rollouts"].([]any)
			if !ok {
				items, ok = r.object["items"].([]any)
			}
			if !ok {
				l.t.Fatalf("%s has no list: %s", path, r.raw)
			}
			return len(items)
		}
		for path, n := range map[string]int{
			rolloutsPath: 3, rolloutsPath + "?status_filter=completed": 2, rolloutsPath + "?status_filter=active": 1,
			rolloutsPath + "/active": 1, "/api/v1/rollouts/active": 1,
		} {
			if got := list(path); got != n {
				l.t.Errorf("%s: got %d rollouts, want %d", path, got, n)
			}
		}
		l.do(http.StatusNoContent, "DELETE", path+"?force=true", nil)
		if got := list("/api/v1/rollouts/active"); got != 0 {
			l.t.Errorf("after the cancel %d rollouts are active", got)
		}
	})
}

func TestPolicyLimitsAdvances(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		path := l.start("2.0.0", 10)
		deny := func(says string, verb string, body object) {
			l.t.Helper()
			r := l.do(http.StatusForbidden, "POST", path+"/"+verb, body)
			code := r.object["error"]
			if l.world.dialect == DialectSDK {
				code = r.object["code"]
			}
			if code != "policy_denied" || !strings.Contains(r.raw, says) {
				l.t.Errorf("the answer does not deny for %s: %s", says, r.raw)
			}
		}
		l.settings(object{"max_rollout_step_percent": 20})
		deny("20", "update-percentage", object{"percentage": 31})
		deny("20", "advance", object{"custom_increment": 25})
		l.do(200, "POST", path+"/update-percentage", object{"percentage": 30})

		l.settings(object{"min_rollout_duration": "10m"})
		l.pass(9 * time.Minute)
		deny("10m", "advance", object{})
		l.do(200, "POST", path+"/update-percentage", object{"percentage": 30}) // no advance
		l.pass(time.Minute)
		l.wantFields(l.do(200, "POST", path+"/advance", object{}), object{"percentage": 40.0})
		deny("10m", "advance", object{})

		l.settings(object{"min_rollout_duration": nil, "require_approval": true})
		deny("approval", "advance", object{})
		l.settings(object{"require_approval": false})
		l.do(200, "POST", path+"/advance", object{})
	})
}
