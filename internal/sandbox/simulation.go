package sandbox

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// visit is one sync of one device, at its instant.
type deviceSync struct {
	at    time.Time
	state *deviceState
}

// advance simulates the fleet up to an instant. Only syncs that change something are played, in the order of their time; where
// nothing has to change the clock just jumps.
func (w *world) advance(to time.Time) {
	w.completeAllRollouts()
	for due := w.dueSyncs(to); len(due) > 0; due = w.dueSyncs(to) {
		w.runSyncs(due)
		w.completeAllRollouts()
	}
	if to.After(w.clock) {
		w.clock = to
	}
	w.completeAllRollouts()
	w.logProgress()
}

// due lists the syncs up to an instant that change something as things are now.
func (w *world) dueSyncs(to time.Time) []deviceSync {
	if !to.After(w.clock) {
		return nil
	}
	var due []deviceSync
	for _, m := range w.models {
		for s := range m.pending {
			if at := w.nextSync(s.device); s.device.isSyncing(w) && !at.After(to) {
				due = append(due, deviceSync{at, s})
			}
		}
		if w.breach(m) == "" {
			continue
		}
		for _, s := range m.states {
			if at := w.nextSync(s.device); s.reportsHealthFor(m.targeted()) && s.device.isSyncing(w) && !at.After(to) {
				due = append(due, deviceSync{at, s})
			}
		}
	}
	slices.SortFunc(due, func(a, b deviceSync) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.state.device.index, b.state.device.index),
			cmp.Compare(a.state.model.id, b.state.model.id))
	})
	return due
}

// play lets devices sync one after the other, until a rollout changes: what is due must then be asked anew. Syncs of the same
// instant are played together.
func (w *world) runSyncs(due []deviceSync) {
	changed := false
	for _, s := range due {
		if changed && s.at.After(w.clock) {
			return
		}
		w.clock = s.at
		if w.syncState(s.state) || w.completeRollouts(s.state.model) {
			changed = true
		}
	}
}

// syncState lets a device install its desired version of a model and report its health. It is true if that causes an automatic
// rollback.
func (w *world) syncState(s *deviceState) (rolledBack bool) {
	m := s.model
	if m.pending[s] {
		m.install(s)
	}
	if reason := w.breach(m); reason != "" && s.reportsHealthFor(m.targeted()) {
		w.autoRollback(m, reason)
		return true
	}
	return false
}

// check ends the rollouts of every model that may have reached their end.
func (w *world) completeAllRollouts() {
	for _, m := range w.models {
		if m.needsCheck || len(m.pending) > 0 {
			w.completeRollouts(m)
		}
	}
}

// settle completes the rollouts that have nothing left to do: a rollback waits for the devices that can be reached, a full
// rollout for all of them (the control API contract, section 3). It tells whether one was completed.
func (w *world) completeRollouts(m *model) bool {
	m.needsCheck = false
	changed := false
	for _, r := range slices.Backward(m.rollouts) {
		if r.status == completed {
			break
		}
		if w.hasFinished(r) {
			w.markCompleted(r)
			changed = true
		}
	}
	if changed {
		w.updateAllPending(m)
		m.needsCheck = false
	}
	return changed
}

func (w *world) hasFinished(r *rollout) bool {
	switch {
	case r.status == rollingBack:
		return !r.model.anyPending(r, func(s *deviceState) bool { return s.device.isReachable(w) })
	case r.status == active && r.percentage >= 100 && r.target >= 100:
		return !r.model.anyPending(r, func(*deviceState) bool { return true })
	default:
		return false
	}
}

// nextSync is the first sync of a simulated device after the clock. The devices are staggered over the interval.
func (w *world) nextSync(d *device) time.Time {
	first := w.epoch.Add(w.phase(d))
	if w.clock.Before(first) {
		return first
	}
	rounds := int64(w.clock.Sub(first)/w.interval) + 1
	return first.Add(time.Duration(rounds * int64(w.interval)))
}

// lastSync is the last sync of a simulated device up to the clock, or the beginning where it had none.
func (w *world) lastSync(d *device) time.Time {
	if last := w.nextSync(d).Add(-w.interval); last.After(w.epoch) {
		return last
	}
	return w.epoch
}

func (w *world) phase(d *device) time.Duration {
	return w.interval * time.Duration(d.index) / time.Duration(max(w.simulated, 1))
}

// report writes a line for every version that more devices run than when it was last reported.
func (w *world) logProgress() {
	for _, m := range w.models {
		if !m.fleetChanged {
			continue
		}
		m.fleetChanged = false
		f := w.fleet(m, everyDevice)
		for _, version := range slices.Sorted(maps.Keys(f.Versions)) {
			if n := f.Versions[version]; n > m.loggedVersions[version] {
				w.logf("%s: %s %d/%d (%s)", m.name, version, n, f.Total, formatPercent(float64(n)*100/float64(f.Total)))
			}
		}
		m.loggedVersions = f.Versions
	}
}
