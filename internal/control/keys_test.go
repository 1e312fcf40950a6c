package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// CONTRACT.md 7.11, 7.14
func TestAPIKeyDecodesEverySpelling(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]APIKey{
		`{"id":"key_1","name":"ci","api_key":"edg_abc","prefix":"edg_a","scopes":["models:read"],"created_at":"2026-11-24T12:00:00Z","revoked_at":null}`: {
			ID: "key_1", Name: "ci", Secret: "edg_abc", Prefix: "edg_a", Scopes: []string{"models:read"}, CreatedAt: "2026-11-24T12:00:00Z",
		},
		`{"id":7,"name":"ci","revoked_at":"2026-11-24T12:00:00Z"}`:       {ID: "7", Name: "ci", Revoked: true},
		`{"id":7,"scopes":{"models":"read","devices":["write","read"]}}`: {ID: "7", Scopes: []string{"devices:read", "devices:write", "models:read"}},
		`{"id":7,"scopes":["b:read","a:read","b:read"]}`:                 {ID: "7", Scopes: []string{"a:read", "b:read"}},
		`{"id":7,"scopes":{}}`:                                 {ID: "7", Scopes: []string{}},
		`{"id":7,"scopes":[]}`:                                 {ID: "7", Scopes: []string{}},
		`{"id":7,"scopes":{"models":[],"devices":null,"x":5}}`: {ID: "7", Scopes: []string{}},
		`{"id":7,"scopes":null}`:                               {ID: "7"},
		`{"id":7,"scopes":"models:read"}`:                      {ID: "7"},
		`{"id":7,"scopes":[5]}`:                                {ID: "7"},
		`{"id":"7","name":null,"prefix":null,"created_at":null,"api_key":null,"scopes":true}`: {ID: "7"},
	} {
		var got APIKey
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
	for _, body := range []string{`{"name":"ci"}`, `[]`, `{"id":{}}`, `7`} {
		var got APIKey
		if err := json.Unmarshal([]byte(body), &got); err == nil {
			t.Errorf("%s decodes to %+v; want an error", body, got)
		}
	}
}

// CONTRACT.md 7.2, 7.14
func TestScopesAreSentAsAnObject(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, ok(`{"keys":[]}`), ok(`{"id":"key_1","api_key":"edg_abc"}`))
	if _, err := c.CreateAPIKey(t.Context(), "ci", []string{"devices:read", "devices:write", "models:read"}); err != nil {
		t.Fatal(err)
	}
	want := `{"name":"ci","org_id":"demo","scopes":{"devices":["read","write"],"models":["read"]}}`
	if got := w.sent[1].body; got != want {
		t.Errorf("sent %s, want %s", got, want)
	}
}

// What is sent is understood again, and so is the list that other servers make of it.
//
// CONTRACT.md 7.14
func TestScopesSurviveTheWire(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		scopes := rapid.SliceOfDistinct(rapid.StringMatching(`[a-z_]{1,3}:[a-z_]{1,3}`), rapid.ID[string]).Draw(rt, "scopes")
		for _, form := range []any{scopesObject(scopes), scopes} {
			sent, err := json.Marshal(map[string]any{"id": "key_1", "scopes": form})
			if err != nil {
				rt.Fatal(err)
			}
			var got APIKey
			if err := json.Unmarshal(sent, &got); err != nil {
				rt.Fatal(err)
			}
			if diff := cmp.Diff(append([]string{}, slices.Sorted(slices.Values(scopes))...), got.Scopes); diff != "" {
				rt.Errorf("%s (-want +got):\n%s", sent, diff)
			}
		}
	})
}

// The secret of an answer that is not understood is in no error.
//
// CONTRACT.md 7.13
func TestNoErrorQuotesASecret(t *testing.T) {
	t.Parallel()
	const secret = "edg_very_secret"
	for name, r := range map[string]reply{
		"without an ID":  ok(`{"api_key":"` + secret + `"}`),
		"cut off":        ok(`{"id":"key_1","api_key":"` + secret + `"`),
		"of other types": ok(`{"id":"key_1","name":[],"api_key":["` + secret + `"]}`),
		"a server fault": answer(500, `the new key is `+secret),
		"a refusal":      answer(400, `the new key is `+secret),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := &keyServer{replies: func(n int) *reply { return &r }}
				_, err := l.client(t).CreateAPIKey(t.Context(), "ci", nil)
				if err == nil || strings.Contains(err.Error(), secret) || !strings.Contains(err.Error(), "not shown") {
					t.Errorf("the error is %v", err)
				}
			})
		})
	}
}

// keyServer is a server of API keys of which some responses are lost.
type keyServer struct {
	// replies take the place of the answer to the n-th request that makes a key, which is carried out all the same; nil lets it through.
	replies func(n int) *reply
	// lost tells what becomes of the n-th request of any kind.
	lost func(n int) loss

	mu          sync.Mutex
	keys        []map[string]any
	secrets     map[string]string
	asked, made int
}

type loss int

const (
	nothingLost loss = iota
	answerLost
	requestLost
)

func (l *keyServer) client(t testing.TB) *Client {
	t.Helper()
	c, err := New(Config{BaseURL: "https://octomil.test/api/v1", APIKey: testKey, OrgID: "demo", MaxRetries: 2, Transport: l})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (l *keyServer) RoundTrip(req *http.Request) (*http.Response, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if req.Context().Err() != nil {
		return nil, req.Context().Err()
	}
	what := nothingLost
	if l.asked++; l.lost != nil {
		what = l.lost(l.asked)
	}
	if what == requestLost {
		return nil, errCut
	}
	r := l.serve(req)
	if what == answerLost {
		return nil, errCut
	}
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return &http.Response{StatusCode: r.status, Header: http.Header{}, Request: req, Body: io.NopCloser(strings.NewReader(r.body))}, nil
}

func (l *keyServer) serve(req *http.Request) reply {
	steps := strings.Split(strings.TrimPrefix(req.URL.Path, "/api/v1/api-keys"), "/")
	last := steps[len(steps)-1]
	if req.Method == http.MethodGet {
		body, _ := json.Marshal(append([]map[string]any{}, l.keys...))
		return ok(string(body))
	}
	name := "ci"
	if last != "" {
		k := l.key(steps[1])
		switch {
		case k == nil:
			return answer(404, `{"detail":"no such key"}`)
		case last == "revoke":
			k["revoked_at"] = "2026-11-24T12:00:00Z"
			return ok("{}")
		case k["revoked_at"] != nil:
			return answer(409, `{"detail":"the key is revoked"}`)
		}
		k["revoked_at"], name = "2026-11-24T12:00:00Z", fmt.Sprint(k["name"])
	}
	return l.issue(name)
}

func (l *keyServer) issue(name string) reply {
	l.made++
	id, secret := fmt.Sprintf("key_%d", l.made), fmt.Sprintf("edg_%d", l.made)
	l.keys = append(l.keys, map[string]any{"id": id, "name": name, "revoked_at": nil})
	if l.secrets == nil {
		l.secrets = map[string]string{}
	}
	l.secrets[id] = secret
	if l.replies != nil {
		if r := l.replies(l.made); r != nil {
			return *r
		}
	}
	return ok(fmt.Sprintf(`{"id":%q,"name":%q,"api_key":%q}`, id, name, secret))
}

func (l *keyServer) key(id string) map[string]any {
	for _, k := range l.keys {
		if k["id"] == id {
			return k
		}
	}
	return nil
}

// working are the secrets of the keys that are not revoked.
func (l *keyServer) working() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	working := []string{}
	for _, k := range l.keys {
		if k["revoked_at"] == nil {
			working = append(working, l.secrets[fmt.Sprint(k["id"])])
		}
	}
	slices.Sort(working)
	return working
}

// Whatever is lost, on the server are exactly the keys whose secrets a caller has, and those of which an error says that they could
// not be revoked.
//
// CONTRACT.md 7.16
func TestNoKeyIsLeftBehind(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		losses := rapid.SliceOfN(rapid.SampledFrom([]loss{nothingLost, nothingLost, answerLost, requestLost}), 0, 40).Draw(rt, "losses")
		creates, rotates := rapid.IntRange(1, 3).Draw(rt, "keys"), rapid.IntRange(0, 2).Draw(rt, "rotations")
		synctest.Test(t, func(t *testing.T) {
			l := &keyServer{lost: func(n int) loss {
				if n <= len(losses) {
					return losses[n-1]
				}
				return nothingLost
			}}
			l.issue("ci") // one of another client, of the same name
			want, orphans := keyLifecycles(t, l, creates, rotates)
			got := l.working()
			if len(got) < len(want)+1 || len(got) > len(want)+1+orphans {
				rt.Errorf("%q work, and %q are known; %d errors speak of more", got, want, orphans)
			}
			for _, secret := range append(want, "edg_1") {
				if !slices.Contains(got, secret) {
					rt.Errorf("%q work, and not %s", got, secret)
				}
			}
		})
	})
}

// keyLifecycles makes keys at the same time, rotates each, and answers the secrets that are known in the end, and how many errors say
// that there may be another key.
func keyLifecycles(t *testing.T, l *keyServer, creates, rotates int) (known []string, orphans int) {
	t.Helper()
	var all sync.WaitGroup
	var mu sync.Mutex
	c := l.client(t)
	for range creates {
		all.Go(func() {
			k, err := c.CreateAPIKey(t.Context(), "ci", nil)
			for i := 0; i < rotates && err == nil; i++ {
				old := k
				if k, err = c.RotateAPIKey(t.Context(), old.ID); err != nil && slices.Contains(l.working(), old.Secret) {
					k = old
					break
				}
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil && strings.Contains(err.Error(), "could not be revoked") {
				orphans++
			}
			if k.Secret != "" {
				known = append(known, k.Secret)
			}
		})
	}
	all.Wait()
	return known, orphans
}

// When a create is interrupted after the server has executed it, the key is revoked all the same.
//
// CONTRACT.md 7.16
func TestCanceledCreateLeavesNoKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		l := &keyServer{lost: func(n int) loss {
			if n != 2 {
				return nothingLost
			}
			cancel()
			return answerLost
		}}
		_, err := l.client(t).CreateAPIKey(ctx, "ci", nil)
		if !errors.Is(err, context.Canceled) || l.made != 1 || len(l.working()) != 0 {
			t.Errorf("ended with %v; %d made, %q work", err, l.made, l.working())
		}
	})
}

// A wait for the create lock can be canceled.
//
// CONTRACT.md 7.16
func TestWaitingForTheCreateLockEndsWithItsContext(t *testing.T) {
	t.Parallel()
	l := &keyServer{}
	c := l.client(t)
	c.createLock <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.CreateAPIKey(ctx, "ci", nil)
	if _, rotated := c.RotateAPIKey(ctx, "key_1"); !errors.Is(err, context.Canceled) || !errors.Is(rotated, context.Canceled) || l.asked != 0 {
		t.Errorf("ended with %v and %v after %d requests", err, rotated, l.asked)
	}
}

// CONTRACT.md 7.1, 7.3, 7.12
func TestRotateADeletedKey(t *testing.T) {
	t.Parallel()
	l := &keyServer{}
	l.issue("ci")
	c := l.client(t)
	if err := c.RevokeAPIKey(t.Context(), "key_1"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"key_1", "key_9"} {
		if _, err := c.RotateAPIKey(t.Context(), id); !NotFound(err) || !strings.Contains(err.Error(), id) {
			t.Errorf("rotating %s: %v", id, err)
		}
		if _, err := c.APIKey(t.Context(), id); !NotFound(err) {
			t.Errorf("reading %s: %v", id, err)
		}
		if err := c.RevokeAPIKey(t.Context(), id); err != nil {
			t.Errorf("revoking %s: %v", id, err)
		}
	}
}

// A refresh of any number of keys is one request.
//
// CONTRACT.md 7.12
func TestKeysAreReadOnce(t *testing.T) {
	t.Parallel()
	l := &keyServer{}
	for range 50 {
		l.issue("ci")
	}
	c := l.client(t)
	ctx := WithCache(t.Context(), 0)
	for i := range 50 {
		if k, err := c.APIKey(ctx, fmt.Sprintf("key_%d", i+1)); err != nil || k.ID != fmt.Sprintf("key_%d", i+1) {
			t.Errorf("key %d is %+v, %v", i+1, k, err)
		}
	}
	if l.asked != 1 {
		t.Errorf("%d requests, want 1", l.asked)
	}
}

func TestClientUsesKey(t *testing.T) {
	t.Parallel()
	c := &Client{apiKey: "edg_0123456789abcdef"}
	for _, tc := range []struct {
		secret, prefix string
		want           bool
	}{
		{"edg_0123456789abcdef", "", true}, {"edg_other", "edg_01234567", false}, {"", "edg_01234567", true}, {"", "edg_", false}, {"", "", false},
		{"", "edg_99999999", false},
	} {
		if got := c.UsesKey(tc.secret, tc.prefix); got != tc.want {
			t.Errorf("secret %q, prefix %q: %v", tc.secret, tc.prefix, got)
		}
	}
}
