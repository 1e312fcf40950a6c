package rollout

import (
	"context"
	"slices"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// Rival is another device group that shares devices with the target and whose members all have another version.
type Rival struct {
	// Group is its name, Version what its members are assigned.
	Group, Version string
	// Devices is the number of devices of the target that have that version.
	Devices int
	// Certain is true if a deployment to the rival has assigned it. If not, a deployment to the target itself may have done so.
	Certain bool
}

const (
	// maxRivals is the number of groups of a device that are looked at.
	maxRivals = 10
	// maxRivalReads is the largest group that is looked at where each device has to be asked for its version.
	maxRivalReads = 200
)

// FindRival fills in the rival that explains why members of a group have another version than the pin, if there is one. It costs a
// request for the groups of a device and one for the members of each, so it is for a plan that fails, or warns, because of that version.
// It only adds to a text: what cannot be read is left out.
func (p *Proposal) FindRival(ctx context.Context, client *control.Client, private Private) {
	if !p.Scope.IsGroup() {
		return
	}
	members, err := Group{Client: client, Scope: p.Scope}.members(ctx, nil)
	if err != nil {
		return
	}
	fleet, err := client.Rollouts(ctx, p.Scope.ModelID)
	if err != nil {
		return
	}
	s := search{client: client, scope: p.Scope, members: members, ofFleet: History(fleet).versions()}
	if !s.pickTaken(p, private) {
		return
	}
	groups, err := client.DeviceGroups(ctx, s.taken[0].ID)
	if err != nil {
		return
	}
	for i, g := range groups {
		if i == maxRivals || p.Rival != nil && p.Rival.Certain {
			return
		}
		if found := s.evaluate(ctx, g); found != nil && (p.Rival == nil || found.Certain) {
			p.Rival = found
		}
	}
}

// search is what a rival is found with.
type search struct {
	client  *control.Client
	scope   Scope
	members Members
	// ofFleet are the versions that members can have from the fleet.
	ofFleet []string
	// taken are the members that have the version instead of the pin.
	taken   Members
	version string
}

// pickTaken picks the members that have lost the pin, or, if none has, those that have joined with a version from a deployment.
func (s *search) pickTaken(p *Proposal, private Private) bool {
	g := group{members: s.members, counts: s.members.Count(), total: len(s.members), private: private}
	lost := g.lost()
	others := slices.DeleteFunc(slices.Clone(s.members), func(m control.Member) bool {
		if lost != "" {
			return m.Version != lost || private.Assigned != nil && !private.Assigned.Contains(m.ID)
		}
		return m.Version == p.Spec.Version || m.Version == "" || !s.deployed(m)
	})
	if s.version = others.Count().mostCommon(); s.version == "" {
		return false
	}
	s.taken = slices.DeleteFunc(others, func(m control.Member) bool { return m.Version != s.version })
	return true
}

// deployed reports whether a deployment to a group has assigned a member its version.
func (s *search) deployed(m control.Member) bool {
	return m.Source == control.SourceDeployment || m.Source == "" && !slices.Contains(s.ofFleet, m.Version)
}

// evaluate returns a group as a rival if it has all the devices in question and all its members have their version. It is certain if it
// has other devices, all with the version from a deployment, or if it has exactly these devices and the target has others.
func (s *search) evaluate(ctx context.Context, g control.Group) *Rival {
	if g.ID == s.scope.GroupID {
		return nil
	}
	devices, err := s.client.GroupDevices(ctx, g.ID)
	if err != nil || len(devices) > maxRivalReads && slices.ContainsFunc(devices, func(d control.Device) bool { return d.Assignments == nil }) {
		return nil
	}
	inRival, inTarget := DeviceSet{}, s.members.devices()
	for _, d := range devices {
		inRival.add(d.ID)
	}
	if slices.ContainsFunc(s.taken, func(m control.Member) bool { return !inRival.Contains(m.ID) }) {
		return nil
	}
	assigned, err := s.client.GroupAssignments(ctx, g.ID, s.scope.ModelID)
	members := Members(assigned)
	if err != nil || members.Count()[s.version] != len(members) {
		return nil
	}
	outside := slices.DeleteFunc(slices.Clone(members), func(m control.Member) bool { return inTarget.Contains(m.ID) })
	deployed := len(outside) > 0 && !slices.ContainsFunc(outside, func(m control.Member) bool { return !s.deployed(m) })
	exactly := len(members) == len(s.taken) && len(members) < len(s.members)
	return &Rival{Group: g.Name, Version: s.version, Devices: len(s.taken), Certain: deployed || exactly}
}
