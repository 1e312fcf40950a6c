package sandbox

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// world is the simulated organization: what exists, and the rules that it obeys. It knows nothing of HTTP.
type world struct {
	org     string
	dialect Dialect
	// clock is the instant up to which the fleet has been simulated; a request happens at this instant.
	clock time.Time
	// epoch is when the devices began to sync, interval how often each one does.
	epoch    time.Time
	interval time.Duration
	log      io.Writer

	counters map[string]int
	settings map[string]any

	models      []*model
	modelByID   map[string]*model
	modelByName map[string]*model

	devices            []*device
	deviceByID         map[string]*device
	deviceByIdentifier map[string]*device
	// simulated is how many of the devices the simulation moves; they are the first ones.
	simulated int
	// offlinePercent is the share of the simulated devices that does not sync.
	offlinePercent int
	// devicesChanged grows with every change of a device, so that what was computed from devices knows when it is stale.
	devicesVersion int

	groups      []*group
	groupByID   map[string]*group
	groupByName map[string]*group

	// secrets are the API keys that are valid now, each with what it may do; keys are the records of those that were created.
	secrets map[string]scopes
	keys    *collection[apiKey]
	members *collection[orgMember]
	// uploads are found by their storage key, and for the bytes themselves by the token in their URL.
	uploads      *collection[upload]
	integrations *collection[integration]
	experiments  *collection[experiment]
	federations  *collection[federation]
}

func newWorld(o Options, now time.Time) *world {
	return &world{
		org: o.OrgID, dialect: o.Dialect, clock: now, epoch: now, interval: o.SyncInterval, log: o.Log,
		counters: map[string]int{}, settings: map[string]any{},
		modelByID: map[string]*model{}, modelByName: map[string]*model{},
		deviceByID: map[string]*device{}, deviceByIdentifier: map[string]*device{},
		groupByID: map[string]*group{}, groupByName: map[string]*group{},
		secrets: map[string]scopes{}, keys: newCollection[apiKey]("API key"), members: newCollection[orgMember]("member"),
		uploads: newCollection[upload]("upload"), integrations: newCollection[integration]("integration"),
		experiments: newCollection[experiment]("experiment"), federations: newCollection[federation]("federation"),
	}
}

// nextID counts upward in each kind of object. Ids are padded, so that they sort as texts in the order of creation.
func (w *world) nextID(kind string) string {
	w.counters[kind]++
	return fmt.Sprintf("%s_%08d", kind, w.counters[kind])
}

// say writes one line of what happens.
func (w *world) logf(format string, args ...any) {
	_, _ = fmt.Fprintf(w.log, "sandbox: "+format+"\n", args...)
}

// model finds a model by its id, then by its name.
func (w *world) model(idOrName string) (*model, error) {
	if m, ok := w.modelByID[idOrName]; ok {
		return m, nil
	}
	if m, ok := w.modelByName[idOrName]; ok {
		return m, nil
	}
	return nil, notFound("model %q was not found; it may have been deleted or belong to a different organization", idOrName)
}

// device finds a device by its id, then by its identifier.
func (w *world) device(idOrIdentifier string) (*device, error) {
	if d, ok := w.deviceByID[idOrIdentifier]; ok {
		return d, nil
	}
	if d, ok := w.deviceByIdentifier[idOrIdentifier]; ok {
		return d, nil
	}
	return nil, notFound("device %q was not found", idOrIdentifier)
}

// group finds a device group by its id.
func (w *world) group(id string) (*group, error) {
	if g, ok := w.groupByID[id]; ok {
		return g, nil
	}
	return nil, notFound("device group %q was not found", id)
}

// groupNamed finds a device group by its name, which is what a deployment gives.
func (w *world) groupNamed(name string) (*group, error) {
	if g, ok := w.groupByName[name]; ok {
		return g, nil
	}
	return nil, notFound("there is no device group named %q", name)
}

// anyGroup finds a device group by its id or its name, for the sandbox's own controls.
func (w *world) groupByIDOrName(idOrName string) (*group, error) {
	if g, err := w.group(idOrName); err == nil {
		return g, nil
	}
	return w.groupNamed(idOrName)
}

// ownOrg refuses another organization in the way the API does: as if it did not exist.
func (w *world) ownOrg(id string) error {
	if id != "" && id != w.org {
		return notFound("organization %q was not found", id)
	}
	return nil
}

// without returns the list without one element, which it holds once.
func without[T comparable](list []T, element T) []T {
	i := slices.Index(list, element)
	if i < 0 {
		return list
	}
	return slices.Delete(list, i, i+1)
}
