package rollout

import (
	"cmp"
	"slices"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// Promotion is the question whether a version may follow from where it was tried to another target.
type Promotion struct {
	Candidate string
	// Bake is how long the candidate has to stand where it is tried.
	Bake time.Duration
	// Status is that of the candidate as a version of its model, "" where the server does not say.
	Status string
	// Target is what the candidate would be deployed to, with the history of the fleet.
	Target State
	// Trial is how the candidate stands where it is tried.
	Trial Trial
	// Now is a time that the server's clock has reached, zero where that is not known.
	Now time.Time
}

// Trial is how a version stands on the group or the percentage of the fleet where it is tried.
type Trial struct {
	// Gap is what is missing, "" where the version stands there.
	Gap Gap
	// Since is from when it has stood there without interruption, zero where that is not known.
	Since time.Time
	// Have and Total count the members of a group.
	Have, Total int
	// Rollout is the targeted rollout of the fleet, nil where there is none, and of a group.
	Rollout *Record
}

// Gap is why a version does not stand where it is tried.
type Gap string

// The gaps.
const (
	GapNone      Gap = ""
	GapNoMembers Gap = "no members"
	GapMembers   Gap = "members without it"
	GapOther     Gap = "another version is targeted"
	GapPaused    Gap = "paused"
	GapReverting Gap = "a rollback to it is in progress"
	GapBelow     Gap = "below the percentage"
	GapNoDevices Gap = "no device runs it"
)

// Hurdle is what a promotion waits for, or fails on.
type Hurdle string

// The hurdles, in the order in which they are looked at.
const (
	HurdleNone       Hurdle = ""
	HurdleStatus     Hurdle = "its status"
	HurdleOlder      Hurdle = "older than what the target runs"
	HurdleRolledBack Hurdle = "rolled back"
	HurdleTrial      Hurdle = "does not stand there"
	HurdleSince      Hurdle = "unknown since when"
	HurdleClock      Hurdle = "unknown time"
	HurdleBake       Hurdle = "bakes"
)

// Promoted is the answer to a Promotion.
type Promoted struct {
	// Version is the candidate, or else what the target runs, "" where nothing is deployed to it.
	Version string
	// Hurdle is HurdleNone where the candidate is ready.
	Hurdle Hurdle
	// Since is from when the candidate stands where it is tried, ReadyAt when its bake ends; zero where that is not known.
	Since, ReadyAt time.Time
}

// Ready reports whether the candidate may be deployed to the target.
func (p Promoted) Ready() bool { return p.Hurdle == HurdleNone }

// Decide answers with the candidate once nothing stands against it, and else with what the target runs. A target that is on its way to the
// candidate runs it already, so that what was promoted stays promoted until it is rolled back.
func (p Promotion) Decide() Promoted {
	answer := Promoted{Version: p.Target.Version(), Hurdle: p.hurdle()}
	if p.Trial.Gap == GapNone && !p.Trial.Since.IsZero() {
		answer.Since = p.Trial.Since
	}
	switch answer.Hurdle {
	case HurdleNone, HurdleClock, HurdleBake:
		if !answer.Since.IsZero() {
			answer.ReadyAt = answer.Since.Add(p.Bake)
		}
	default: // no time alone makes it ready
	}
	if answer.Ready() {
		answer.Version = p.Candidate
	}
	return answer
}

// Deployable reports whether a version of this status may be promoted.
func Deployable(status string) bool {
	return !slices.Contains([]string{control.VersionDraft, control.VersionPreview, control.VersionDeprecated, control.VersionRetired}, status)
}

func (p Promotion) hurdle() Hurdle {
	runs := p.Target.Version()
	switch {
	case !Deployable(p.Status):
		return HurdleStatus
	case runs != "" && runs != p.Candidate && p.Target.Precedes(p.Candidate, runs):
		return HurdleOlder
	case p.Target.History.WasRolledBack(p.Candidate):
		return HurdleRolledBack
	case p.Trial.Gap != GapNone:
		return HurdleTrial
	case p.Bake <= 0:
		return HurdleNone
	case p.Trial.Since.IsZero():
		return HurdleSince
	case p.Now.IsZero():
		return HurdleClock
	case p.Now.Before(p.Trial.Since.Add(p.Bake)):
		return HurdleBake
	}
	return HurdleNone
}

// WasRolledBack reports whether the fleet has returned from a version: its newest rollout was rolled back or canceled, or the fleet went
// to an older version since (CONTRACT.md, section 3). A version that is targeted again is in force.
func (h History) WasRolledBack(version string) bool {
	if target, live := h.Targeted(); live && target.Version == version {
		return false
	}
	order, older := h.Order(), false
	for _, r := range h {
		switch {
		case r.Status == control.RolloutPending:
		case r.Version == version:
			return older || r.Status == control.RolloutRolledBack
		case Precedes(r.Version, version, order):
			older = true
		}
	}
	return false
}

// GroupTrial is how a version stands on a group. since is from when its witness has seen it on every member, zero where it has not.
func GroupTrial(version string, members Members, since time.Time) Trial {
	t := Trial{Have: members.Count()[version], Total: len(members), Since: since}
	switch {
	case t.Total == 0:
		t.Gap = GapNoMembers
	case t.Have < t.Total:
		t.Gap = GapMembers
	}
	return t
}

// FleetTrial is how a version stands on a percentage of the fleet. changes are those of the targeted rollout, oldest first, and affected
// its devices.
func (h History) FleetTrial(version string, percentage float64, changes []control.RolloutChange, affected control.AffectedDevices) Trial {
	target, live := h.Targeted()
	if !live {
		return Trial{Gap: GapOther}
	}
	t := Trial{Rollout: RecordOf(target)}
	switch {
	case target.Version != version:
		t.Gap = GapOther
	case target.Status == control.RolloutPaused:
		t.Gap = GapPaused
	case target.Status == control.RolloutRollingBack:
		t.Gap = GapReverting
	case target.Percentage < percentage:
		t.Gap = GapBelow
	case affected.Updated != nil && *affected.Updated == 0:
		t.Gap = GapNoDevices
	default:
		t.Since = h.standsSince(target, percentage, changes)
	}
	return t
}

// standsSince is from when a rollout has had a percentage, the latest time that the records allow, zero where they do not say it.
func (h History) standsSince(r control.Rollout, percentage float64, changes []control.RolloutChange) time.Time {
	since := reachedAt(r, percentage, changes)
	if since.IsZero() && r.Status == control.RolloutCompleted {
		since = r.CompletedAt
	}
	for _, newer := range h[:h.position(r)] {
		switch {
		case newer.Status == control.RolloutPending || since.IsZero():
		case newer.Status != control.RolloutRolledBack || newer.RolledBackAt.IsZero():
			return time.Time{} // what it has done to the devices, and until when, is not known
		case newer.RolledBackAt.After(since):
			since = newer.RolledBackAt
		}
	}
	return since
}

// reachedAt is the time of the change from which on a rollout has had a percentage without a pause. It is zero where the changes lack a
// time or do not lead to the record.
func reachedAt(r control.Rollout, percentage float64, changes []control.RolloutChange) time.Time {
	var since time.Time
	for i, c := range changes {
		stands := (c.Status == control.RolloutActive || c.Status == control.RolloutCompleted) && c.Percentage >= percentage
		last := i == len(changes)-1
		switch {
		case c.At.IsZero(), last && (c.Status != r.Status || c.Percentage != r.Percentage):
			return time.Time{}
		case !stands:
			since = time.Time{}
		case since.IsZero():
			since = c.At
		}
	}
	return since
}

// PresentState is what the fleet runs, for a promotion to it.
func (h History) PresentState() State { return h.state() }

// PresentState is what a group runs, for a promotion of a version to it. Where a deployment to the group has assigned the version to any
// member, the group is on its way to it, and else it runs what most members have. Those that are members of another group as well may have
// theirs from there and do not count, unless all are; and a rollout of the fleet may have given some the version.
func (m Members) PresentState(fleet History, version string, elsewhere Members) State {
	s := GroupState(m, fleet, Private{})
	others := elsewhere.devices()
	own := slices.DeleteFunc(slices.Clone(m), func(member control.Member) bool { return others.Contains(member.ID) })
	fromFleet := slices.Contains(fleet.versions(), version)
	present := cmp.Or(own.Count().mostCommon(), s.Serving)
	if slices.ContainsFunc(own, func(member control.Member) bool {
		return member.Version == version && (member.Source == control.SourceDeployment || member.Source == "" && !fromFleet)
	}) {
		present = version
	}
	s.Targeted = nil
	if present != "" {
		s.Targeted = group{counts: s.Assigned, total: len(m)}.record(present)
	}
	return s
}
