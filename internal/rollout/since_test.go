package rollout

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// staged is a group of which every member has 1.0.0 since noon, as private state remembers it.
func staged() (Members, Private) {
	members := membersWith(Assignments{"1.0.0": 3})
	p := Private{Pin: "1.0.0", Percentage: 100, LastApplySucceeded: true, Assigned: members.devices()}
	return members, p.Witnessed(GroupState(members, nil, p), noon, true)
}

func TestWitnessed(t *testing.T) {
	t.Parallel()
	later := noon.Add(time.Hour)
	for name, c := range map[string]struct {
		change func(Members, *Private) Members
		known  bool
		want   string
	}{
		"nothing happens":                              {func(m Members, _ *Private) Members { return m }, true, "1.0.0 12:00:00"},
		"the time is not known":                        {func(m Members, _ *Private) Members { return m }, false, "1.0.0 12:00:00"},
		"a member leaves":                              {func(m Members, _ *Private) Members { return m[1:] }, true, "1.0.0 12:00:00"},
		"a device joins with it":                       {func(m Members, _ *Private) Members { return append(m, control.Member{ID: "new", Version: "1.0.0"}) }, true, "1.0.0 12:00:00"},
		"a device joins without it":                    {func(m Members, _ *Private) Members { return append(m, control.Member{ID: "new", Version: "0.9.0"}) }, true, ""},
		"a member loses it":                            {func(m Members, _ *Private) Members { m[0].Version = "0.9.0"; return m }, true, ""},
		"all members leave":                            {func(Members, *Private) Members { return Members{} }, true, ""},
		"the members are not read":                     {func(Members, *Private) Members { return nil }, true, "1.0.0 12:00:00"},
		"the version is replaced":                      {func(Members, *Private) Members { return membersWith(Assignments{"2.0.0": 3}) }, true, "2.0.0 13:00:00"},
		"and the time is not known":                    {func(Members, *Private) Members { return membersWith(Assignments{"2.0.0": 3}) }, false, ""},
		"the pin stays behind, as with ignore_changes": {func(_ Members, p *Private) Members { p.Pin = "0.8.0"; return membersWith(Assignments{"1.0.0": 3}) }, true, "1.0.0 12:00:00"},
	} {
		members, p := staged()
		members = c.change(members, &p)
		s := GroupState(members, nil, p)
		if members == nil {
			s = State{Targeted: s.Targeted}
		}
		got := ""
		if p = p.Witnessed(s, later, c.known); p.Since != nil {
			got = p.Since.Version + p.Since.At.Format(" 15:04:05")
		}
		if got != c.want {
			t.Errorf("%s: since %q; want %q", name, got, c.want)
		}
	}
}

// A time is never rounded to one at which it was not known yet.
func TestWitnessedRoundsUp(t *testing.T) {
	t.Parallel()
	members := membersWith(Assignments{"1.0.0": 3})
	p := Private{Pin: "1.0.0"}
	p = p.Witnessed(GroupState(members, nil, p), noon.Add(time.Millisecond), true)
	if want := noon.Add(time.Second); !p.Since.At.Equal(want) {
		t.Errorf("since %s; want %s", p.Since.At, want)
	}
}

// An operation that is accepted ends it, unless the version stays. It survives being stored.
func TestAcceptedOperationEndsSince(t *testing.T) {
	t.Parallel()
	_, p := staged()
	for _, c := range []struct {
		op   Operation
		ends bool
	}{
		{Operation{Kind: Adopt, From: "1.0.0", To: "1.0.0"}, false},
		{Operation{Kind: Resume, From: "1.0.0", To: "1.0.0"}, false},
		{Operation{Kind: Deploy, From: "1.0.0", To: "2.0.0"}, true},
		{Operation{Kind: Rollback, From: "2.0.0", To: "1.0.0"}, true},
	} {
		stored, err := json.Marshal(p.Accepted(Result{Proposal: Proposal{Operation: c.op, Spec: Spec{Version: c.op.To}}}))
		if err != nil {
			t.Fatal(err)
		}
		var next Private
		if err := json.Unmarshal(stored, &next); err != nil {
			t.Fatal(err)
		}
		if ended := next.Since == nil; ended != c.ends {
			t.Errorf("%v ends it: %t; want %t", c.op, ended, c.ends)
		}
	}
}
