package sandbox

import (
	"strings"
	"testing"
	"time"
)

const modelsPath = "/api/v1/models"

func TestModelLifecycle(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.pass(time.Minute)
	body := object{"name": "whisper", "framework": "onnx", "use_case": "audio", "description": "d", "model_contract": object{"input": "wav"}}
	r := l.do(201, "POST", modelsPath+"?org_id=demo", body)
	l.wantFields(r, object{"name": "whisper", "framework": "onnx", "version_count": 0.0, "org_id": "demo", "model_contract": object{"input": "wav"}})
	l.do(409, "POST", modelsPath, body)
	l.do(404, "POST", modelsPath+"?org_id=other", object{"name": "x", "framework": "onnx", "use_case": "audio"})
	for _, missing := range []string{"name", "framework", "use_case"} {
		incomplete := object{"name": "x", "framework": "onnx", "use_case": "audio"}
		delete(incomplete, missing)
		if refused := l.do(422, "POST", modelsPath, incomplete); !strings.Contains(refused.raw, missing) {
			t.Errorf("the answer does not name %s: %s", missing, refused.raw)
		}
	}
	first := l.do(200, "GET", modelsPath, nil).object["models"].([]any)[0].(object)
	if first["name"] != "whisper" {
		t.Errorf("the newest model is not first: %v", first["name"])
	}
	l.wantFields(l.do(200, "GET", modelsPath+"?framework=onnx&use_case=audio", nil), object{"total": 1.0})

	l.do(422, "PATCH", modelsPath+"/whisper", object{"framework": "coreml"})
	l.do(409, "PATCH", modelsPath+"/whisper", object{"name": "phi-4-mini"})
	l.wantFields(l.do(200, "PATCH", modelsPath+"/whisper", object{"name": "whisper-2", "framework": "onnx"}),
		object{"name": "whisper-2", "description": "d", "id": r.object["id"]})
	l.do(404, "GET", modelsPath+"/whisper", nil)
	l.do(204, "DELETE", modelsPath+"/whisper-2", nil)
	l.do(404, "GET", modelsPath+"/whisper-2", nil)
	l.do(404, "GET", modelsPath+"/"+r.object["id"].(string), nil)

	l.start("2.0.0", 40)
	l.do(204, "DELETE", modelsPath+"/phi-4-mini", nil)
	l.do(404, "GET", rolloutsPath, nil)
	l.pass(time.Second)
	if f := l.Fleet("phi-4-mini"); f.Total != 0 || len(f.Versions) != 0 {
		t.Errorf("the fleet of a deleted model is %+v", f)
	}
}

func TestVersionLifecycle(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	versions := modelsPath + "/phi-4-mini/versions"
	body := object{
		"version": "3.0.0", "storage_path": "s3://x", "format": "gguf", "checksum": "sha256:1", "size_bytes": 42, "metrics": object{"a": 1},
	}
	l.wantFields(l.do(201, "POST", versions, body), object{"status": "draft", "size_bytes": 42.0, "model_id": "mdl_00000001", "metrics": object{"a": 1.0}})
	l.do(409, "POST", versions, body)
	for _, missing := range []string{"version", "storage_path", "format", "checksum", "size_bytes"} {
		incomplete := object{"version": "3.0.1", "storage_path": "s", "format": "f", "checksum": "c", "size_bytes": 1}
		delete(incomplete, missing)
		if refused := l.do(422, "POST", versions, incomplete); !strings.Contains(refused.raw, missing) {
			t.Errorf("the answer does not name %s: %s", missing, refused.raw)
		}
	}
	l.wantFields(l.do(200, "GET", versions+"/latest", nil), object{"version": "2.0.0"}) // a draft is not the latest
	l.do(409, "POST", versions+"/3.0.0/deprecate", object{})
	l.wantFields(l.do(200, "POST", versions+"/3.0.0/publish", object{}), object{"status": "published"})
	l.wantFields(l.do(200, "GET", versions+"/latest", nil), object{"version": "3.0.0"})
	l.wantFields(l.do(200, "PATCH", versions+"/3.0.0/metrics", object{"metrics": object{"b": 2}}), object{"metrics": object{"a": 1.0, "b": 2.0}})
	l.wantFields(l.do(200, "POST", versions+"/3.0.0/deprecate", object{}), object{"status": "deprecated"})
	l.do(409, "POST", versions+"/3.0.0/publish", object{})
	list := l.do(200, "GET", versions, nil)
	l.wantFields(list, object{"total": 4.0})
	if newest := list.object["versions"].([]any)[0].(object); newest["version"] != "3.0.0" {
		t.Errorf("the newest version is not first: %v", newest["version"])
	}
	l.wantFields(l.do(200, "GET", versions+"?status=deprecated", nil), object{"total": 1.0})

	l.do(409, "DELETE", versions+"/1.0.0", nil) // rolled out
	l.do(409, "DELETE", versions+"/0.9.0", nil)
	l.do(204, "DELETE", versions+"/3.0.0", nil)
	l.do(404, "GET", versions+"/3.0.0", nil)
}

func TestDeploymentToAGroup(t *testing.T) {
	t.Parallel()
	ask := object{"model_id": "mdl_00000001", "model_name": "phi-4-mini", "model_version": "2.0.0", "version": "2.0.0", "group": "staging"}
	share := object{"model_name": "phi-4-mini", "version": "2.0.0", "group": "staging", "rollout_percentage": 50}

	docs := newLab(t)
	docs.wantFields(docs.do(200, "POST", "/api/v1/deploy/prepare", ask), object{"target_count": 24.0, "warnings": []any{}})
	docs.wantFields(docs.do(200, "POST", "/api/v1/deploy/prepare", object{"model_name": "phi-4-mini", "version": "2.0.0"}), object{"target_count": 124.0})
	docs.wantFields(docs.do(200, "POST", "/api/v1/deploy/execute", share), object{
		"deployment_id": "dep_00000001", "status": "started", "target_count": 24.0, "activated_count": 12.0,
	})

	sdk := newLab(t, withDialect(DialectSDK))
	if plans := sdk.do(200, "POST", "/api/v1/deploy/prepare", ask).object["deployments"].([]any); len(plans) != 24 {
		t.Errorf("sdk: prepare names %d devices", len(plans))
	}
	sdk.do(422, "POST", "/api/v1/deploy/prepare", object{"model_name": "phi-4-mini", "version": "2.0.0"})
	r := sdk.do(200, "POST", "/api/v1/deploy/execute", share)
	if statuses := r.object["device_statuses"].([]any); len(statuses) != 12 || r.object["id"] != "dep_00000001" {
		t.Errorf("sdk: execute answers %s", r.raw)
	}

	for _, l := range []*lab{docs, sdk} {
		l.wantFleet(map[string]int{"1.0.0": 124})
		l.pass(time.Second)
		if f := l.GroupFleet("phi-4-mini", "staging"); f.Versions["2.0.0"] != 12 || f.Versions["1.0.0"] != 12 {
			t.Errorf("half of the group runs %+v", f)
		}
		l.do(200, "POST", "/api/v1/deploy/execute", ask)
		assigned := l.do(200, "GET", "/api/v1/devices/dev_00000001/assignments", nil) // at once, before the device syncs
		if !strings.Contains(assigned.raw, `"version":"2.0.0"`) {
			t.Errorf("the member has the assignments %s", assigned.raw)
		}
		l.pass(time.Second)
		l.wantFleet(map[string]int{"1.0.0": 100, "2.0.0": 24})

		for status, wrong := range map[int]object{
			404: {"model_name": "phi-4-mini", "version": "2.0.0", "group": "nothing"},
			422: {"model_name": "phi-4-mini", "version": "2.0.0"},
		} {
			l.do(status, "POST", "/api/v1/deploy/execute", wrong)
		}
		l.do(404, "POST", "/api/v1/deploy/execute", object{"model_name": "phi-4-mini", "version": "2.0.0", "devices": []string{"nobody"}})
		l.do(404, "POST", "/api/v1/deploy/execute", object{"model_name": "phi-4-mini", "version": "9.9.9", "group": "staging"})
		l.do(422, "POST", "/api/v1/deploy/execute", object{"model_name": "phi-4-mini", "version": "2.0.0", "group": "staging", "rollout_percentage": 101})
	}
}

func TestCheckCompatibility(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	ask := object{"model_name": "phi-4-mini", "devices": []string{"dev_00000001", "dev_00000006"}}
	l.wantFields(l.do(200, "POST", "/api/v1/deploy/check-compatibility", ask), object{"all_compatible": true})
	l.do(201, "POST", modelsPath+"/phi-4-mini/versions", object{
		"version": "3.0.0", "storage_path": "s", "format": "onnx", "checksum": "c", "size_bytes": 600 << 20,
	})
	l.do(200, "POST", modelsPath+"/phi-4-mini/versions/3.0.0/publish", nil)
	r := l.do(200, "POST", "/api/v1/deploy/check-compatibility", ask)
	l.wantFields(r, object{"all_compatible": false, "model_version": "3.0.0"})
	devices := r.object["devices"].([]any)
	l.wantFields(reply{object: devices[0].(object)}, object{"compatible": true, "device_class": "flagship", "issues": []any{}})
	l.wantFields(reply{object: devices[1].(object)}, object{"compatible": false, "device_class": "mid"})
}
