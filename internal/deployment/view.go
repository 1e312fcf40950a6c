package deployment

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// view is what a scope, the whole fleet or one of its groups, runs at one moment.
type view struct {
	situation
	// serving is the version that devices run, "" where none has arrived yet.
	serving string
	// previous is the version that the targeted one replaced, "" where that is not known.
	previous string
	// rolledBack is the version that was taken back last, while what took its place is still targeted.
	rolledBack *takenBack
	// history is the whole fleet's, also for a group.
	history history
	// groupDeployment is the id of the deployment that was accepted for a group; no call reads it back.
	groupDeployment string
}

// takenBack says of a version when, why and by what it was rolled back.
type takenBack struct {
	version, reason, trigger string
	at                       time.Time
}

// rolledBack looks at the record that took the place of the version first, since that one says why, and else at the record
// that ended (the control API contract, section 3).
func (h history) rolledBack() *takenBack {
	newest, hasEnded := h.newest(func(r control.Rollout) bool { return r.Status == control.RolloutRolledBack })
	target, live := h.targeted()
	if hasEnded && (!live || h.position(newest) < h.position(target)) {
		return endedRecord(newest)
	}
	if !live {
		return nil
	}
	from := h.replaced(target)
	ended, hasEnded := h.endedBefore(target)
	if hasEnded && (from == "" || precedes(target.Version, ended.Version, h.deployed())) {
		from = ended.Version
	}
	back := slices.Contains(h.deployed(), target.Version) && precedes(target.Version, from, h.deployed())
	if from == "" || !back && target.Trigger == "" {
		return nil
	}
	t := &takenBack{
		version: from, reason: target.Reason, trigger: target.Trigger,
		at: cmpTime(target.RolledBackAt, target.CreatedAt),
	}
	if hasEnded && ended.Version == from {
		t.reason, t.trigger = cmp.Or(t.reason, ended.Reason), cmp.Or(t.trigger, ended.Trigger)
		t.at = cmpTime(ended.RolledBackAt, t.at)
	}
	return t
}

// endedBefore is the rollout that was rolled back right before another one began: no live one lies between.
func (h history) endedBefore(r control.Rollout) (control.Rollout, bool) {
	older := h[h.position(r)+1:]
	if len(older) > 0 && older[0].Status == control.RolloutRolledBack {
		return older[0], true
	}
	return control.Rollout{}, false
}

func endedRecord(r control.Rollout) *takenBack {
	return &takenBack{version: r.Version, reason: r.Reason, trigger: r.Trigger, at: cmpTime(r.RolledBackAt, r.CreatedAt)}
}

// position is the place of a rollout, the newest first.
func (h history) position(r control.Rollout) int {
	return slices.IndexFunc(h, func(other control.Rollout) bool { return other.ID == r.ID })
}

// with is the history after a rollout has been accepted or polled: its record replaced, or put first where it is new.
func (h history) with(r control.Rollout) history {
	updated := slices.Clone(h)
	if i := h.position(r); i >= 0 {
		updated[i] = r
		return updated
	}
	return slices.Insert(updated, 0, r)
}

// ended is the history once nothing is open any more: what was, has been rolled back.
func (h history) ended() history {
	updated := slices.Clone(h)
	for i := range updated {
		if updated[i].Status.Open() {
			updated[i].Status = control.RolloutRolledBack
		}
	}
	return updated
}

func cmpTime(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

// fleetView derives the view of the whole fleet from its history. full tells whether every device that an active rollout at its
// full share affects has been updated; it is asked only where there is such a rollout.
func fleetView(ctx context.Context, h history, full func(context.Context, control.Rollout) (bool, error)) (view, error) {
	v := view{situation: h.situation(), history: h, rolledBack: h.rolledBack()}
	if target, ok := h.targeted(); ok {
		v.previous = h.replaced(target)
		if target.Status == control.RolloutActive && target.Percentage >= 100 {
			updated, err := full(ctx, target)
			if err != nil {
				return view{}, err
			}
			if updated {
				v.serving = target.Version
				return v, nil
			}
		}
	}
	if r, ok := h.completed(); ok {
		v.serving = r.Version
	}
	return v, nil
}

// groupView derives the view of a group.
func groupView(members assignments, fleet history, remembered memory) view {
	v := view{situation: groupSituation(members, fleet, remembered), history: fleet}
	v.serving = members.most("")
	return v
}
