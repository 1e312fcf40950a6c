package rollout

import (
	"context"
	"slices"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// Record is a rollout as far as a decision needs it. For a device group, of which the server keeps no record, it is derived
// from what the members are assigned.
type Record struct {
	ID         string                `json:"id,omitempty"`
	Version    string                `json:"version"`
	Status     control.RolloutStatus `json:"status"`
	Percentage float64               `json:"percentage"`
}

// RecordOf returns the record of a rollout of the fleet.
func RecordOf(r control.Rollout) *Record {
	return &Record{ID: r.ID, Version: r.Version, Status: r.Status, Percentage: r.Percentage}
}

// State is what a target, the whole fleet or one device group, runs at one moment. The fields with a JSON name are what a
// decision rests on: Read keeps them in private state, so that a plan, and the second plan that Terraform makes during the apply,
// decide from the same facts.
type State struct {
	// Targeted is what the target is meant to run, nil where nothing is deployed.
	Targeted *Record `json:"targeted,omitempty"`
	// Open is the rollout that can still assign devices, nil where there is none.
	Open *Record `json:"open,omitempty"`
	// Deployed lists the versions that were deployed to the target before, in the order of their first time.
	Deployed []string `json:"deployed,omitempty"`
	// Order lists all versions that came to the target, also those that never completed, oldest first. Private state of earlier
	// versions of the provider has none.
	Order []string `json:"order,omitempty"`
	// Partial is true of a group in which the pin is owed to some members, and none has lost it.
	Partial bool `json:"partly,omitempty"`
	// Assigned counts the members of a group by the version that they are assigned.
	Assigned Assignments `json:"assigned,omitempty"`
	// Joined is the number of members without the pin that have joined the group since every member had it.
	Joined int `json:"joined,omitempty"`
	// Devices is the number of devices of the target, nil where it is not known. Those of the fleet include the devices that keep a version
	// from a deployment to a group.
	Devices *int `json:"devices,omitempty"`

	// Serving is the version that devices run, "" where none has arrived yet.
	Serving string `json:"-"`
	// Previous is the version that the targeted one replaced, "" where that is not known.
	Previous string `json:"-"`
	// RolledBack is the version that was rolled back last, as long as what replaced it is targeted.
	RolledBack *RollbackInfo `json:"-"`
	// History is that of the whole fleet, also for a group.
	History History `json:"-"`
	// Members are those of a group.
	Members Members `json:"-"`
	// DeploymentID is the ID of the deployment that was accepted for a group; no call reads it back.
	DeploymentID string `json:"-"`
}

// Version returns the targeted version, "" where nothing is deployed.
func (s State) Version() string {
	if s.Targeted == nil {
		return ""
	}
	return s.Targeted.Version
}

// WasDeployed reports whether a version can be rolled back to.
func (s State) WasDeployed(version string) bool { return slices.Contains(s.Deployed, version) }

// Precedes reports whether version a is older than b for this target.
func (s State) Precedes(a, b string) bool {
	order := s.Order
	if order == nil {
		order = s.Deployed
	}
	return Precedes(a, b, order)
}

// FleetState derives the state of the whole fleet from its history. updated reports whether every device that a rollout affects
// has been updated; it is called only for an active rollout at 100 percent.
func FleetState(ctx context.Context, h History, updated func(context.Context, control.Rollout) (bool, error)) (State, error) {
	s := h.state()
	if target, ok := h.Targeted(); ok {
		s.Previous = h.Replaced(target)
		if target.Status == control.RolloutActive && target.Percentage >= 100 {
			all, err := updated(ctx, target)
			if err != nil {
				return State{}, err
			}
			if all {
				s.Serving = target.Version
				return s, nil
			}
		}
	}
	if r, ok := h.completed(); ok {
		s.Serving = r.Version
	}
	return s, nil
}

// state is what follows from the history alone.
func (h History) state() State {
	s := State{Deployed: h.Deployed(), Order: h.Order(), History: h, RolledBack: h.RolledBack()}
	if r, ok := h.Targeted(); ok {
		s.Targeted = RecordOf(r)
	}
	if r, ok := h.Open(); ok {
		s.Open = RecordOf(r)
	}
	return s
}
