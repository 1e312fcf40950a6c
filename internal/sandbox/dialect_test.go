package sandbox

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDialectsOfARollout(t *testing.T) {
	t.Parallel()
	docs, sdk := newLab(t), newLab(t, withDialect(DialectSDK))
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
	if r := docs.do(200, "GET", rolloutsPath, nil); r.object["rollouts"] == nil {
		t.Errorf("docs: no list in an object: %s", r.raw)
	}
	if r := sdk.do(200, "GET", rolloutsPath, nil); !strings.HasPrefix(r.raw, "[") {
		t.Errorf("sdk: no bare array: %s", r.raw)
	}
	if r := sdk.do(200, "GET", "/api/v1/device-groups/grp_00000001/devices", nil); !strings.HasPrefix(r.raw, "[") || strings.Contains(r.raw, "assignments") {
		t.Errorf("sdk: no bare array without assignments: %.200s", r.raw)
	}
	if r := docs.do(200, "GET", "/api/v1/device-groups/grp_00000001/devices", nil); !strings.Contains(r.raw, `"assignments":[{"model_id":"mdl_00000001","version":"1.0.0"`) {
		t.Errorf("docs: no assignments: %.200s", r.raw)
	}
}

func TestErrorEnvelopes(t *testing.T) {
	t.Parallel()
	docs, sdk := newLab(t), newLab(t, withDialect(DialectSDK))
	for _, c := range []struct {
		name, key, method, path, body string
		status                        int
		docs, sdk                     object
	}{
		{
			"missing object", "sandbox", "GET", "/api/v1/models/nothing", "", 404,
			object{"error": "not_found", "status_code": 404.0}, object{},
		},
		{
			"no key", "", "GET", "/api/v1/models", "", 401,
			object{"error": "unauthorized", "message": "the API key is missing or not valid", "status_code": 401.0},
			object{"detail": "the API key is missing or not valid"},
		},
		{
			"wrong key", "other", "GET", "/api/v1/models", "", 401,
			object{"error": "unauthorized"}, object{"detail": "the API key is missing or not valid"},
		},
		{
			"limited key", "reader", "POST", "/api/v1/models", "{}", 403,
			object{"error": "forbidden", "message": "the API key lacks the scope models:write"},
			object{"detail": "the API key lacks the scope models:write"},
		},
		{
			"wrong field", "sandbox", "POST", rolloutsPath, `{"version":"2.0.0","rollout_percentage":101}`, 422,
			object{"error": "validation_error", "message": "rollout_percentage must be from 0 to 100", "status_code": 422.0},
			object{"detail": []any{object{
				"loc": []any{"body", "rollout_percentage"}, "msg": "rollout_percentage must be from 0 to 100", "type": "value_error",
			}}},
		},
		{
			"no such route", "", "GET", "/api/v1/nothing", "", 404,
			object{"detail": "Not Found", "error": nil}, object{"detail": "Not Found"},
		},
		{
			"wrong method", "sandbox", "PATCH", "/api/v1/settings/demo", "{}", 405,
			object{"detail": "Method Not Allowed"}, object{"detail": "Method Not Allowed"},
		},
	} {
		for _, l := range []*lab{docs, sdk} {
			l.AddKey("reader", "models:read")
			want := c.docs
			if l == sdk {
				want = c.sdk
			}
			r := l.request(c.key, c.method, c.path, c.body)
			if r.status != c.status {
				t.Errorf("%s: got %d, want %d: %s", c.name, r.status, c.status, r.raw)
			}
			got := object{}
			for key := range want {
				got[key] = r.object[key]
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", c.name, l.world.dialect, diff)
			}
			if !strings.HasPrefix(r.header.Get("X-Request-Id"), "req_") {
				t.Errorf("%s: no X-Request-Id", c.name)
			}
		}
	}
}

// A missing object never answers the bare 404, which says that the route is missing.
func TestMissingObjectsNameThemselves(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		for _, path := range []string{
			"models/nothing", "models/nothing/versions", "models/nothing/rollouts", "models/phi-4-mini/versions/nothing",
			"models/phi-4-mini/rollouts/nothing", "device-groups/nothing", "device-groups/nothing/devices", "devices/nothing",
			"devices/nothing/assignments", "settings/nothing", "models?org_id=nothing", "devices?org_id=nothing",
			"settings/compliance/nothing", "settings/integrations/nothing", "orgs/nothing/members", "experiments/nothing",
			"experiments/nothing/target-groups", "federations/nothing", "federations/nothing/models", "federations/nothing/privacy",
		} {
			if r := l.do(404, "GET", "/api/v1/"+path, nil); !strings.Contains(r.raw, "nothing") {
				l.t.Errorf("%s: %s", path, r.raw)
			}
		}
	})
}

func TestScopes(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.AddKey("rollouts", "rollouts:read", "rollouts:write")
	l.AddKey("everything")
	for _, c := range []struct {
		key, method, path string
		status            int
	}{
		{"rollouts", "GET", rolloutsPath, 200},
		{"rollouts", "GET", "/api/v1/models", 403},
		{"rollouts", "GET", "/api/v1/devices", 403},
		{"rollouts", "PUT", settingsPath, 403},
		{"rollouts", "GET", "/api/v1/status", 200},
		{"everything", "GET", "/api/v1/devices", 200},
		{"", "GET", "/api/v1/health", 200},
		{"", "GET", "/api/v1/status", 401},
	} {
		if r := l.request(c.key, c.method, c.path, nil); r.status != c.status {
			t.Errorf("%s %s with key %q: got %d, want %d", c.method, c.path, c.key, r.status, c.status)
		}
	}
}

// Every call has a name for the ledger, and whoever may make none of those that need a scope is refused before anything else.
func TestEveryRouteHasItsScope(t *testing.T) {
	t.Parallel()
	open := map[string]bool{"health": true, "register device": true}
	ids := strings.NewReplacer("{", "", "}", "")
	eachDialect(t, func(l *lab) {
		l.AddKey("nothing", "nothing:at_all")
		for _, r := range routes() {
			if r.only != "" && r.only != l.world.dialect || r.scope == anyKey {
				continue
			}
			path := "/api/v1" + ids.Replace(r.path)
			stranger, limited := l.request("", r.method, path, nil), l.request("nothing", r.method, path, nil)
			if open[r.operation] {
				continue
			}
			if stranger.status != 401 || limited.status != 403 || !strings.Contains(limited.raw, r.scope) {
				l.t.Errorf("%s %s: got %d without a key, %d with a limited one: %s", r.method, r.path, stranger.status, limited.status, limited.raw)
			}
			entries := l.Ledger()
			last := entries[len(entries)-1]
			if r.operation == "" || last.Operation != r.operation || last.Status != 403 {
				l.t.Errorf("%s %s: the ledger has %+v", r.method, r.path, last)
			}
		}
	})
}

func TestBothRootsAndEscapedIDs(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.do(201, "POST", "/v1/models/phi-4-mini/versions", object{
		"version": "3.0.0+cuda/1", "storage_path": "s", "format": "onnx", "checksum": "c", "size_bytes": 1,
	})
	for _, path := range []string{"/v1/models/mdl_00000001", "/api/v1/models/phi-4-mini"} {
		l.wantFields(l.do(200, "GET", path+"/versions/3.0.0%2Bcuda%2F1", nil), object{"version": "3.0.0+cuda/1", "status": "draft"})
	}
	rec := httptest.NewRecorder()
	l.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/models", http.NoBody))
	if rec.Code != http.StatusNotFound {
		t.Errorf("outside the API's root: got %d", rec.Code)
	}
}
