package control

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Every kind of objects is a subject, so that its answers are compared with their requests.
func TestEveryKindIsASubject(t *testing.T) {
	t.Parallel()
	paths := []string{
		modelKind.path, groupKind.path, federationKind.path, experimentKind.path, deviceKind.path, assignmentKind.path,
		versionKind("m").path, keyListing.path, "models/m/rollouts", "settings/integrations",
	}
	for _, k := range integrationKinds {
		paths = append(paths, k.path)
	}
	for _, path := range paths {
		if _, collection := elements(path); subjects[collection].title == "" {
			t.Errorf("%s is no collection of subjects", path)
		}
		named, _ := elements(path + "/x")
		if last := named[len(named)-1]; !last.last || last.id != "x" || len(last.ids) == 0 {
			t.Errorf("%s/x is no element of a subject: %+v", path, named)
		}
	}
}

// CONTRACT.md 1.47, 1.13, 2.23, 5.52
func TestAnAnswerIsAboutItsRequest(t *testing.T) {
	t.Parallel()
	const get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	for _, tc := range []struct {
		method, path, sent, answer string
		// got is what the error names beside what was asked for, "" for no error.
		got string
	}{
		{get, "models/m", "", `{"id":"m"}`, ""},
		{get, "models/5", "", `{"id":5}`, ""},
		{get, "models/m", "", `{}`, ""},
		{get, "models/m", "", `null`, ""},
		{get, "models/m", "", `{"id":null,"name":"x"}`, ""},
		{get, "models/phi", "", `{"id":"m","name":"phi"}`, ""},
		{get, "models/m", "", `{"id":"M","name":"phi"}`, `"M"`},
		{get, "models/m", "", `{"id":"n","name":"phi"}`, `"n"`},
		{get, "models/m", "", `{"model_id":"n"}`, `"n"`},
		{get, "models/m", "", `{"id":"m","org_id":"demo"}`, ""},
		{get, "models/m", "", `{"id":"m","org_id":"acme"}`, `"acme"`},
		{get, "federations/f", "", `{"id":"f","org_id":"acme"}`, ""},
		{get, "devices/d", "", `{"id":"x","device_identifier":"d"}`, ""},
		{get, "devices/d", "", `{"device_id":"e"}`, `"e"`},
		{get, "models/m/versions/1.0.0+a", "", `{"version":"1.0.0+A"}`, ""},
		{get, "models/m/versions/1.0.0", "", `{"id":"ver_7","version":"1.0.0","model_id":"m"}`, ""},
		{get, "models/m/versions/1.0.0", "", `{"version":"2.0.0"}`, `"2.0.0"`},
		{get, "models/m/versions/latest", "", `{"version":"2.0.0"}`, ""},
		{get, "models/m/rollouts/7", "", `{"id":7,"rollout_id":"7","model_id":"m"}`, ""},
		{get, "models/m/rollouts/7", "", `{"rollout_id":"8"}`, `"8"`},
		{get, "models/m/rollouts/7/affected-devices", "", `{"rollout_id":"8","total":1}`, `"8"`},
		{get, "settings/demo", "", `{"org_id":"acme","require_eval":true}`, `"acme"`},
		{get, "settings/compliance/gdpr", "", `{"name":"GDPR"}`, ""},
		{get, "settings/compliance/gdpr", "", `{"name":"hipaa"}`, `"hipaa"`},
		{get, "settings/integrations/i", "", `{"id":"j"}`, `"j"`},
		{get, "models", "", `{"models":[],"id":"x","org_id":"acme"}`, ""},
		{put, "device-groups/g", `{"name":"a"}`, `{"id":"h","name":"a"}`, `"h"`},
		{put, "device-groups/g", `{"name":"a"}`, `{"id":"g","name":"from before"}`, ""},
		{patch, "experiments/e/allocations", `{}`, `{"id":"f","name":"a"}`, `"f"`},
		{del, "device-groups/g", "", `{"id":"job_1"}`, ""},
		{post, "models/m/rollouts/7/pause", `{}`, `{"id":"job_1","status":"queued"}`, ""},
		{post, "models/m/rollouts/7/pause", `{}`, `{"id":"8","version":"1"}`, `"8"`},
		{post, "api-keys/k/rotate", `{}`, `{"id":"l","name":"ci"}`, ""},
		{post, "api-keys/k/revoke", `{}`, `{"id":"l","name":"ci"}`, `"l"`},
		{post, "device-groups", `{"name":"Lab "}`, `{"id":"g","name":"lab"}`, ""},
		{post, "device-groups", `{"name":"lab"}`, `{"id":"g","name":"canary"}`, `"canary"`},
		{post, "device-groups", `{"name":"lab"}`, `{"id":"g","org_id":"acme"}`, `"acme"`},
		{post, "federations", `{"name":"lab"}`, `{"id":"g","org_id":"acme"}`, `"acme"`},
		{post, "federations/f/models", `{"model_id":"m"}`, `{"id":"shr_1","model_id":"m","name":"phi","org_id":"acme"}`, ""},
		{post, "models/m/versions", `{"version":"1"}`, `{"version":"2"}`, `"2"`},
		{post, "models/m/rollback", `{"to_version":"1"}`, `{"to_version":"2"}`, `"2"`},
		{post, "orgs/demo/members", `{"email":"a@b.c"}`, `{"user_id":"1","email":"A@B.C"}`, ""},
		{post, "orgs/demo/members", `{"email":"a@b.c"}`, `{"user_id":"1","email":"d@b.c"}`, `"d@b.c"`},
	} {
		c, _ := scripted(t, ok(tc.answer))
		r := request{method: tc.method, path: strings.ReplaceAll(tc.path, "+", "%2B")}
		resp := &http.Response{Header: http.Header{"X-Request-Id": {"req_7"}}}
		err := c.checkSubject(t.Context(), r, []byte(tc.sent), resp, []byte(tc.answer))
		var mismatch *MismatchError
		switch {
		case tc.got == "" && err != nil:
			t.Errorf("%s %s answered %s: %v", tc.method, tc.path, tc.answer, err)
		case tc.got != "" && (!errors.As(err, &mismatch) || !strings.Contains(mismatch.Got, tc.got) || mismatch.Asked == "" || mismatch.RequestID != "req_7"):
			t.Errorf("%s %s answered %s: %v; want an error about %s", tc.method, tc.path, tc.answer, err, tc.got)
		}
	}
}

// A server that takes the name of a model for its ID answers the ID, which one read of the model tells.
//
// CONTRACT.md 1.13, 1.47
func TestTheNameOfAModelIsNoMismatch(t *testing.T) {
	t.Parallel()
	const list = `[{"id":"1","model_id":"m","version":"1","status":"active"}]`
	c, w := scripted(t, ok(list), ok(`{"id":"m","name":"phi"}`), ok(list))
	for range 2 {
		if _, err := c.Rollouts(t.Context(), "phi"); err != nil {
			t.Error(err)
		}
	}
	if len(w.sent) != 3 {
		t.Errorf("sent %v", w.calls())
	}
	c, _ = scripted(t, ok(list), ok(`{"id":"n","name":"psi"}`))
	_, err := c.Rollouts(t.Context(), "n")
	mustContain(t, asError[*MismatchError](t, err).Error(), `"n"`, `"m"`)
}

// A creation that has answered something else is looked for until a list must have it, and not sent again.
//
// CONTRACT.md 1.47
func TestAMismatchedCreationIsNotRepeated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, w := scripted(t, ok(oldRollout), ok("["+oldRollout+"]"))
		began := time.Now()
		_, err := create(t.Context(), c)
		mustContain(t, asError[*MismatchError](t, err).Error(), `"1.0.0"`)
		if took := time.Since(began); took < SettleTime || took > SettleTime+longestLook || strings.Count(strings.Join(w.calls(), " "), http.MethodPost) != 1 {
			t.Errorf("sent %v within %s", w.calls(), took)
		}
		c, _ = scripted(t, ok(oldRollout), ok("["+newRollout+","+oldRollout+"]"))
		if r, err := create(t.Context(), c); err != nil || r.ID != "2" {
			t.Errorf("got %+v, %v", r, err)
		}
	})
}
