package control

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	oldGroup = `{"id":"1","org_id":"demo","name":"old","description":null,"mode":"static","rules":[],"tags":null,"created_at":"2026-01-01T00:00:00Z"}`
	newGroup = `{"id":"1","org_id":"demo","name":"new","description":null,"mode":"static","rules":[],"tags":null,"created_at":"2026-01-01T00:00:00Z"}`
)

// The answer to a change is taken for the object only where it has all that a read has.
//
// CONTRACT.md 1.82
func TestAnswerToAChange(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer reply
		reads  int
	}{
		"the object":             {ok(newGroup), 0},
		"nothing":                {answer(204, ""), 1},
		"a part of the object":   {ok(`{"id":"1","name":"new","description":null,"mode":"static","rules":[],"tags":null}`), 1},
		"what was sent":          {ok(`{"name":"new"}`), 1},
		"null":                   {ok(`null`), 1},
		"a list":                 {ok(`[` + newGroup + `]`), 1},
		"not JSON":               {ok(`done`), 1},
		"an unreadable object":   {ok(`{"id":[],"org_id":"demo","name":"new","description":4,"mode":"static","rules":[],"tags":null,"created_at":""}`), 1},
		"accepted, not executed": {answer(202, oldGroup), 1},
	} {
		c, w := scripted(t, tc.answer, ok(newGroup))
		g, err := c.UpdateGroup(t.Context(), "1", GroupSettings{Name: "new"})
		want := append([]string{"PUT device-groups/1"}, slices.Repeat([]string{"GET device-groups/1"}, tc.reads)...)
		if diff := cmp.Diff(want, w.calls()); err != nil || g.Name != "new" || diff != "" {
			t.Errorf("%s: %+v, %v (-want +sent):\n%s", name, g, err, diff)
		}
	}
	c, _ := scripted(t, ok(`{"id":"1","org_id":"other","name":"new","description":null,"mode":"static","rules":[],"tags":null,"created_at":""}`))
	if _, err := c.UpdateGroup(t.Context(), "1", GroupSettings{Name: "new"}); !Mismatched(err) {
		t.Errorf("an object of another organization: %v", err)
	}
}

// CONTRACT.md 1.82, 6.1
func TestAnswerToAChangeOfSettings(t *testing.T) {
	t.Parallel()
	all := Settings{"require_eval": false, "hipaa_mode": true}
	for name, tc := range map[string]struct {
		before Settings
		answer string
		reads  int
	}{
		"all settings":                          {all, `{"require_eval":true,"hipaa_mode":true,"later":1}`, 0},
		"those that were sent":                  {all, `{"require_eval":true}`, 1},
		"those that were sent, which are known": {Settings{"require_eval": false}, `{"require_eval":true}`, 1},
		"settings that nobody has read":         {nil, `{"require_eval":true,"hipaa_mode":true}`, 1},
	} {
		c, w := scripted(t, ok(tc.answer), ok(`{"require_eval":true,"hipaa_mode":true}`))
		after, err := c.UpdateSettings(t.Context(), "demo", tc.before, Settings{"require_eval": true})
		if err != nil || after["hipaa_mode"] != true || len(w.sent) != 1+tc.reads {
			t.Errorf("%s: %v, %v after %q", name, after, err, w.calls())
		}
	}
}
