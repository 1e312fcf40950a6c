package deployment

import (
	"cmp"
	"maps"
	"slices"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// record is a rollout as far as a decision needs it. For a device group, of which the server keeps no record, it is derived
// from what the members are assigned.
type record struct {
	ID         string                `json:"id,omitempty"`
	Version    string                `json:"version"`
	Status     control.RolloutStatus `json:"status"`
	Percentage float64               `json:"percentage"`
}

// situation is what a decision rests on. Read keeps it in private state, so that a plan, and the second plan that Terraform
// makes during the apply, decide from the same facts.
type situation struct {
	// Targeted is what the scope is meant to run, nil where nothing is deployed.
	Targeted *record `json:"targeted,omitempty"`
	// Open is the rollout that can still assign devices, nil where there is none.
	Open *record `json:"open,omitempty"`
	// Deployed are the versions that were deployed to the scope before, in the order of their first time.
	Deployed []string `json:"deployed,omitempty"`
	// Partly is true of a group of which some members have the pin and others not: devices that joined later.
	Partly bool `json:"partly,omitempty"`
}

// situation is the whole fleet's.
func (h history) situation() situation {
	s := situation{Deployed: h.deployed()}
	if r, ok := h.targeted(); ok {
		s.Targeted = recordOf(r)
	}
	if r, ok := h.open(); ok {
		s.Open = recordOf(r)
	}
	return s
}

func recordOf(r control.Rollout) *record {
	return &record{ID: r.ID, Version: r.Version, Status: r.Status, Percentage: r.Percentage}
}

// target is the targeted version, "" where nothing is deployed.
func (s situation) target() string {
	if s.Targeted == nil {
		return ""
	}
	return s.Targeted.Version
}

// wasDeployed is true when a version can be rolled back to.
func (s situation) wasDeployed(version string) bool { return slices.Contains(s.Deployed, version) }

// assignments counts a group's members by the version that they are assigned; "" counts those without one.
type assignments map[string]int

func (a assignments) total() int {
	total := 0
	for _, n := range a {
		total += n
	}
	return total
}

// most is the version that most members have, those of one version left aside; "" where nobody else has any.
func (a assignments) most(except string) string {
	versions := slices.DeleteFunc(slices.Sorted(maps.Keys(a)), func(v string) bool { return v == "" || v == except })
	if len(versions) == 0 {
		return ""
	}
	return slices.MaxFunc(versions, func(x, y string) int { return cmp.Compare(a[x], a[y]) })
}

// groupSituation derives a group's situation from its members, the fleet's history and what is remembered of earlier applies:
// no call of the API reads a deployment back (the control API contract, section 4).
func groupSituation(members assignments, fleet history, remembered memory) situation {
	s := situation{Deployed: fleet.deployed()}
	for _, version := range append(slices.Clone(remembered.Deployed), slices.Sorted(maps.Keys(members))...) {
		if version != "" && !slices.Contains(s.Deployed, version) {
			s.Deployed = append(s.Deployed, version)
		}
	}
	pin, total := remembered.Pin, members.total()
	s.Partly = pin != "" && members[pin] > 0 && members[pin] < total
	most := members.most(pin)
	switch {
	case pin != "" && members[pin] == total: // also where nobody is there who could run something else
		s.Targeted = &record{Version: pin, Status: control.RolloutCompleted, Percentage: 100}
	case pin != "" && remembered.Share < 100 && members[pin] > 0 && members[pin] >= min(remembered.Activated, total):
		s.Targeted = &record{Version: pin, Status: control.RolloutActive, Percentage: remembered.Share}
	case most != "" && members[most] == total:
		s.Targeted = &record{Version: most, Status: control.RolloutCompleted, Percentage: 100}
	case most != "":
		s.Targeted = &record{Version: most, Status: control.RolloutActive, Percentage: share(members[most], total)}
	case s.Partly: // the others have nothing at all: the pin is owed to them
		s.Targeted = &record{Version: pin, Status: control.RolloutActive, Percentage: share(members[pin], total)}
	}
	return s
}

// share is a part of a whole in percent, below 100 unless it is the whole.
func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) * 100 / float64(whole)
}
