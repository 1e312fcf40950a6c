package control

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"sync"
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

var modelKind = kind[Model]{
	listing: listing{operation: "list the models", path: "models", key: "models", pageSize: 100},
	one: func(ctx context.Context, c *Client, id string) (Model, error) {
		return get[Model](ctx, c, "read the model", join("models", id), nil)
	},
	id:    func(m Model) string { return m.ID },
	whole: func(Model) bool { return true },
	same:  func(single, listed Model) bool { return single == listed },
}

// Model reads one model by its id; some servers take the name too.
func (c *Client) Model(ctx context.Context, id string) (Model, error) {
	return modelKind.read(ctx, c, id)
}

// Models lists the organization's models.
func (c *Client) Models(ctx context.Context) ([]Model, error) {
	return listAll[Model](ctx, c, modelKind.listing, c.scoped(nil))
}

// names remembers which model a word means. A name that was found once is not looked for again.
type names struct {
	// turn holds a token while nobody is reading the list on behalf of a name.
	turn  chan struct{}
	mu    *sync.Mutex
	known map[string]Model
}

func newNames() names {
	return names{turn: make(chan struct{}, 1), mu: &sync.Mutex{}, known: map[string]Model{}}
}

func (n names) find(word string) (Model, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	m, ok := n.known[word]
	return m, ok
}

func (n names) learn(models []Model) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, m := range models {
		n.known[m.ID] = m
	}
	// A name that looks like another model's id loses to the name: names are what people write.
	for _, m := range models {
		if m.Name != "" {
			n.known[m.Name] = m
		}
	}
}

// forget gives up every name after a write to a model itself, which may have renamed or deleted it.
func (n names) forget(path string) {
	words := strings.Split(path, "/")
	if words[0] != "models" || len(words) > 2 {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.known)
}

// ResolveModel finds a model by its exact name or its id (the control API contract, section 1). A match is remembered for the
// client's lifetime, unless the client writes to a model. Without a match the word is passed on unchanged as an id, and found is
// false: the server may still know it, since some take names in paths.
func (c *Client) ResolveModel(ctx context.Context, nameOrID string) (model Model, found bool, err error) {
	if known, ok := c.names.find(nameOrID); ok {
		return known, true, nil
	}
	select {
	case c.names.turn <- struct{}{}:
		defer func() { <-c.names.turn }()
	case <-ctx.Done():
		return Model{}, false, ctx.Err()
	}
	if known, ok := c.names.find(nameOrID); ok {
		return known, true, nil
	}
	models, err := c.Models(ctx)
	if err != nil {
		return Model{}, false, err
	}
	c.names.learn(models)
	if known, ok := c.names.find(nameOrID); ok {
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
