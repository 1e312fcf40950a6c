package sandbox

import (
	"strings"
	"testing"
)

// CONTRACT.md 1.14, 1.22, 3.1, 4.12, 8.3, 8.11, 8.13, 8.15
func TestRolloutDialects(t *testing.T) {
	t.Parallel()
	docs, sdk := newHarness(t), newHarness(t, withDialect(DialectSDK))
	create := object{"version": "2.0.0", "rollout_percentage": 10}
	d, s := docs.do(201, "POST", rolloutsPath, create), sdk.do(201, "POST", rolloutsPath, create)
	for _, want := range []string{`"id":"rol_00000003"`, `"percentage":10,`, `"target_percentage":100,`} {
		if !strings.Contains(d.raw, want) {
			t.Errorf("docs: no %s in %s", want, d.raw)
		}
	}
	for _, want := range []string{`"id":3,`, `"rollout_id":3,`, `"percentage":10.0,`, `"target_percentage":100.0,`} {
		if !strings.Contains(s.raw, want) {
			t.Errorf("sdk: no %s in %s", want, s.raw)
		}
	}
	if r := sdk.do(200, "GET", "/api/v1/device-groups/grp_00000001/devices", nil); !strings.HasPrefix(r.raw, "[") || strings.Contains(r.raw, "assignments") {
		t.Errorf("sdk: no bare array without assignments: %.200s", r.raw)
	}
	if r := docs.do(200, "GET", "/api/v1/device-groups/grp_00000001/devices", nil); !strings.Contains(r.raw, `"assignments":[{"model_id":"mdl_00000001","version":"1.0.0"`) {
		t.Errorf("docs: no assignments: %.200s", r.raw)
	}
}

// In both dialects, lists have the form that every SDK reads. A variant wraps those that are not paged.
//
// CONTRACT.md 1.21, 1.22, 8.13, 8.21
func TestListShapes(t *testing.T) {
	t.Parallel()
	const federation = "/api/v1/federations/fed_00000001"
	bare := map[string]string{
		rolloutsPath: "rollouts", rolloutsPath + "/active": "rollouts", "/api/v1/api-keys": "keys",
		"/api/v1/orgs/demo/members": "members", "/api/v1/metrics/integrations": "integrations",
		"/api/v1/log-streams/integrations": "integrations", "/api/v1/federations": "federations",
		federation + "/members": "members", federation + "/models": "models",
	}
	objects := map[string]string{
		"/api/v1/rollouts/active": "rollouts", "/api/v1/models": "models", "/api/v1/devices": "devices",
		"/api/v1/device-groups": "groups", "/api/v1/models/phi-4-mini/versions": "versions",
	}
	for _, dialect := range []Dialect{DialectDocs, DialectSDK} {
		for _, wrapped := range []bool{false, true} {
			h := newHarness(t, withDialect(dialect), func(o *Options) {
				if wrapped {
					o.Variants = []Variant{WrappedLists}
				}
			})
			h.do(201, "POST", "/api/v1/federations", object{"name": "fed", "org_id": "demo"})
			history := h.start("2.0.0", 40) + "/status-history"
			expect := func(path, key string) {
				if list, isList := h.do(200, "GET", path, nil).object[key].([]any); !isList || list == nil {
					t.Errorf("%s, wrapped %t: %s has no list under %q", dialect, wrapped, path, key)
				}
			}
			for path, key := range objects {
				expect(path, key)
			}
			for path, key := range bare {
				if !wrapped {
					key = "items" // as the harness calls a bare array
				}
				expect(path, key)
			}
			expect(history, map[bool]string{false: "items", true: "history"}[wrapped])
		}
	}
}

// CONTRACT.md 1.21, 1.31, 1.32, 1.33, 1.34, 5.1
func TestPagination(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for path, limit := range map[string]float64{
		"models?limit=500": 100, "models": 20, "devices": 100, "devices?limit=5000": 1000, "device-groups?limit=5000": 1000,
		"models/phi-4-mini/versions?limit=5000": 100,
	} {
		h.wantFields(h.do(200, "GET", "/api/v1/"+path, nil), object{"limit": limit})
	}
	h.wantFields(h.do(200, "GET", "/api/v1/devices?limit=1&offset=900", nil), object{"total": 124.0, "devices": []any{}})
	h.do(422, "GET", "/api/v1/devices?limit=-1", nil)
	h.do(422, "GET", "/api/v1/devices?offset=x", nil)
}
