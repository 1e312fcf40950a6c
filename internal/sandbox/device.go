package sandbox

import (
	"time"
)

// heartbeatInterval is how often a real device is asked to report; one that has been silent for twice as long cannot be reached.
const heartbeatInterval = 300 * time.Second

const (
	deviceActive   = "active"
	deviceArchived = "archived"
)

var deviceStatuses = []string{deviceActive, "inactive", deviceArchived, "revoked"}

// device is a registered device (the control API contract, section 5).
type device struct {
	id, identifier string
	// index is the device's place in the order of registration.
	index  int
	status string
	facts  facts
	labels map[string]string
	// simulated devices sync by themselves; a real one syncs when it calls.
	simulated bool
	// spreadRank, 0 to 99, decides whether a simulated device is among those that are offline.
	spreadRank int
	// heard is when a real device last called, or when a simulated one was last heard before it went offline.
	heard            time.Time
	created, updated time.Time
}

// facts is what a device says of itself.
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

// merge takes over every fact that is given.
func (f *facts) merge(news facts) {
	f.Name, f.Platform = given(news.Name, f.Name), given(news.Platform, f.Platform)
	f.OSVersion, f.SDKVersion = given(news.OSVersion, f.OSVersion), given(news.SDKVersion, f.SDKVersion)
	f.AppVersion, f.Manufacturer = given(news.AppVersion, f.AppVersion), given(news.Manufacturer, f.Manufacturer)
	f.Model, f.CPUArchitecture = given(news.Model, f.Model), given(news.CPUArchitecture, f.CPUArchitecture)
	f.GPUAvailable, f.NPUAvailable = given(news.GPUAvailable, f.GPUAvailable), given(news.NPUAvailable, f.NPUAvailable)
	f.TotalMemoryMB, f.Locale = given(news.TotalMemoryMB, f.TotalMemoryMB), given(news.Locale, f.Locale)
	f.Region, f.Timezone = given(news.Region, f.Region), given(news.Timezone, f.Timezone)
}

func given[T any](news, known *T) *T {
	if news != nil {
		return news
	}
	return known
}

// inFleet is false of a device that was taken out of service.
func (d *device) inFleet() bool { return d.status == deviceActive }

// offline tells whether a simulated device is among those that do not sync now.
func (d *device) offline(w *world) bool { return d.spreadRank < w.offlinePercent }

// syncs tells whether the simulation lets the device sync.
func (d *device) syncs(w *world) bool { return d.simulated && d.inFleet() && !d.offline(w) }

// reachable tells whether a rollback waits for the device.
func (d *device) reachable(w *world) bool {
	if d.simulated {
		return d.syncs(w)
	}
	return d.inFleet() && w.clock.Sub(d.heard) <= 2*heartbeatInterval
}

func (d *device) lastHeard(w *world) time.Time {
	if d.syncs(w) {
		return w.lastSync(d)
	}
	return d.heard
}

// register adds a device, or takes over what a known one says of itself: SDKs register at each start.
func (w *world) register(identifier string, says facts) *device {
	d, known := w.deviceByIdentifier[identifier]
	if !known {
		d = &device{id: w.nextID("dev"), identifier: identifier, index: len(w.devices), status: deviceActive, created: w.clock}
		w.devices = append(w.devices, d)
		w.deviceByID[d.id], w.deviceByIdentifier[identifier] = d, d
		w.say("device %s joins the fleet", identifier)
	}
	d.facts.merge(says)
	d.heard, d.updated = w.clock, w.clock
	w.devicesChanged++
	if !known {
		w.seatEverywhere()
	}
	return d
}

// seatEverywhere gives a new device its place in the fleet of every deployed model.
func (w *world) seatEverywhere() {
	for _, m := range w.models {
		if m.seats != nil {
			w.seated(m)
		}
	}
}

// setStatus takes a device out of service or back into it.
func (w *world) setStatus(d *device, status string) {
	if d.status == status {
		return
	}
	d.status = status
	w.devicesChanged++
	for _, m := range w.models {
		if s := m.seat(d); s != nil {
			m.look(s)
		}
	}
}

// setOffline decides how many of the simulated devices sync.
func (w *world) setOffline(percent int) {
	for _, d := range w.devices[:w.simulated] {
		d.heard = d.lastHeard(w)
	}
	w.offlinePercent = percent
	for _, m := range w.models {
		m.unchecked = true
	}
	w.say("%d%% of the simulated devices are offline", percent)
}

// assignment is the version of a model that a device is to run.
type assignment struct {
	ModelID string `json:"model_id"`
	Version string `json:"version"`
	Source  string `json:"source"`
}

func (w *world) assignments(d *device) []assignment {
	list := []assignment{}
	for _, m := range w.models {
		s := m.seat(d)
		if s == nil {
			continue
		}
		if desired := s.desired(); desired != "" {
			list = append(list, assignment{m.id, desired, s.source()})
		}
	}
	return list
}

// source says where a device's version comes from.
func (s *seat) source() string {
	if s.assigned != "" {
		return "deployment"
	}
	return "rollout"
}

// takeAll is a sync of a real device: from now on it runs what it is to run.
func (w *world) takeAll(d *device) {
	for _, m := range w.models {
		s := m.seat(d)
		if s == nil {
			continue
		}
		if m.pending[s] {
			m.take(s)
		}
		if reason := w.breach(m); reason != "" && s.reports(m.targeted()) {
			w.autoRollback(m, reason)
		}
	}
}

func (w *world) hasPending(d *device) bool {
	for _, m := range w.models {
		if s := m.seat(d); s != nil && m.pending[s] {
			return true
		}
	}
	return false
}

func (w *world) inFleet() []*device {
	var devices []*device
	for _, d := range w.devices {
		if d.inFleet() {
			devices = append(devices, d)
		}
	}
	return devices
}
