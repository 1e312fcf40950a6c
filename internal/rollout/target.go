package rollout

import (
	"context"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// Scope names what a version is pinned on: a model on the whole fleet, or on one device group.
type Scope struct {
	// Model is the name or the ID that the configuration gives, ModelID the ID.
	Model, ModelID string
	// Group is the name of the device group, GroupID its ID; both are "" for the whole fleet.
	Group, GroupID string
}

// IsGroup reports whether the scope is a device group.
func (s Scope) IsGroup() bool { return s.Group != "" }

// String returns how messages name the scope.
func (s Scope) String() string {
	if s.IsGroup() {
		return "the group " + s.Group
	}
	return "the fleet"
}

// Target is what a version is deployed to: a Fleet or a Group. The two have nothing in common on the wire.
type Target interface {
	// Read returns what the target runs.
	Read(ctx context.Context, private Private) (State, error)
	// Look is Read right before a write. What the write does not depend on may be from another look of the same apply.
	Look(ctx context.Context, private Private) (State, error)
	// Start sends the operation of a proposal, for its first step. The result says what the server has accepted, also beside an
	// error that came later.
	Start(ctx context.Context, p Proposal) (Result, error)
	// SetPercentage brings more of the target to the version of an operation that was accepted. Beside an error, the result is
	// the one that was there before.
	SetPercentage(ctx context.Context, percentage float64, r Result) (Result, error)

	// pollInterval is the first pause between two reads of a wait.
	pollInterval() time.Duration
	// firstPause is the pause between an answer that has accepted a step and the first read of a wait for it.
	firstPause(r Result) time.Duration
	// observe reads how far an accepted operation has come, and evaluates it.
	observe(ctx context.Context, r *Result) (done bool, err error)
	// say logs and reports how far it has come.
	say(ctx context.Context, p Progress)
	// lasts returns an error where something newer decides in place of what was reached.
	lasts(r Result) error
}

// Options are how a target is watched.
type Options struct {
	// PollInterval is the first pause between two reads of a wait; it grows to 30 s.
	PollInterval time.Duration
	// Reason is sent with each rollback and change of a percentage of the fleet.
	Reason string
	// Report is called after each read of a wait, and at least every 30 s; nil for none.
	Report func(Progress)
}

// NewTarget returns the fleet or the group that a scope names.
func NewTarget(client *control.Client, scope Scope, o Options) Target {
	if scope.IsGroup() {
		return Group{Client: client, Scope: scope, Options: o}
	}
	return Fleet{Client: client, Scope: scope, Options: o}
}

// Result is what the server has accepted of an operation, and how far that has come.
type Result struct {
	// Proposal is what was asked for, with the percentage of the present step.
	Proposal Proposal
	// ID is that of the rollout or the deployment, "" where nothing was accepted or the server gives none.
	ID string
	// Progress is how far it had come when it was read last.
	Progress
	// Activated is the number of a group's members that were assigned the version.
	Activated int
	// Members are the assignments that a wait has counted last of a group, nil where none has.
	Members Members
	// NoMembers is true of a group without members: there is nothing to do.
	NoMembers bool
	// Written is true as soon as anything may have changed on the server.
	Written bool
	baking  bool
	// had are the members of a group that had the version in an earlier poll.
	had DeviceSet
	// stalled is the number of polls without progress.
	stalled int
	// Kept is what the server has made of the percentage of the present step, 0 where it keeps it as it is.
	Kept float64
	// At is when the server has accepted the present step.
	At time.Time
	// State is what the target runs, as far as it follows from all this without a further read.
	State State
	// StateRead is true where that is what a list of all rollouts of the model has shown, together with the progress.
	StateRead bool
}

// Progress is how far a rollout has come.
type Progress struct {
	Rollout  control.Rollout
	Affected control.AffectedDevices
}

func (o Options) report(p Progress) {
	if o.Report != nil {
		o.Report(p)
	}
}

func (o Options) pollInterval() time.Duration { return o.PollInterval }
