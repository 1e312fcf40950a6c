package control

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
)

// Model is a model of the organization's registry (the control API contract, section 2).
type Model struct {
	ID, Name string
}

// UnmarshalJSON fails on an object without an id.
func (m *Model) UnmarshalJSON(data []byte) error {
	var wire struct {
		ID      *flexText `json:"id"`
		ModelID *flexText `json:"model_id"`
		Name    flexText  `json:"name"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*m = Model{ID: string(firstOf(wire.ID, wire.ModelID)), Name: string(wire.Name)}
	if m.ID == "" {
		return errors.New("a model without an id")
	}
	return nil
}

// Model reads one model by its id; some servers take the name too.
func (c *Client) Model(ctx context.Context, id string) (Model, error) {
	var m Model
	err := c.get(ctx, "read the model", join("models", id), nil, &m)
	return m, err
}

// Models lists the organization's models.
func (c *Client) Models(ctx context.Context) ([]Model, error) {
	list := listing{operation: "list the models", path: "models", key: "models", pageSize: 100}
	return listAll[Model](ctx, c, list, c.scoped(nil))
}

// ResolveModel finds a model by its exact name or its id (the control API contract, section 1). A match is remembered for the
// client's lifetime. Without a match the word is passed on unchanged as an id, and found is false: the server may still know
// it, since some take names in paths.
func (c *Client) ResolveModel(ctx context.Context, nameOrID string) (model Model, found bool, err error) {
	c.modelsMu.Lock()
	defer c.modelsMu.Unlock()
	if known, ok := c.models[nameOrID]; ok {
		return known, true, nil
	}
	models, err := c.Models(ctx)
	if err != nil {
		return Model{}, false, err
	}
	for _, m := range models {
		c.models[m.ID] = m
	}
	// A name that looks like another model's id loses to the name: names are what people write.
	for _, m := range models {
		if m.Name != "" {
			c.models[m.Name] = m
		}
	}
	if known, ok := c.models[nameOrID]; ok {
		return known, true, nil
	}
	return Model{ID: nameOrID, Name: nameOrID}, false, nil
}

// Version statuses (the control API contract, section 2). Servers use two vocabularies; these are their words.
const (
	VersionDraft      = "draft"
	VersionPublished  = "published"
	VersionDeprecated = "deprecated"
	VersionRetired    = "retired"
)

// Version is one version of a model (the control API contract, section 2).
type Version struct {
	Version     string
	Status      string
	Format      string
	Description string
	Checksum    string
	// SizeBytes is the size of the artifact in bytes, 0 where the server does not say.
	SizeBytes int64
	CreatedAt string
}

// UnmarshalJSON fails on an object without a version.
func (v *Version) UnmarshalJSON(data []byte) error {
	var wire struct {
		Version     flexText    `json:"version"`
		Status      flexText    `json:"status"`
		Format      flexText    `json:"format"`
		Description flexText    `json:"description"`
		Checksum    flexText    `json:"checksum"`
		SizeBytes   *flexNumber `json:"size_bytes"`
		CreatedAt   flexText    `json:"created_at"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	if wire.Version == "" {
		return errors.New("a version without its number")
	}
	*v = Version{
		Version: string(wire.Version), Status: string(wire.Status), Format: string(wire.Format),
		Description: string(wire.Description), Checksum: string(wire.Checksum),
		SizeBytes: int64(firstOf(wire.SizeBytes)), CreatedAt: string(wire.CreatedAt),
	}
	return nil
}

// Versions lists a model's versions, newest first as the server gives them; status filters them unless it is "".
func (c *Client) Versions(ctx context.Context, modelID, status string) ([]Version, error) {
	query := url.Values{}
	if status != "" {
		query.Set("status", status)
	}
	list := listing{operation: "list the versions of the model", path: join("models", modelID, "versions"), key: "versions", pageSize: 100}
	return listAll[Version](ctx, c, list, query)
}
