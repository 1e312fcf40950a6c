package sandbox

import (
	"testing"
	"time"
)

// Time may also pass without any request; what happened meanwhile is the same.
func TestLazyAdvanceIsDeterministic(t *testing.T) {
	t.Parallel()
	step, jump := newLab(t), newLab(t)
	for _, l := range []*lab{step, jump} {
		l.start("2.0.0", 100)
	}
	for range 100 {
		step.pass(30 * time.Millisecond)
	}
	jump.pass(3 * time.Second)
	if a, b := step.newest().raw, jump.newest().raw; a != b {
		t.Errorf("in steps:\n%s\nat once:\n%s", a, b)
	}
}
