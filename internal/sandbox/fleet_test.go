package sandbox

import (
	"testing"
	"time"
)

// A percentage of the fleet is the nearest whole number of devices.
//
// CONTRACT.md 3.40, 8.32
func TestPercentageOfFleet(t *testing.T) {
	t.Parallel()
	for percentage, devices := range map[float64]int{0: 0, 1: 1, 10: 12, 25: 31, 40: 50, 50: 62, 99: 123} {
		h := newHarness(t)
		path := h.start("2.0.0", percentage)
		h.elapse(time.Second)
		if got := h.Fleet("phi-4-mini").Versions["2.0.0"]; got != devices {
			t.Errorf("%v%% of 124: got %d devices, want %d", percentage, got, devices)
		}
		h.wantStatus(path, active)
		h.wantFields(h.do(200, "GET", path+"/affected-devices", nil), object{"total": float64(devices), "updated": float64(devices)})
	}
}
