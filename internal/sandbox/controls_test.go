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
