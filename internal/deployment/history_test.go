package deployment

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func past(records ...control.Rollout) history { return records }

func TestTargetedSkipsPendingAndRolledBack(t *testing.T) {
	h := past(
		control.Rollout{ID: "4", Version: "3.0.0", Status: control.RolloutPending},
		control.Rollout{ID: "3", Version: "2.0.0", Status: control.RolloutRolledBack},
		control.Rollout{ID: "2", Version: "1.0.0", Status: control.RolloutPaused},
		control.Rollout{ID: "1", Version: "0.9.0", Status: control.RolloutCompleted},
	)
	if r, ok := h.targeted(); !ok || r.ID != "2" {
		t.Errorf("targeted %v %v; want rollout 2", r, ok)
	}
	if r, ok := h.open(); !ok || r.ID != "4" {
		t.Errorf("open %v %v; want rollout 4", r, ok)
	}
	if r, ok := past(h[1]).targeted(); ok {
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
	if diff := cmp.Diff([]string{"1.0.0", "0.9.0"}, h.deployed()); diff != "" {
		t.Error(diff)
	}
}

func TestReplacedTrustsTheRecordFirst(t *testing.T) {
	h := past(
		control.Rollout{ID: "3", Version: "1.0.0", Status: control.RolloutRollingBack, PreviousVersion: "2.0.0"},
		control.Rollout{ID: "2", Version: "1.0.0", Status: control.RolloutCompleted},
		control.Rollout{ID: "1", Version: "0.9.0", Status: control.RolloutCompleted},
	)
	if got := h.replaced(h[0]); got != "2.0.0" {
		t.Errorf("with a record: %q", got)
	}
	if got := h.replaced(h[1]); got != "0.9.0" {
		t.Errorf("without one: %q", got)
	}
	if got := h.replaced(h[2]); got != "" {
		t.Errorf("of the first version: %q", got)
	}
}

func TestPrecedes(t *testing.T) {
	deployed := []string{"blue", "green"}
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
	} {
		if got := precedes(c.a, c.b, deployed); got != c.want {
			t.Errorf("precedes(%q, %q) = %v", c.a, c.b, got)
		}
	}
}
