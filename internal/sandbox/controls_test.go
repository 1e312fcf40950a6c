package sandbox

import "testing"

func TestControls(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	if r := l.request("", "GET", "/sandbox/fleet?model=phi-4-mini", nil); r.raw != `{"model":"phi-4-mini","total":124,"versions":{"1.0.0":124}}` {
		t.Errorf("the fleet: %s", r.raw)
	}
	l.wantFields(l.do(200, "GET", "/sandbox/fleet?model=mdl_00000001&group=staging", nil), object{"total": 24.0})
	l.do(404, "GET", "/sandbox/fleet?model=nothing", nil)
	l.do(404, "GET", "/sandbox/fleet?model=phi-4-mini&group=nothing", nil)
	l.do(404, "PUT", "/sandbox/versions/phi-4-mini/9.9.9/health", Health{})
	l.do(404, "PUT", "/sandbox/versions/nothing/1.0.0/health", Health{})
	l.do(422, "PUT", "/sandbox/versions/phi-4-mini/1.0.0/health", Health{ErrorPercent: 101})
	l.do(422, "PUT", "/sandbox/versions/phi-4-mini/1.0.0/status", object{"status": "fine"})
	if n := len(l.Ledger()); n != 0 {
		t.Errorf("the sandbox's own calls left %d entries in the ledger", n)
	}
}
