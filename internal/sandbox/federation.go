package sandbox

import (
	"slices"
	"time"
)

// invited is the status of a member that has not joined yet.
const invited = "invited"

// defaultDelta is the delta of a privacy budget without one.
const defaultDelta = 1e-5

// federation is a group of organizations that train together (CONTRACT.md, section 7). The sandbox has one organization,
// which owns all federations. It does not train, so no privacy budget is spent.
type federation struct {
	id, name         string
	description      *string
	members          []*federationMember
	models           []*sharedModel
	epsilon, delta   *float64
	created, updated time.Time
}

type federationMember struct {
	org, role, status string
	invited, joined   time.Time
}

type sharedModel struct {
	model *model
	added time.Time
}

func (w *world) createFederation(name string, description *string) (*federation, error) {
	if slices.ContainsFunc(w.federations.all, func(f *federation) bool { return f.name == name }) {
		return nil, conflict("a federation named %q already exists", name)
	}
	f := &federation{id: w.nextID("fed"), name: name, description: description, created: w.clock, updated: w.clock}
	f.members = []*federationMember{{org: w.org, role: "owner", status: active, joined: w.clock}}
	w.federations.add(f.id, f)
	return f, nil
}

// member finds an organization in a federation, nil for none.
func (f *federation) member(org string) *federationMember {
	i := slices.IndexFunc(f.members, func(m *federationMember) bool { return m.org == org })
	if i < 0 {
		return nil
	}
	return f.members[i]
}

// inviteAll invites organizations, again if they have not joined yet. If one cannot be invited, none is.
func (w *world) inviteAll(f *federation, orgs []string) error {
	for _, org := range orgs {
		if org == "" {
			return invalid("org_ids", "org_ids must not contain an empty ID")
		}
		if m := f.member(org); m != nil && m.status == active {
			return conflict("organization %s is already a member of federation %s", org, f.id)
		}
	}
	for _, org := range orgs {
		m := f.member(org)
		if m == nil {
			m = &federationMember{org: org, role: "member", status: invited}
			f.members = append(f.members, m)
		}
		m.invited = w.clock
	}
	f.updated = w.clock
	return nil
}

// join adds an invited organization. The keys of the only organization act for those that it invited.
func (w *world) join(f *federation, org string) (*federationMember, error) {
	m := f.member(org)
	switch {
	case m == nil:
		return nil, notFound("organization %q was not invited to federation %s", org, f.id)
	case m.status == active:
		return nil, conflict("organization %s is already a member of federation %s", org, f.id)
	}
	m.status, m.joined, f.updated = active, w.clock, w.clock
	return m, nil
}

func (w *world) shareModel(f *federation, m *model) (*sharedModel, error) {
	if slices.ContainsFunc(f.models, func(s *sharedModel) bool { return s.model == m }) {
		return nil, conflict("model %s is already shared with federation %s", m.name, f.id)
	}
	s := &sharedModel{model: m, added: w.clock}
	f.models, f.updated = append(f.models, s), w.clock
	return s, nil
}

// unshareModel removes a deleted model from all federations.
func (w *world) unshareModel(m *model) {
	for _, f := range w.federations.all {
		f.models = slices.DeleteFunc(f.models, func(s *sharedModel) bool { return s.model == m })
	}
}
