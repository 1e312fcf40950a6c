package sandbox

import (
	"net/http"
	"testing"
)

// CONTRACT.md 8.31
func TestSeed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ devices, total, staging int }{{0, 124, 24}, {10, 10, 10}, {-1, 0, 0}} {
		h := newHarness(t, withDevices(c.devices))
		if f := h.Fleet("phi-4-mini"); f.Total != c.total || f.Versions["1.0.0"] != c.total {
			t.Errorf("%d devices: got the fleet %+v", c.devices, f)
		}
		if f := h.GroupFleet("phi-4-mini", "staging"); f.Total != c.staging || f.Versions["1.0.0"] != c.staging {
			t.Errorf("%d devices: got the group %+v", c.devices, f)
		}
		h.wantFields(h.newestRollout(), object{"version": "1.0.0", "status": "completed", "previous_version": "0.9.0"})
	}
	empty := newHarness(t, func(o *Options) { o.Empty = true })
	empty.do(http.StatusNotFound, "GET", "/api/v1/models/phi-4-mini", nil)
	for path, key := range map[string]string{"models": "models", "devices": "devices", "device-groups": "groups"} {
		empty.wantFields(empty.do(http.StatusOK, "GET", "/v1/"+path, nil), object{"total": 0.0, key: []any{}})
	}
	empty.do(http.StatusOK, "GET", "/api/v1/settings/demo", nil)
}
