package sandbox

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const keysPath = "/api/v1/api-keys"

func (h *harness) createKey(body object) (path, secret string) {
	h.t.Helper()
	r := h.do(201, "POST", keysPath, body)
	return keysPath + "/" + r.object["id"].(string), r.object["api_key"].(string)
}

// CONTRACT.md 1.5, 1.38, 7.1, 7.2, 7.3, 7.4, 7.13
func TestKeyLifecycle(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		if found := h.listItems(keysPath, "keys"); len(found) != 0 {
			h.t.Fatalf("the sandbox starts with the keys %v", found)
		}
		r := h.do(201, "POST", keysPath+"?org_id=demo", object{"org_id": "demo", "name": "ci", "scopes": object{"models": []string{"read"}}})
		h.wantFields(r, object{"id": "key_00000001", "name": "ci", "org_id": "demo", "revoked_at": nil})
		secret, prefix := r.object["api_key"].(string), r.object["prefix"].(string)
		if !strings.HasPrefix(secret, "edg_") || !strings.HasPrefix(secret, prefix) || len(prefix) > len(secret)/2 {
			h.t.Errorf("the secret is %s, its prefix %s", secret, prefix)
		}
		for _, use := range []struct {
			method, path string
			status       int
		}{{"GET", modelsPath, 200}, {"POST", modelsPath, 403}, {"GET", devicesPath, 403}, {"GET", keysPath, 403}, {"GET", "/api/v1/status", 200}} {
			if got := h.request(secret, use.method, use.path, nil).status; got != use.status {
				h.t.Errorf("%s %s with the new key: got %d, want %d", use.method, use.path, got, use.status)
			}
		}
		// The secret is returned once.
		if list := h.do(200, "GET", keysPath, nil); strings.Contains(list.raw, secret) || strings.Contains(list.raw, `"api_key"`) {
			h.t.Errorf("the list shows the secret: %s", list.raw)
		}
		h.elapse(time.Minute)
		revoked := h.do(200, "POST", keysPath+"/key_00000001/revoke", nil)
		if strings.Contains(revoked.raw, secret) || revoked.object["revoked_at"] == nil {
			h.t.Errorf("revoke returned %s", revoked.raw)
		}
		if got := h.request(secret, "GET", modelsPath, nil).status; got != 401 {
			h.t.Errorf("a revoked key got status %d", got)
		}
		h.elapse(time.Minute)
		h.wantFields(h.do(200, "POST", keysPath+"/key_00000001/revoke", nil), object{"revoked_at": revoked.object["revoked_at"]})
		// A revoked key stays in the list.
		if diff := cmp.Diff([]any{revoked.object["revoked_at"]}, fieldValues(h.listItems(keysPath, "keys"), "revoked_at")); diff != "" {
			h.t.Errorf("the list after the revocation (-want +got):\n%s", diff)
		}
		h.do(409, "POST", keysPath+"/key_00000001/rotate", nil)
		h.do(404, "POST", keysPath+"/key_nothing/revoke", nil)
		h.do(404, "POST", keysPath+"/key_nothing/rotate", nil)
	})
}

// CONTRACT.md 7.4
func TestRotateKey(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		path, old := h.createKey(object{"name": "ci", "scopes": []string{"models:read"}})
		r := h.do(200, "POST", path+"/rotate", nil)
		h.wantFields(r, object{"id": "key_00000002", "name": "ci", "scopes": []any{"models:read"}, "revoked_at": nil})
		fresh := r.object["api_key"].(string)
		if fresh == old {
			h.t.Error("the secret stayed the same")
		}
		for secret, want := range map[string]int{old: 401, fresh: 200} {
			if got := h.request(secret, "GET", modelsPath, nil).status; got != want {
				h.t.Errorf("got %d, want %d", got, want)
			}
		}
		if got := h.request(fresh, "POST", modelsPath, nil).status; got != 403 {
			h.t.Errorf("the new key may do more than the old one: %d", got)
		}
		if revoked := fieldValues(h.listItems(keysPath, "keys"), "revoked_at"); revoked[0] == nil || revoked[1] != nil {
			h.t.Errorf("revoked at: %v", revoked)
		}
	})
}

// CONTRACT.md 7.12, 7.15
func TestKeyValidation(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		for field, body := range map[string][]string{
			"name": {`{}`, `{"name":""}`},
			"scopes": {
				`{"name":"x","scopes":"models:read"}`, `{"name":"x","scopes":["models"]}`, `{"name":"x","scopes":{"models":5}}`,
				`{"name":"x","scopes":{"models":[5]}}`, `{"name":"x","scopes":{"Models":"read"}}`, `{"name":"x","scopes":[5]}`,
			},
		} {
			for _, wrong := range body {
				if r := h.do(422, "POST", keysPath, wrong); !strings.Contains(r.raw, field) {
					h.t.Errorf("%s: the response does not name %s: %s", wrong, field, r.raw)
				}
			}
		}
		h.do(404, "POST", keysPath, object{"name": "x", "org_id": "other"})
		h.do(404, "GET", keysPath+"?org_id=other", nil)
		if found := h.listItems(keysPath, "keys"); len(found) != 0 {
			h.t.Errorf("rejected requests left %v", found)
		}
		// Names need not be unique. A key without scopes may only call status.
		h.createKey(object{"name": "twin"})
		_, secret := h.createKey(object{"name": "twin"})
		if got := [2]int{h.request(secret, "GET", "/api/v1/status", nil).status, h.request(secret, "GET", modelsPath, nil).status}; got != [2]int{200, 403} {
			h.t.Errorf("a key without scopes got statuses %v", got)
		}
	})
}
