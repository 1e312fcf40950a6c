package sandbox

import (
	"slices"
	"unicode/utf8"
)

type federationView struct {
	ID          string  `json:"id"`
	OrgID       string  `json:"org_id"`
	Name        string  `json:"name"`
	Description *string `json:"description"`
	MemberCount int     `json:"member_count"`
	ModelCount  int     `json:"model_count"`
	CreatedAt   *string `json:"created_at"`
	UpdatedAt   *string `json:"updated_at"`
}

func (a *api) federationView(f *federation) federationView {
	return federationView{
		ID: f.id, OrgID: a.world.org, Name: f.name, Description: f.description, MemberCount: len(f.members), ModelCount: len(f.models),
		CreatedAt: timestamp(f.created), UpdatedAt: timestamp(f.updated),
	}
}

type federationMemberView struct {
	FederationID       string   `json:"federation_id"`
	OrgID              string   `json:"org_id"`
	Role               string   `json:"role"`
	Status             string   `json:"status"`
	InvitedAt          *string  `json:"invited_at"`
	JoinedAt           *string  `json:"joined_at"`
	RoundsContributed  int      `json:"rounds_contributed"`
	TotalSamples       int      `json:"total_samples"`
	AvgAccuracy        *float64 `json:"avg_accuracy"`
	AvgLoss            *float64 `json:"avg_loss"`
	LastContributionAt *string  `json:"last_contribution_at"`
}

func viewFederationMember(f *federation) func(*federationMember) federationMemberView {
	return func(m *federationMember) federationMemberView {
		return federationMemberView{
			FederationID: f.id, OrgID: m.org, Role: m.role, Status: m.status, InvitedAt: timestamp(m.invited), JoinedAt: timestamp(m.joined),
		}
	}
}

type sharedModelView struct {
	ID           string  `json:"id"`
	FederationID string  `json:"federation_id"`
	ModelID      string  `json:"model_id"`
	Name         string  `json:"name"`
	AddedAt      *string `json:"added_at"`
}

func viewSharedModel(f *federation) func(*sharedModel) sharedModelView {
	return func(s *sharedModel) sharedModelView {
		return sharedModelView{ID: s.model.id, FederationID: f.id, ModelID: s.model.id, Name: s.model.name, AddedAt: timestamp(s.added)}
	}
}

type privacyView struct {
	FederationID        string   `json:"federation_id"`
	TotalEpsilonBudget  *float64 `json:"total_epsilon_budget"`
	TotalDeltaBudget    *float64 `json:"total_delta_budget"`
	CurrentEpsilonSpent float64  `json:"current_epsilon_spent"`
	EpsilonRemaining    *float64 `json:"epsilon_remaining"`
	IsExhausted         bool     `json:"is_exhausted"`
	RoundsTracked       int      `json:"rounds_tracked"`
}

// privacyView has null for a budget that is not set. Nothing is ever spent, so all of it remains.
func (f *federation) privacyView() privacyView {
	return privacyView{
		FederationID: f.id, TotalEpsilonBudget: f.epsilon, TotalDeltaBudget: f.delta, EpsilonRemaining: f.epsilon,
	}
}

func tooLong(value *string, limit int) bool {
	return utf8.RuneCountInString(stringValue(value)) > limit
}

func (a *api) findFederation(c *call) (*federation, error) {
	return a.world.federations.find(c.pathValue("federation"))
}

// listFederations filters by ?name=, which must match the whole name.
func (a *api) listFederations(c *call) (any, error) {
	name := c.query("name")
	found := filter(slices.All(a.world.federations.all), func(f *federation) bool { return name == "" || f.name == name })
	return a.list("federations", mapSlice(found, a.federationView)), nil
}

func (a *api) createFederation(c *call) (any, error) {
	var body struct {
		OrgID       string  `json:"org_id"`
		Name        string  `json:"name"`
		Description *string `json:"description"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if err := a.world.ownOrg(body.OrgID); err != nil {
		return nil, err
	}
	if body.Name == "" || tooLong(&body.Name, 128) {
		return nil, invalid("name", "name is required and must have at most 128 characters")
	}
	if tooLong(body.Description, 512) {
		return nil, invalid("description", "description must have at most 512 characters")
	}
	f, err := a.world.createFederation(body.Name, body.Description)
	if err != nil {
		return nil, err
	}
	return a.federationView(f), nil
}

func (a *api) getFederation(c *call) (any, error) {
	f, err := a.findFederation(c)
	if err != nil {
		return nil, err
	}
	return a.federationView(f), nil
}

func (a *api) inviteToFederation(c *call) (any, error) {
	f, err := a.findFederation(c)
	if err != nil {
		return nil, err
	}
	var body struct {
		OrgIDs []string `json:"org_ids"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if len(body.OrgIDs) == 0 {
		return nil, invalid("org_ids", "org_ids is required")
	}
	if err := a.world.inviteAll(f, body.OrgIDs); err != nil {
		return nil, err
	}
	return map[string]any{"federation_id": f.id, "invited": body.OrgIDs}, nil
}

func (a *api) joinFederation(c *call) (any, error) {
	f, err := a.findFederation(c)
	if err != nil {
		return nil, err
	}
	var body struct {
		OrgID string `json:"org_id"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.OrgID == "" {
		return nil, invalid("org_id", "org_id is required")
	}
	m, err := a.world.join(f, body.OrgID)
	if err != nil {
		return nil, err
	}
	return viewFederationMember(f)(m), nil
}

func (a *api) listFederationMembers(c *call) (any, error) {
	f, err := a.findFederation(c)
	if err != nil {
		return nil, err
	}
	return a.list("members", mapSlice(f.members, viewFederationMember(f))), nil
}

func (a *api) listFederationModels(c *call) (any, error) {
	f, err := a.findFederation(c)
	if err != nil {
		return nil, err
	}
	return a.list("models", mapSlice(f.models, viewSharedModel(f))), nil
}

func (a *api) shareModel(c *call) (any, error) {
	f, err := a.findFederation(c)
	if err != nil {
		return nil, err
	}
	var body struct {
		ModelID string `json:"model_id"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.ModelID == "" {
		return nil, invalid("model_id", "model_id is required")
	}
	m, err := a.world.model(body.ModelID)
	if err != nil {
		return nil, err
	}
	s, err := a.world.shareModel(f, m)
	if err != nil {
		return nil, err
	}
	return viewSharedModel(f)(s), nil
}

func (a *api) getPrivacy(c *call) (any, error) {
	f, err := a.findFederation(c)
	if err != nil {
		return nil, err
	}
	return f.privacyView(), nil
}

func (a *api) setPrivacyBudget(c *call) (any, error) {
	f, err := a.findFederation(c)
	if err != nil {
		return nil, err
	}
	var body struct {
		Epsilon float64  `json:"total_epsilon_budget"`
		Delta   *float64 `json:"total_delta_budget"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	delta := valueOr(body.Delta, defaultDelta)
	if body.Epsilon <= 0 {
		return nil, invalid("total_epsilon_budget", "total_epsilon_budget is required and must be greater than 0")
	}
	if delta <= 0 || delta >= 1 {
		return nil, invalid("total_delta_budget", "total_delta_budget must be greater than 0 and less than 1")
	}
	f.epsilon, f.delta, f.updated = &body.Epsilon, &delta, a.world.clock
	return f.privacyView(), nil
}
