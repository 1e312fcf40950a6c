package rollout

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

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
		if op.Kind == Rollback && (!before || !s.Precedes(pin, target)) {
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

// versionName draws what people call versions: numbers with build metadata, unpadded dates, release candidates, a "v" before them,
// equal numbers in several spellings, and words.
func versionName(rt *rapid.T) string {
	return rapid.OneOf(
		rapid.StringMatching(`[0-3]\.[0-9]{1,2}\.[0-9]`),
		rapid.StringMatching(`3\.0\.0\+cu1[0-9]{2}`),
		rapid.StringMatching(`202[56]-1?[1-9]-[1-9]`),
		rapid.StringMatching(`2\.0\.0-?rc(9|10|11)`),
		rapid.StringMatching(`v?1\.0(\.0)?`),
		rapid.SampledFrom([]string{"blue", "green", "nightly", "stable", "latest-1"}),
	).Draw(rt, "version")
}

// completedInOrder is a fleet that was brought to each of the versions in turn.
func completedInOrder(versions []string) History {
	var h History
	for i, version := range versions {
		r := control.Rollout{ID: fmt.Sprint(i + 1), Version: version, Status: control.RolloutCompleted, Percentage: 100, CreatedAt: time.Unix(int64(i), 0)}
		if i > 0 {
			r.PreviousVersion = versions[i-1]
		}
		h = slices.Insert(h, 0, r)
	}
	return h
}

// What is a rollback, and what was rolled back, follows from what happened and never from how a version is spelled.
func TestDecisionsFollowTheHistory(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		versions := rapid.SliceOfNDistinct(rapid.Custom(versionName), 3, 5, rapid.ID[string]).Draw(rt, "versions")
		unseen, versions := versions[0], versions[1:]
		h := completedInOrder(versions)
		last := len(versions) - 1
		bad := versions[last]
		older := versions[rapid.IntRange(0, last-1).Draw(rt, "older")]
		pin := func(version string) Spec { return Spec{Version: version, Percentage: 10, WaitDone: true} }

		expect := func(when string, s State, spec Spec, want Kind) {
			if got := Decide(s, spec); got.Kind != want {
				rt.Errorf("%s: %q is %q after %q; want %q", when, spec.Version, got.Kind, versions, want)
			}
		}
		running := h.state()
		expect("running", running, pin(bad), None)
		expect("running", running, pin(older), Rollback)
		expect("running", running, pin(unseen), Deploy)
		if RolledBackSince(running, pin(bad), Private{Pin: bad}) || RolledBackSince(running, pin(bad), Private{}) {
			rt.Errorf("%q runs and counts as rolled back", bad)
		}

		trigger := rapid.SampledFrom([]string{TriggerAuto, TriggerManual, ""}).Draw(rt, "trigger")
		back := slices.Clone(h)
		if trigger == TriggerAuto { // which turns the record that had completed into a rolled back one
			back[0].Status, back[0].Trigger = control.RolloutRolledBack, TriggerAuto
		}
		back = slices.Insert(back, 0, control.Rollout{
			ID: "100", Version: older, Status: rapid.SampledFrom([]control.RolloutStatus{control.RolloutCompleted, control.RolloutRollingBack}).Draw(rt, "status"),
			Percentage: 100, PreviousVersion: bad, Trigger: trigger, CreatedAt: time.Unix(100, 0),
		})
		rolledBack := back.state()
		if info := rolledBack.RolledBack; info == nil || info.Version != bad || info.Trigger != trigger {
			rt.Errorf("%q was rolled back to %q, and the record says %+v", bad, older, info)
		}
		if !RolledBackSince(rolledBack, pin(bad), Private{Pin: bad}) {
			rt.Errorf("the pin %q was rolled back to %q after %q, and is deployed again", bad, older, versions)
		}
		if !RolledBackSince(rolledBack, pin(bad), Private{}) {
			rt.Errorf("a new resource deploys %q again, which was rolled back to %q", bad, older)
		}
		if RolledBackSince(rolledBack, pin(bad), Private{Pin: older}) {
			rt.Errorf("a deliberate new pin of %q is refused", bad)
		}
		expect("rolled back", rolledBack, pin(bad), Deploy)
		expect("rolled back", rolledBack, pin(unseen), Deploy)

		canceled := slices.Insert(slices.Clone(h), 0, control.Rollout{
			ID: "101", Version: unseen, Status: control.RolloutRolledBack, Percentage: rapid.Float64Range(0, 99).Draw(rt, "percentage"),
			Trigger: rapid.SampledFrom([]string{TriggerManual, ""}).Draw(rt, "trigger of the end"), PreviousVersion: bad, CreatedAt: time.Unix(101, 0),
		}).state()
		if canceled.RolledBack != nil || RolledBackSince(canceled, pin(unseen), Private{}) {
			rt.Errorf("%q was canceled and counts as rolled back: %+v", unseen, canceled.RolledBack)
		}
		expect("canceled", canceled, pin(unseen), Deploy)
		expect("canceled", canceled, pin(bad), None)
	})
}

// The same of a group, whose order is that of the applies that private state remembers.
func TestDecisionsOfAGroupFollowItsApplies(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		versions := rapid.SliceOfNDistinct(rapid.Custom(versionName), 2, 4, rapid.ID[string]).Draw(rt, "versions")
		fleet := completedInOrder(versions[:rapid.IntRange(0, 1).Draw(rt, "of the fleet")])
		var private Private
		for _, version := range versions {
			private = private.Accepted(Result{Proposal: Proposal{Spec: Spec{Version: version, Percentage: 100}}})
			private.LastApplySucceeded = true
		}
		bad := versions[len(versions)-1]
		older := versions[rapid.IntRange(0, len(versions)-2).Draw(rt, "older")]
		spec := func(version string) Spec { return Spec{Version: version, Percentage: 10} }

		s := GroupState(membersWith(Assignments{bad: 24}), fleet, private)
		if got := Decide(s, spec(older)); got.Kind != Rollback {
			rt.Errorf("%q is %q after %q", older, got.Kind, versions)
		}
		if RolledBackSince(s, spec(bad), private) {
			rt.Errorf("%q runs and counts as rolled back", bad)
		}
		if s = GroupState(membersWith(Assignments{older: 24}), fleet, private); !RolledBackSince(s, spec(bad), private) {
			rt.Errorf("the members were brought back from %q to %q after %q, and the pin is deployed again", bad, older, versions)
		}
	})
}
