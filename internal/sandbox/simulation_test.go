package sandbox

import (
	"testing"
	"time"
)

// Time may also pass without any request; what happened meanwhile is the same.
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
		t.Errorf("in steps:\n%s\nat once:\n%s", a, b)
	}
}
