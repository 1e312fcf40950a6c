package sandbox

import (
	"strings"
	"testing"
	"time"
)

// CONTRACT.md 4.1, 4.2, 4.5, 4.6, 4.9, 4.13, 8.16
func TestGroupDeployment(t *testing.T) {
	t.Parallel()
	ask := object{"model_id": "mdl_00000001", "model_name": "phi-4-mini", "model_version": "2.0.0", "version": "2.0.0", "group": "staging"}
	half := object{"model_name": "phi-4-mini", "version": "2.0.0", "group": "staging", "rollout_percentage": 50}

	docs := newHarness(t)
	docs.wantFields(docs.do(200, "POST", "/api/v1/deploy/prepare", ask), object{"target_count": 24.0, "warnings": []any{}})
	docs.wantFields(docs.do(200, "POST", "/api/v1/deploy/prepare", object{"model_name": "phi-4-mini", "version": "2.0.0"}), object{"target_count": 124.0})
	docs.wantFields(docs.do(200, "POST", "/api/v1/deploy/execute", half), object{
		"deployment_id": "dep_00000001", "status": "started", "target_count": 24.0, "activated_count": 12.0,
	})

	sdk := newHarness(t, withDialect(DialectSDK))
	if plans := sdk.do(200, "POST", "/api/v1/deploy/prepare", ask).object["deployments"].([]any); len(plans) != 24 {
		t.Errorf("sdk: prepare names %d devices", len(plans))
	}
	sdk.do(422, "POST", "/api/v1/deploy/prepare", object{"model_name": "phi-4-mini", "version": "2.0.0"})
	r := sdk.do(200, "POST", "/api/v1/deploy/execute", half)
	if statuses := r.object["device_statuses"].([]any); len(statuses) != 12 || r.object["id"] != "dep_00000001" {
		t.Errorf("sdk: execute returned %s", r.raw)
	}

	for _, h := range []*harness{docs, sdk} {
		h.wantFleet(map[string]int{"1.0.0": 124})
		h.elapse(time.Second)
		if f := h.GroupFleet("phi-4-mini", "staging"); f.Versions["2.0.0"] != 12 || f.Versions["1.0.0"] != 12 {
			t.Errorf("half of the group runs %+v", f)
		}
		h.do(200, "POST", "/api/v1/deploy/execute", ask)
		assigned := h.do(200, "GET", "/api/v1/devices/dev_00000001/assignments", nil) // immediately, before the device syncs
		if !strings.Contains(assigned.raw, `"version":"2.0.0"`) {
			t.Errorf("the member has the assignments %s", assigned.raw)
		}
		h.elapse(time.Second)
		h.wantFleet(map[string]int{"1.0.0": 100, "2.0.0": 24})

		for status, wrong := range map[int]object{
			404: {"model_name": "phi-4-mini", "version": "2.0.0", "group": "nothing"},
			422: {"model_name": "phi-4-mini", "version": "2.0.0"},
		} {
			h.do(status, "POST", "/api/v1/deploy/execute", wrong)
		}
		h.do(404, "POST", "/api/v1/deploy/execute", object{"model_name": "phi-4-mini", "version": "2.0.0", "devices": []string{"nobody"}})
		h.do(404, "POST", "/api/v1/deploy/execute", object{"model_name": "phi-4-mini", "version": "9.9.9", "group": "staging"})
		h.do(422, "POST", "/api/v1/deploy/execute", object{"model_name": "phi-4-mini", "version": "2.0.0", "group": "staging", "rollout_percentage": 101})
	}
}
