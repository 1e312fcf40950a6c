package rollout

import (
	"math"
	"testing"
	"time"
)

// A policy may ask for any time between two steps, and for steps of any size: neither overflows, and neither fills the memory.
func TestStepsOfAnyPolicy(t *testing.T) {
	t.Parallel()
	for _, interval := range []time.Duration{0, time.Hour, longestBake, math.MaxInt64} {
		for _, limit := range []float64{5e-324, 1e-12, 0.009, smallestStep, 0.5, 33, 99.9} {
			p := Proposal{Spec: Spec{Version: "2.0.0", Percentage: 100, Wait: true}, Operation: Operation{Kind: Deploy, To: "2.0.0"}}
			p.Limits.StepPercent, p.Limits.Interval = &limit, interval
			steps := p.steps(0)
			if n := len(steps); n > 100/smallestStep+1 || limit >= smallestStep && n < int(100/limit) {
				t.Errorf("%g percent a step: %d steps", limit, n)
			}
			if total := TotalBake(steps); total < 0 || total > longestBake || total < min(interval*time.Duration(min(1, len(steps)-1)), longestBake) {
				t.Errorf("%g percent a step, %s between two: %s in all", limit, interval, total)
			}
		}
	}
}
