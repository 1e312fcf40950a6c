package rollout

import (
	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// Kind is what an apply does to reach the pin.
type Kind string

// The kinds of operations.
const (
	// None changes nothing.
	None Kind = ""
	// Adopt takes over what runs already, without a write to the fleet.
	Adopt Kind = "adopt"
	// Deploy rolls a version out.
	Deploy Kind = "deploy"
	// Rollback returns to an older version that was deployed before: immediately, on every device.
	Rollback Kind = "rollback"
	// Advance raises the percentage of the rollout of the pin.
	Advance Kind = "advance"
	// Resume attaches to a rollout of the pin, lets it go on where it is paused or pending, and waits for it.
	Resume Kind = "resume"
	// Pause stops further assignments.
	Pause Kind = "pause"
	// Cancel ends an open rollout; the devices that have its version return to the one before. Only a destroy decides it.
	Cancel Kind = "cancel"
)

// Operation is one decided step from what is targeted to what is pinned. From is "" where nothing is deployed yet.
type Operation struct {
	Kind Kind   `json:"kind"`
	From string `json:"from,omitempty"`
	To   string `json:"to"`
}

// ReplacesVersion reports whether the operation puts another version in the place of the targeted one.
func (o Operation) ReplacesVersion() bool { return o.Kind == Deploy || o.Kind == Rollback }

// Spec is what a configuration wants of a target.
type Spec struct {
	Version string
	// Percentage of the target's devices, 1 to 100.
	Percentage float64
	// Kept is what the server is known to make of that percentage, 0 where it keeps it as it is.
	Kept float64
	// Stages are the steps on the way to that percentage; a rollback has none.
	Stages []Step
	// Paused is nil where the configuration does not manage it.
	Paused *bool
	// Wait is true when an apply ends only once the percentage is reached.
	Wait bool
	// WaitDone is true when nothing is owed to a rollout that has its percentage: the last apply ended well, or Wait is false.
	WaitDone bool
}

// RollbackTo returns the spec of a rollback: all devices, no stages, no pause.
func RollbackTo(version string) Spec {
	return Spec{Version: version}.immediate()
}

func (s Spec) immediate() Spec {
	s.Percentage, s.Kept, s.Stages, s.Paused = 100, 0, nil, nil
	return s
}

// Held returns the spec that leaves the percentage of what is targeted as it is.
func (s Spec) Held(state State) Spec {
	if state.Targeted != nil {
		s.Percentage = min(s.Percentage, state.Targeted.Percentage)
	}
	s.Stages, s.WaitDone = nil, true
	return s
}

// reachedAt reports whether a rollout at a percentage is where it is wanted.
func (s Spec) reachedAt(percentage float64) bool {
	return percentage >= s.Percentage || s.Kept > 0 && percentage >= s.Kept
}

func (s Spec) wantsPaused() bool  { return s.Paused != nil && *s.Paused }
func (s Spec) wantsRunning() bool { return s.Paused != nil && !*s.Paused }

// Proposal is one operation with all that it was decided from. Propose makes it; a plan, an apply, a destroy and a preview pass it
// on as a whole.
type Proposal struct {
	Scope     Scope
	State     State
	Operation Operation
	Spec      Spec
	// Attach is true where somebody else has started already what the operation is to start.
	Attach bool
	// Impact is how many devices change; nil until CountAffected.
	Impact *Impact
	// Steps are the percentages on the way; nil until PlanSteps.
	Steps []Step
	// Rival is the other group that explains the version of members; nil until FindRival, and where there is none.
	Rival *Rival
	// Limits are those of the organization's policy; zero until PlanSteps.
	Limits control.RolloutLimits
}

// Propose decides which operation brings a target from its state to the spec. A rollback changes the spec: it ignores stages,
// percentage and pause. Devices that joined a group, in which every other member has the version, get it without stages.
func Propose(scope Scope, state State, spec Spec) Proposal {
	if state.Joined > 0 && state.Version() == spec.Version {
		spec.Stages = nil
	}
	return Proposal{Scope: scope, State: state, Spec: spec}.With(Decide(state, spec))
}

// ProposeCancel proposes to end the open rollout of a state. A rollout that has not started has reached no device.
func ProposeCancel(scope Scope, state State) Proposal {
	op := Operation{Kind: Cancel, From: state.Open.Version, To: state.Serving}
	p := Proposal{Scope: scope, State: state, Operation: op, Spec: Spec{Version: op.From, Percentage: state.Open.Percentage}}
	if state.Open.Status == control.RolloutPending {
		p.Spec.Percentage = 0
	}
	return p
}

// With returns the proposal with another operation.
func (p Proposal) With(op Operation) Proposal {
	p.Operation = op
	if op.Kind == Rollback {
		p.Spec = p.Spec.immediate()
	}
	return p
}

// at returns the proposal for one step of the way.
func (p Proposal) at(percentage float64) Proposal {
	if p.Spec.Percentage != percentage {
		p.Spec.Kept = 0
	}
	p.Spec.Percentage = percentage
	return p
}

// Span returns the percentage of the target that has the version before and after the operation.
func (p Proposal) Span() (from, to float64) {
	to = p.Spec.Percentage
	if p.Operation.ReplacesVersion() || p.Operation.Kind == Cancel {
		return 0, to
	}
	if at := p.own(); at != nil && at.Status != control.RolloutPending {
		from = at.Percentage
	}
	if p.Spec.reachedAt(from) {
		from = to
	}
	return min(from, to), to
}

// own is the rollout of the pinned version itself, nil where there is none.
func (p Proposal) own() *Record {
	for _, r := range []*Record{p.State.Targeted, p.State.Open} {
		if r != nil && r.Version == p.Spec.Version {
			return r
		}
	}
	return nil
}

// ChangesDevices reports whether devices get another version by the operation: also by one that resumes a rollout which has not
// reached its percentage.
func (p Proposal) ChangesDevices() bool {
	from, to := p.Span()
	switch p.Operation.Kind {
	case Deploy, Rollback, Cancel:
		return true
	case Advance, Resume:
		return from < to
	default:
		return false
	}
}

// Cancels returns the rollout that the operation ends, nil where there is none.
func (p Proposal) Cancels() *Record {
	if p.Operation.ReplacesVersion() {
		return p.State.Open
	}
	return nil
}

// Unmanaged returns the newest rollout that a deploy would cancel although it assigns devices and is not the one with this ID; nil where
// there is none. On a server that allows several, older ones assign devices as well, as long as nothing has replaced them all. The
// rollouts of the fleet do not concern a group.
func (p Proposal) Unmanaged(own string) *Record {
	if open := p.State.Open; open != nil && open.ID != own {
		return open
	}
	if p.Scope.IsGroup() {
		return nil
	}
	for _, r := range p.State.History {
		switch {
		case r.Status == control.RolloutCompleted, r.Status == control.RolloutRollingBack:
			return nil
		case r.Status.Open() && r.ID != own:
			return RecordOf(r)
		}
	}
	return nil
}

// RollbackInfo returns how the pinned version was rolled back last, nil where it was not.
func (p Proposal) RollbackInfo() *RollbackInfo {
	if info := p.State.RolledBack; info != nil && info.Version == p.Spec.Version {
		return info
	}
	return nil
}

// IsOlderDeploy reports whether the operation deploys an older version that was never deployed to the target, which is therefore no
// rollback.
func (p Proposal) IsOlderDeploy() bool {
	return p.Operation.Kind == Deploy && p.State.Targeted != nil && p.State.Precedes(p.Operation.To, p.Operation.From)
}

// Decide chooses the operation that brings a target from its state to the spec. It is pure: a plan and the apply that follows get
// the same answer from the same facts.
func Decide(state State, spec Spec) Operation {
	op := Operation{From: state.Version(), To: spec.Version}
	switch {
	case state.Targeted != nil && state.Targeted.Version == spec.Version:
		op.Kind = continuation(*state.Targeted, spec)
	case state.Open != nil && state.Open.Version == spec.Version:
		op.Kind = Resume
	case state.Targeted != nil && state.WasDeployed(spec.Version) && state.Precedes(spec.Version, state.Targeted.Version):
		op.Kind = Rollback
	default:
		op.Kind = Deploy
	}
	return op
}

// continuation is what is left to do for a rollout of the pinned version itself.
func continuation(r Record, spec Spec) Kind {
	switch {
	case r.Status == control.RolloutCompleted:
		return None
	case r.Status == control.RolloutRollingBack:
		return resumeUnless(spec.WaitDone)
	case r.Status == control.RolloutPaused && spec.wantsPaused():
		return None
	case r.Status == control.RolloutPaused && (spec.wantsRunning() || !spec.reachedAt(r.Percentage)):
		return Resume
	case r.Status == control.RolloutPaused:
		return None
	case spec.wantsPaused():
		return Pause
	case !spec.reachedAt(r.Percentage):
		return Advance
	case spec.Percentage == 100:
		return resumeUnless(spec.WaitDone)
	}
	return None
}

func resumeUnless(done bool) Kind {
	if done {
		return None
	}
	return Resume
}

// IsUnmanaged reports whether a rollout of the pin that has not reached the percentage is one that others have started after the pin was
// applied. It is theirs to advance.
func IsUnmanaged(state State, spec Spec, private Private) bool {
	r := state.Targeted
	return r != nil && r.ID != "" && r.ID != private.RolloutID && r.Version == spec.Version && r.Percentage < spec.Percentage &&
		private.Pin == spec.Version && private.LastApplySucceeded
}

// RolledBackSince reports whether the pinned version was rolled back after it had been pinned. Private state tells a pin that stands
// unchanged from a deliberate new pin of the same version. Before the first apply there is none, and the server's record decides.
func RolledBackSince(state State, spec Spec, private Private) bool {
	recorded := Proposal{State: state, Spec: spec}.RollbackInfo() != nil
	switch {
	case state.Version() == spec.Version || state.Open != nil && state.Open.Version == spec.Version:
		return false
	case private.NeverApplied():
		return recorded
	case private.Pin != spec.Version || state.Partial:
		return false
	}
	return recorded || state.Targeted != nil && state.Precedes(state.Version(), spec.Version)
}
