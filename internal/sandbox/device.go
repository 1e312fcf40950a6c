package sandbox

import (
	"cmp"
	"slices"
	"time"
)

// heartbeatInterval is how often a real device should report. It is unreachable after two intervals without contact.
const heartbeatInterval = 300 * time.Second

const (
	deviceActive   = "active"
	deviceArchived = "archived"
)

var deviceStatuses = []string{deviceActive, "inactive", deviceArchived, "revoked"}

// device is a registered device (CONTRACT.md, section 5).
type device struct {
	id, identifier string
	// index is the position in the order of registration.
	index  int
	status string
	facts  facts
	labels map[string]string
	// simulated devices sync by themselves, real ones when they call.
	simulated bool
	// offlineBucket, 0 to 99, decides whether a simulated device is offline.
	offlineBucket int
	// lastContact is the last call of a real device, or the last sync of a simulated one before it went offline.
	lastContact      time.Time
	created, updated time.Time
}

// facts are what a device reports about itself.
type facts struct {
	Name            *string  `json:"name"`
	Platform        *string  `json:"platform"`
	OSVersion       *string  `json:"os_version"`
	SDKVersion      *string  `json:"sdk_version"`
	AppVersion      *string  `json:"app_version"`
	Manufacturer    *string  `json:"manufacturer"`
	Model           *string  `json:"model"`
	CPUArchitecture *string  `json:"cpu_architecture"`
	GPUAvailable    *bool    `json:"gpu_available"`
	NPUAvailable    *bool    `json:"npu_available"`
	TotalMemoryMB   *float64 `json:"total_memory_mb"`
	Locale          *string  `json:"locale"`
	Region          *string  `json:"region"`
	Timezone        *string  `json:"timezone"`
}

// merge overwrites the facts that an update contains.
func (f *facts) merge(update facts) {
	f.Name, f.Platform = cmp.Or(update.Name, f.Name), cmp.Or(update.Platform, f.Platform)
	f.OSVersion, f.SDKVersion = cmp.Or(update.OSVersion, f.OSVersion), cmp.Or(update.SDKVersion, f.SDKVersion)
	f.AppVersion, f.Manufacturer = cmp.Or(update.AppVersion, f.AppVersion), cmp.Or(update.Manufacturer, f.Manufacturer)
	f.Model, f.CPUArchitecture = cmp.Or(update.Model, f.Model), cmp.Or(update.CPUArchitecture, f.CPUArchitecture)
	f.GPUAvailable, f.NPUAvailable = cmp.Or(update.GPUAvailable, f.GPUAvailable), cmp.Or(update.NPUAvailable, f.NPUAvailable)
	f.TotalMemoryMB, f.Locale = cmp.Or(update.TotalMemoryMB, f.TotalMemoryMB), cmp.Or(update.Locale, f.Locale)
	f.Region, f.Timezone = cmp.Or(update.Region, f.Region), cmp.Or(update.Timezone, f.Timezone)
}

// inFleet is false for a device that was taken out of service.
func (d *device) inFleet() bool { return d.status == deviceActive }

// isOffline reports whether a simulated device is offline.
func (d *device) isOffline(w *world) bool { return d.offlineBucket < w.offlinePercent }

// isSyncing reports whether the simulation syncs the device.
func (d *device) isSyncing(w *world) bool { return d.simulated && d.inFleet() && !d.isOffline(w) }

// isReachable reports whether a rollback waits for the device.
func (d *device) isReachable(w *world) bool {
	if d.simulated {
		return d.isSyncing(w)
	}
	return d.inFleet() && w.clock.Sub(d.lastContact) <= 2*heartbeatInterval
}

func (d *device) lastSeen(w *world) time.Time {
	if d.isSyncing(w) {
		return w.lastSync(d)
	}
	return d.lastContact
}

// registerDevice adds a device, or updates the facts of a known one: SDKs register at each start.
func (w *world) registerDevice(identifier string, reported facts) *device {
	d, known := w.deviceByIdentifier[identifier]
	if !known {
		d = &device{id: w.nextID("dev"), identifier: identifier, index: len(w.devices), status: deviceActive, created: w.clock}
		w.devices = append(w.devices, d)
		w.deviceByID[d.id], w.deviceByIdentifier[identifier] = d, d
		w.logf("device %s joined the fleet", identifier)
	}
	d.facts.merge(reported)
	d.lastContact, d.updated = w.clock, w.clock
	w.devicesVersion++
	if !known {
		w.addDeviceStates()
	}
	return d
}

// addDeviceStates adds the state of a new device to all deployed models.
func (w *world) addDeviceStates() {
	for _, m := range w.models {
		if m.states != nil {
			w.ensureStates(m)
		}
	}
}

// setDeviceStatus takes a device out of service or back into it.
func (w *world) setDeviceStatus(d *device, status string) {
	if d.status == status {
		return
	}
	d.status = status
	w.devicesVersion++
	for _, m := range w.models {
		if s := m.state(d); s != nil {
			m.updatePending(s)
		}
	}
}

// setOffline sets the percentage of the simulated devices that are offline.
func (w *world) setOffline(percent int) {
	for _, d := range w.devices[:w.simulated] {
		d.lastContact = d.lastSeen(w)
	}
	w.offlinePercent = percent
	for _, m := range w.models {
		m.needsCheck = true
	}
	w.logf("%d%% of the simulated devices are offline", percent)
}

// assignment is the version of a model that a device should run.
type assignment struct {
	ModelID string `json:"model_id"`
	Version string `json:"version"`
	Source  string `json:"source"`
}

func (w *world) assignments(d *device) []assignment {
	list := []assignment{}
	for _, m := range w.models {
		s := m.state(d)
		if s == nil {
			continue
		}
		if desired := s.desiredVersion(); desired != "" {
			list = append(list, assignment{m.id, desired, s.source()})
		}
	}
	return list
}

// winning is the assignment of a group deployment if there is one, else the first one, nil for none.
func winning(list []assignment) *assignment {
	for i := range list {
		if list[i].Source == sourceDeployment {
			return &list[i]
		}
	}
	if len(list) == 0 {
		return nil
	}
	return &list[0]
}

// The sources of the version of a device.
const (
	sourceDeployment = "deployment"
	sourceRollout    = "rollout"
)

// source is where the desired version comes from.
func (s *deviceState) source() string {
	if s.assigned != "" {
		return sourceDeployment
	}
	return sourceRollout
}

// syncDevice is a sync of a real device: it installs its desired versions of all models.
func (w *world) syncDevice(d *device) {
	for _, m := range w.models {
		if s := m.state(d); s != nil {
			w.syncState(s)
		}
	}
}

func (w *world) hasPending(d *device) bool {
	for _, m := range w.models {
		if s := m.state(d); s != nil && m.pending[s] {
			return true
		}
	}
	return false
}

// fleetDevices are the devices that are in service.
func (w *world) fleetDevices() []*device { return filter(slices.All(w.devices), (*device).inFleet) }
