package sandbox

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// world is the simulated organization: its objects and the rules that they obey. It does not know about HTTP.
type world struct {
	org      string
	dialect  Dialect
	variants []Variant
	// clock is the time up to which the fleet has been simulated. A request happens at this time.
	clock time.Time
	// epoch is when the devices started to sync, interval how often each one does.
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
	// simulated is the number of simulated devices, which come first in devices.
	simulated int
	// offlinePercent is the percentage of the simulated devices that do not sync.
	offlinePercent int
	// devicesVersion changes with every change of a device, which invalidates what was computed from the devices.
	devicesVersion int

	groups      []*group
	groupByID   map[string]*group
	groupByName map[string]*group

	// secrets maps each valid API key to its scopes; keys are the records of the keys that were created.
	secrets map[string]scopes
	keys    *collection[apiKey]
	members *collection[orgMember]
	// uploads are found by storage key, or by the token of the upload URL.
	uploads      *collection[upload]
	integrations *collection[integration]
	experiments  *collection[experiment]
	federations  *collection[federation]
}

func newWorld(o Options, now time.Time) *world {
	return &world{
		org: o.OrgID, dialect: o.Dialect, variants: o.Variants, clock: now, epoch: now, interval: o.SyncInterval, log: o.Log,
		counters: map[string]int{}, settings: map[string]any{},
		modelByID: map[string]*model{}, modelByName: map[string]*model{},
		deviceByID: map[string]*device{}, deviceByIdentifier: map[string]*device{},
		groupByID: map[string]*group{}, groupByName: map[string]*group{},
		secrets: map[string]scopes{}, keys: newCollection[apiKey]("API key"), members: newCollection[orgMember]("member"),
		uploads: newCollection[upload]("upload"), integrations: newCollection[integration]("integration"),
		experiments: newCollection[experiment]("experiment"), federations: newCollection[federation]("federation"),
	}
}

// nextID returns the next ID of a kind of object. IDs are zero-padded, so they sort in the order of creation.
func (w *world) nextID(kind string) string {
	w.counters[kind]++
	return fmt.Sprintf("%s_%08d", kind, w.counters[kind])
}

// logf writes one line to the log.
func (w *world) logf(format string, args ...any) {
	_, _ = fmt.Fprintf(w.log, "sandbox: "+format+"\n", args...)
}

// model finds a model by ID or name.
func (w *world) model(idOrName string) (*model, error) {
	if m, ok := w.modelByID[idOrName]; ok {
		return m, nil
	}
	if m, ok := w.modelByName[idOrName]; ok {
		return m, nil
	}
	return nil, notFound("model %q was not found; it may have been deleted or belong to a different organization", idOrName)
}

// device finds a device by ID or identifier.
func (w *world) device(idOrIdentifier string) (*device, error) {
	if d, ok := w.deviceByID[idOrIdentifier]; ok {
		return d, nil
	}
	if d, ok := w.deviceByIdentifier[idOrIdentifier]; ok {
		return d, nil
	}
	return nil, notFound("device %q was not found", idOrIdentifier)
}

// group finds a device group by ID.
func (w *world) group(id string) (*group, error) {
	if g, ok := w.groupByID[id]; ok {
		return g, nil
	}
	return nil, notFound("device group %q was not found", id)
}

// groupNamed finds a device group by name, as deployments refer to it.
func (w *world) groupNamed(name string) (*group, error) {
	if g, ok := w.groupByName[name]; ok {
		return g, nil
	}
	return nil, notFound("device group %q was not found", name)
}

// groupByIDOrName finds a device group by ID or name, as the sandbox's own controls refer to it.
func (w *world) groupByIDOrName(idOrName string) (*group, error) {
	if g, err := w.group(idOrName); err == nil {
		return g, nil
	}
	return w.groupNamed(idOrName)
}

// ownOrg rejects another organization as the API does: as if it did not exist.
func (w *world) ownOrg(id string) error {
	if id != "" && id != w.org {
		return notFound("organization %q was not found", id)
	}
	return nil
}

// without returns the list without an element that it contains at most once.
func without[T comparable](list []T, element T) []T {
	i := slices.Index(list, element)
	if i < 0 {
		return list
	}
	return slices.Delete(list, i, i+1)
}
