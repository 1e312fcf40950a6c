package sandbox

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// CONTRACT.md 1.54, 8.45
func TestScopeEnforcement(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.AddKey("rollouts", "rollouts:read", "rollouts:write")
	h.AddKey("everything")
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
		if r := h.request(c.key, c.method, c.path, nil); r.status != c.status {
			t.Errorf("%s %s with key %q: got %d, want %d", c.method, c.path, c.key, r.status, c.status)
		}
	}
}

// CONTRACT.md 7.14, 7.15, 8.18
func TestScopeFormats(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ sent, docs string }{
		{`{"devices":"write"}`, `["devices:write"]`},
		{`{"devices":["write","read"],"models":"read"}`, `["devices:read","devices:write","models:read"]`},
		{`["models:read","devices:read","models:read"]`, `["devices:read","models:read"]`},
		{`{}`, `[]`},
		{`{"devices":[]}`, `[]`},
		{`null`, `[]`},
	} {
		docs, sdk := newHarness(t), newHarness(t, withDialect(DialectSDK))
		body := `{"name":"x","scopes":` + c.sent + `}`
		var want any
		if err := json.Unmarshal([]byte(c.docs), &want); err != nil {
			t.Fatal(err)
		}
		docs.wantFields(docs.do(201, "POST", keysPath, body), object{"scopes": want})
		// The SDK dialect returns what it was sent, or an empty object for no scopes.
		if c.docs == `[]` {
			want = object{}
		} else if err := json.Unmarshal([]byte(c.sent), &want); err != nil {
			t.Fatal(err)
		}
		sdk.wantFields(sdk.do(201, "POST", keysPath, body), object{"scopes": want})
		if diff := cmp.Diff([]any{want}, fieldValues(sdk.listItems(keysPath, "keys"), "scopes")); diff != "" {
			t.Errorf("%s in the list (-want +got):\n%s", c.sent, diff)
		}
		// Each format grants the same.
		for _, h := range []*harness{docs, sdk} {
			k := h.world.keys.all[0]
			got := h.request(k.secret, "PATCH", devicesPath+"/dev_00000001", `{}`).status == 200
			if want := strings.Contains(c.docs, "devices:write"); got != want {
				t.Errorf("%s, %s: may write devices: %v, want %v", h.world.dialect, c.sent, got, want)
			}
		}
	}
}

// Admin scopes include the settings.
//
// CONTRACT.md 8.45
func TestAdminScopes(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	_, secret := h.createKey(object{"name": "admin", "scopes": object{"admin": "read"}})
	for path, want := range map[string]int{
		keysPath: 200, "/api/v1/orgs/demo/members": 200, settingsPath: 200, "/api/v1/settings/compliance/pci": 200,
		"/api/v1/metrics/integrations": 200, "/api/v1/experiments": 403, "/api/v1/federations": 403,
	} {
		if got := h.request(secret, "GET", path, nil).status; got != want {
			t.Errorf("GET %s: got %d, want %d", path, got, want)
		}
	}
	for path, method := range map[string]string{keysPath: "POST", settingsPath: "PUT", "/api/v1/orgs/demo/members": "POST"} {
		if got := h.request(secret, method, path, `{}`).status; got != 403 {
			t.Errorf("%s %s: got %d", method, path, got)
		}
	}
}
