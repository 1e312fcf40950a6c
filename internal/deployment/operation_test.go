package deployment

import (
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func TestDecide(t *testing.T) {
	base := past(
		control.Rollout{ID: "2", Version: "1.0.0", Status: control.RolloutCompleted, Percentage: 100},
		control.Rollout{ID: "1", Version: "0.9.0", Status: control.RolloutCompleted, Percentage: 100},
	)
	with := func(status control.RolloutStatus, share float64) history {
		return append(past(control.Rollout{ID: "3", Version: "2.0.0", Status: status, Percentage: share}), base...)
	}
	yes, no := true, false
	for name, c := range map[string]struct {
		h    history
		w    wish
		want operation
	}{
		"nothing deployed":              {nil, wish{version: "1.0.0", share: 100}, operation{operationDeploy, "", "1.0.0"}},
		"the pin is live":               {base, wish{version: "1.0.0", share: 40}, operation{operationNone, "1.0.0", "1.0.0"}},
		"newer":                         {base, wish{version: "2.0.0", share: 40}, operation{operationDeploy, "1.0.0", "2.0.0"}},
		"older, deployed before":        {base, wish{version: "0.9.0", share: 40}, operation{operationRollback, "1.0.0", "0.9.0"}},
		"older, never deployed":         {base, wish{version: "0.8.0", share: 100}, operation{operationDeploy, "1.0.0", "0.8.0"}},
		"two back, mid-rollout":         {with(control.RolloutActive, 40), wish{version: "0.9.0", share: 100}, operation{operationRollback, "2.0.0", "0.9.0"}},
		"forward after a rollback":      {with(control.RolloutRolledBack, 40), wish{version: "2.0.0", share: 40}, operation{operationDeploy, "1.0.0", "2.0.0"}},
		"share grows":                   {with(control.RolloutActive, 10), wish{version: "2.0.0", share: 40, settled: true}, operation{operationAdvance, "2.0.0", "2.0.0"}},
		"share reached":                 {with(control.RolloutActive, 40), wish{version: "2.0.0", share: 40}, operation{operationNone, "2.0.0", "2.0.0"}},
		"server is further":             {with(control.RolloutActive, 60), wish{version: "2.0.0", share: 40}, operation{operationNone, "2.0.0", "2.0.0"}},
		"full share, owed":              {with(control.RolloutActive, 100), wish{version: "2.0.0", share: 100}, operation{operationResume, "2.0.0", "2.0.0"}},
		"full share, settled":           {with(control.RolloutActive, 100), wish{version: "2.0.0", share: 100, settled: true}, operation{operationNone, "2.0.0", "2.0.0"}},
		"share grows, to be paused":     {with(control.RolloutActive, 10), wish{version: "2.0.0", share: 40, paused: &yes}, operation{operationPause, "2.0.0", "2.0.0"}},
		"paused as wanted":              {with(control.RolloutPaused, 10), wish{version: "2.0.0", share: 40, paused: &yes}, operation{operationNone, "2.0.0", "2.0.0"}},
		"paused, to go on":              {with(control.RolloutPaused, 40), wish{version: "2.0.0", share: 40, paused: &no}, operation{operationResume, "2.0.0", "2.0.0"}},
		"paused at the share":           {with(control.RolloutPaused, 40), wish{version: "2.0.0", share: 40}, operation{operationNone, "2.0.0", "2.0.0"}},
		"completed, to be paused":       {base, wish{version: "1.0.0", share: 100, paused: &yes}, operation{operationNone, "1.0.0", "1.0.0"}},
		"paused below the share":        {with(control.RolloutPaused, 40), wish{version: "2.0.0", share: 100}, operation{operationResume, "2.0.0", "2.0.0"}},
		"pending rollout of the pin":    {with(control.RolloutPending, 0), wish{version: "2.0.0", share: 40}, operation{operationResume, "1.0.0", "2.0.0"}},
		"rolling back to the pin, owed": {append(past(control.Rollout{ID: "9", Version: "1.0.0", Status: control.RolloutRollingBack, Percentage: 100}), base...), wish{version: "1.0.0", share: 100}, operation{operationResume, "1.0.0", "1.0.0"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := decide(c.h.situation(), c.w); got != c.want {
				t.Errorf("decided %+v; want %+v", got, c.want)
			}
		})
	}
}
