package sandbox

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// Fleet counts the devices of a model's fleet by version, as the devices report it.
type Fleet struct {
	Model string `json:"model"`
	// Total is the number of devices in the fleet, with and without the model.
	Total int `json:"total"`
	// Versions is the number of devices by version, without the versions that no device runs.
	Versions map[string]int `json:"versions"`
}

// deviceState is the state of one device in the fleet of one model.
type deviceState struct {
	device *device
	model  *model
	// bucket, 0 to 99, is fixed for the device and the model. A rollout includes the devices whose bucket is below its
	// percentage.
	bucket int
	// running is the version that runs on the device, "" for none.
	running string
	// assigned is the version of a group deployment, which takes precedence over the rollouts of the fleet. "" for none.
	assigned string
	// rollout is the rollout whose version the device installed at its last sync.
	rollout *rollout
}

// effectiveRollout is the newest rollout that covers the device, nil for none.
func (s *deviceState) effectiveRollout() *rollout {
	for _, r := range slices.Backward(s.model.rollouts) {
		if r.covers(s) {
			return r
		}
	}
	return nil
}

// desiredVersion is the version that the device should run, "" for none.
func (s *deviceState) desiredVersion() string {
	if s.assigned != "" {
		return s.assigned
	}
	if r := s.effectiveRollout(); r != nil {
		return r.version
	}
	return ""
}

// covers reports whether a rollout applies to a device. A paused rollout keeps the devices that it has updated and adds no
// others.
func (r *rollout) covers(s *deviceState) bool {
	switch r.status {
	case completed, rollingBack:
		return true
	case active:
		return r.includes(s)
	case paused:
		return s.rollout == r && r.includes(s)
	default:
		return false
	}
}

func (r *rollout) includes(s *deviceState) bool { return float64(s.bucket) < r.percentage }

// ensureStates adds the missing device states of a model. A model without rollouts and deployments has none.
func (w *world) ensureStates(m *model) {
	if len(m.states) == len(w.devices) {
		return
	}
	if m.states == nil {
		m.states = make([]*deviceState, 0, len(w.devices))
		m.pending = map[*deviceState]bool{}
		for i, bucket := range evenBuckets(w.devices[:w.simulated], m.id) {
			m.states = append(m.states, &deviceState{device: w.devices[i], model: m, bucket: bucket})
		}
	}
	for _, d := range w.devices[len(m.states):] {
		s := &deviceState{device: d, model: m, bucket: int(hash(d.id, m.id) % 100)}
		m.states = append(m.states, s)
		m.updatePending(s)
	}
}

// state is the state of a device, nil if the model has none yet.
func (m *model) state(d *device) *deviceState {
	if d.index >= len(m.states) {
		return nil
	}
	return m.states[d.index]
}

// evenBuckets spreads devices evenly over the buckets, in the order of their hashes, so that a percentage of the fleet is
// the nearest whole number of devices: 10 percent of 124 is 12, and 40 percent is 50.
func evenBuckets(devices []*device, modelID string) []int {
	hashes := make([]uint64, len(devices))
	ranking := make([]int, len(devices))
	for i, d := range devices {
		hashes[i], ranking[i] = hash(d.id, modelID), i
	}
	slices.SortFunc(ranking, func(a, b int) int { return cmp.Or(cmp.Compare(hashes[a], hashes[b]), cmp.Compare(a, b)) })
	buckets := make([]int, len(devices))
	for rank, i := range ranking {
		buckets[i] = evenBucket(rank, len(devices))
	}
	return buckets
}

// evenBucket is the bucket of the device at a rank of n.
func evenBucket(rank, n int) int { return (2*rank + 1) * 100 / (2 * n) }

func hash(parts ...string) uint64 {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return binary.BigEndian.Uint64(h.Sum(nil))
}

// updatePending updates whether a device is pending.
func (m *model) updatePending(s *deviceState) {
	if s.device.inFleet() && s.running != s.desiredVersion() {
		m.pending[s] = true
	} else {
		delete(m.pending, s)
	}
	m.needsCheck = true
}

// updateAllPending updates which devices are pending, after a change of the model's rollouts.
func (w *world) updateAllPending(m *model) {
	w.ensureStates(m)
	for _, s := range m.states {
		m.updatePending(s)
	}
	m.needsCheck = true
}

// anyPending reports whether a rollout has a pending device among those that match.
func (m *model) anyPending(r *rollout, match func(*deviceState) bool) bool {
	for s := range m.pending {
		if match(s) && s.assigned == "" && s.effectiveRollout() == r {
			return true
		}
	}
	return false
}

// install makes a device run its desired version.
func (m *model) install(s *deviceState) {
	s.rollout = nil
	if s.assigned == "" {
		s.rollout = s.effectiveRollout()
	}
	s.running = s.desiredVersion()
	delete(m.pending, s)
	m.fleetChanged, m.needsCheck = true, true
}

// fleet counts the devices that match.
func (w *world) fleet(m *model, match func(*device) bool) Fleet {
	f := Fleet{Model: m.name, Versions: map[string]int{}}
	w.ensureStates(m)
	for _, s := range m.states {
		if !s.device.inFleet() || !match(s.device) {
			continue
		}
		f.Total++
		if s.running != "" {
			f.Versions[s.running]++
		}
	}
	return f
}

func everyDevice(*device) bool { return true }

// affected is the number of devices that a rollout includes, without those of group deployments, and how many of them are
// updated.
type affected struct{ total, updated int }

func (w *world) affected(r *rollout) affected {
	var a affected
	w.ensureStates(r.model)
	for _, s := range r.model.states {
		if !s.device.inFleet() || s.assigned != "" || !r.includes(s) {
			continue
		}
		a.total++
		if s.running == r.version {
			a.updated++
		}
	}
	return a
}
