package rollout

import "slices"

// Private is what no call of the API returns and a resource therefore keeps in private state between runs.
type Private struct {
	// Pin is the version that the last apply asked for.
	Pin string `json:"pin,omitempty"`
	// Imported is true from an import until the first apply: what the configuration wanted before is not known.
	Imported bool `json:"imported,omitempty"`
	// Unread is true from an import until the first read, which fills in the pin.
	Unread bool `json:"unread,omitempty"`
	// LastApplySucceeded is true when that apply ended well: nothing is owed.
	LastApplySucceeded bool `json:"settled,omitempty"`
	// EverSucceeded is true once an apply has ended well: before that, a destroy changes nothing.
	EverSucceeded bool `json:"lasting,omitempty"`
	// RolloutID is the ID of the rollout that this resource has started or attached to: it manages that one.
	RolloutID string `json:"rollout,omitempty"`
	// Percentage of the group that the last apply asked for, and Activated, the number of members that it reached. Both are of a
	// group's deployment only.
	Percentage float64 `json:"share,omitempty"`
	Activated  int     `json:"activated,omitempty"`
	// Assigned are the members of the group that have, or had, the pin, as far as they are still members.
	Assigned DeviceSet `json:"assigned,omitzero"`
	// Strict is true of an action or a preview: a member without the pin counts as one that has lost it, and not as one that has joined.
	Strict bool `json:"-"`
	// Kept is what the server has made of the percentage, 0 where it keeps it as it is.
	Kept float64 `json:"kept,omitempty"`
	// Seen is what the last apply has seen of its operation, nil where it has waited for none.
	Seen *Seen `json:"seen,omitempty"`
	// Since is from when every member of the group has the version that the group runs, nil where that is not known.
	Since *Since `json:"since,omitempty"`
	// Deployed lists the versions that this resource has deployed to the group, in order.
	Deployed []string `json:"deployed,omitempty"`
}

// NeverApplied reports whether no apply has pinned a version yet, as in a plan that creates the resource.
func (p Private) NeverApplied() bool { return p.Pin == "" }

// KeptOf returns what the server is known to make of a percentage of a version, 0 where that is not known.
func (p Private) KeptOf(version string, percentage float64) float64 {
	if p.Pin == version && p.Percentage == percentage {
		return p.Kept
	}
	return 0
}

// Accepted returns what to remember once the server has accepted an operation; whether it ends well is not known yet.
func (p Private) Accepted(r Result) Private {
	spec := r.Proposal.Spec
	next := Private{
		Pin: spec.Version, EverSucceeded: p.EverSucceeded, RolloutID: r.ID, Percentage: spec.Percentage, Activated: r.Activated, Deployed: p.Deployed,
		Kept: r.Kept, Since: p.sinceAfter(r.Proposal.Operation),
	}
	if p.Pin == spec.Version {
		next.Assigned = p.Assigned
	}
	if p.Pin != "" && p.Pin != spec.Version && p.LastApplySucceeded && p.Percentage >= 100 && !slices.Contains(p.Deployed, p.Pin) {
		next.Deployed = append(slices.Clone(p.Deployed), p.Pin)
	}
	return next
}

// AfterRead returns what to remember once the target has been read. After an import, what runs becomes the pin, with the percentage
// that it has reached.
func (p Private) AfterRead(s State) Private {
	if p.Unread {
		p.Unread, p.Pin, p.Percentage = false, s.Version(), 100
		if s.Members != nil && s.Targeted != nil {
			p.Percentage, p.Activated = s.Targeted.Percentage, s.Assigned[p.Pin]
		}
	}
	if p.Assigned != nil || s.Assigned[p.Pin] > 0 || len(s.Members) == 0 {
		return p.remember(s.Members)
	}
	return p // nobody has the pin, and who had it is not known
}

// AfterApply returns what to remember once an apply has ended well.
func (p Private) AfterApply(s State) Private {
	p.LastApplySucceeded, p.EverSucceeded = true, true
	return p.remember(s.Members)
}

// remember adds the members that have the pin to those that had it, and forgets those that have left the group.
func (p Private) remember(members Members) Private {
	if members == nil {
		return p
	}
	before := p.Assigned
	p.Assigned = members.assigned(p.Pin)
	for _, m := range members {
		if before.Contains(m.ID) {
			p.Assigned.add(m.ID)
		}
	}
	return p
}
