package rollout

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/semver"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func past(records ...control.Rollout) History { return records }

// CONTRACT.md 3.61, 3.71
func TestTargetedSkipsPendingAndRolledBack(t *testing.T) {
	h := past(
		control.Rollout{ID: "4", Version: "3.0.0", Status: control.RolloutPending},
		control.Rollout{ID: "3", Version: "2.0.0", Status: control.RolloutRolledBack},
		control.Rollout{ID: "2", Version: "1.0.0", Status: control.RolloutPaused},
		control.Rollout{ID: "1", Version: "0.9.0", Status: control.RolloutCompleted},
	)
	if r, ok := h.Targeted(); !ok || r.ID != "2" {
		t.Errorf("targeted %v %v; want rollout 2", r, ok)
	}
	if r, ok := h.Open(); !ok || r.ID != "4" {
		t.Errorf("open %v %v; want rollout 4", r, ok)
	}
	if r, ok := past(h[1]).Targeted(); ok {
		t.Errorf("a fleet with nothing but a rolled-back rollout targets %v", r)
	}
}

func TestDeployedIsInTheOrderOfTheFirstCompletion(t *testing.T) {
	h := past(
		control.Rollout{ID: "4", Version: "1.0.0", Status: control.RolloutCompleted},
		control.Rollout{ID: "3", Version: "2.0.0", Status: control.RolloutRolledBack},
		control.Rollout{ID: "2", Version: "0.9.0", Status: control.RolloutCompleted},
		control.Rollout{ID: "1", Version: "1.0.0", Status: control.RolloutCompleted},
	)
	if diff := cmp.Diff([]string{"1.0.0", "0.9.0"}, h.Deployed()); diff != "" {
		t.Error(diff)
	}
}

// CONTRACT.md 3.10
func TestReplacedTrustsTheRecordFirst(t *testing.T) {
	h := past(
		control.Rollout{ID: "3", Version: "1.0.0", Status: control.RolloutRollingBack, PreviousVersion: "2.0.0"},
		control.Rollout{ID: "2", Version: "1.0.0", Status: control.RolloutCompleted},
		control.Rollout{ID: "1", Version: "0.9.0", Status: control.RolloutCompleted},
	)
	if got := h.Replaced(h[0]); got != "2.0.0" {
		t.Errorf("with a record: %q", got)
	}
	if got := h.Replaced(h[1]); got != "0.9.0" {
		t.Errorf("without one: %q", got)
	}
	if got := h.Replaced(h[2]); got != "" {
		t.Errorf("of the first version: %q", got)
	}
}

func TestPrecedes(t *testing.T) {
	order := []string{"blue", "green", "3.0.0+cu121", "3.0.0+cu118", "2.0.0", "1.5.0"}
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"1.9.0", "1.10.0", true},
		{"1.10.0", "1.9.0", false},
		{"2.0.0-rc1", "2.0.0", true},
		{"1.0.0", "1.0.0", false},
		{"blue", "green", true},
		{"green", "blue", false},
		{"blue", "red", true},
		{"red", "blue", false},
		{"3.0.0+cu121", "3.0.0+cu118", true},
		{"3.0.0+cu118", "3.0.0+cu121", false},
		{"2.0.0", "1.5.0", true},
		{"1.5.0", "2.0.0", false},
		{"1.0.0", "2.0.0", true},
	} {
		if got := Precedes(c.a, c.b, order); got != c.want {
			t.Errorf("Precedes(%q, %q) = %v", c.a, c.b, got)
		}
	}
}

func TestOrderIsThatOfTheFirstCompletionOrElseOfTheFirstStart(t *testing.T) {
	t.Parallel()
	h := past(
		control.Rollout{ID: "7", Version: "4.0.0", Status: control.RolloutPending},
		control.Rollout{ID: "6", Version: "3.0.0", Status: control.RolloutActive},
		control.Rollout{ID: "5", Version: "1.0.0", Status: control.RolloutCompleted},
		control.Rollout{ID: "4", Version: "2.0.0", Status: control.RolloutRolledBack},
		control.Rollout{ID: "3", Version: "0.9.0", Status: control.RolloutCompleted},
		control.Rollout{ID: "2", Version: "1.0.0", Status: control.RolloutRolledBack},
		control.Rollout{ID: "1", Version: "0.8.0", Status: control.RolloutCompleted},
	)
	if diff := cmp.Diff([]string{"0.8.0", "0.9.0", "2.0.0", "1.0.0", "3.0.0"}, h.Order()); diff != "" {
		t.Error(diff)
	}
}

// CONTRACT.md 3.9, 3.69
func TestRolledBackSaysWhatWhyAndWhen(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	done := func(id, version string) control.Rollout {
		return control.Rollout{ID: id, Version: version, Status: control.RolloutCompleted, CreatedAt: noon.Add(-time.Hour)}
	}
	ended := control.Rollout{ID: "3", Version: "2.0.0", Status: control.RolloutRolledBack, CreatedAt: noon, RolledBackAt: noon.Add(time.Minute)}
	byPolicy := ended
	byPolicy.Reason, byPolicy.Trigger = "crash rate 30%", TriggerAuto
	for name, c := range map[string]struct {
		h    History
		want *RollbackInfo
	}{
		"nothing ever": {past(done("2", "1.0.0"), done("1", "0.9.0")), nil},
		"the new record says why": {
			past(control.Rollout{
				ID: "4", Version: "1.0.0", Status: control.RolloutRollingBack, PreviousVersion: "2.0.0", Reason: "error rate 12%", Trigger: "auto",
				CreatedAt: noon.Add(time.Minute),
			}, ended, done("2", "1.0.0")),
			&RollbackInfo{Version: "2.0.0", Reason: "error rate 12%", Trigger: "auto", At: noon.Add(time.Minute)},
		},
		"the ended record fills in what the new one lacks": {
			past(control.Rollout{ID: "4", Version: "1.0.0", Status: control.RolloutCompleted, PreviousVersion: "2.0.0", CreatedAt: noon.Add(time.Hour)},
				control.Rollout{ID: "3", Version: "2.0.0", Status: control.RolloutRolledBack, Reason: "slow", Trigger: "manual", RolledBackAt: noon},
				done("2", "1.0.0")),
			&RollbackInfo{Version: "2.0.0", Reason: "slow", Trigger: "manual", At: noon},
		},
		"a rollout that was canceled":                {past(ended, done("2", "1.0.0")), nil},
		"the very first version, which was canceled": {past(ended), nil},
		"the very first version, by the policy": {
			past(byPolicy), &RollbackInfo{Version: "2.0.0", Reason: "crash rate 30%", Trigger: TriggerAuto, At: noon.Add(time.Minute)},
		},
		"the new record names what it replaced, whatever ended before it": {
			past(control.Rollout{ID: "4", Version: "1.0.0", Status: control.RolloutCompleted, PreviousVersion: "1.5.0", Trigger: "manual", CreatedAt: noon},
				ended, done("2", "1.5.0"), done("1", "1.0.0")),
			&RollbackInfo{Version: "1.5.0", Trigger: "manual", At: noon},
		},
		"versions that differ in build metadata": {
			past(control.Rollout{ID: "4", Version: "3.0.0+cu118", Status: control.RolloutCompleted, PreviousVersion: "3.0.0+cu121", CreatedAt: noon},
				done("3", "3.0.0+cu121"), done("2", "3.0.0+cu118")),
			&RollbackInfo{Version: "3.0.0+cu121", At: noon},
		},
		"back to a newer number, which ran before": {
			past(control.Rollout{ID: "4", Version: "2.0.0", Status: control.RolloutCompleted, PreviousVersion: "1.5.0", CreatedAt: noon},
				done("3", "1.5.0"), done("2", "2.0.0")),
			&RollbackInfo{Version: "1.5.0", At: noon},
		},
		"a server without the call, after a completed version": {
			past(control.Rollout{ID: "4", Version: "1.0.0", Status: control.RolloutCompleted, CreatedAt: noon}, done("3", "2.0.0"), done("2", "1.0.0")),
			&RollbackInfo{Version: "2.0.0", At: noon},
		},
		"a server without the call, in the middle of a rollout": {
			// Between the two calls the older version was targeted already, so the new record says that it replaced itself.
			past(control.Rollout{ID: "4", Version: "1.0.0", Status: control.RolloutCompleted, PreviousVersion: "1.0.0", CreatedAt: noon}, ended, done("2", "1.0.0")),
			&RollbackInfo{Version: "2.0.0", At: noon.Add(time.Minute)},
		},
		"another version after one that was canceled": {
			past(control.Rollout{ID: "4", Version: "2.1.0", Status: control.RolloutActive, PreviousVersion: "1.0.0", CreatedAt: noon}, ended, done("2", "1.0.0")), nil,
		},
		"forward again": {
			past(control.Rollout{ID: "5", Version: "2.1.0", Status: control.RolloutActive, PreviousVersion: "1.0.0"}, ended, done("2", "1.0.0")), nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, c.h.RolledBack()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Which of two versions is older is one order: that of the target where it has both, else, for semantic versions, the one of their
// specification.
func FuzzPrecedes(f *testing.F) {
	for _, versions := range [][3]string{
		{"1.0.0", "2.0.0", "10.0.0"}, {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta"}, {"1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2"},
		{"1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1"}, {"1.0.0-rc.1", "1.0.0", "1.0.0+build"}, {"nightly", "1.0.0", "stable"}, {"", "v1", "1"},
		{"1.0.0-9223372036854775808", "1.0.0-9223372036854775807", "1.0.0-a"}, {"1.0.0-1a", "1.0.0-2", "1.0.0-10"},
	} {
		f.Add(versions[0], versions[1], versions[2])
	}
	f.Fuzz(func(t *testing.T, a, b, c string) {
		for _, order := range [][]string{nil, {c, a}, {b, a}, {a, b, c}} {
			ab, ba := Precedes(a, b, order), Precedes(b, a, order)
			if ab && ba {
				t.Errorf("%q and %q precede each other in %q", a, b, order)
			}
			if Precedes(a, a, order) {
				t.Errorf("%q precedes itself in %q", a, order)
			}
			if ia, ib := slices.Index(order, a), slices.Index(order, b); ia >= 0 && ib >= 0 && (ab != (ia < ib) || ba != (ib < ia)) {
				t.Errorf("%q precedes %q: %t, although the order is %q", a, b, ab, order)
			}
		}
		if !semver.IsValid("v"+a) || !semver.IsValid("v"+b) || !semver.IsValid("v"+c) {
			return
		}
		ab, ba := Precedes(a, b, nil), Precedes(b, a, nil)
		if want := semver.Compare("v"+a, "v"+b); ab != (want < 0) || ba != (want > 0) {
			t.Errorf("%q and %q compare as %d; Precedes says %t and %t", a, b, want, ab, ba)
		}
		if ab && Precedes(b, c, nil) && !Precedes(a, c, nil) {
			t.Errorf("%q < %q < %q, and the first is not before the last", a, b, c)
		}
	})
}
