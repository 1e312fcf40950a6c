package control

import (
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// CONTRACT.md 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.8, 3.9, 3.10
func TestRolloutDecodesEverySpelling(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		body string
		want Rollout
	}{
		"documented": {
			`{"id":"rol_5","model_id":"mod_1","version":"2.0.0","status":"active","percentage":40,"target_percentage":100,
			  "increment_step":20,"from_version":"1.0.0","created_at":"2026-11-24T12:00:00Z"}`,
			Rollout{ID: "rol_5", ModelID: "mod_1", Version: "2.0.0", Status: RolloutActive, Percentage: 40, TargetPercentage: 100,
				PreviousVersion: "1.0.0", CreatedAt: at},
		},
		"SDK": {
			`{"rollout_id":5,"model_id":1,"version":"2.0.0","status":"in_progress","rollout_percentage":40.0,"target_percentage":100.0,
			  "previous_version":"1.0.0","created_at":"2026-11-24T12:00:00"}`,
			Rollout{ID: "5", ModelID: "1", Version: "2.0.0", Status: RolloutActive, Percentage: 40, TargetPercentage: 100,
				PreviousVersion: "1.0.0", CreatedAt: at},
		},
		"ended": {
			`{"id":"7","version":"2.0.0","status":"failed","current_percentage":12.5,"reason":"errors","rollback_trigger":"auto",
			  "rolled_back_at":"2026-11-24T12:00:00Z"}`,
			Rollout{ID: "7", Version: "2.0.0", Status: RolloutRolledBack, Percentage: 12.5, Reason: "errors", Trigger: "auto", RolledBackAt: at},
		},
		"least, and the first name of a row wins": {
			`{"id":"7","rollout_id":"8","version":"1","status":"pending","percentage":1,"rollout_percentage":2,"rollback_reason":"a","reason":"b"}`,
			Rollout{ID: "7", Version: "1", Status: RolloutPending, Percentage: 1, Reason: "a"},
		},
	} {
		var got Rollout
		if err := json.Unmarshal([]byte(tc.body), &got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, body := range []string{`{"version":"1","status":"active"}`, `{"id":"1","status":"active"}`, `{"id":"1","version":"1"}`, `[]`} {
		var got Rollout
		if err := json.Unmarshal([]byte(body), &got); err == nil {
			t.Errorf("%s decodes to %+v; want an error", body, got)
		}
	}
}

// CONTRACT.md 3.4, 3.21
func TestStatusesOfRollouts(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]RolloutStatus{
		"created": RolloutPending, "in_progress": RolloutActive, "started": RolloutActive, "cancelled": RolloutRolledBack,
		"failed": RolloutRolledBack, "rolling_back": RolloutRollingBack, "awaiting_approval": "awaiting_approval",
	} {
		if got := rolloutStatus(word); got != want {
			t.Errorf("%q is %q; want %q", word, got, want)
		}
	}
	for status, want := range map[RolloutStatus]bool{
		RolloutPending: true, RolloutActive: true, RolloutPaused: true,
		RolloutCompleted: false, RolloutRollingBack: false, RolloutRolledBack: false, "awaiting_approval": false,
	} {
		if status.Open() != want {
			t.Errorf("%s can still assign devices: %t", status, !want)
		}
	}
}

// CONTRACT.md 3.7, 3.32
func TestSortNewestFirst(t *testing.T) {
	t.Parallel()
	at := func(second int) time.Time { return time.Date(2026, 1, 1, 0, 0, second, 0, time.UTC) }
	rollouts := []Rollout{
		{ID: "9", CreatedAt: at(1)}, {ID: "10", CreatedAt: at(1)}, {ID: "2", CreatedAt: at(5)}, {ID: "b"}, {ID: "a"},
		{ID: "100000000000000000000", CreatedAt: at(1)},
	}
	SortNewestFirst(rollouts)
	var order []string
	for _, r := range rollouts {
		order = append(order, r.ID)
	}
	if want := []string{"2", "100000000000000000000", "10", "9", "b", "a"}; !slices.Equal(order, want) {
		t.Errorf("got %q; want %q", order, want)
	}
}

// CONTRACT.md 1.37, 3.32
func TestRolloutsComeNewestFirst(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, ok(`[`+oldRollout+`,`+newRollout+`]`))
	got, err := c.Rollouts(t.Context(), "m")
	if err != nil || len(got) != 2 || got[0].ID != "2" {
		t.Errorf("got %+v, %v", got, err)
	}
	if q := w.sent[0].query.Encode(); q != "" {
		t.Errorf("a list that is not paged was asked for with %s", q)
	}
}

// CONTRACT.md 3.34
func TestCreateRolloutSendsAllFiveKeys(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, answer(201, newRollout))
	if _, err := c.CreateRollout(t.Context(), "m", NewRollout{Version: "2.0.0"}, nil); err != nil {
		t.Fatal(err)
	}
	want := `{"version":"2.0.0","rollout_percentage":0,"target_percentage":0,"increment_step":0,"start_immediately":false}`
	if w.sent[0].body != want {
		t.Errorf("sent %s", w.sent[0].body)
	}
}

// CONTRACT.md 3.55
func TestCreateRolloutAdoptsOnlyANewOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		earlier := `{"id":"0","version":"2.0.0","status":"rolled_back"}`
		c, w := scripted(t, failing(errCut), ok(`[`+earlier+`,`+oldRollout+`]`), answer(201, newRollout))
		r, err := c.CreateRollout(t.Context(), "m", NewRollout{Version: "2.0.0"}, []Rollout{{ID: "0"}, {ID: "1"}})
		if err != nil || r.ID != "2" || len(w.sent) != 3 {
			t.Errorf("got %+v, %v after %q", r, err, w.calls())
		}
	})
}

// CONTRACT.md 3.42, 3.57
func TestRollback(t *testing.T) {
	t.Parallel()
	const post, list = "POST models/m/rollback", "GET models/m/rollouts"
	known := []Rollout{{ID: "1"}, {ID: "2"}}
	before := ok("[" + newRollout + "," + oldRollout + "]")
	after := ok(`[{"id":"3","version":"1.0.0","status":"rolling_back","percentage":100},` + newRollout + "," + oldRollout + "]")
	for name, tc := range map[string]struct {
		replies []reply
		calls   []string
		want    Rollout
	}{
		"documented answer": {
			[]reply{ok(`{"rollout_id":3,"from_version":"2.0.0","to_version":"1.0.0","affected_devices":124,"status":"rolling_back"}`)},
			[]string{post},
			Rollout{ID: "3", ModelID: "m", Version: "1.0.0", Status: RolloutRollingBack, Percentage: 100, TargetPercentage: 100, PreviousVersion: "2.0.0"},
		},
		"least answer": {
			[]reply{ok(`{"rollout_id":"3"}`)}, []string{post},
			Rollout{ID: "3", ModelID: "m", Version: "1.0.0", Status: RolloutRollingBack, Percentage: 100, TargetPercentage: 100},
		},
		"answer without the record": {
			[]reply{ok(`{"status":"rolling_back"}`), after}, []string{post, list},
			Rollout{ID: "3", Version: "1.0.0", Status: RolloutRollingBack, Percentage: 100},
		},
		"executed, then cut": {
			[]reply{failing(errCut), after}, []string{post, list},
			Rollout{ID: "3", Version: "1.0.0", Status: RolloutRollingBack, Percentage: 100},
		},
		"cut before it was executed": {
			[]reply{failing(errCut), before, ok(`{"rollout_id":"3"}`)}, []string{post, list, post},
			Rollout{ID: "3", ModelID: "m", Version: "1.0.0", Status: RolloutRollingBack, Percentage: 100, TargetPercentage: 100},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, w := scripted(t, tc.replies...)
				got, err := c.Rollback(t.Context(), "m", "1.0.0", "TICKET-42", known)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("rollout (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tc.calls, w.calls()); diff != "" {
					t.Errorf("calls (-want +got):\n%s", diff)
				}
				if want := `{"to_version":"1.0.0","reason":"TICKET-42"}`; w.sent[0].body != want {
					t.Errorf("sent %s", w.sent[0].body)
				}
			})
		})
	}
}

// CONTRACT.md 3.57
func TestARollbackThatWasAcceptedIsNotSentAgain(t *testing.T) {
	t.Parallel()
	accepted := ok(`{"status":"rolling_back"}`)
	for name, list := range map[string]reply{
		"the record is not listed": ok("[" + oldRollout + "]"), "the list fails": answer(503, "no"), "the list is cut off": failing(errCut),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, w := scripted(t, accepted, list)
				_, err := c.Rollback(t.Context(), "m", "1.0.0", "", []Rollout{{ID: "1"}})
				if err == nil || !Ambiguous(err) {
					t.Errorf("ended with %v; want an error that leaves open what became of it", err)
				}
				if posts := slices.Index(w.calls()[1:], "POST models/m/rollback"); posts >= 0 {
					t.Errorf("sent %q", w.calls())
				}
			})
		})
	}
}

// CONTRACT.md 3.58
func TestAServerWithoutRollback(t *testing.T) {
	t.Parallel()
	for _, r := range []reply{answer(404, `{"detail":"Not Found"}`), answer(405, `{"detail":"Method Not Allowed"}`)} {
		c, w := scripted(t, r)
		if _, err := c.Rollback(t.Context(), "m", "1.0.0", "", nil); !NoSuchRoute(err) || NotFound(err) || len(w.sent) != 1 {
			t.Errorf("ended with %v", err)
		}
	}
	c, _ := scripted(t, answer(404, `{"detail":"Model not found"}`))
	if _, err := c.Rollback(t.Context(), "m", "1.0.0", "", nil); NoSuchRoute(err) || !NotFound(err) {
		t.Errorf("an unknown model ended with %v", err)
	}
}

// CONTRACT.md 1.78, 1.82, 3.35, 3.36, 3.37, 3.38, 3.56
func TestChangesOfARollout(t *testing.T) {
	t.Parallel()
	at := func(status string, percentage string) reply {
		return ok(`{"id":"2","version":"2.0.0","status":"` + status + `","percentage":` + percentage + `}`)
	}
	type change func(*testing.T, *Client) (Rollout, error)
	advance := func(t *testing.T, c *Client) (Rollout, error) {
		t.Helper()
		return c.UpdateRolloutPercentage(t.Context(), "m", "2", 40, "TICKET-42")
	}
	start := func(t *testing.T, c *Client) (Rollout, error) {
		t.Helper()
		return c.StartRollout(t.Context(), "m", "2")
	}
	pause := func(t *testing.T, c *Client) (Rollout, error) {
		t.Helper()
		return c.PauseRollout(t.Context(), "m", "2")
	}
	resume := func(t *testing.T, c *Client) (Rollout, error) {
		t.Helper()
		return c.ResumeRollout(t.Context(), "m", "2")
	}
	step := func(t *testing.T, c *Client) (Rollout, error) {
		t.Helper()
		return c.AdvanceRollout(t.Context(), "m", Rollout{ID: "2", Percentage: 10})
	}
	for name, tc := range map[string]struct {
		change  change
		verb    string
		body    string
		done    reply // the rollout when the verb has been executed
		open    reply // and before
		refused reply
	}{
		"advance": {advance, "update-percentage", `{"percentage":40,"reason":"TICKET-42"}`, at("active", "40.0"), at("active", "10"), answer(422, `{"detail":"above the target"}`)},
		"step":    {step, "advance", `{}`, at("active", "20"), at("active", "10"), answer(409, `{"detail":"it is completed"}`)},
		"start":   {start, "start", `{}`, at("active", "0"), at("pending", "0"), answer(409, `{"detail":"it is completed"}`)},
		"pause":   {pause, "pause", `{}`, at("paused", "10"), at("active", "10"), answer(409, `{"detail":"it is completed"}`)},
		"resume":  {resume, "resume", `{}`, at("active", "10"), at("paused", "10"), answer(409, `{"detail":"it is completed"}`)},
	} {
		post, read := "POST models/m/rollouts/2/"+tc.verb, "GET models/m/rollouts/2"
		for course, step := range map[string]struct {
			replies []reply
			calls   []string
			fails   bool
		}{
			"accepted":                   {[]reply{ok(""), tc.done}, []string{post, read}, false},
			"executed, then cut":         {[]reply{failing(errCut), tc.done}, []string{post, read}, false},
			"cut before it was executed": {[]reply{failing(errCut), tc.open, ok(""), tc.done}, []string{post, read, post, read}, false},
			"executed late":              {[]reply{failing(errCut), tc.open, tc.refused, tc.done}, nil, tc.verb == "update-percentage"},
			"refused":                    {[]reply{tc.refused}, []string{post}, true},
			// The server has accepted, so that it is not sent again although the percentage is not reached yet.
			"accepted, reading fails": {[]reply{ok(""), answer(503, "no"), answer(503, "no"), answer(503, "no"), tc.open}, []string{post, read, read, read}, true},
		} {
			t.Run(name+" "+course, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					c, w := scripted(t, step.replies...)
					r, err := tc.change(t, c)
					if (err != nil) != step.fails || err == nil && r.ID != "2" {
						t.Errorf("got %+v, %v", r, err)
					}
					if diff := cmp.Diff(step.calls, w.calls()); step.calls != nil && diff != "" {
						t.Errorf("calls (-want +got):\n%s", diff)
					}
					if w.sent[0].body != tc.body {
						t.Errorf("sent %s; want %s", w.sent[0].body, tc.body)
					}
				})
			})
		}
	}
}

// CONTRACT.md 3.41, 3.53
func TestCancelRollout(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		reply reply
		fails bool
	}{
		"cancelled":       {ok(`{}`), false},
		"no content":      {answer(204, ""), false},
		"deleted already": {answer(404, `{"detail":"no such rollout"}`), false},
		"route not known": {answer(404, `{"detail":"Not Found"}`), true},
		"active":          {answer(409, `{"detail":"force is needed"}`), true},
	} {
		c, w := scripted(t, tc.reply)
		if err := c.DeleteRollout(t.Context(), "m", "2", false); (err != nil) != tc.fails {
			t.Errorf("%s: %v", name, err)
		}
		if q := w.sent[0].query.Encode(); q != "force=false" {
			t.Errorf("asked with %s", q)
		}
	}
}

// CONTRACT.md 3.40, 3.51
func TestAffectedDevices(t *testing.T) {
	t.Parallel()
	n := func(value int) *int { return &value }
	for body, tc := range map[string]struct {
		want AffectedDevices
		all  bool
	}{
		`{"total":124,"updated":124,"pending":0,"failed":0}`: {AffectedDevices{n(124), n(124), n(0), n(0)}, true},
		`{"total_devices":124.0,"updated":80,"pending":44}`:  {AffectedDevices{n(124), n(80), n(44), nil}, false},
		`{"device_count":"3","updated":3}`:                   {AffectedDevices{n(3), n(3), nil, nil}, true},
		`{"devices":[{},{}]}`:                                {AffectedDevices{n(2), nil, nil, nil}, false},
		`{"total":5,"devices":[{}]}`:                         {AffectedDevices{n(5), nil, nil, nil}, false},
		`{"total":0,"updated":0}`:                            {AffectedDevices{n(0), n(0), nil, nil}, true},
		`{"updated":4}`:                                      {AffectedDevices{nil, n(4), nil, nil}, false},
		`{"devices":["dev_1","dev_2"]}`:                      {AffectedDevices{n(2), nil, nil, nil}, false},
		`{"devices":[{"status":"updated"},{"status":"failed"},{"status":"queued"}]}`: {AffectedDevices{n(3), n(1), n(1), n(1)}, false},
		`{"devices":[{"status":"deployed"},{"status":"done"}],"total":2}`:            {AffectedDevices{n(2), n(2), n(0), n(0)}, true},
		`{"devices":[{"status":"updated"}],"total":2}`:                               {AffectedDevices{n(2), nil, nil, nil}, false},
		`{"devices":[{"status":"updated"}],"updated":0}`:                             {AffectedDevices{n(1), n(0), n(0), n(0)}, false},
		`{"devices":[{"status":"updated"},{"id":"dev_2"}]}`:                          {AffectedDevices{n(2), nil, nil, nil}, false},
		`[{"status":"updated"},{"status":"downloading"}]`:                            {AffectedDevices{n(2), n(1), n(1), n(0)}, false},
		`[]`: {AffectedDevices{n(0), n(0), n(0), n(0)}, true},
		`{}`: {},
	} {
		c, w := scripted(t, ok(body))
		got, err := c.AffectedDevices(t.Context(), "m", "2")
		if diff := cmp.Diff(tc.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", body, err, diff)
		}
		if got.AllUpdated() != tc.all {
			t.Errorf("%s: all updated is %t", body, got.AllUpdated())
		}
		if want := "GET models/m/rollouts/2/affected-devices"; w.calls()[0] != want {
			t.Errorf("asked %q", w.calls())
		}
	}
	c, _ := scripted(t, ok(`{"total":"many"}`))
	_, err := c.AffectedDevices(t.Context(), "m", "2")
	_ = asError[*BodyError](t, err)
}

// A second DELETE would remove the record of a rollout that the first one has ended.
//
// CONTRACT.md 3.54
func TestDeleteRolloutLooksBeforeItIsRepeated(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		read reply
		want []string
	}{
		"it has ended":  {ok(`{"id":"1","version":"2.0.0","status":"rolled_back"}`), []string{"DELETE", "GET"}},
		"it is deleted": {answer(404, `{"error":"not_found","message":"no such rollout"}`), []string{"DELETE", "GET"}},
		"it is open":    {ok(`{"id":"1","version":"2.0.0","status":"active"}`), []string{"DELETE", "GET", "DELETE"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, w := scripted(t, failing(errCut), c.read, ok(``))
				if err := client.DeleteRollout(t.Context(), "m", "1", true); err != nil {
					t.Error(err)
				}
				var methods []string
				for _, s := range w.sent {
					methods = append(methods, s.method)
				}
				if diff := cmp.Diff(c.want, methods); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}
