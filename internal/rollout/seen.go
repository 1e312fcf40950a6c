package rollout

import (
	"slices"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// Seen is what an apply has seen last of its own operation. For control.SettleTime it outranks a list that lacks the rollout, or still
// has it as it was before: the list is stale (CONTRACT.md, section 1).
type Seen struct {
	Record
	// Previous is the version that it has replaced, "" where that is not known.
	Previous string `json:"previous,omitempty"`
	// Devices is the number of a group's members that were assigned the version.
	Devices int       `json:"devices,omitempty"`
	At      time.Time `json:"at"`
}

// Seeing returns what to remember of the last look at an operation.
func (p Private) Seeing(r Result) Private {
	p.Seen = nil
	switch {
	case r.Members != nil:
		p.Seen = &Seen{Record: Record{Version: r.Proposal.Spec.Version}, Devices: r.Members.Count()[r.Proposal.Spec.Version], At: time.Now()}
	case r.Rollout.ID != "" && r.Written && !r.Proposal.Scope.IsGroup():
		p.Seen = &Seen{Record: *RecordOf(r.Rollout), Previous: r.Proposal.Operation.From, At: time.Now()}
	}
	return p
}

// seenLately returns what still counts of it, nil where that is nothing.
func (p Private) seenLately() *Seen {
	if p.Seen == nil || time.Since(p.Seen.At) > control.SettleTime || time.Until(p.Seen.At) > 0 {
		return nil
	}
	return p.Seen
}

// confirmed is the history with what was seen since. A newer record of the list stays.
func (h History) confirmed(seen *Seen) History {
	if seen == nil || seen.ID == "" {
		return h
	}
	listed, found := h.Find(seen.ID)
	if found && !isBehind(listed, seen.Record) {
		return h
	}
	r := listed
	r.ID, r.Version, r.Status, r.Percentage = seen.ID, seen.Version, seen.Status, seen.Percentage
	if r.PreviousVersion == "" {
		r.PreviousVersion = seen.Previous
	}
	if found {
		return h.with(r)
	}
	// A list from before the rollout has what it ended still as open.
	return h.withoutOpen().with(r)
}

// isBehind reports whether a record of a list is older than what was seen of it.
func isBehind(listed control.Rollout, seen Record) bool {
	a, b := progressOf(listed.Status), progressOf(seen.Status)
	return a < b || a == b && listed.Status.Open() && listed.Percentage < seen.Percentage
}

// progressOf orders statuses: none of them goes back.
func progressOf(status control.RolloutStatus) int {
	return slices.IndexFunc([][]control.RolloutStatus{
		{control.RolloutPending},
		{control.RolloutActive, control.RolloutPaused},
		{control.RolloutRollingBack},
		{control.RolloutCompleted, control.RolloutRolledBack},
	}, func(same []control.RolloutStatus) bool { return slices.Contains(same, status) })
}
