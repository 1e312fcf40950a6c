package sandbox

import (
	"testing"
	"time"
)

// The result does not depend on how often the simulation is advanced.
//
// CONTRACT.md 8.35
func TestAdvanceIsDeterministic(t *testing.T) {
	t.Parallel()
	step, jump := newHarness(t), newHarness(t)
	for _, h := range []*harness{step, jump} {
		h.start("2.0.0", 100)
	}
	for range 100 {
		step.elapse(30 * time.Millisecond)
	}
	jump.elapse(3 * time.Second)
	if a, b := step.newestRollout().raw, jump.newestRollout().raw; a != b {
		t.Errorf("in steps:\n%s\nin one step:\n%s", a, b)
	}
}
