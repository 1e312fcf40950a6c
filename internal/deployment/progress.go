package deployment

import (
	"fmt"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// progress is how far a rollout has come.
type progress struct {
	rollout  control.Rollout
	affected control.AffectedDevices
}

// reporter is told how far a wait has come, at each look.
type reporter func(progress)

func (r reporter) tell(p progress) {
	if r != nil {
		r(p)
	}
}

// judge tells whether a rollout has reached the wish, must be waited for, or never will.
func judge(p progress, w wish) (done bool, err error) {
	r := p.rollout
	switch {
	case r.Version != w.version:
		return false, &verdict{kind: verdictOther, progress: p}
	case r.Status == control.RolloutCompleted:
		return true, nil
	case r.Status == control.RolloutRolledBack:
		return false, &verdict{kind: verdictRolledBack, progress: p}
	case r.Status == control.RolloutPaused && w.wantsPause():
		return true, nil
	case r.Status == control.RolloutPaused:
		return false, &verdict{kind: verdictPaused, progress: p}
	case r.Status == control.RolloutActive && w.share < 100:
		return r.Percentage >= w.share, nil
	case r.Status == control.RolloutActive:
		return r.Percentage >= 100 && p.affected.AllUpdated(), nil
	}
	return false, nil
}

func (p progress) fields() map[string]any {
	fields := map[string]any{
		"rollout_id": p.rollout.ID, "version": p.rollout.Version, "status": string(p.rollout.Status), "percentage": p.rollout.Percentage,
	}
	if p.affected.Total != nil && p.affected.Updated != nil {
		fields["devices_updated"], fields["devices_total"] = *p.affected.Updated, *p.affected.Total
	}
	return fields
}

func (p progress) String() string {
	text := fmt.Sprintf("rollout %s of %s was %s at %g percent", p.rollout.ID, p.rollout.Version, p.rollout.Status, p.rollout.Percentage)
	if counted := p.devices(); counted != "" {
		text += ", " + counted
	}
	return text
}

// devices says how many have the version, "" where the server does not count them.
func (p progress) devices() string {
	if p.affected.Total == nil || p.affected.Updated == nil {
		return ""
	}
	return fmt.Sprintf("%d of %d devices updated", *p.affected.Updated, *p.affected.Total)
}
