package control

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// CONTRACT.md 5.21
func TestGroupDecodesEverySpelling(t *testing.T) {
	t.Parallel()
	text, members := "24 phones", 24
	for body, want := range map[string]Group{
		`{"id":"grp_1","org_id":"demo","name":"staging","description":"24 phones","group_type":"static","rules":[],"tags":["a","b"],
		  "device_count":24,"created_at":"2026-11-24T12:00:00Z"}`: {ID: "grp_1", OrgID: "demo", Name: "staging", Description: &text,
			Type: GroupStatic, Rules: []Rule{}, Tags: []string{"a", "b"}, CreatedAt: "2026-11-24T12:00:00Z", DeviceCount: &members},
		`{"id":7,"org_id":1,"name":"new","description":null,"mode":"dynamic","rules":null}`: {ID: "7", OrgID: "1", Name: "new", Type: GroupDynamic},
		`{"id":7}`: {ID: "7"},
	} {
		var got Group
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
	for _, body := range []string{`{"name":"staging"}`, `[]`, `{"id":"1","tags":"a"}`} {
		var got Group
		if err := json.Unmarshal([]byte(body), &got); err == nil {
			t.Errorf("%s decodes to %+v; want an error", body, got)
		}
	}
}

// CONTRACT.md 5.29
func TestRuleValues(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		`"17.0"`: "17.0", `8`: "8", `8.0`: "8", `1.5`: "1.5", `true`: "true", `false`: "false", `null`: "", `""`: "",
		`["ios","android"]`: "ios,android", `[4, 8.0]`: "4,8", `[true]`: "true", `[]`: "", `{"min":1}`: "",
	} {
		var got Rule
		err := json.Unmarshal([]byte(`{"field":"x","operator":"in","value":`+value+`}`), &got)
		if err != nil || got != (Rule{Field: "x", Operator: "in", Value: want}) {
			t.Errorf("%s decodes to %+v, %v; want %q", value, got, err, want)
		}
	}
	var got Rule
	if err := json.Unmarshal([]byte(`{"field":"x"}`), &got); err != nil || got.Value != "" {
		t.Errorf("without a value: %+v, %v", got, err)
	}
	if err := json.Unmarshal([]byte(`"x"`), &got); err == nil {
		t.Error("a word decodes to a rule")
	}
}

func TestResolveGroupPrefersTheName(t *testing.T) {
	t.Parallel()
	groups := ok(`{"total":3,"groups":[{"id":"staging","name":"other"},{"id":"2","name":"staging"},{"id":"3","name":"canary"}]}`)
	for word, want := range map[string]string{"staging": "2", "3": "3", "Staging": ""} {
		c, _ := scripted(t, groups)
		g, found, err := c.ResolveGroup(t.Context(), word)
		if err != nil || g.ID != want || found != (want != "") {
			t.Errorf("%q finds %+v, %t, %v; want %q", word, g, found, err, want)
		}
	}
	c, _ := scripted(t, answer(403, `{"detail":"no"}`))
	if _, found, err := c.ResolveGroup(t.Context(), "staging"); found || !HasStatus(err, 403) {
		t.Errorf("found %t, %v", found, err)
	}
}

// CONTRACT.md 1.16, 5.2
func TestCreateGroup(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, answer(201, `{"id":"5","name":"staging"}`))
	text := "24 phones"
	rules := []Rule{{Field: "platform", Operator: "eq", Value: "ios"}}
	g, err := c.CreateGroup(t.Context(), GroupSettings{Name: "staging", Type: GroupDynamic, Description: &text, Rules: rules, Tags: []string{}})
	if err != nil || g.ID != "5" {
		t.Errorf("got %+v, %v", g, err)
	}
	want := `{"description":"24 phones","group_type":"dynamic","name":"staging","org_id":"demo",` +
		`"rules":[{"field":"platform","operator":"eq","value":"ios"}],"tags":[]}`
	if w.sent[0].body != want {
		t.Errorf("sent %s", w.sent[0].body)
	}
}

func TestAGroupWhoseIDIsTheNameIsAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := scripted(t, failing(errCut), ok(`[{"id":"staging","name":"other"}]`), answer(201, `{"id":"5","name":"staging"}`))
		if g, err := c.CreateGroup(t.Context(), GroupSettings{Name: "staging"}); err != nil || g.ID != "5" {
			t.Errorf("got %+v, %v", g, err)
		}
	})
}

// CONTRACT.md 1.82, 5.4
func TestUpdateGroupReadsItBack(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, ok(""), ok(`{"id":"5","name":"staging"}`))
	g, err := c.UpdateGroup(t.Context(), "5", GroupSettings{Name: "staging", Type: GroupStatic})
	if err != nil || g.ID != "5" {
		t.Errorf("got %+v, %v", g, err)
	}
	if diff := cmp.Diff([]string{"PUT device-groups/5", "GET device-groups/5"}, w.calls()); diff != "" {
		t.Error(diff)
	}
	if want := `{"name":"staging"}`; w.sent[0].body != want {
		t.Errorf("sent %s; want %s, without the type, which cannot change, and without what is not managed", w.sent[0].body, want)
	}
	c, w = scripted(t, answer(422, `{"detail":"no"}`))
	if _, err := c.UpdateGroup(t.Context(), "5", GroupSettings{}); !HasStatus(err, 422) || len(w.sent) != 1 {
		t.Errorf("got %v", err)
	}
}

// CONTRACT.md 1.56, 5.5, 5.9
func TestDeleteOfADeletedGroup(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		reply reply
		fails bool
	}{
		"there": {answer(204, ""), false}, "gone": {answer(404, `{"detail":"no such group"}`), false},
		"no such route": {answer(404, "Not Found"), true}, "forbidden": {answer(403, `{"detail":"no"}`), true},
	} {
		c, w := scripted(t, tc.reply)
		if err := c.DeleteGroup(t.Context(), "5"); (err != nil) != tc.fails {
			t.Errorf("group, %s: %v", name, err)
		}
		if err := c.RemoveGroupDevice(t.Context(), "5", "d/1"); (err != nil) != tc.fails {
			t.Errorf("member, %s: %v", name, err)
		}
		if diff := cmp.Diff([]string{"DELETE device-groups/5", "DELETE device-groups/5/devices/d%2F1"}, w.calls()); diff != "" {
			t.Error(diff)
		}
	}
}

// CONTRACT.md 5.7, 5.25, 5.26
func TestMembersAreAddedInBatches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var ids []string
		for i := range 2001 {
			ids = append(ids, strconv.Itoa(i))
		}
		c, w := scripted(t, ok(""), failing(errCut), ok(""))
		if err := c.AddGroupDevices(t.Context(), "5", ids); err != nil {
			t.Fatal(err)
		}
		var sizes []int
		var added []string
		for _, s := range w.sent {
			var body struct {
				DeviceIDs []string `json:"device_ids"`
			}
			if err := json.Unmarshal([]byte(s.body), &body); err != nil {
				t.Fatal(err)
			}
			sizes = append(sizes, len(body.DeviceIDs))
			added = append(added, body.DeviceIDs...)
		}
		if diff := cmp.Diff([]int{1000, 1000, 1000, 1}, sizes); diff != "" {
			t.Errorf("sizes of the batches, of which the second was cut off once:\n%s", diff)
		}
		if !slices.Equal(added[2000:], ids[1000:]) || !slices.Equal(added[:1000], ids[:1000]) {
			t.Error("the batches are not the list in its order")
		}
	})
	c, w := scripted(t, answer(409, `{"detail":"the group is dynamic"}`))
	if err := c.AddGroupDevices(t.Context(), "5", make([]string, 3000)); !HasStatus(err, 409) || len(w.sent) != 1 {
		t.Errorf("after %d batches: %v", len(w.sent), err)
	}
	if err := c.AddGroupDevices(t.Context(), "5", nil); err != nil || len(w.sent) != 1 {
		t.Errorf("no devices to add: %v after %d requests", err, len(w.sent))
	}
}

// CONTRACT.md 4.12, 5.61
func TestDeviceDecoding(t *testing.T) {
	t.Parallel()
	c, _ := scripted(t, ok(`{"devices":[
		{"id":1,"device_identifier":"phone-1","status":"active","assignments":[{"model_id":3,"version":"1.0.0"}]},
		{"device_id":"dev_2","assignments":[]},
		{"id":"dev_3","assignments":null}],"total":3}`))
	got, err := c.GroupDevices(t.Context(), "5")
	want := []Device{
		{ID: "1", Identifier: "phone-1", Status: "active", Assignments: []Assignment{{ModelID: "3", Version: "1.0.0"}}},
		{ID: "dev_2", Assignments: []Assignment{}},
		{ID: "dev_3"},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for _, body := range []string{`[{"id":1,"assignments":["x"]}]`, `[{"id":1,"assignments":{}}]`} {
		c, _ := scripted(t, ok(body))
		_, err := c.GroupDevices(t.Context(), "5")
		_ = asError[*BodyError](t, err)
	}
}

// CONTRACT.md 4.13
func TestDeviceAssignments(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`[{"model_id":"3","version":"1.0.0"}]`, `{"assignments":[{"model_id":3,"version":"1.0.0"}]}`} {
		c, w := scripted(t, ok(body))
		got, err := c.DeviceAssignments(t.Context(), "d 1")
		if diff := cmp.Diff([]Assignment{{ModelID: "3", Version: "1.0.0"}}, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", body, err, diff)
		}
		if w.calls()[0] != "GET devices/d%201/assignments" {
			t.Errorf("asked %q", w.calls())
		}
	}
}

// CONTRACT.md 4.5
func TestDeviceCount(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"devices":[{"id":1}],"total":124}`: "124", `{"devices":[],"total":0}`: "0", `{"devices":[{"id":1}]}`: "unknown", `[{"id":1}]`: "unknown",
	} {
		c, w := scripted(t, ok(body))
		n, err := c.DeviceCount(t.Context())
		got := "unknown"
		if n != nil {
			got = strconv.Itoa(*n)
		}
		if err != nil || got != want {
			t.Errorf("%s counts %s, %v; want %s", body, got, err, want)
		}
		if q := w.sent[0].query.Encode(); q != "limit=1&org_id=demo" {
			t.Errorf("asked with %s", q)
		}
	}
	c, _ := scripted(t, ok(`{}`))
	if n, err := c.DeviceCount(t.Context()); n != nil || err == nil || !strings.Contains(err.Error(), "count the devices") {
		t.Errorf("got %v, %v", n, err)
	}
}

// CONTRACT.md 5.3
func TestGroupIsReadByItsID(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, answer(404, `{"detail":"Device group not found"}`))
	if _, err := c.Group(t.Context(), "5"); !NotFound(err) || w.calls()[0] != "GET device-groups/5" {
		t.Errorf("%q: %v", w.calls(), err)
	}
}

// CONTRACT.md 5.54
func TestDeviceGroups(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"groups":[{"id":1,"name":"a"},{"id":"2","name":"b"}],"count":2}`, `[{"id":"1","name":"a"},{"id":"2","name":"b"}]`} {
		c, w := scripted(t, ok(body))
		groups, err := c.DeviceGroups(t.Context(), "dev/1")
		if err != nil || len(groups) != 2 || groups[0].ID != "1" || groups[1].Name != "b" {
			t.Errorf("%v, %v", groups, err)
		}
		if got := w.calls(); len(got) != 1 || got[0] != "GET devices/dev%2F1/groups" {
			t.Errorf("sent %q", got)
		}
	}
}
