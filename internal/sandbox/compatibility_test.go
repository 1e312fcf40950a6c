package sandbox

import "testing"

// CONTRACT.md 4.10
func TestCheckCompatibility(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	ask := object{"model_name": "phi-4-mini", "devices": []string{"dev_00000001", "dev_00000006"}}
	h.wantFields(h.do(200, "POST", "/api/v1/deploy/check-compatibility", ask), object{"all_compatible": true})
	h.do(201, "POST", modelsPath+"/phi-4-mini/versions", object{
		"version": "3.0.0", "storage_path": "s", "format": "onnx", "checksum": "c", "size_bytes": 600 << 20,
	})
	h.do(200, "POST", modelsPath+"/phi-4-mini/versions/3.0.0/publish", nil)
	r := h.do(200, "POST", "/api/v1/deploy/check-compatibility", ask)
	h.wantFields(r, object{"all_compatible": false, "model_version": "3.0.0"})
	devices := r.object["devices"].([]any)
	h.wantFields(reply{object: devices[0].(object)}, object{"compatible": true, "device_class": "flagship", "issues": []any{}})
	h.wantFields(reply{object: devices[1].(object)}, object{"compatible": false, "device_class": "mid"})
}
