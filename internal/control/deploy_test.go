package control

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

var toStaging = GroupDeployment{ModelID: "3", ModelName: "phi", Version: "2.0.0", Group: "staging", Percentage: 100}

// CONTRACT.md 4.2, 4.3, 4.4
func TestDeploymentPreviewOfBothDialects(t *testing.T) {
	t.Parallel()
	n := func(value int) *int { return &value }
	for body, want := range map[string]DeploymentPreview{
		`{"target_count":24,"warnings":["3 are offline","",7]}`:     {Targets: n(24), Warnings: []string{"3 are offline", "7"}},
		`{"resolved_targets":[{},{}],"deployments":[{}]}`:           {Targets: n(2)},
		`{"deployments":[{"conversion_needed":true},{},{}]}`:        {Targets: n(3)},
		`{"target_count":0,"resolved_targets":[{}]}`:                {Targets: n(0)},
		`{"target_count":null,"resolved_targets":[],"warnings":[]}`: {Targets: n(0)},
		`{"devices":[{"device_id":"dev_1"},{"device_id":"dev_2"}]}`: {Targets: n(2)},
		`{}`: {},
	} {
		c, w := scripted(t, ok(body))
		got, err := c.PrepareDeployment(t.Context(), toStaging)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", body, err, diff)
		}
		if want := `{"group":"staging","model_id":"3","model_name":"phi","model_version":"2.0.0","version":"2.0.0"}`; w.sent[0].body != want {
			t.Errorf("sent %s", w.sent[0].body)
		}
	}
	c, _ := scriptedWith(t, Config{}, ok(`{"warnings":"many"}`))
	_, err := c.PrepareDeployment(t.Context(), toStaging)
	_ = asError[*BodyError](t, err)
}

// CONTRACT.md 4.1
func TestAPreviewIsRepeatedLikeARead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, w := scripted(t, answer(503, "no"), failing(errCut), ok(`{"target_count":24}`))
		p, err := c.PrepareDeployment(t.Context(), toStaging)
		if err != nil || p.Targets == nil || len(w.sent) != 3 {
			t.Errorf("got %+v, %v after %d attempts", p, err, len(w.sent))
		}
	})
}

// CONTRACT.md 4.7, 4.16
func TestGroupDeploymentResult(t *testing.T) {
	t.Parallel()
	n := func(value int) *int { return &value }
	for body, want := range map[string]*int{
		`{"activated_count":20,"device_statuses":[{}]}`: n(20), `{"device_statuses":[{},{}]}`: n(2), `{"device_statuses":[]}`: n(0), `{}`: nil,
		`{"devices":["dev_1","dev_2"]}`: n(2), `{"devices":[{"status":"queued"},{"status":"failed"}]}`: n(1),
		`{"device_statuses":[{"device_id":"dev_1","status":"failed","error":"disk"}]}`: n(0), `{"devices":7}`: nil,
	} {
		c, _ := scripted(t, ok(body))
		got, err := c.ExecuteDeployment(t.Context(), toStaging, nil)
		if diff := cmp.Diff(want, got.Activated); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", body, err, diff)
		}
	}
}

// CONTRACT.md 4.6, 4.7, 4.8
func TestExecuteDeployment(t *testing.T) {
	t.Parallel()
	const post = "POST deploy/execute"
	errUnread := errors.New("the members cannot be read")
	for name, tc := range map[string]struct {
		replies  []reply
		reached  []bool
		checkErr error
		id       string
		calls    []string
		fails    bool
	}{
		"string id":                  {[]reply{ok(`{"deployment_id":"dep_1","id":"other","status":"done"}`)}, nil, nil, "dep_1", []string{post}, false},
		"number":                     {[]reply{ok(`{"id":7}`)}, nil, nil, "7", []string{post}, false},
		"no id":                      {[]reply{ok(`{}`)}, nil, nil, "", []string{post}, false},
		"executed, then cut":         {[]reply{failing(errCut)}, []bool{true}, nil, "", []string{post}, false},
		"cut before it was executed": {[]reply{failing(errCut), ok(`{"id":7}`)}, []bool{false}, nil, "7", []string{post, post}, false},
		"the check fails":            {[]reply{failing(errCut)}, []bool{false}, errUnread, "", []string{post}, true},
		"refused":                    {[]reply{answer(409, `{"detail":"no"}`)}, nil, nil, "", []string{post}, true},
		"no object":                  {[]reply{ok(`[]`)}, []bool{false, false, false}, nil, "", []string{post, post, post}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, w := scripted(t, tc.replies...)
				checks := 0
				r, err := c.ExecuteDeployment(t.Context(), toStaging, func(context.Context) (bool, error) {
					checks++
					return tc.reached[checks-1], tc.checkErr
				})
				if r.ID != tc.id || (err != nil) != tc.fails || errors.Is(err, errUnread) {
					t.Errorf("got %+v, %v", r, err)
				}
				if diff := cmp.Diff(tc.calls, w.calls()); diff != "" || checks != len(tc.reached) {
					t.Errorf("%d checks; calls (-want +got):\n%s", checks, diff)
				}
				var body map[string]any
				if err := json.Unmarshal([]byte(w.sent[0].body), &body); err != nil || body["rollout_percentage"] != 100.0 || body["strategy"] != "immediate" {
					t.Errorf("sent %s", w.sent[0].body)
				}
			})
		})
	}
}
