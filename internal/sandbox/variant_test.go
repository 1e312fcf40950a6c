package sandbox

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func withVariants(variants ...Variant) func(*Options) {
	return func(o *Options) { o.Variants = variants }
}

// CONTRACT.md 4.15, 8.22
func TestSingleAssignment(t *testing.T) {
	t.Parallel()
	for _, dialect := range []Dialect{DialectDocs, DialectSDK} {
		h := newHarness(t, withDialect(dialect), withVariants(SingleAssignment))
		h.do(201, "POST", "/api/v1/models", object{"name": "other", "framework": "onnx", "use_case": "other"})
		h.do(201, "POST", "/api/v1/models/other/versions", object{
			"version": "7.0.0", "storage_path": "x", "format": "onnx", "checksum": "sha256:00", "size_bytes": 1,
		})
		const device = "/api/v1/devices/dev_00000001"
		expect := func(path string, want any) {
			t.Helper()
			got := h.do(200, "GET", path, nil).object
			if _, listed := got["assignments"]; listed {
				t.Errorf("%s: the device has a list too", dialect)
			}
			if diff := cmp.Diff(want, got["assignment"]); diff != "" {
				t.Errorf("%s: the assignment (-want +got):\n%s", dialect, diff)
			}
		}
		expect(device, object{"model_id": "mdl_00000001", "version": "1.0.0", "source": "rollout"})
		h.do(200, "POST", "/api/v1/deploy/execute", object{"model_name": "other", "model_version": "7.0.0", "devices": []string{"dev_00000001"}})
		expect(device, object{"model_id": "mdl_00000002", "version": "7.0.0", "source": "deployment"})
		members := h.do(200, "GET", "/api/v1/device-groups/grp_00000001/devices", nil).raw
		if !strings.Contains(members, `"assignment":{`) {
			t.Errorf("%s: the members of a group have none: %.200s", dialect, members)
		}
		none := newHarness(t, withDialect(dialect), withVariants(SingleAssignment))
		none.do(204, "DELETE", rolloutsPath+"/"+map[Dialect]string{DialectDocs: "rol_00000001", DialectSDK: "1"}[dialect], nil)
		none.do(204, "DELETE", rolloutsPath+"/"+map[Dialect]string{DialectDocs: "rol_00000002", DialectSDK: "2"}[dialect], nil)
		if got := none.do(200, "GET", device, nil); !strings.Contains(got.raw, `"assignment":null`) {
			t.Errorf("%s: a device without an assignment: %s", dialect, got.raw)
		}
	}
}

// CONTRACT.md 8.23, 8.24
func TestUploadVariants(t *testing.T) {
	t.Parallel()
	plain := newHarness(t)
	form := map[string]string{"version": "1.0.0", "filename": "m.gguf", "content_type": "application/octet-stream"}
	plain.postForm(404, "/api/v1/models/fresh/versions/upload-url", form)

	h := newHarness(t, withVariants(ActiveVersions, UploadCreatesModel))
	h.postForm(422, "/api/v1/models/fresh/versions/upload-url", map[string]string{"version": "1.0.0"})
	h.do(404, "GET", "/api/v1/models/fresh", nil)
	h.postForm(200, "/api/v1/models/fresh/versions/upload-url", form)
	h.wantFields(h.do(200, "GET", "/api/v1/models/fresh", nil), object{"name": "fresh"})
	const versions = "/api/v1/models/fresh/versions"
	h.wantFields(h.do(201, "POST", versions, object{
		"version": "1.0.0", "storage_path": "x", "format": "onnx", "checksum": "sha256:00", "size_bytes": 1,
	}), object{"status": "active"})
	h.wantFields(h.do(200, "POST", versions+"/1.0.0/publish", object{}), object{"status": "active"})
	h.wantFields(h.do(200, "GET", versions+"/latest", nil), object{"version": "1.0.0"})
	h.wantFields(h.do(200, "POST", versions+"/1.0.0/deprecate", object{}), object{"status": "deprecated"})
	h.do(409, "POST", versions+"/1.0.0/publish", object{})
}

// CONTRACT.md 1.18, 8.25
func TestRequireOrg(t *testing.T) {
	t.Parallel()
	for _, dialect := range []Dialect{DialectDocs, DialectSDK} {
		h := newHarness(t, withDialect(dialect), withVariants(RequireOrg))
		for _, path := range []string{"/api/v1/devices", "/api/v1/device-groups"} {
			if r := h.do(422, "GET", path, nil); !strings.Contains(r.raw, `"loc":["query","org_id"]`) {
				t.Errorf("%s: %s", dialect, r.raw)
			}
			h.do(200, "GET", path+"?org_id=demo", nil)
			h.do(404, "GET", path+"?org_id=other", nil)
		}
		h.do(200, "GET", "/api/v1/models", nil)
	}
}

// Octomil's command line rolls back by a plain rollout of the older version: the newest one decides, the older stays open.
//
// CONTRACT.md 3.71, 8.26
func TestConcurrentRollouts(t *testing.T) {
	t.Parallel()
	for _, dialect := range []Dialect{DialectDocs, DialectSDK} {
		plain := newHarness(t, withDialect(dialect))
		plain.start("2.0.0", 40)
		plain.do(409, "POST", rolloutsPath, object{"version": "1.0.0", "rollout_percentage": 100})

		h := newHarness(t, withDialect(dialect), withVariants(ConcurrentRollouts))
		first := h.start("2.0.0", 100)
		second := h.start("1.0.0", 100)
		h.elapse(5e9)
		h.wantFields(h.do(200, "GET", first, nil), object{"status": "active"})
		h.wantFields(h.do(200, "GET", second, nil), object{"status": "completed"})
		h.wantFleet(map[string]int{"1.0.0": 124})
		if dialect == DialectDocs {
			third := h.start("2.0.0", 10)
			h.do(200, "POST", "/api/v1/models/phi-4-mini/rollback", object{"to_version": "0.9.0"})
			for _, path := range []string{first, third} {
				h.wantFields(h.do(200, "GET", path, nil), object{"status": "rolled_back"})
			}
		}
	}
}

func TestParseVariants(t *testing.T) {
	t.Parallel()
	got, err := parseVariants("require-org, concurrent-rollouts,")
	if diff := cmp.Diff([]Variant{RequireOrg, ConcurrentRollouts}, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if got, err := parseVariants(""); err != nil || got != nil {
		t.Errorf("none: %v, %v", got, err)
	}
	if _, err := parseVariants("require-org,spicy"); err == nil || !strings.Contains(err.Error(), `"spicy"`) || !strings.Contains(err.Error(), "single-assignment") {
		t.Errorf("an unknown variant: %v", err)
	}
}
