package rollout

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// CONTRACT.md 4.11
func TestGroupSituationTargetsWhatMembersAreAssigned(t *testing.T) {
	t.Parallel()
	fleet := past(control.Rollout{ID: "1", Version: "0.9.0", Status: control.RolloutCompleted})
	pinned := Private{Pin: "1.0.0", Percentage: 100, LastApplySucceeded: true}
	partial := Private{Pin: "2.0.0", Percentage: 40, Activated: 10, LastApplySucceeded: true}
	some := func(version string, percent float64) *Record {
		return &Record{Version: version, Status: control.RolloutActive, Percentage: percent}
	}
	complete := func(version string) *Record {
		return &Record{Version: version, Status: control.RolloutCompleted, Percentage: 100}
	}
	for name, c := range map[string]struct {
		members Assignments
		private Private
		want    *Record
	}{
		"every member has the pin":                    {Assignments{"1.0.0": 24}, pinned, complete("1.0.0")},
		"a late joiner has another":                   {Assignments{"1.0.0": 24, "2.0.0": 1}, pinned, some("1.0.0", 96)},
		"late joiners differ":                         {Assignments{"1.0.0": 20, "0.9.0": 2, "2.0.0": 3}, pinned, some("1.0.0", 80)},
		"a late joiner has nothing":                   {Assignments{"1.0.0": 18, "": 6}, pinned, some("1.0.0", 75)},
		"no member has any":                           {Assignments{"": 24}, pinned, nil},
		"no members":                                  {Assignments{}, pinned, complete("1.0.0")},
		"no members and no pin":                       {Assignments{}, Private{}, nil},
		"the percentage that was asked for":           {Assignments{"1.0.0": 14, "2.0.0": 10}, partial, some("2.0.0", 40)},
		"less than was reached":                       {Assignments{"1.0.0": 20, "2.0.0": 5}, partial, some("2.0.0", 20)},
		"the group has shrunk below what was reached": {Assignments{"2.0.0": 5}, partial, complete("2.0.0")},
		"imported":                                    {Assignments{"1.0.0": 24, "2.0.0": 1}, Private{}, some("1.0.0", 96)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, GroupState(membersWith(c.members), fleet, c.private).Targeted); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// CONTRACT.md 4.14
func TestGroupKnowsWhatWasDeployedFromFleetMemoryAndMembers(t *testing.T) {
	t.Parallel()
	fleet := past(
		control.Rollout{ID: "2", Version: "3.0.0", Status: control.RolloutRolledBack},
		control.Rollout{ID: "1", Version: "0.9.0", Status: control.RolloutCompleted},
	)
	s := GroupState(membersWith(Assignments{"2.0.0": 3, "": 1}), fleet, Private{Pin: "2.0.0", Percentage: 100, Deployed: []string{"1.0.0"}})
	if diff := cmp.Diff([]string{"0.9.0", "1.0.0", "2.0.0"}, s.Deployed); diff != "" {
		t.Error(diff)
	}
}

// CONTRACT.md 3.62
func TestServingIsWhatReachedEveryDevice(t *testing.T) {
	t.Parallel()
	full := control.Rollout{ID: "2", Version: "2.0.0", Status: control.RolloutActive, Percentage: 100}
	partial := control.Rollout{ID: "2", Version: "2.0.0", Status: control.RolloutActive, Percentage: 40}
	done := control.Rollout{ID: "1", Version: "1.0.0", Status: control.RolloutCompleted, Percentage: 100}
	for name, c := range map[string]struct {
		h       History
		updated bool
		want    string
		asked   bool
	}{
		"completed":                             {past(done), false, "1.0.0", false},
		"a percentage":                          {past(partial, done), false, "1.0.0", false},
		"full, not everyone yet":                {past(full, done), false, "1.0.0", true},
		"full, and left active by the server":   {past(full, done), true, "2.0.0", true},
		"the first version, not everyone yet":   {past(full), false, "", true},
		"nothing but a record that was ended":   {past(control.Rollout{ID: "1", Version: "1.0.0", Status: control.RolloutRolledBack}), false, "", false},
		"nothing at all has ever been deployed": {nil, false, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := false
			s, err := FleetState(t.Context(), c.h, func(context.Context, control.Rollout) (bool, error) {
				asked = true
				return c.updated, nil
			})
			if err != nil || s.Serving != c.want || asked != c.asked {
				t.Errorf("serving %q, asked for devices: %v, %v; want %q, %v", s.Serving, asked, err, c.want, c.asked)
			}
		})
	}
}
