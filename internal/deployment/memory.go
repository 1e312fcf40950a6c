package deployment

import "slices"

// memory is what no call of the API tells and the resource therefore remembers in private state.
type memory struct {
	// Pin is the version that the last apply asked for.
	Pin string `json:"pin,omitempty"`
	// Imported is true until the first apply after an import: what the configuration wanted before is not known.
	Imported bool `json:"imported,omitempty"`
	// Settled is true when that apply ended well: nothing is owed.
	Settled bool `json:"settled,omitempty"`
	// Lasting is true once an apply has ended well: before that, a destroy leaves everything alone.
	Lasting bool `json:"lasting,omitempty"`
	// Rollout is the id of the rollout that this resource has started or attached to: that one is its own.
	Rollout string `json:"rollout,omitempty"`
	// Share is the share of the group that the last apply asked for, in percent, and Activated the number of members that it
	// reached. Both are of a group's deployment only.
	Share     float64 `json:"share,omitempty"`
	Activated int     `json:"activated,omitempty"`
	// Deployed are the versions that this resource has deployed to the group, in order.
	Deployed []string `json:"deployed,omitempty"`
}

// pinned is what to remember once an apply has been accepted; whether it ends well is not known yet.
func (m memory) pinned(w wish, accepted receipt) memory {
	next := memory{Pin: w.version, Lasting: m.Lasting, Rollout: accepted.id, Share: w.share, Activated: accepted.activated, Deployed: m.Deployed}
	if m.Pin != "" && m.Pin != w.version && m.Settled && m.Share >= 100 && !slices.Contains(m.Deployed, m.Pin) {
		next.Deployed = append(slices.Clone(m.Deployed), m.Pin)
	}
	return next
}

// The keys of private state.
const (
	memoryKey    = "memory"
	situationKey = "situation"
)
