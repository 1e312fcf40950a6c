package sandbox

import (
	"time"
)

// model is a model of the registry and everything that belongs to it (the control API contract, section 2).
type model struct {
	id, name, description, framework, useCase string
	modelContract, dataContract               any
	created, updated                          time.Time

	versions      []*version
	versionByName map[string]*version

	// rollouts are in the order of their creation.
	rollouts    []*rollout
	rolloutByID map[string]*rollout
	// deployed holds the versions that once had a completed rollout.
	deployed map[string]bool
	health   map[string]Health

	// seats has a seat for every device, in the devices' order; nil until the model is first deployed.
	states []*deviceState
	// pending holds the seats whose device does not run what it is to run.
	pending map[*deviceState]bool
	// unchecked is true when a rollout may have reached its end, moved when devices changed since the last report.
	needsCheck, fleetChanged bool
	loggedVersions           map[string]int
}

func (w *world) createModel(m *model) (*model, error) {
	if _, taken := w.modelByName[m.name]; taken {
		return nil, conflict("a model named %q exists already", m.name)
	}
	m.id, m.created, m.updated = w.nextID("mdl"), w.clock, w.clock
	m.versionByName, m.rolloutByID = map[string]*version{}, map[string]*rollout{}
	m.deployed, m.health = map[string]bool{}, map[string]Health{}
	w.models = append(w.models, m)
	w.modelByID[m.id], w.modelByName[m.name] = m, m
	return m, nil
}

func (w *world) renameModel(m *model, name string) error {
	if other, taken := w.modelByName[name]; taken && other != m {
		return conflict("a model named %q exists already", name)
	}
	delete(w.modelByName, m.name)
	m.name = name
	w.modelByName[name] = m
	return nil
}

// deleteModel takes all its versions and rollouts with it, and its experiments end.
func (w *world) deleteModel(m *model) {
	w.cancelExperiments(m)
	w.unshareModel(m)
	w.models = without(w.models, m)
	delete(w.modelByID, m.id)
	delete(w.modelByName, m.name)
	w.logf("%s: the model is deleted", m.name)
}
