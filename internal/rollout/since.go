package rollout

import "time"

// Since is from when a group is known to have a version on every member. No call of the API says it, so a resource is the only witness:
// private state keeps it between runs.
type Since struct {
	Version string `json:"version"`
	// At is a time of the server's clock.
	At time.Time `json:"at"`
}

// Witnessed returns what to remember once a group was read at a time of the server's clock. What was seen before stands as long as every
// member has the same version; anything else ends it. Where the time or the members are not known, nothing begins.
func (p Private) Witnessed(s State, at time.Time, known bool) Private {
	version, total := s.Version(), len(s.Members)
	switch {
	case s.Members == nil:
	case version == "" || total == 0 || s.Assigned[version] != total:
		p.Since = nil
	case p.Since != nil && p.Since.Version == version:
	case known:
		p.Since = &Since{Version: version, At: roundUp(at.UTC())}
	default:
		p.Since = nil
	}
	return p
}

// sinceAfter is what still stands of it once an operation was accepted: nothing, if that gives the group another version.
func (p Private) sinceAfter(op Operation) *Since {
	if p.Since == nil || op.ReplacesVersion() || p.Since.Version != op.To {
		return nil
	}
	return p.Since
}

// roundUp returns the next whole second.
func roundUp(at time.Time) time.Time {
	if whole := at.Truncate(time.Second); !whole.Equal(at) {
		return whole.Add(time.Second)
	}
	return at
}
