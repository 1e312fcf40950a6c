package sandbox

import "testing"

// CONTRACT.md 8.2
func TestControls(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	if r := h.request("", "GET", "/sandbox/fleet?model=phi-4-mini", nil); r.raw != `{"model":"phi-4-mini","total":124,"versions":{"1.0.0":124}}` {
		t.Errorf("the fleet: %s", r.raw)
	}
	h.wantFields(h.do(200, "GET", "/sandbox/fleet?model=mdl_00000001&group=staging", nil), object{"total": 24.0})
	h.do(404, "GET", "/sandbox/fleet?model=nothing", nil)
	h.do(404, "GET", "/sandbox/fleet?model=phi-4-mini&group=nothing", nil)
	h.do(404, "PUT", "/sandbox/versions/phi-4-mini/9.9.9/health", Health{})
	h.do(404, "PUT", "/sandbox/versions/nothing/1.0.0/health", Health{})
	h.do(422, "PUT", "/sandbox/versions/phi-4-mini/1.0.0/health", Health{ErrorPercent: 101})
	h.do(422, "PUT", "/sandbox/versions/phi-4-mini/1.0.0/status", object{"status": "fine"})
	if n := len(h.Ledger()); n != 0 {
		t.Errorf("the sandbox's own calls left %d entries in the ledger", n)
	}
}

// The clock can be moved ahead: what takes a day has happened then.
//
// CONTRACT.md 8.37
func TestClockControl(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.start("2.0.0", 100)
	h.wantFields(h.do(200, "POST", "/sandbox/clock", object{"skip": "1h"}), object{"now": "2026-11-24T13:00:00.000000Z"})
	r := h.do(200, "POST", "/sandbox/clock", object{"skip": "24h"})
	h.wantFields(r, object{"now": "2026-11-25T13:00:00.000000Z"})
	if f := h.Fleet("phi-4-mini"); f.Versions["2.0.0"] != f.Total || f.Total == 0 {
		t.Errorf("after a day, the fleet is %v", f)
	}
	if date := h.do(200, "GET", "/api/v1/models", nil).header.Get("Date"); date != "Wed, 25 Nov 2026 13:00:00 GMT" {
		t.Errorf("the date of a response is %s", date)
	}
	for _, skip := range []any{"-1h", "745h", "a day", "", nil} {
		h.do(422, "POST", "/sandbox/clock", object{"skip": skip})
	}
	h.do(400, "POST", "/sandbox/clock", object{"skip": 25})
}
