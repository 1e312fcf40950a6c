package control

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
)

// Settings are an organization's settings as the server gives them: JSON values by key. CONTRACT.md, section 6, lists the
// keys; a key that a server does not have is absent.
type Settings map[string]any

// Settings reads the settings of an organization.
func (c *Client) Settings(ctx context.Context, orgID string) (Settings, error) {
	s, err := get[Settings](ctx, c, "read the organization's settings", join("settings", orgID), nil)
	return maps.Clone(s), err
}

// UnmarshalJSON fails on null: "no settings" must not count as "all of them are unset".
func (s *Settings) UnmarshalJSON(data []byte) error {
	var values map[string]any
	if err := json.Unmarshal(data, &values); err != nil {
		return err
	}
	if values == nil {
		return errors.New("the settings are null")
	}
	*s = values
	return nil
}

// UpdateSettings writes only the keys in changes and returns all settings as they are afterwards. before are those that a read has shown: an
// answer that has all of their keys, which are not only those that were sent, has all settings.
func (c *Client) UpdateSettings(ctx context.Context, orgID string, before, changes Settings) (Settings, error) {
	keys := answerKeys(slices.Collect(maps.Keys(before)))
	if !slices.ContainsFunc(keys, func(key string) bool { _, sent := changes[key]; return !sent }) {
		keys = nil
	}
	after, answered, err := sendChange[Settings](ctx, c, request{
		operation: "write the organization's settings", method: http.MethodPut, path: join("settings", orgID), body: changes,
	}, keys)
	if err != nil || answered {
		return after, err
	}
	return c.Settings(ctx, orgID)
}
