package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// Model is a model of the organization's registry (CONTRACT.md, section 2). Texts are "" where the server does not
// say.
type Model struct {
	ID, OrgID, Name                            string
	Description, Framework, UseCase, CreatedAt string
	// ModelContract and DataContract are JSON objects, nil where the server has none.
	ModelContract, DataContract json.RawMessage
}

// UnmarshalJSON fails on an object without an ID.
func (m *Model) UnmarshalJSON(data []byte) error {
	var wire struct {
		ID            *flexText       `json:"id"`
		ModelID       *flexText       `json:"model_id"`
		OrgID         flexText        `json:"org_id"`
		Name          flexText        `json:"name"`
		Description   flexText        `json:"description"`
		Framework     flexText        `json:"framework"`
		UseCase       flexText        `json:"use_case"`
		CreatedAt     flexText        `json:"created_at"`
		ModelContract json.RawMessage `json:"model_contract"`
		DataContract  json.RawMessage `json:"data_contract"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*m = Model{
		ID: string(firstOf(wire.ID, wire.ModelID)), OrgID: string(wire.OrgID), Name: string(wire.Name),
		Description: string(wire.Description), Framework: string(wire.Framework), UseCase: string(wire.UseCase),
		CreatedAt:     string(wire.CreatedAt),
		ModelContract: objectOrNil(wire.ModelContract), DataContract: objectOrNil(wire.DataContract),
	}
	if m.ID == "" {
		return errors.New("a model without an ID")
	}
	return nil
}

// objectOrNil is a JSON object without white space between its parts, nil for anything else.
func objectOrNil(raw json.RawMessage) json.RawMessage {
	var compact bytes.Buffer
	if !bytes.HasPrefix(raw, []byte("{")) || json.Compact(&compact, raw) != nil {
		return nil
	}
	return compact.Bytes()
}

var modelKind = kind[Model]{
	listing: listing{operation: "list the models", path: "models", key: "models", pageSize: 100},
	one: func(ctx context.Context, c *Client, id string) (Model, error) {
		return get[Model](ctx, c, "read the model", join("models", id), nil)
	},
	id:  func(m Model) string { return m.ID },
	org: func(m Model) string { return m.OrgID },
	answers: answerKeys{
		"id|model_id", "org_id", "name", "description", "framework", "use_case", "created_at", "model_contract", "data_contract",
	},
}

// Model reads one model by its ID; some servers also accept the name.
func (c *Client) Model(ctx context.Context, id string) (Model, error) {
	return modelKind.read(ctx, c, id)
}

// Models lists the organization's models.
func (c *Client) Models(ctx context.Context) ([]Model, error) { return c.ModelsOf(ctx, "", "") }

// ModelsOf lists the models of a framework and a use case; "" is any.
func (c *Client) ModelsOf(ctx context.Context, framework, useCase string) ([]Model, error) {
	query := c.scoped(nil)
	for name, value := range map[string]string{"framework": framework, "use_case": useCase} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return listAll[Model](ctx, c, modelKind.listing, query)
}

// ModelSettings is what a create or an update of a model writes; nil is not sent.
type ModelSettings struct {
	Name, Description, UseCase *string
	// Framework is sent by a create only: it cannot change.
	Framework *string
	// ModelContract and DataContract are JSON objects; an empty one removes the present one.
	ModelContract, DataContract json.RawMessage
}

// None is true where there is nothing to write.
func (s ModelSettings) None() bool { return len(s.body()) == 0 }

func (s ModelSettings) body() map[string]any {
	body := map[string]any{}
	for name, text := range map[string]*string{
		"name": s.Name, "description": s.Description, "use_case": s.UseCase, "framework": s.Framework,
	} {
		if text != nil {
			body[name] = *text
		}
	}
	for name, object := range map[string]json.RawMessage{"model_contract": s.ModelContract, "data_contract": s.DataContract} {
		if object != nil {
			body[name] = object
		}
	}
	return body
}

// CreateModel creates a model. When the response is lost, a model of that name is adopted if it is new and as it was sent: names are
// unique in an organization, so the repeated request then ends as a conflict.
func (c *Client) CreateModel(ctx context.Context, s ModelSettings) (Model, error) {
	m, err := uniqueCreate[Model]{
		adoption: adoption[Model]{
			title: "model", id: modelKind.id, label: func(m Model) string { return m.Name },
			createdAt: func(m Model) string { return m.CreatedAt },
			matches:   func(m Model) bool { return s.Name != nil && SameText(m.Name, *s.Name) }, equal: s.wrote,
			again: func(ctx context.Context, m Model) (Model, error) { return modelKind.one(ctx, c, m.ID) },
		},
		post: func(ctx context.Context) (Model, error) {
			var m Model
			err := c.call(ctx, request{
				operation: "create the model", method: http.MethodPost, path: modelKind.path, query: c.scoped(nil), body: s.body(),
			}, &m)
			return m, err
		},
		list: c.Models,
		path: modelKind.path,
	}.create(ctx, c)
	if err == nil && s.Name != nil {
		c.modelNames.wrote(*s.Name, m)
	}
	return m, err
}

// wrote is true of a model that is as these settings have it.
func (s ModelSettings) wrote(m Model) bool {
	return sameTextOrNone(s.Name, m.Name) && sameTextOrNone(s.Description, m.Description) && sameTextOrNone(s.UseCase, m.UseCase) &&
		sameTextOrNone(s.Framework, m.Framework) && sameJSON(s.ModelContract, m.ModelContract) && sameJSON(s.DataContract, m.DataContract)
}

// UpdateModel changes a model, if there is anything to change, and returns it as it is afterwards.
func (c *Client) UpdateModel(ctx context.Context, id string, s ModelSettings) (Model, error) {
	if s.None() {
		return c.Model(ctx, id)
	}
	r := request{operation: "update the model", method: http.MethodPatch, path: join("models", id), body: s.body()}
	m, err := modelKind.change(ctx, c, r, id)
	if err == nil && s.Name != nil {
		c.modelNames.wrote(*s.Name, Model{ID: id, OrgID: c.orgID, Name: *s.Name})
	}
	return m, err
}

// ModelKnownAs is GroupKnownAs for a model.
func (c *Client) ModelKnownAs(name string, m Model) { c.modelNames.alias(name, m) }

// DeleteModel deletes a model with all its versions. One that was deleted already is not an error.
func (c *Client) DeleteModel(ctx context.Context, id string) error {
	c.modelNames.deleted(id)
	return modelKind.delete(ctx, c, "delete the model", id)
}

// ResolveModel finds a model by its exact name or its ID (CONTRACT.md, section 1). A match is kept until
// BeginWalk, unless the client writes to a model. Without a match, the model has nameOrID as its ID and found is false: the server may
// still know it, since some accept names in paths.
func (c *Client) ResolveModel(ctx context.Context, nameOrID string) (model Model, found bool, err error) {
	m, found, err := c.modelNames.resolve(ctx, nameOrID, c.Models)
	if err != nil || found {
		return m, found, err
	}
	return Model{ID: nameOrID, Name: nameOrID}, false, nil
}
