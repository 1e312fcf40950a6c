package sandbox

import (
	"time"
)

// model is a model of the registry with its versions, rollouts and fleet (CONTRACT.md, section 2).
type model struct {
	id, name, description, framework, useCase string
	modelContract, dataContract               any
	created, updated                          time.Time

	versions      []*version
	versionByName map[string]*version

	// rollouts are in the order of creation.
	rollouts    []*rollout
	rolloutByID map[string]*rollout
	// deployed contains the versions that have had a completed rollout.
	deployed map[string]bool
	health   map[string]Health

	// states has the state of every device in the order of the devices. It is nil until the model is first deployed.
	states []*deviceState
	// pending contains the states whose device does not run its desired version.
	pending map[*deviceState]bool
	// needsCheck is true if a rollout may be done, fleetChanged if devices have changed since the progress was last logged.
	needsCheck, fleetChanged bool
	loggedVersions           map[string]int
}

func (w *world) createModel(m *model) (*model, error) {
	if _, taken := w.modelByName[m.name]; taken {
		return nil, conflict("a model named %q already exists", m.name)
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
		return conflict("a model named %q already exists", name)
	}
	delete(w.modelByName, m.name)
	m.name = name
	w.modelByName[name] = m
	return nil
}

// deleteModel also deletes the versions and rollouts, and cancels the experiments.
func (w *world) deleteModel(m *model) {
	w.cancelExperiments(m)
	w.unshareModel(m)
	w.models = without(w.models, m)
	delete(w.modelByID, m.id)
	delete(w.modelByName, m.name)
	w.logf("%s: the model was deleted", m.name)
}
