package sandbox

import (
	"crypto/rand"
	"encoding/json"
	"time"
)

// keyPrefix starts every key, and prefixLength is the length of the part that is not secret.
const (
	keyPrefix    = "edg_"
	prefixLength = len(keyPrefix) + 8
)

// apiKey is the record of an API key (CONTRACT.md, section 7).
type apiKey struct {
	id, name, secret string
	scopes           scopes
	// sentScopes are the scopes as the client sent them.
	sentScopes       json.RawMessage
	created, revoked time.Time
}

func (w *world) createKey(name string, limits scopes, sent json.RawMessage) *apiKey {
	k := &apiKey{id: w.nextID("key"), name: name, secret: keyPrefix + rand.Text(), scopes: limits, sentScopes: sent, created: w.clock}
	w.keys.add(k.id, k)
	w.secrets[k.secret] = limits
	return k
}

// revokeKey revokes a key immediately. Its record stays.
func (w *world) revokeKey(k *apiKey) {
	if !k.revoked.IsZero() {
		return
	}
	k.revoked = w.clock
	delete(w.secrets, k.secret)
}

type keyView struct {
	ID        string  `json:"id"`
	OrgID     string  `json:"org_id"`
	Name      string  `json:"name"`
	KeyType   string  `json:"key_type"`
	Scopes    any     `json:"scopes"`
	Prefix    string  `json:"prefix"`
	CreatedAt *string `json:"created_at"`
	RevokedAt *string `json:"revoked_at"`
	// APIKey is the secret. Only the responses of create and rotate contain it.
	APIKey string `json:"api_key,omitempty"`
}

// keyView has the scopes as a list, or in the SDK dialect as they were sent.
func (a *api) keyView(k *apiKey) keyView {
	view := keyView{
		ID: k.id, OrgID: a.world.org, Name: k.name, KeyType: "org_api_key", Scopes: k.scopes, Prefix: k.secret[:prefixLength],
		CreatedAt: timestamp(k.created), RevokedAt: timestamp(k.revoked),
	}
	if a.world.dialect == DialectSDK {
		view.Scopes = k.sentScopes
	}
	return view
}

func (a *api) keyWithSecret(k *apiKey) keyView {
	view := a.keyView(k)
	view.APIKey = k.secret
	return view
}

func (a *api) listKeys(*call) (any, error) {
	return a.list("keys", mapSlice(a.world.keys.all, a.keyView)), nil
}

func (a *api) createKey(c *call) (any, error) {
	var body struct {
		OrgID  string          `json:"org_id"`
		Name   string          `json:"name"`
		Scopes json.RawMessage `json:"scopes"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if err := a.world.ownOrg(body.OrgID); err != nil {
		return nil, err
	}
	if body.Name == "" {
		return nil, invalid("name", "name is required")
	}
	limits, err := parseScopes(body.Scopes)
	if err != nil {
		return nil, err
	}
	sent := body.Scopes
	if len(limits) == 0 {
		sent = json.RawMessage("{}")
	}
	return a.keyWithSecret(a.world.createKey(body.Name, limits, sent)), nil
}

func (a *api) revokeKey(c *call) (any, error) {
	k, err := a.world.keys.find(c.pathValue("key"))
	if err != nil {
		return nil, err
	}
	a.world.revokeKey(k)
	return a.keyView(k), nil
}

// rotateKey revokes a key and creates a new one with the same name and scopes.
func (a *api) rotateKey(c *call) (any, error) {
	k, err := a.world.keys.find(c.pathValue("key"))
	if err != nil {
		return nil, err
	}
	if !k.revoked.IsZero() {
		return nil, conflict("API key %s is revoked and cannot be rotated", k.id)
	}
	a.world.revokeKey(k)
	return a.keyWithSecret(a.world.createKey(k.name, k.scopes, k.sentScopes)), nil
}
