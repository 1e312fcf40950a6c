package sandbox

import (
	"testing"
	"time"
)

// A share of the fleet is the nearest whole number of devices.
func TestShareOfTheFleet(t *testing.T) {
	t.Parallel()
	for percentage, devices := range map[float64]int{0: 0, 1: 1, 10: 12, 25: 31, 40: 50, 50: 62, 99: 123} {
		l := newLab(t)
		path := l.start("2.0.0", percentage)
		l.pass(time.Second)
		if got := l.Fleet("phi-4-mini").Versions["2.0.0"]; got != devices {
			t.Errorf("%v%% of 124: got %d devices, want %d", percentage, got, devices)
		}
		l.wantStatus(path, active)
		l.wantFields(l.do(200, "GET", path+"/affected-devices", nil), object{"total": float64(devices), "updated": float64(devices)})
	}
}
