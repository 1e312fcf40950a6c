package sandbox

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// CONTRACT.md 1.4, 1.41, 1.42, 1.44, 1.52, 1.57, 8.3, 8.12
func TestErrorEnvelopes(t *testing.T) {
	t.Parallel()
	docs, sdk := newHarness(t), newHarness(t, withDialect(DialectSDK))
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
			object{"error": "validation_error", "message": "rollout_percentage must be between 0 and 100", "status_code": 422.0},
			object{"detail": []any{object{
				"loc": []any{"body", "rollout_percentage"}, "msg": "rollout_percentage must be between 0 and 100", "type": "value_error",
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
		for _, h := range []*harness{docs, sdk} {
			h.AddKey("reader", "models:read")
			want := c.docs
			if h == sdk {
				want = c.sdk
			}
			r := h.request(c.key, c.method, c.path, c.body)
			if r.status != c.status {
				t.Errorf("%s: got %d, want %d: %s", c.name, r.status, c.status, r.raw)
			}
			got := object{}
			for key := range want {
				got[key] = r.object[key]
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", c.name, h.world.dialect, diff)
			}
			if !strings.HasPrefix(r.header.Get("X-Request-Id"), "req_") {
				t.Errorf("%s: no X-Request-Id", c.name)
			}
		}
	}
}

// A missing object never returns the bare 404, which means that the route does not exist.
//
// CONTRACT.md 1.17, 1.55, 8.47
func TestNotFoundNamesTheObject(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		for _, path := range []string{
			"models/nothing", "models/nothing/versions", "models/nothing/rollouts", "models/phi-4-mini/versions/nothing",
			"models/phi-4-mini/rollouts/nothing", "device-groups/nothing", "device-groups/nothing/devices", "devices/nothing",
			"devices/nothing/assignments", "settings/nothing", "models?org_id=nothing", "devices?org_id=nothing",
			"settings/compliance/nothing", "settings/integrations/nothing", "orgs/nothing/members", "experiments/nothing",
			"experiments/nothing/target-groups", "federations/nothing", "federations/nothing/models", "federations/nothing/privacy",
		} {
			if r := h.do(404, "GET", "/api/v1/"+path, nil); !strings.Contains(r.raw, "nothing") {
				h.t.Errorf("%s: %s", path, r.raw)
			}
		}
	})
}
