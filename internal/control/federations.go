package control

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
)

// Federation is a group of organizations that train together (CONTRACT.md, section 7).
type Federation struct {
	ID, OrgID, Name string
	// Description is nil where the server has none.
	Description *string
	// CreatedAt is the server's text.
	CreatedAt string
}

// UnmarshalJSON fails on an object without an ID.
func (f *Federation) UnmarshalJSON(data []byte) error {
	var wire struct {
		ID          flexText `json:"id"`
		OrgID       flexText `json:"org_id"`
		Name        flexText `json:"name"`
		Description *string  `json:"description"`
		CreatedAt   flexText `json:"created_at"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	if wire.ID == "" {
		return errors.New("a federation without an ID")
	}
	*f = Federation{
		ID: string(wire.ID), OrgID: string(wire.OrgID), Name: string(wire.Name), Description: wire.Description, CreatedAt: string(wire.CreatedAt),
	}
	return nil
}

// FederationMember is an organization in a federation; it may have been invited only.
type FederationMember struct {
	OrgID string
	Owner bool
}

// UnmarshalJSON fails on a member without an organization.
func (m *FederationMember) UnmarshalJSON(data []byte) error {
	var wire struct {
		OrgID flexText `json:"org_id"`
		Role  flexText `json:"role"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	if wire.OrgID == "" {
		return errors.New("a member without an organization")
	}
	*m = FederationMember{OrgID: string(wire.OrgID), Owner: wire.Role == "owner"}
	return nil
}

// SharedModel is a model of a federation (CONTRACT.md, section 7). Name is "" where the server does not say.
type SharedModel struct {
	ModelID, Name string
}

// UnmarshalJSON fails on an object without an ID. The record may have an ID of its own beside the model's.
func (m *SharedModel) UnmarshalJSON(data []byte) error {
	var wire struct {
		ModelID *flexText `json:"model_id"`
		ID      *flexText `json:"id"`
		Name    flexText  `json:"name"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	if *m = (SharedModel{ModelID: string(firstOf(wire.ModelID, wire.ID)), Name: string(wire.Name)}); m.ModelID == "" {
		return errors.New("a model without an ID")
	}
	return nil
}

// PrivacyBudget is the total privacy budget of a federation (CONTRACT.md, section 7). Fields that were not set are nil.
type PrivacyBudget struct {
	Epsilon, Delta *float64
}

// UnmarshalJSON fails on an object that is no budget: it must not count as a budget that was not set.
func (b *PrivacyBudget) UnmarshalJSON(data []byte) error {
	var keys map[string]json.RawMessage
	var wire struct {
		Epsilon *flexNumber `json:"total_epsilon_budget"`
		Delta   *flexNumber `json:"total_delta_budget"`
	}
	if err := errors.Join(json.Unmarshal(data, &keys), json.Unmarshal(data, &wire)); err != nil {
		return err
	}
	if _, ok := keys["total_epsilon_budget"]; !ok && keys["federation_id"] == nil {
		return errors.New("a privacy budget without its epsilon")
	}
	*b = PrivacyBudget{Epsilon: (*float64)(wire.Epsilon), Delta: (*float64)(wire.Delta)}
	return nil
}

var federationKind = kind[Federation]{
	listing: listing{operation: "list the federations", path: "federations", key: "federations"},
	one: func(ctx context.Context, c *Client, id string) (Federation, error) {
		return get[Federation](ctx, c, "read the federation", join("federations", id), nil)
	},
	id: func(f Federation) string { return f.ID },
}

// Federations lists the organization's federations.
func (c *Client) Federations(ctx context.Context) ([]Federation, error) {
	return listAll[Federation](ctx, c, federationKind.listing, c.scoped(nil))
}

// FederationByName finds a federation by its exact name.
func (c *Client) FederationByName(ctx context.Context, name string) (federation Federation, found bool, err error) {
	all, err := c.Federations(ctx)
	i := slices.IndexFunc(all, func(f Federation) bool { return SameText(f.Name, name) })
	if err != nil || i < 0 {
		return Federation{}, false, err
	}
	return all[i], true, nil
}

// Federation reads one federation by its ID.
func (c *Client) Federation(ctx context.Context, id string) (Federation, error) {
	return federationKind.read(ctx, c, id)
}

// CreateFederation creates a federation. When the response is lost, a federation of that name is adopted if it is new and as it was sent:
// names are unique in an organization.
func (c *Client) CreateFederation(ctx context.Context, name string, description *string) (Federation, error) {
	body := map[string]any{"name": name}
	if description != nil {
		body["description"] = *description
	}
	if c.orgID != "" {
		body["org_id"] = c.orgID
	}
	return uniqueCreate[Federation]{
		adoption: adoption[Federation]{
			title: "federation", id: federationKind.id, label: func(f Federation) string { return f.Name },
			createdAt: func(f Federation) string { return f.CreatedAt },
			matches:   func(f Federation) bool { return SameText(f.Name, name) },
			equal: func(f Federation) bool {
				return (f.OrgID == "" || c.orgID == "" || f.OrgID == c.orgID) && sameTextOrNone(description, firstOf(f.Description))
			},
			again: func(ctx context.Context, f Federation) (Federation, error) { return federationKind.one(ctx, c, f.ID) },
		},
		post: posting[Federation](c, "create the federation", federationKind.path, body),
		list: c.Federations,
		path: federationKind.path,
	}.create(ctx, c)
}

// FederationMembers lists the organizations of a federation, including the owner and those that are only invited.
func (c *Client) FederationMembers(ctx context.Context, id string) ([]FederationMember, error) {
	list := listing{operation: "list the members of the federation", path: join("federations", id, "members"), key: "members"}
	return listAll[FederationMember](ctx, c, list, nil)
}

// InviteToFederation invites organizations that are not members yet.
func (c *Client) InviteToFederation(ctx context.Context, id string, orgIDs []string) error {
	post := func(ctx context.Context) (struct{}, error) {
		body := map[string]any{"org_ids": orgIDs}
		return struct{}{}, c.post(ctx, "invite to the federation", join("federations", id, "invite"), body, nil)
	}
	invited := func(ctx context.Context) (struct{}, bool, error) {
		members, err := c.FederationMembers(ctx, id)
		missing := slices.ContainsFunc(orgIDs, func(org string) bool {
			return !slices.ContainsFunc(members, func(m FederationMember) bool { return m.OrgID == org })
		})
		return struct{}{}, err == nil && !missing, err
	}
	_, err := createOnce(ctx, c, post, invited)
	return err
}

// FederationModels lists the models of a federation.
func (c *Client) FederationModels(ctx context.Context, id string) ([]SharedModel, error) {
	list := listing{operation: "list the models of the federation", path: join("federations", id, "models"), key: "models"}
	return listAll[SharedModel](ctx, c, list, nil)
}

// ShareModel adds a model to a federation that does not have it yet. answered is true where the server has answered the model as the federation
// has it.
func (c *Client) ShareModel(ctx context.Context, id, modelID string) (shared SharedModel, answered bool, err error) {
	post := func(ctx context.Context) (m SharedModel, err error) {
		m, answered, err = sendChange[SharedModel](ctx, c, request{
			operation: "share the model with the federation", method: http.MethodPost, path: join("federations", id, "models"),
			body: map[string]any{"model_id": modelID},
		}, answerKeys{"model_id", "name"})
		return m, err
	}
	find := func(ctx context.Context) (m SharedModel, found bool, err error) {
		models, err := c.FederationModels(ctx, id)
		i := slices.IndexFunc(models, func(m SharedModel) bool { return m.ModelID == modelID })
		if answered = i >= 0 && err == nil; !answered {
			return m, false, err
		}
		return models[i], true, nil
	}
	shared, err = createOnce(ctx, c, post, find)
	return shared, answered && err == nil, err
}

// PrivacyBudget reads the privacy budget of a federation; it is empty where none was set.
func (c *Client) PrivacyBudget(ctx context.Context, id string) (PrivacyBudget, error) {
	b, err := get[PrivacyBudget](ctx, c, "read the privacy budget", join("federations", id, "privacy"), nil)
	if NotFound(err) {
		return PrivacyBudget{}, nil
	}
	return b, err
}

// SetPrivacyBudget sets the privacy budget of a federation. Without a delta the server chooses one. answered is true where the server has
// answered the budget as it is afterwards.
func (c *Client) SetPrivacyBudget(ctx context.Context, id string, b PrivacyBudget) (after PrivacyBudget, answered bool, err error) {
	body := map[string]any{"total_epsilon_budget": b.Epsilon}
	if b.Delta != nil {
		body["total_delta_budget"] = *b.Delta
	}
	return sendChange[PrivacyBudget](ctx, c, request{
		operation: "set the privacy budget", method: http.MethodPut, path: join("federations", id, "privacy", "budget"), body: body,
	}, answerKeys{"federation_id", "total_epsilon_budget", "total_delta_budget"})
}
