package rollout

import (
	"cmp"
	"slices"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// History is every rollout of one model that the server remembers, newest first. Its methods are the rules that the provider
// derives from it (CONTRACT.md, section 3).
type History []control.Rollout

// Targeted returns the newest live rollout: the one that decides what the fleet is to run. Pending and rolled-back rollouts do
// not count.
func (h History) Targeted() (control.Rollout, bool) {
	return h.newest(func(r control.Rollout) bool {
		switch r.Status {
		case control.RolloutActive, control.RolloutPaused, control.RolloutCompleted, control.RolloutRollingBack:
			return true
		default:
			return false
		}
	})
}

// Open returns the newest rollout that can still assign devices. On a server that allows several, one that is older than the
// targeted rollout does not count: the newest decides (CONTRACT.md, section 3).
func (h History) Open() (control.Rollout, bool) {
	r, found := h.newest(func(r control.Rollout) bool { return r.Status.Open() })
	if target, live := h.Targeted(); found && live && h.position(r) > h.position(target) {
		return control.Rollout{}, false
	}
	return r, found
}

// AllOpen returns every open rollout, oldest first. In this order they are canceled: the end of a newer one would let an older one
// assign devices again.
func (h History) AllOpen() []control.Rollout {
	var open []control.Rollout
	for _, r := range slices.Backward(h) {
		if r.Status.Open() {
			open = append(open, r)
		}
	}
	return open
}

// Superseded returns the newer rollout of another version that decides in place of an open one, on a server that allows several.
func (h History) Superseded(id string) (by control.Rollout, superseded bool) {
	r, found := h.Find(id)
	target, live := h.Targeted()
	if !found || !live || r.Version == target.Version || h.position(target) >= h.position(r) {
		return control.Rollout{}, false
	}
	return target, true
}

// Find returns the rollout with this ID.
func (h History) Find(id string) (control.Rollout, bool) {
	return h.newest(func(r control.Rollout) bool { return r.ID == id })
}

// completed is the newest rollout that every reachable device has followed.
func (h History) completed() (control.Rollout, bool) {
	return h.newest(func(r control.Rollout) bool { return r.Status == control.RolloutCompleted })
}

// versions are those that devices can have from the fleet: the targeted one, and the one that was completed last.
func (h History) versions() []string {
	var versions []string
	if target, ok := h.Targeted(); ok {
		versions = append(versions, target.Version)
	}
	if completed, ok := h.completed(); ok {
		versions = append(versions, completed.Version)
	}
	return versions
}

func (h History) newest(matches func(control.Rollout) bool) (control.Rollout, bool) {
	if i := slices.IndexFunc(h, matches); i >= 0 {
		return h[i], true
	}
	return control.Rollout{}, false
}

// Deployed lists the versions that were deployed to the fleet before, in the order of their first completion.
func (h History) Deployed() []string { return control.Deployed(h) }

// Replaced returns the version that a rollout replaced: the one that its record names, else the version of the newest older
// completed rollout of another version. It is "" where there is none.
func (h History) Replaced(r control.Rollout) string {
	if r.PreviousVersion != "" && r.PreviousVersion != r.Version {
		return r.PreviousVersion
	}
	older := h[h.position(r)+1:]
	if previous, ok := older.newest(func(o control.Rollout) bool {
		return o.Version != r.Version && o.Status == control.RolloutCompleted
	}); ok {
		return previous.Version
	}
	return ""
}

// Order lists the versions in the order in which they came to the fleet: each at the first rollout of it that completed, or, where
// none did, at the first that was started. It decides what is older, whatever the versions are called.
func (h History) Order() []string {
	completed := map[string]bool{}
	for _, version := range h.Deployed() {
		completed[version] = true
	}
	var order []string
	for _, r := range slices.Backward(h) {
		comes := r.Status == control.RolloutCompleted || !completed[r.Version] && r.Status != control.RolloutPending
		if comes && !slices.Contains(order, r.Version) {
			order = append(order, r.Version)
		}
	}
	return order
}

// What rolled a version back (CONTRACT.md, section 3).
const (
	TriggerAuto   = "auto"
	TriggerManual = "manual"
)

// RollbackInfo says of a version when, why and by what it was rolled back.
type RollbackInfo struct {
	Version, Reason string
	// Trigger is TriggerAuto or TriggerManual, "" where the server does not say.
	Trigger string
	// At is zero where the server does not say.
	At time.Time
}

// RolledBack returns the version that was rolled back last, as long as what replaced it is still targeted; nil where there is
// none. The record of the replacement says what and why, so it is read before the record that ended (CONTRACT.md, section 3).
//
// A rollout that ended without a replacement was canceled, or never started: that is no rollback, unless the policy did it, which
// leaves no replacement where there is nothing to go back to.
func (h History) RolledBack() *RollbackInfo {
	newest, hasEnded := h.newest(func(r control.Rollout) bool { return r.Status == control.RolloutRolledBack })
	target, live := h.Targeted()
	if hasEnded && (!live || h.position(newest) < h.position(target)) && newest.Trigger == TriggerAuto {
		return &RollbackInfo{
			Version: newest.Version, Reason: newest.Reason, Trigger: newest.Trigger, At: firstTime(newest.RolledBackAt, newest.CreatedAt),
		}
	}
	if !live {
		return nil
	}
	from := h.Replaced(target)
	ended, hasEnded := h.endedBefore(target)
	// A server without rollbacks cancels the open rollout and rolls the older version out: between the two calls what ran before is
	// targeted already, so the record of a plain rollout does not name the version that was rolled back.
	if hasEnded && (from == "" || target.Trigger == "" && Precedes(target.Version, ended.Version, h.Order())) {
		from = ended.Version
	}
	isOlder := slices.Contains(h.Deployed(), target.Version) && Precedes(target.Version, from, h.Order())
	if from == "" || !isOlder && target.Trigger == "" {
		return nil
	}
	info := &RollbackInfo{
		Version: from, Reason: target.Reason, Trigger: target.Trigger,
		At: firstTime(target.RolledBackAt, target.CreatedAt),
	}
	if hasEnded && ended.Version == from {
		info.Reason, info.Trigger = cmp.Or(info.Reason, ended.Reason), cmp.Or(info.Trigger, ended.Trigger)
		info.At = firstTime(ended.RolledBackAt, info.At)
	}
	return info
}

// endedBefore is the rollout that was rolled back right before another one began, with no live one in between. One that is still open
// was superseded, which is the same for its version.
func (h History) endedBefore(r control.Rollout) (control.Rollout, bool) {
	older := h[h.position(r)+1:]
	if len(older) == 0 {
		return control.Rollout{}, false
	}
	switch last := older[0]; last.Status {
	case control.RolloutRolledBack, control.RolloutActive, control.RolloutPaused:
		return last, true
	default:
		return control.Rollout{}, false
	}
}

// position is the index of a rollout, -1 where it is not in the history.
func (h History) position(r control.Rollout) int {
	return slices.IndexFunc(h, func(other control.Rollout) bool { return other.ID == r.ID })
}

// with is the history after a rollout has been accepted or polled: its record is replaced, or put first where it is new.
func (h History) with(r control.Rollout) History {
	updated := slices.Clone(h)
	if i := h.position(r); i >= 0 {
		updated[i] = r
		return updated
	}
	return slices.Insert(updated, 0, r)
}

// withoutOpen is the history once the open rollouts have been rolled back.
func (h History) withoutOpen() History {
	updated := slices.Clone(h)
	for i := range updated {
		if updated[i].Status.Open() {
			updated[i].Status = control.RolloutRolledBack
		}
	}
	return updated
}

func firstTime(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

// Precedes reports whether version a is older than b: by the order in which the two came to the target, and, where that does not
// have both, in semantic version order. A version that never came to the target is newer than one that did where they have no such
// order.
func Precedes(a, b string, order []string) bool {
	ia, ib := slices.Index(order, a), slices.Index(order, b)
	if ia >= 0 && ib >= 0 {
		return ia < ib
	}
	if compared, ok := control.CompareVersions(a, b); ok {
		return compared < 0
	}
	return ia >= 0 && ib < 0
}
