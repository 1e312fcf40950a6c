package sandbox

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const keysPath = "/api/v1/api-keys"

func (l *lab) key(body object) (path, secret string) {
	l.t.Helper()
	r := l.do(201, "POST", keysPath, body)
	return keysPath + "/" + r.object["id"].(string), r.object["api_key"].(string)
}

func TestKeyLifecycle(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		if found := l.items(keysPath, "keys"); len(found) != 0 {
			l.t.Fatalf("the sandbox starts with the keys %v", found)
		}
		r := l.do(201, "POST", keysPath+"?org_id=demo", object{"org_id": "demo", "name": "ci", "scopes": object{"models": []string{"read"}}})
		l.wantFields(r, object{"id": "key_00000001", "name": "ci", "org_id": "demo", "revoked_at": nil})
		secret, prefix := r.object["api_key"].(string), r.object["prefix"].(string)
		if !strings.HasPrefix(secret, "edg_") || !strings.HasPrefix(secret, prefix) || len(prefix) > len(secret)/2 {
			l.t.Errorf("the secret is %s, its prefix %s", secret, prefix)
		}
		for _, use := range []struct {
			method, path string
			status       int
		}{{"GET", modelsPath, 200}, {"POST", modelsPath, 403}, {"GET", devicesPath, 403}, {"GET", keysPath, 403}, {"GET", "/api/v1/status", 200}} {
			if got := l.request(secret, use.method, use.path, nil).status; got != use.status {
				l.t.Errorf("%s %s with the new key: got %d, want %d", use.method, use.path, got, use.status)
			}
		}
		// The secret is answered once.
		if list := l.do(200, "GET", keysPath, nil); strings.Contains(list.raw, secret) || strings.Contains(list.raw, `"api_key"`) {
			l.t.Errorf("the list shows the secret: %s", list.raw)
		}
		l.pass(time.Minute)
		revoked := l.do(200, "POST", keysPath+"/key_00000001/revoke", nil)
		if strings.Contains(revoked.raw, secret) || revoked.object["revoked_at"] == nil {
			l.t.Errorf("revoke answers %s", revoked.raw)
		}
		if got := l.request(secret, "GET", modelsPath, nil).status; got != 401 {
			l.t.Errorf("a revoked key is answered %d", got)
		}
		l.pass(time.Minute)
		l.wantFields(l.do(200, "POST", keysPath+"/key_00000001/revoke", nil), object{"revoked_at": revoked.object["revoked_at"]})
		// A revoked key stays in the list.
		if diff := cmp.Diff([]any{revoked.object["revoked_at"]}, field(l.items(keysPath, "keys"), "revoked_at")); diff != "" {
			l.t.Errorf("the list after the revocation (-want +got):\n%s", diff)
		}
		l.do(409, "POST", keysPath+"/key_00000001/rotate", nil)
		l.do(404, "POST", keysPath+"/key_nothing/revoke", nil)
		l.do(404, "POST", keysPath+"/key_nothing/rotate", nil)
	})
}

func TestRotateKey(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		path, old := l.key(object{"name": "ci", "scopes": []string{"models:read"}})
		r := l.do(200, "POST", path+"/rotate", nil)
		l.wantFields(r, object{"id": "key_00000002", "name": "ci", "scopes": []any{"models:read"}, "revoked_at": nil})
		fresh := r.object["api_key"].(string)
		if fresh == old {
			l.t.Error("the secret stayed the same")
		}
		for secret, want := range map[string]int{old: 401, fresh: 200} {
			if got := l.request(secret, "GET", modelsPath, nil).status; got != want {
				l.t.Errorf("got %d, want %d", got, want)
			}
		}
		if got := l.request(fresh, "POST", modelsPath, nil).status; got != 403 {
			l.t.Errorf("the new key may do more than the old one: %d", got)
		}
		if revoked := field(l.items(keysPath, "keys"), "revoked_at"); revoked[0] == nil || revoked[1] != nil {
			l.t.Errorf("revoked at: %v", revoked)
		}
	})
}

func TestKeysAreChecked(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		for field, body := range map[string][]string{
			"name": {`{}`, `{"name":""}`},
			"scopes": {
				`{"name":"x","scopes":"models:read"}`, `{"name":"x","scopes":["models"]}`, `{"name":"x","scopes":{"models":5}}`,
				`{"name":"x","scopes":{"models":[5]}}`, `{"name":"x","scopes":{"Models":"read"}}`, `{"name":"x","scopes":[5]}`,
			},
		} {
			for _, wrong := range body {
				if r := l.do(422, "POST", keysPath, wrong); !strings.Contains(r.raw, field) {
					l.t.Errorf("%s: the answer does not name %s: %s", wrong, field, r.raw)
				}
			}
		}
		l.do(404, "POST", keysPath, object{"name": "x", "org_id": "other"})
		l.do(404, "GET", keysPath+"?org_id=other", nil)
		if found := l.items(keysPath, "keys"); len(found) != 0 {
			l.t.Errorf("refused requests left %v", found)
		}
		// A name need not be unique, and a key without scopes may only say that it is valid.
		l.key(object{"name": "twin"})
		_, secret := l.key(object{"name": "twin"})
		if got := [2]int{l.request(secret, "GET", "/api/v1/status", nil).status, l.request(secret, "GET", modelsPath, nil).status}; got != [2]int{200, 403} {
			l.t.Errorf("a key without scopes is answered %v", got)
		}
	})
}
