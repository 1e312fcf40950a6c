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
type seat struct {
	device *device
	model  *model
	// bucket is stable for the device and the model, 0 to 99: the device belongs to a rollout whose share is larger.
	bucket int
	// running is the version that the device runs, "" for none.
	running string
	// assigned is the version that a group deployment gave the device; it wins over the fleet's rollouts. "" for none.
	assigned string
	// by is the fleet's rollout whose version the device took at its last sync.
	by *rollout
}

// winner is the newest rollout of the fleet that covers the device, nil for none.
func (s *seat) winner() *rollout {
	for _, r := range slices.Backward(s.model.rollouts) {
		if r.covers(s) {
			return r
		}
	}
	return nil
}

// desired is the version that the device is to run, "" for none.
func (s *seat) desired() string {
	if s.assigned != "" {
		return s.assigned
	}
	if r := s.winner(); r != nil {
		return r.version
	}
	return ""
}

// covers tells whether a rollout has the device. A pause keeps the devices that have taken the version and takes no more.
func (r *rollout) covers(s *seat) bool {
	switch r.status {
	case completed, rollingBack:
		return true
	case active:
		return r.shares(s)
	case paused:
		return s.by == r && r.shares(s)
	default:
		return false
	}
}

func (r *rollout) shares(s *seat) bool { return float64(s.bucket) < r.percentage }

// seated gives every device a seat, once the model needs them: with a first rollout or deployment.
func (w *world) seated(m *model) {
	if len(m.seats) == len(w.devices) {
		return
	}
	if m.seats == nil {
		m.seats = make([]*seat, 0, len(w.devices))
		m.pending = map[*seat]bool{}
		for i, bucket := range evenBuckets(w.devices[:w.simulated], m.id) {
			m.seats = append(m.seats, &seat{device: w.devices[i], model: m, bucket: bucket})
		}
	}
	for _, d := range w.devices[len(m.seats):] {
		s := &seat{device: d, model: m, bucket: int(hash(d.id, m.id) % 100)}
		m.seats = append(m.seats, s)
		m.look(s)
	}
}

// seat is the device's place in the model's fleet, nil while the model has none.
func (m *model) seat(d *device) *seat {
	if d.index >= len(m.seats) {
		return nil
	}
	return m.seats[d.index]
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
		buckets[i] = spread(rank, len(devices))
	}
	return buckets
}

// spread is the bucket of the device at that rank of n.
func spread(rank, n int) int { return (2*rank + 1) * 100 / (2 * n) }

func hash(parts ...string) uint64 {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return binary.BigEndian.Uint64(h.Sum(nil))
}

// look notes whether a device has to change.
func (m *model) look(s *seat) {
	if s.device.inFleet() && s.running != s.desired() {
		m.pending[s] = true
	} else {
		delete(m.pending, s)
	}
	m.unchecked = true
}

// lookAll notes which devices have to change, after a change of the model's rollouts.
func (w *world) lookAll(m *model) {
	w.seated(m)
	for _, s := range m.seats {
		m.look(s)
	}
	m.unchecked = true
}

// anyPending tells whether some device still has to change because of a rollout of the fleet.
func (m *model) anyPending(r *rollout, counts func(*seat) bool) bool {
	for s := range m.pending {
		if counts(s) && s.assigned == "" && s.winner() == r {
			return true
		}
	}
	return false
}

// take makes a device run what it is to run.
func (m *model) take(s *seat) {
	s.by = nil
	if s.assigned == "" {
		s.by = s.winner()
	}
	s.running = s.desired()
	delete(m.pending, s)
	m.moved, m.unchecked = true, true
}

// fleet counts the devices among those that counts accepts.
func (w *world) fleet(m *model, counts func(*device) bool) Fleet {
	f := Fleet{Model: m.name, Versions: map[string]int{}}
	w.seated(m)
	for _, s := range m.seats {
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
	w.seated(r.model)
	for _, s := range r.model.seats {
		if !s.device.inFleet() || s.assigned != "" || !r.shares(s) {
			continue
		}
		a.total++
		if s.running == r.version {
			a.updated++
		}
	}
	return a
}
