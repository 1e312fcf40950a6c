package rollout

import (
	"maps"
	"math"
	"slices"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// GroupState derives the state of a group from its members, the fleet's history and what is remembered of earlier applies: no
// call of the API reads a deployment back (CONTRACT.md, section 4).
func GroupState(members Members, fleet History, private Private) State {
	counts, size := members.Count(), len(members)
	s := State{
		Devices:  &size,
		Deployed: fleet.Deployed(), Order: fleet.Order(), History: fleet, Serving: counts.mostCommon(), Members: members, Assigned: counts,
	}
	// What members have, but neither the fleet nor this resource has deployed, has no place in the order.
	s.Order = appendMissing(s.Order, append(slices.Clone(private.Deployed), private.Pin)...)
	s.Deployed = appendMissing(s.Deployed, append(slices.Clone(private.Deployed), slices.Sorted(maps.Keys(counts))...)...)
	g := group{members: members, counts: counts, total: len(members), private: private}
	switch {
	case private.Pin == "":
		s.Targeted = g.unmanaged(fleet)
	case counts[private.Pin] == g.total: // also in a group without members: none runs anything else
		s.Targeted = &Record{Version: private.Pin, Status: control.RolloutCompleted, Percentage: 100}
	case g.reached():
		s.Partial = g.lost() == ""
		s.Targeted = &Record{Version: private.Pin, Status: control.RolloutActive, Percentage: private.Percentage}
	case g.lost() != "":
		s.Targeted = g.record(g.lost())
	case counts[private.Pin] > 0 || private.Assigned != nil && counts.mostCommon() != "":
		s.Partial = true
		s.Targeted = g.record(private.Pin)
		if private.LastApplySucceeded && private.Percentage >= 100 {
			s.Joined = g.total - counts[private.Pin]
		}
	}
	return s
}

// group is what the state of a group is derived from.
type group struct {
	members Members
	counts  Assignments
	total   int
	private Private
}

// record is that of a version which some members have.
func (g group) record(version string) *Record {
	r := &Record{Version: version, Status: control.RolloutActive, Percentage: PercentageOf(g.counts[version], g.total)}
	if g.counts[version] == g.total {
		r.Status = control.RolloutCompleted
	}
	return r
}

// lost is the version that most of the members have which had the pin before and do not have it any more, "" where there are none. A
// member that never had the pin has joined the group since. Where it is not known who had it, a group in which nobody has it has lost
// it, and in any other group the rest has joined.
func (g group) lost() string {
	pin := g.private.Pin
	switch {
	case g.private.Strict || g.private.Assigned == nil && g.counts[pin] == 0:
		return g.counts.mostCommon(pin)
	case g.private.Assigned == nil:
		return ""
	}
	return g.members.without(pin, g.private.Assigned).mostCommon()
}

// reached reports whether as many members have the pin as the last apply was asked for, if that was not all: as many as the server
// said then, or the percentage of those that are members now.
func (g group) reached() bool {
	p, have := g.private, g.counts[g.private.Pin]
	if p.Percentage >= 100 || have == 0 && (p.Assigned == nil || g.lost() != "") {
		return false
	}
	return have >= min(p.Activated, g.total) || g.lost() == "" && have >= int(math.Floor(float64(g.total)*p.Percentage/100))
}

// minPercentage is the least that a configuration can ask for.
const minPercentage = 1

// unmanaged is the record of a group of which no pin is known. What a deployment to the group has assigned is rather a version that
// the fleet does not run.
func (g group) unmanaged(fleet History) *Record {
	ofFleet := fleet.versions()
	versions := []string{g.counts.mostCommon(ofFleet...)}
	for _, version := range append(versions, ofFleet...) {
		if version != "" && g.counts[version] > 0 {
			r := g.record(version)
			r.Percentage = max(r.Percentage, minPercentage)
			return r
		}
	}
	return nil
}

func appendMissing(versions []string, more ...string) []string {
	for _, version := range more {
		if version != "" && !slices.Contains(versions, version) {
			versions = append(versions, version)
		}
	}
	return versions
}
