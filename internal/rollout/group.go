package rollout

import (
	"context"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// Group is the target of a deployment to a device group (CONTRACT.md, section 4). What a group runs is read from the versions that
// its members are assigned.
type Group struct {
	Client *control.Client
	Scope  Scope
	Options
}

const (
	// membersAge is how old the members may be on which a deployment to them is decided. Several deployments to a group, each of another
	// model, look at them at about the same time.
	membersAge = 10 * time.Second
	// historyAge is how old the rollouts of the fleet may be by which a deployment to a group orders the versions.
	historyAge = 5 * time.Minute
)

// Read derives the state from the members and the fleet's rollouts.
func (g Group) Read(ctx context.Context, private Private) (State, error) {
	return g.read(ctx, ctx, private)
}

// Look reads the members and the fleet's rollouts, unless another look has done so lately, and since the last write of the model.
func (g Group) Look(ctx context.Context, private Private) (State, error) {
	return g.read(g.Client.SharingAssignments(ctx, g.Scope.ModelID, membersAge), g.Client.SharingRollouts(ctx, g.Scope.ModelID, historyAge), private)
}

func (g Group) read(ofMembers, ofRollouts context.Context, private Private) (State, error) {
	members, err := g.members(ofMembers, private.seenLately())
	if err != nil {
		return State{}, err
	}
	rollouts, err := g.Client.Rollouts(ofRollouts, g.Scope.ModelID)
	if err != nil {
		return State{}, err
	}
	return GroupState(members, rollouts, private), nil
}

// members counts the members by version, again where the count is from before what an apply has seen.
func (g Group) members(ctx context.Context, seen *Seen) (Members, error) {
	if seen == nil {
		return g.Client.GroupAssignments(ctx, g.Scope.GroupID, g.Scope.ModelID)
	}
	return control.WithinSettleTime(ctx, seen.At, func(ctx context.Context) (Members, error) {
		return g.Client.GroupAssignments(ctx, g.Scope.GroupID, g.Scope.ModelID)
	}, func(members Members, err error) bool {
		return err != nil || members.Count()[seen.Version] >= min(seen.Devices, len(members))
	})
}

// Start deploys to the members. Every operation is a deployment there: a rollback is one of an older version to all members, an
// advance one of the same version to more of them, and an adoption one of the version that they have from the fleet, so that they
// keep it when the fleet moves on.
func (g Group) Start(ctx context.Context, p Proposal) (Result, error) {
	r := Result{Proposal: p, State: p.State}
	if len(p.State.Members) == 0 {
		if none, err := g.isEmpty(ctx, p.Spec); none || err != nil {
			r.NoMembers = none
			return r, err
		}
	}
	var err error
	r, err = g.SetPercentage(ctx, p.Spec.Percentage, r)
	r.State = r.groupState()
	return r, err
}

// isEmpty asks the server whether a group has no members, where none are known: its list may be from before they were added.
func (g Group) isEmpty(ctx context.Context, spec Spec) (bool, error) {
	d, err := g.deployment(ctx, spec)
	if err != nil {
		return false, err
	}
	preview, err := g.Client.PrepareDeployment(ctx, d)
	return preview.Targets != nil && *preview.Targets == 0, err
}

// deployment is the request for a percentage of the members.
func (g Group) deployment(ctx context.Context, spec Spec) (control.GroupDeployment, error) {
	named, _, err := g.Client.ResolveModel(ctx, g.Scope.ModelID)
	if err != nil {
		return control.GroupDeployment{}, err
	}
	name := g.Scope.Group
	// The server may spell the name otherwise than the configuration.
	if group, found, err := g.Client.ResolveGroup(ctx, name); err == nil && found && group.ID == g.Scope.GroupID && group.Name != "" {
		name = group.Name
	}
	return control.GroupDeployment{
		ModelID: g.Scope.ModelID, ModelName: named.Name, Version: spec.Version, Group: name, Percentage: spec.Percentage,
	}, nil
}

// SetPercentage assigns the version to a percentage of the members.
func (g Group) SetPercentage(ctx context.Context, percentage float64, before Result) (Result, error) {
	next := before.Proposal.at(percentage)
	d, err := g.deployment(ctx, next.Spec)
	if err != nil {
		return before, err
	}
	answer, err := g.Client.ExecuteDeployment(ctx, d, func(ctx context.Context) (bool, error) {
		members, err := g.members(ctx, nil)
		return err == nil && percentage == 100 && members.Count()[next.Spec.Version] == len(members), err
	})
	if err != nil {
		before.Written = before.Written || control.Ambiguous(err)
		return before, err
	}
	r := Result{Proposal: next, ID: answer.ID, Written: true, At: time.Now()}
	if answer.Activated != nil {
		r.Activated = *answer.Activated
	}
	r.Progress, r.State = r.groupProgress(), r.groupState()
	return r, nil
}

// groupState trusts the server's answer, that the pin is on its way to the members, until they have been counted.
func (r Result) groupState() State {
	before, spec := r.Proposal.State, r.Proposal.Spec
	s := before
	switch {
	case r.Members != nil:
		s = GroupState(r.Members, before.History, Private{
			Pin: spec.Version, Percentage: spec.Percentage, Activated: r.Activated, Deployed: before.Deployed,
			Assigned: r.Members.assigned(spec.Version), // the others do not have it yet
		})
	case r.Written:
		s.Targeted = &Record{Version: spec.Version, Status: control.RolloutActive, Percentage: spec.Percentage}
		s.Members, s.Assigned, s.Joined, s.Devices = nil, nil, 0, before.Devices
	}
	s.DeploymentID = r.ID
	return s
}

// groupProgress is how far a deployment to a group has come.
func (r Result) groupProgress() Progress {
	version := r.Proposal.Spec.Version
	updated, total := r.Members.Count()[version], len(r.Members)
	return Progress{
		Rollout:  control.Rollout{ID: r.ID, Version: version, Status: control.RolloutActive, Percentage: PercentageOf(updated, total)},
		Affected: control.AffectedDevices{Total: &total, Updated: &updated},
	}
}
