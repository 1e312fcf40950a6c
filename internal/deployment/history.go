// Package deployment is octomil_model_deployment, a version pinned to a fleet or to one of its groups, and what shows how far
// it has come.
package deployment

import (
	"slices"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// history is every rollout of one model that the server remembers, newest first. Its methods are the rules that the provider
// derives from it (the control API contract, section 3).
type history []control.Rollout

// targeted is the newest rollout that is live: what the fleet is meant to run. A pending or a rolled-back one does not count.
func (h history) targeted() (control.Rollout, bool) {
	return h.newest(func(r control.Rollout) bool {
		switch r.Status {
		case control.RolloutActive, control.RolloutPaused, control.RolloutCompleted, control.RolloutRollingBack:
			return true
		default:
			return false
		}
	})
}

// open is the newest rollout that can still assign devices.
func (h history) open() (control.Rollout, bool) {
	return h.newest(func(r control.Rollout) bool { return r.Status.Open() })
}

// completed is the newest rollout that every reachable device has followed.
func (h history) completed() (control.Rollout, bool) {
	return h.newest(func(r control.Rollout) bool { return r.Status == control.RolloutCompleted })
}

func (h history) newest(matches func(control.Rollout) bool) (control.Rollout, bool) {
	if i := slices.IndexFunc(h, matches); i >= 0 {
		return h[i], true
	}
	return control.Rollout{}, false
}

// deployed lists the versions that were deployed to the fleet before, in the order of their first time.
func (h history) deployed() []string { return control.Deployed(h) }

// replaced is the version that a rollout replaced: what the record says, else the version of the newest older rollout of
// another version that was live; "" where there is none.
func (h history) replaced(r control.Rollout) string {
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

// precedes is true when version a comes before b: in semantic version order, or, where either is no semantic version, in the
// order in which they were first deployed.
func precedes(a, b string, deployed []string) bool {
	if order, ok := control.CompareVersions(a, b); ok {
		return order < 0
	}
	ia, ib := slices.Index(deployed, a), slices.Index(deployed, b)
	return ia >= 0 && (ib < 0 || ia < ib)
}
