package deployment

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func TestGroupSituationTargetsWhatMembersAreAssigned(t *testing.T) {
	t.Parallel()
	fleet := past(control.Rollout{ID: "1", Version: "0.9.0", Status: control.RolloutCompleted})
	pinned := memory{Pin: "1.0.0", Share: 100, Settled: true}
	partial := memory{Pin: "2.0.0", Share: 40, Activated: 10, Settled: true}
	some := func(version string, percent float64) *record {
		return &record{Version: version, Status: control.RolloutActive, Percentage: percent}
	}
	complete := func(version string) *record {
		return &record{Version: version, Status: control.RolloutCompleted, Percentage: 100}
	}
	for name, c := range map[string]struct {
		members    assignments
		remembered memory
		want       *record
	}{
		"every member has the pin":             {assignments{"1.0.0": 24}, pinned, complete("1.0.0")},
		"a late joiner has another":            {assignments{"1.0.0": 24, "2.0.0": 1}, pinned, some("2.0.0", 4)},
		"late joiners disagree":                {assignments{"1.0.0": 20, "0.9.0": 2, "2.0.0": 3}, pinned, some("2.0.0", 12)},
		"a late joiner has nothing":            {assignments{"1.0.0": 18, "": 6}, pinned, some("1.0.0", 75)},
		"nobody has anything":                  {assignments{"": 24}, pinned, nil},
		"nobody is there":                      {assignments{}, pinned, complete("1.0.0")},
		"nobody is there and nothing was":      {assignments{}, memory{}, nil},
		"the share that was asked for":         {assignments{"1.0.0": 14, "2.0.0": 10}, partial, some("2.0.0", 40)},
		"less than was reached":                {assignments{"1.0.0": 20, "2.0.0": 5}, partial, some("1.0.0", 80)},
		"the group has shrunk below the reach": {assignments{"2.0.0": 5}, partial, complete("2.0.0")},
		"imported":                             {assignments{"1.0.0": 24, "2.0.0": 1}, memory{}, some("1.0.0", 96)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, groupSituation(c.members, fleet, c.remembered).Targeted); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGroupKnowsWhatWasDeployedFromFleetMemoryAndMembers(t *testing.T) {
	t.Parallel()
	fleet := past(
		control.Rollout{ID: "2", Version: "3.0.0", Status: control.RolloutRolledBack},
		control.Rollout{ID: "1", Version: "0.9.0", Status: control.RolloutCompleted},
	)
	s := groupSituation(assignments{"2.0.0": 3, "": 1}, fleet, memory{Pin: "2.0.0", Share: 100, Deployed: []string{"1.0.0"}})
	if diff := cmp.Diff([]string{"0.9.0", "1.0.0", "2.0.0"}, s.Deployed); diff != "" {
		t.Error(diff)
	}
}

func TestMemoryKeepsTheVersionsThatTheGroupHasHad(t *testing.T) {
	t.Parallel()
	m := memory{}.pinned(wish{version: "1.0.0", share: 100}, receipt{id: "a"})
	unfinished := m.pinned(wish{version: "2.0.0", share: 40}, receipt{id: "b", activated: 10})
	if unfinished.Deployed != nil {
		t.Errorf("a deployment that has not ended well counts as deployed: %v", unfinished.Deployed)
	}
	m.Settled = true
	next := m.pinned(wish{version: "2.0.0", share: 40}, receipt{id: "b", activated: 10})
	want := memory{Pin: "2.0.0", Rollout: "b", Share: 40, Activated: 10, Deployed: []string{"1.0.0"}}
	if diff := cmp.Diff(want, next); diff != "" {
		t.Error(diff)
	}
	next.Settled = true
	if got := next.pinned(wish{version: "1.0.0", share: 100}, receipt{}).Deployed; len(got) != 1 {
		t.Errorf("a share of the group counts as deployed: %v", got)
	}
}
