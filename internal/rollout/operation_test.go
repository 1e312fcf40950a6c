package rollout

import (
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func TestDecide(t *testing.T) {
	base := past(
		control.Rollout{ID: "2", Version: "1.0.0", Status: control.RolloutCompleted, Percentage: 100},
		control.Rollout{ID: "1", Version: "0.9.0", Status: control.RolloutCompleted, Percentage: 100},
	)
	with := func(status control.RolloutStatus, percentage float64) History {
		return append(past(control.Rollout{ID: "3", Version: "2.0.0", Status: status, Percentage: percentage}), base...)
	}
	yes, no := true, false
	for name, c := range map[string]struct {
		h    History
		spec Spec
		want Operation
	}{
		"nothing deployed":               {nil, Spec{Version: "1.0.0", Percentage: 100}, Operation{Deploy, "", "1.0.0"}},
		"the pin is live":                {base, Spec{Version: "1.0.0", Percentage: 40}, Operation{None, "1.0.0", "1.0.0"}},
		"newer":                          {base, Spec{Version: "2.0.0", Percentage: 40}, Operation{Deploy, "1.0.0", "2.0.0"}},
		"older, deployed before":         {base, Spec{Version: "0.9.0", Percentage: 40}, Operation{Rollback, "1.0.0", "0.9.0"}},
		"older, never deployed":          {base, Spec{Version: "0.8.0", Percentage: 100}, Operation{Deploy, "1.0.0", "0.8.0"}},
		"two back, mid-rollout":          {with(control.RolloutActive, 40), Spec{Version: "0.9.0", Percentage: 100}, Operation{Rollback, "2.0.0", "0.9.0"}},
		"forward after a rollback":       {with(control.RolloutRolledBack, 40), Spec{Version: "2.0.0", Percentage: 40}, Operation{Deploy, "1.0.0", "2.0.0"}},
		"percentage grows":               {with(control.RolloutActive, 10), Spec{Version: "2.0.0", Percentage: 40, WaitDone: true}, Operation{Advance, "2.0.0", "2.0.0"}},
		"percentage reached":             {with(control.RolloutActive, 40), Spec{Version: "2.0.0", Percentage: 40}, Operation{None, "2.0.0", "2.0.0"}},
		"server is further":              {with(control.RolloutActive, 60), Spec{Version: "2.0.0", Percentage: 40}, Operation{None, "2.0.0", "2.0.0"}},
		"100 percent, owed":              {with(control.RolloutActive, 100), Spec{Version: "2.0.0", Percentage: 100}, Operation{Resume, "2.0.0", "2.0.0"}},
		"100 percent, done":              {with(control.RolloutActive, 100), Spec{Version: "2.0.0", Percentage: 100, WaitDone: true}, Operation{None, "2.0.0", "2.0.0"}},
		"percentage grows, to be paused": {with(control.RolloutActive, 10), Spec{Version: "2.0.0", Percentage: 40, Paused: &yes}, Operation{Pause, "2.0.0", "2.0.0"}},
		"paused as wanted":               {with(control.RolloutPaused, 10), Spec{Version: "2.0.0", Percentage: 40, Paused: &yes}, Operation{None, "2.0.0", "2.0.0"}},
		"paused, to go on":               {with(control.RolloutPaused, 40), Spec{Version: "2.0.0", Percentage: 40, Paused: &no}, Operation{Resume, "2.0.0", "2.0.0"}},
		"paused at the percentage":       {with(control.RolloutPaused, 40), Spec{Version: "2.0.0", Percentage: 40}, Operation{None, "2.0.0", "2.0.0"}},
		"completed, to be paused":        {base, Spec{Version: "1.0.0", Percentage: 100, Paused: &yes}, Operation{None, "1.0.0", "1.0.0"}},
		"paused below the percentage":    {with(control.RolloutPaused, 40), Spec{Version: "2.0.0", Percentage: 100}, Operation{Resume, "2.0.0", "2.0.0"}},
		"pending rollout of the pin":     {with(control.RolloutPending, 0), Spec{Version: "2.0.0", Percentage: 40}, Operation{Resume, "1.0.0", "2.0.0"}},
		"rolling back to the pin, owed":  {append(past(control.Rollout{ID: "9", Version: "1.0.0", Status: control.RolloutRollingBack, Percentage: 100}), base...), Spec{Version: "1.0.0", Percentage: 100}, Operation{Resume, "1.0.0", "1.0.0"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Decide(c.h.state(), c.spec); got != c.want {
				t.Errorf("decided %+v; want %+v", got, c.want)
			}
		})
	}
}

// A decision is about the pin: it is the same twice, never a rollback to what was not deployed, and nothing once the pin is there.
func FuzzDecide(f *testing.F) {
	f.Add("1.0.0", "2.0.0", "completed", 100.0, 100.0, true, false)
	f.Add("2.0.0", "2.0.0", "active", 40.0, 100.0, false, true)
	f.Add("", "", "", 0.0, 0.0, false, false)
	f.Fuzz(func(t *testing.T, pin, target, status string, at, percentage float64, done, before bool) {
		s := State{Targeted: &Record{ID: "r", Version: target, Status: control.RolloutStatus(status), Percentage: at}}
		if before {
			s.Deployed = []string{pin}
		}
		spec := Spec{Version: pin, Percentage: percentage, WaitDone: done}
		op := Decide(s, spec)
		if op != Decide(s, spec) {
			t.Errorf("%+v is not the only decision", op)
		}
		if op.From != target || op.To != pin {
			t.Errorf("from %q to %q, and %q is targeted, %q pinned", op.From, op.To, target, pin)
		}
		if op.Kind == Rollback && (!before || !Precedes(pin, target, s.Deployed)) {
			t.Errorf("a rollback of %q to %q, which was deployed before: %t", target, pin, before)
		}
		if op.ReplacesVersion() != (pin != target) {
			t.Errorf("%s of %q in the place of %q", op.Kind, pin, target)
		}
		if pin == target && status == string(control.RolloutCompleted) && op.Kind != None {
			t.Errorf("%s of a completed pin", op.Kind)
		}
	})
}
