package rollout

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// groupUnderTest is a group to whose members an apply has deployed 1.0.0, at 100 percent or less, and that changes afterwards.
type groupUnderTest struct {
	rt      *rapid.T
	members Members
	private Private
	next    int
}

func (g *groupUnderTest) join(version string) {
	g.next++
	g.members = append(g.members, control.Member{ID: fmt.Sprint("late_", g.next), Version: version})
}

func (g *groupUnderTest) leave() {
	if len(g.members) > 0 {
		i := rapid.IntRange(0, len(g.members)-1).Draw(g.rt, "leaves")
		g.members = slices.Delete(slices.Clone(g.members), i, i+1)
	}
}

// read is a refresh that is saved, or that is forgotten as a plan without an apply is.
func (g *groupUnderTest) read() State {
	s := GroupState(g.members, nil, g.private)
	if rapid.Bool().Draw(g.rt, "is saved") {
		g.private = g.private.AfterRead(s)
	}
	return s
}

// Whoever joins or leaves, in any number and with any version, the version of the group stays the pin, and what is left to do is an
// advance by exactly the members that lack it.
func TestGroupThatGrowsKeepsItsPin(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 30).Draw(rt, "members")
		g := &groupUnderTest{rt: rt, members: membersWith(Assignments{"1.0.0": n})}
		g.private = Private{Pin: "1.0.0", Percentage: 100, Activated: n}.AfterApply(GroupState(g.members, nil, Private{Pin: "1.0.0"}))
		for range rapid.IntRange(1, 8).Draw(rt, "events") {
			if rapid.Bool().Draw(rt, "joins") {
				g.join(rapid.SampledFrom([]string{"1.0.0", "2.0.0", "0.9.0", "nightly", ""}).Draw(rt, "version"))
			} else {
				g.leave()
			}
			s := g.read()
			lacking := len(g.members) - s.Assigned["1.0.0"]
			if lacking > 0 && s.Assigned.mostCommon() == "" {
				continue // no member has any version: nothing is deployed
			}
			spec := Spec{Version: "1.0.0", Percentage: 100, WaitDone: true, Stages: []Step{{Percentage: 1}}}
			p := Propose(Scope{Group: "g"}, s, spec)
			want := Operation{None, "1.0.0", "1.0.0"}
			if lacking > 0 {
				want.Kind = Advance
			}
			if p.Operation != want {
				rt.Errorf("%v of %v: %+v; want %+v", s.Targeted, s.Assigned, p.Operation, want)
			}
			if RolledBackSince(s, spec, g.private) {
				rt.Errorf("%v counts as rolled back", s.Assigned)
			}
			total := len(g.members)
			p.Impact = &Impact{Total: &total}
			if affected := p.Affected(); *affected != lacking {
				rt.Errorf("%d of %v change; want %d", *affected, s.Assigned, lacking)
			}
			if from, _ := p.Span(); lacking > 0 && from != PercentageOf(total-lacking, total) {
				rt.Errorf("the percentage is %v of %v", from, s.Assigned)
			}
			if p.Spec.Stages != nil && lacking > 0 {
				rt.Error("devices that joined go through the stages")
			}
		}
	})
}

// Members that lose the pin to an older version were rolled back, and those that lose it to a newer one show as another version, also
// when others join or leave at the same time.
func TestGroupThatLosesItsPinIsNoGrowth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(2, 30).Draw(rt, "members")
		g := &groupUnderTest{rt: rt, members: membersWith(Assignments{"1.0.0": n})}
		g.private = Private{Pin: "1.0.0", Percentage: 100, Activated: n}.AfterApply(GroupState(g.members, nil, Private{Pin: "1.0.0"}))
		fleet := completedInOrder([]string{"0.9.0", "1.0.0", "2.0.0"})
		other := rapid.SampledFrom([]string{"0.9.0", "2.0.0"}).Draw(rt, "version")
		for i := range rapid.IntRange(1, n).Draw(rt, "lose it") {
			g.members[i].Version = other
		}
		for range rapid.IntRange(0, 3).Draw(rt, "join") {
			g.join("1.0.0")
		}
		for range 2 {
			g.read()
			s := GroupState(g.members, fleet, g.private)
			if s.Version() != other || s.Partial {
				rt.Errorf("%v targets %v", s.Assigned, s.Targeted)
			}
			if got := RolledBackSince(s, Spec{Version: "1.0.0", Percentage: 100}, g.private); got != (other == "0.9.0") {
				rt.Errorf("%v: rolled back is %v", s.Assigned, got)
			}
		}
	})
}

// At a percentage, members that join change nothing while the number that the server said has the pin, and members that leave are
// replaced once the percentage has become less than what was asked for.
func TestGroupAtAPercentage(t *testing.T) {
	t.Parallel()
	private := Private{Pin: "2.0.0", Percentage: 40, Activated: 10}.AfterApply(GroupState(membersWith(Assignments{"1.0.0": 14, "2.0.0": 10}), nil, Private{}))
	spec := Spec{Version: "2.0.0", Percentage: 40, WaitDone: true}
	members := membersWith(Assignments{"1.0.0": 14, "2.0.0": 10})
	old, ours := members[:14], members[14:]
	for name, c := range map[string]struct {
		members  Members
		want     Operation
		affected int
	}{
		"as it was":                 {members, Operation{None, "2.0.0", "2.0.0"}, 0},
		"one of each leaves":        {append(slices.Clone(old[1:]), ours[1:]...), Operation{None, "2.0.0", "2.0.0"}, 0},
		"four with the pin leave":   {append(slices.Clone(old), ours[4:]...), Operation{Advance, "2.0.0", "2.0.0"}, 2},
		"all with the pin leave":    {old, Operation{Advance, "2.0.0", "2.0.0"}, 6},
		"all without the pin leave": {ours, Operation{None, "2.0.0", "2.0.0"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := Propose(Scope{Group: "g"}, GroupState(c.members, nil, private), spec)
			total := len(c.members)
			p.Impact = &Impact{Total: &total}
			if affected := p.Affected(); p.Operation != c.want || p.ChangesDevices() && *affected != c.affected {
				t.Errorf("%+v of %d devices; want %+v of %d", p.Operation, *affected, c.want, c.affected)
			}
		})
	}
}

// What an import has found it finds again, at any percentage of a group of any size, whatever the fleet runs.
func TestImportedGroupStaysAsItIs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		size := rapid.IntRange(1, 301).Draw(rt, "members")
		percentage := rapid.IntRange(1, 100).Draw(rt, "percentage")
		n := (size*percentage + 50) / 100
		fleet := rapid.SampledFrom([]History{nil, completedInOrder([]string{"1.0.0"}), completedInOrder([]string{"1.0.0", "2.0.0"})}).Draw(rt, "fleet")
		members := membersWith(Assignments{"1.0.0": size - n, "2.0.0": n})
		private := Private{Imported: true, Unread: true, LastApplySucceeded: true}
		first := GroupState(members, fleet, private)
		private = private.AfterRead(first)
		second := GroupState(members, fleet, private)
		if diff := cmp.Diff(first.Targeted, second.Targeted); diff != "" {
			rt.Errorf("the second read differs: %s", diff)
		}
		if len(fleet) == 1 && n > 0 && first.Version() != "2.0.0" {
			rt.Errorf("%q was deployed to the group; the import finds %q", "2.0.0", first.Version())
		}
		spec := Spec{Version: first.Version(), Percentage: first.Targeted.Percentage, WaitDone: true}
		if got := Decide(second, spec); got.Kind != None || spec.Percentage < 1 {
			rt.Errorf("%v is owed %s at %v percent", second.Assigned, got.Kind, spec.Percentage)
		}
	})
}
