package sandbox

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// Fleet says how many devices of a model's fleet run which version, by what the devices themselves report.
type Fleet struct {
	Model string `json:"model"`
	// Total is the number of devices in the fleet, whether they run the model or not.
	Total int `json:"total"`
	// Versions counts the devices by the version that they run; a version that none runs is absent.
	Versions map[string]int `json:"versions"`
}

// seat is the place of one device in the fleet of one model.
type deviceState struct {
	device *device
	model  *model
	// bucket is stable for the device and the model, 0 to 99: the device belongs to a rollout whose share is larger.
	bucket int
	// running is the version that the device runs, "" for none.
	running string
	// assigned is the version that a group deployment gave the device; it wins over the fleet's rollouts. "" for none.
	assigned string
	// by is the fleet's rollout whose version the device took at its last sync.
	rollout *rollout
}

// winner is the newest rollout of the fleet that covers the device, nil for none.
func (s *deviceState) effectiveRollout() *rollout {
	for _, r := range slices.Backward(s.model.rollouts) {
		if r.covers(s) {
			return r
		}
	}
	return nil
}

// desired is the version that the device is to run, "" for none.
func (s *deviceState) desiredVersion() string {
	if s.assigned != "" {
		return s.assigned
	}
	if r := s.effectiveRollout(); r != nil {
		return r.version
	}
	return ""
}

// covers tells whether a rollout has the device. A pause keeps the devices that have taken the version and takes no more.
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

// seated gives every device a seat, once the model needs them: with a first rollout or deployment.
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

// seat is the device's place in the model's fleet, nil while the model has none.
func (m *model) state(d *device) *deviceState {
	if d.index >= len(m.states) {
		return nil
	}
	return m.states[d.index]
}

// evenBuckets spreads devices evenly over the buckets, in the order of their hashes, so that a share of the fleet is the
// nearest whole number of devices: 10 percent of 124 is 12, and 40 percent is 50.
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

// spread is the bucket of the device at that rank of n.
func evenBucket(rank, n int) int { return (2*rank + 1) * 100 / (2 * n) }

func hash(parts ...string) uint64 {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return binary.BigEndian.Uint64(h.Sum(nil))
}

// look notes whether a device has to change.
func (m *model) updatePending(s *deviceState) {
	if s.device.inFleet() && s.running != s.desiredVersion() {
		m.pending[s] = true
	} else {
		delete(m.pending, s)
	}
	m.needsCheck = true
}

// lookAll notes which devices have to change, after a change of the model's rollouts.
func (w *world) updateAllPending(m *model) {
	w.ensureStates(m)
	for _, s := range m.states {
		m.updatePending(s)
	}
	m.needsCheck = true
}

// anyPending tells whether some device still has to change because of a rollout of the fleet.
func (m *model) anyPending(r *rollout, counts func(*deviceState) bool) bool {
	for s := range m.pending {
		if counts(s) && s.assigned == "" && s.effectiveRollout() == r {
			return true
		}
	}
	return false
}

// take makes a device run what it is to run.
func (m *model) install(s *deviceState) {
	s.rollout = nil
	if s.assigned == "" {
		s.rollout = s.effectiveRollout()
	}
	s.running = s.desiredVersion()
	delete(m.pending, s)
	m.fleetChanged, m.needsCheck = true, true
}

// fleet counts the devices among those that counts accepts.
func (w *world) fleet(m *model, counts func(*device) bool) Fleet {
	f := Fleet{Model: m.name, Versions: map[string]int{}}
	w.ensureStates(m)
	for _, s := range m.states {
		if !s.device.inFleet() || !counts(s.device) {
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

// affected counts the devices in a rollout's share, without those that a group deployment has assigned.
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
