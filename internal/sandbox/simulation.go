package sandbox

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// deviceSync is the sync of one model on one device, at its time.
type deviceSync struct {
	at    time.Time
	state *deviceState
}

// advance simulates the fleet up to a time. Only syncs that change something are run, in the order of their time; without
// any the clock just jumps.
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

// dueSyncs lists the syncs up to a time that change something in the present state.
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

// runSyncs runs syncs until a rollout changes, after which other syncs may be due. Syncs at the same time are run together.
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

// syncState lets a device install its desired version of a model and report its health. It returns true if the report causes
// an automatic rollback.
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

// completeAllRollouts completes the rollouts of all models that may be done.
func (w *world) completeAllRollouts() {
	for _, m := range w.models {
		if m.needsCheck || len(m.pending) > 0 {
			w.completeRollouts(m)
		}
	}
}

// completeRollouts completes the rollouts that have nothing left to do: a rollback waits for the reachable devices, a full
// rollout for all devices (CONTRACT.md, section 3). It reports whether a rollout was completed.
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
	case r.status == active && r.percentage >= 100 && r.target >= 100 && r == r.model.targeted():
		return !r.model.anyPending(r, func(*deviceState) bool { return true })
	default:
		return false
	}
}

// nextSync is the first sync of a simulated device after the clock. The syncs of the devices are spread over the interval.
func (w *world) nextSync(d *device) time.Time {
	first := w.epoch.Add(w.phase(d))
	if w.clock.Before(first) {
		return first
	}
	rounds := int64(w.clock.Sub(first)/w.interval) + 1
	return first.Add(time.Duration(rounds * int64(w.interval)))
}

// lastSync is the last sync of a simulated device up to the clock, or the epoch if there was none.
func (w *world) lastSync(d *device) time.Time {
	if last := w.nextSync(d).Add(-w.interval); last.After(w.epoch) {
		return last
	}
	return w.epoch
}

func (w *world) phase(d *device) time.Duration {
	return w.interval * time.Duration(d.index) / time.Duration(max(w.simulated, 1))
}

// logProgress writes a line for each version that runs on more devices than when it was last logged.
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
