package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// APIKey is a key of the organization (CONTRACT.md, section 7).
type APIKey struct {
	ID, Name string
	// Secret is the key itself, which only the responses to create and rotate contain.
	Secret string
	// Prefix is how the secret begins, as far as that is no secret, "" where the server does not say.
	Prefix string
	// Scopes are texts such as "models:read", sorted; nil where the server does not say.
	Scopes []string
	// CreatedAt is the server's text.
	CreatedAt string
	// Revoked is true of a key that no longer works; its record revokeErr.
	Revoked bool
}

// UnmarshalJSON fails on an object without an ID.
func (k *APIKey) UnmarshalJSON(data []byte) error {
	var wire struct {
		ID        flexText   `json:"id"`
		Name      flexText   `json:"name"`
		APIKey    flexText   `json:"api_key"`
		Prefix    flexText   `json:"prefix"`
		Scopes    flexScopes `json:"scopes"`
		CreatedAt flexText   `json:"created_at"`
		RevokedAt flexText   `json:"revoked_at"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	if wire.ID == "" {
		return errors.New("an API key without an ID")
	}
	*k = APIKey{
		ID: string(wire.ID), Name: string(wire.Name), Secret: string(wire.APIKey), Prefix: string(wire.Prefix), Scopes: wire.Scopes,
		CreatedAt: string(wire.CreatedAt), Revoked: wire.RevokedAt != "",
	}
	return nil
}

// flexScopes are scopes in any of the forms that servers write: an object of permissions, an object of lists of them, or a list of
// "resource:permission" (CONTRACT.md, section 7). Anything else is nil.
type flexScopes []string

func (s *flexScopes) UnmarshalJSON(data []byte) error {
	*s = nil
	var words []string
	var object map[string]json.RawMessage
	switch {
	case json.Unmarshal(data, &words) == nil && words != nil:
	case json.Unmarshal(data, &object) == nil && object != nil:
		words = []string{}
		for resource, permissions := range object {
			for _, permission := range permissionsOf(permissions) {
				words = append(words, resource+":"+permission)
			}
		}
	default:
		return nil
	}
	slices.Sort(words)
	*s = slices.Compact(words)
	return nil
}

func permissionsOf(raw json.RawMessage) []string {
	var many []string
	if json.Unmarshal(raw, &many) == nil {
		return many
	}
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return []string{one}
	}
	return nil
}

// scopesObject is how scopes are sent: {"devices":["read","write"]}.
func scopesObject(scopes []string) map[string][]string {
	object := map[string][]string{}
	for _, scope := range scopes {
		resource, permission, _ := strings.Cut(scope, ":")
		object[resource] = append(object[resource], permission)
	}
	return object
}

// issuedKey is the response that contains the secret.
type issuedKey APIKey

func (k *issuedKey) UnmarshalJSON(data []byte) error {
	if err := (*APIKey)(k).UnmarshalJSON(data); err != nil {
		return err
	}
	if k.Secret == "" {
		return errors.New("an API key without a secret")
	}
	return nil
}

// keyListing is how every key is read: there is no call for a single one.
var keyListing = listing{operation: "list the API keys", path: "api-keys", key: "keys"}

// allKeys are the organization's keys, including those that are revoked.
func (c *Client) allKeys(ctx context.Context) ([]APIKey, error) {
	return listAll[APIKey](ctx, c, keyListing, c.scoped(nil))
}

// APIKeys lists the organization's keys, except those that are revoked.
func (c *Client) APIKeys(ctx context.Context) ([]APIKey, error) {
	keys, err := c.allKeys(ctx)
	return slices.DeleteFunc(keys, func(k APIKey) bool { return k.Revoked }), err
}

// APIKey reads one key, without its secret. One that is revoked is not found.
func (c *Client) APIKey(ctx context.Context, id string) (APIKey, error) {
	return readNew(ctx, c, id, func(ctx context.Context) (APIKey, error) { return c.listedKey(ctx, id) })
}

func (c *Client) listedKey(ctx context.Context, id string) (APIKey, error) {
	keys, err := c.APIKeys(ctx)
	if err != nil {
		return APIKey{}, err
	}
	if i := indexOfKey(keys, id); i >= 0 {
		return keys[i], nil
	}
	return APIKey{}, &MissingError{Operation: "read the API key", Titles: "API keys that are not revoked", ID: id}
}

func indexOfKey(keys []APIKey, id string) int {
	return slices.IndexFunc(keys, func(k APIKey) bool { return k.ID == id })
}

// A lost response
//
// Only the response to a create or a rotation contains the secret, so a key whose response was lost is of no use and must not stay.
// Names are not unique, so the key is found as that of any nonUniqueCreate: it is the new one of the name.

// CreateAPIKey creates a key and returns it with its secret. When the response is lost, the key that was created is revoked and
// another one created.
func (c *Client) CreateAPIKey(ctx context.Context, name string, scopes []string) (APIKey, error) {
	const operation = "create the API key"
	unlock, err := c.lockCreate(ctx, operation)
	if err != nil {
		return APIKey{}, err
	}
	defer unlock()
	before, err := c.allKeys(ctx)
	if err != nil {
		return APIKey{}, err
	}
	wanted := wantedKey{name: name, scopes: scopes, before: before, begun: time.Now()}
	body := map[string]any{"name": name, "scopes": scopesObject(scopes)}
	if c.orgID != "" {
		body["org_id"] = c.orgID
	}
	post := func(ctx context.Context) (APIKey, error) {
		return c.issueKey(ctx, operation, keyListing.path, name, body, before)
	}
	var revokeErr error
	revoke := func(ctx context.Context) (APIKey, bool, error) {
		revokeErr = c.revokeNew(ctx, wanted)
		return APIKey{}, false, revokeErr
	}
	k, err := createOnce(ctx, c, post, revoke)
	return k, withOrphan(err, name, revokeErr)
}

// issueKey makes a key of this name, which cannot be one that was listed before.
func (c *Client) issueKey(ctx context.Context, operation, path, name string, body any, before []APIKey) (APIKey, error) {
	var k issuedKey
	ctx = checking(checkingNew(ctx, "API key", before, keyID), func(got fields) (asked, answered string) {
		if got["name"] == "" || SameFoldedText(got["name"], name) {
			return "", ""
		}
		return fmt.Sprintf("the name %q", name), fmt.Sprintf("%q", got["name"])
	})
	err := c.call(ctx, request{operation: operation, method: http.MethodPost, path: path, body: body, secret: true}, &k)
	return APIKey(k), err
}

// withOrphan adds to the error of a request whose response was lost that the key it may have created could not be revoked.
func withOrphan(err error, name string, revokeErr error) error {
	if err == nil || revokeErr == nil {
		return err
	}
	return fmt.Errorf("%w. The request may still have created a key, whose secret is lost and which could not be revoked (%w). "+
		"Revoke the newest key named %q", err, revokeErr, name)
}

func keyID(k APIKey) string { return k.ID }

// wantedKey is what a request is to make.
type wantedKey struct {
	name   string
	scopes []string
	// before are the keys that were listed before the request, which began at begun.
	before []APIKey
	begun  time.Time
}

// among finds the key that the request has made. One that is older, or has other scopes, is somebody else's, and of several none is known
// to be ours.
func (w wantedKey) among(c *Client, keys []APIKey) (key APIKey, found bool, err error) {
	created := slices.DeleteFunc(without(keys, w.before, keyID), func(k APIKey) bool {
		return !SameText(k.Name, w.name) || k.Revoked || c.clock.ageOf(k.CreatedAt, w.begun) == older ||
			k.Scopes != nil && w.scopes != nil && !sameTexts(w.scopes, k.Scopes)
	})
	switch len(created) {
	case 0:
		return APIKey{}, false, nil
	case 1:
		return created[0], true, nil
	}
	return APIKey{}, false, fmt.Errorf("%d keys of that name were created since, one of them perhaps by this request", len(created))
}

// revokeNew revokes the key that the request has made, if it has.
func (c *Client) revokeNew(ctx context.Context, w wantedKey) error {
	keys, err := c.allKeys(ctx)
	if err != nil {
		return err
	}
	created, found, err := w.among(c, keys)
	if err == nil && found {
		return c.RevokeAPIKey(ctx, created.ID)
	}
	return err
}

// RotateAPIKey revokes a key and returns its replacement, with another ID and secret. When the response is lost, the replacement is
// rotated in turn.
func (c *Client) RotateAPIKey(ctx context.Context, id string) (APIKey, error) {
	const operation = "rotate the API key"
	unlock, err := c.lockCreate(ctx, operation)
	if err != nil {
		return APIKey{}, err
	}
	defer unlock()
	before, err := c.allKeys(ctx)
	if err != nil {
		return APIKey{}, err
	}
	at := indexOfKey(before, id)
	if at < 0 || before[at].Revoked {
		return APIKey{}, &MissingError{Operation: operation, Titles: "API keys that are not revoked", ID: id}
	}
	name, current := before[at].Name, id
	wanted := wantedKey{name: name, scopes: before[at].Scopes, before: before, begun: time.Now()}
	post := func(ctx context.Context) (APIKey, error) {
		return c.issueKey(ctx, operation, join("api-keys", current, "rotate"), name, struct{}{}, before)
	}
	var revokeErr error
	follow := func(ctx context.Context) (APIKey, bool, error) {
		var keys []APIKey
		if keys, revokeErr = c.allKeys(ctx); revokeErr != nil {
			return APIKey{}, false, revokeErr
		}
		var created APIKey
		var found bool
		if created, found, revokeErr = wanted.among(c, keys); found {
			current = created.ID
		}
		return APIKey{}, false, revokeErr
	}
	k, err := createOnce(ctx, c, post, follow)
	if err != nil && current != id {
		late, cancel := cleanupContext(ctx)
		defer cancel()
		revokeErr = errors.Join(revokeErr, c.RevokeAPIKey(late, current))
	}
	return k, withOrphan(err, name, revokeErr)
}

// RevokeAPIKey revokes a key, which takes effect immediately. A key that was revoked or deleted already is not an error.
func (c *Client) RevokeAPIKey(ctx context.Context, id string) error {
	post := func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.post(ctx, "revoke the API key", join("api-keys", id, "revoke"), struct{}{}, nil)
	}
	revoked := func(ctx context.Context) (struct{}, bool, error) {
		_, err := c.APIKey(ctx, id)
		if NotFound(err) {
			return struct{}{}, true, nil
		}
		return struct{}{}, false, err
	}
	_, err := createOnce(ctx, c, post, revoked)
	if NotFound(err) {
		return nil
	}
	return err
}

// minPrefix is the number of characters from which the beginning of a secret tells one key from another.
const minPrefix = 8

// UsesKey reports whether the client sends its requests with the key that has this secret, or where the secret is not known, with this
// beginning.
func (c *Client) UsesKey(secret, prefix string) bool {
	if secret != "" {
		return secret == c.apiKey
	}
	return len(prefix) >= minPrefix && strings.HasPrefix(c.apiKey, prefix)
}
