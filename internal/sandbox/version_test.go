package sandbox

import (
	"strings"
	"testing"
)

// CONTRACT.md 2.21, 2.22, 2.23, 2.24, 2.25, 2.26, 2.32, 2.33, 2.34, 2.35
func TestVersionLifecycle(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	versions := modelsPath + "/phi-4-mini/versions"
	body := object{
		"version": "3.0.0", "storage_path": "s3://x", "format": "gguf", "checksum": "sha256:1", "size_bytes": 42, "metrics": object{"a": 1},
	}
	h.wantFields(h.do(201, "POST", versions, body), object{"status": "draft", "size_bytes": 42.0, "model_id": "mdl_00000001", "metrics": object{"a": 1.0}})
	h.do(409, "POST", versions, body)
	for _, missing := range []string{"version", "storage_path", "format", "checksum", "size_bytes"} {
		incomplete := object{"version": "3.0.1", "storage_path": "s", "format": "f", "checksum": "c", "size_bytes": 1}
		delete(incomplete, missing)
		if rejected := h.do(422, "POST", versions, incomplete); !strings.Contains(rejected.raw, missing) {
			t.Errorf("the response does not name %s: %s", missing, rejected.raw)
		}
	}
	h.wantFields(h.do(200, "GET", versions+"/latest", nil), object{"version": "2.0.0"}) // a draft is not the latest
	h.do(409, "POST", versions+"/3.0.0/deprecate", object{})
	h.wantFields(h.do(200, "POST", versions+"/3.0.0/publish", object{}), object{"status": "published"})
	h.wantFields(h.do(200, "GET", versions+"/latest", nil), object{"version": "3.0.0"})
	h.wantFields(h.do(200, "PATCH", versions+"/3.0.0/metrics", object{"metrics": object{"b": 2}}), object{"metrics": object{"a": 1.0, "b": 2.0}})
	h.wantFields(h.do(200, "POST", versions+"/3.0.0/deprecate", object{}), object{"status": "deprecated"})
	h.do(409, "POST", versions+"/3.0.0/publish", object{})
	list := h.do(200, "GET", versions, nil)
	h.wantFields(list, object{"total": 4.0})
	if newest := list.object["versions"].([]any)[0].(object); newest["version"] != "3.0.0" {
		t.Errorf("the newest version is not first: %v", newest["version"])
	}
	h.wantFields(h.do(200, "GET", versions+"?status=deprecated", nil), object{"total": 1.0})

	h.do(409, "DELETE", versions+"/1.0.0", nil) // rolled out
	h.do(409, "DELETE", versions+"/0.9.0", nil)
	h.do(204, "DELETE", versions+"/3.0.0", nil)
	h.do(404, "GET", versions+"/3.0.0", nil)
}
