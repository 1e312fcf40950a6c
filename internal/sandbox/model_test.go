package sandbox

import (
	"strings"
	"testing"
	"time"
)

// CONTRACT.md 2.1, 2.2, 2.3, 2.4, 2.5, 2.12, 2.13
func TestModelLifecycle(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.elapse(time.Minute)
	body := object{"name": "whisper", "framework": "onnx", "use_case": "audio", "description": "d", "model_contract": object{"input": "wav"}}
	r := h.do(201, "POST", modelsPath+"?org_id=demo", body)
	h.wantFields(r, object{"name": "whisper", "framework": "onnx", "version_count": 0.0, "org_id": "demo", "model_contract": object{"input": "wav"}})
	h.do(409, "POST", modelsPath, body)
	h.do(404, "POST", modelsPath+"?org_id=other", object{"name": "x", "framework": "onnx", "use_case": "audio"})
	for _, missing := range []string{"name", "framework", "use_case"} {
		incomplete := object{"name": "x", "framework": "onnx", "use_case": "audio"}
		delete(incomplete, missing)
		if rejected := h.do(422, "POST", modelsPath, incomplete); !strings.Contains(rejected.raw, missing) {
			t.Errorf("the response does not name %s: %s", missing, rejected.raw)
		}
	}
	first := h.do(200, "GET", modelsPath, nil).object["models"].([]any)[0].(object)
	if first["name"] != "whisper" {
		t.Errorf("the newest model is not first: %v", first["name"])
	}
	h.wantFields(h.do(200, "GET", modelsPath+"?framework=onnx&use_case=audio", nil), object{"total": 1.0})

	h.do(422, "PATCH", modelsPath+"/whisper", object{"framework": "coreml"})
	h.do(409, "PATCH", modelsPath+"/whisper", object{"name": "phi-4-mini"})
	h.wantFields(h.do(200, "PATCH", modelsPath+"/whisper", object{"name": "whisper-2", "framework": "onnx"}),
		object{"name": "whisper-2", "description": "d", "id": r.object["id"]})
	h.do(404, "GET", modelsPath+"/whisper", nil)
	h.do(204, "DELETE", modelsPath+"/whisper-2", nil)
	h.do(404, "GET", modelsPath+"/whisper-2", nil)
	h.do(404, "GET", modelsPath+"/"+r.object["id"].(string), nil)

	h.start("2.0.0", 40)
	h.do(204, "DELETE", modelsPath+"/phi-4-mini", nil)
	h.do(404, "GET", rolloutsPath, nil)
	h.elapse(time.Second)
	if f := h.Fleet("phi-4-mini"); f.Total != 0 || len(f.Versions) != 0 {
		t.Errorf("the fleet of a deleted model is %+v", f)
	}
}
