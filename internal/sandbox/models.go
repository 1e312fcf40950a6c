package sandbox

import (
	"slices"
	"time"
)

// model is a model of the registry and everything that belongs to it (the control API contract, section 2).
type model struct {
	id, name, description, framework, useCase string
	modelContract, dataContract               any
	created, updated                          time.Time

	versions      []*version
	versionByName map[string]*version

	// rollouts are in the order of their creation.
	rollouts    []*rollout
	rolloutByID map[string]*rollout
	// deployed holds the versions that once had a completed rollout.
	deployed map[string]bool
	health   map[string]Health

	// seats has a seat for every device, in the devices' order; nil until the model is first deployed.
	seats []*seat
	// pending holds the seats whose device does not run what it is to run.
	pending map[*seat]bool
	// unchecked is true when a rollout may have reached its end, moved when devices changed since the last report.
	unchecked, moved bool
	reported         map[string]int
}

func (w *world) createModel(m *model) (*model, error) {
	if _, taken := w.modelByName[m.name]; taken {
		return nil, conflict("a model named %q exists already", m.name)
	}
	m.id, m.created, m.updated = w.nextID("mdl"), w.clock, w.clock
	m.versionByName, m.rolloutByID = map[string]*version{}, map[string]*rollout{}
	m.deployed, m.health = map[string]bool{}, map[string]Health{}
	w.models = append(w.models, m)
	w.modelByID[m.id], w.modelByName[m.name] = m, m
	return m, nil
}

func (w *world) renameModel(m *model, name string) error {
	if other, taken := w.modelByName[name]; taken && other != m {
		return conflict("a model named %q exists already", name)
	}
	delete(w.modelByName, m.name)
	m.name = name
	w.modelByName[name] = m
	return nil
}

// deleteModel takes all its versions and rollouts with it, and its experiments end.
func (w *world) deleteModel(m *model) {
	w.endExperiments(m)
	w.unshare(m)
	w.models = without(w.models, m)
	delete(w.modelByID, m.id)
	delete(w.modelByName, m.name)
	w.say("%s: the model is deleted", m.name)
}

type modelView struct {
	ID            string  `json:"id"`
	OrgID         string  `json:"org_id"`
	Name          string  `json:"name"`
	Framework     string  `json:"framework"`
	UseCase       string  `json:"use_case"`
	Description   string  `json:"description"`
	VersionCount  int     `json:"version_count"`
	ModelContract any     `json:"model_contract"`
	DataContract  any     `json:"data_contract"`
	CreatedAt     *string `json:"created_at"`
	UpdatedAt     *string `json:"updated_at"`
}

func (a *api) modelView(m *model) modelView {
	return modelView{
		ID: m.id, OrgID: a.world.org, Name: m.name, Framework: m.framework, UseCase: m.useCase, Description: m.description,
		VersionCount: len(m.versions), ModelContract: m.modelContract, DataContract: m.dataContract,
		CreatedAt: stamp(m.created), UpdatedAt: stamp(m.updated),
	}
}

func (a *api) listModels(c *call) (any, error) {
	framework, useCase := c.query("framework"), c.query("use_case")
	var found []*model
	for _, m := range slices.Backward(a.world.models) {
		if (framework == "" || m.framework == framework) && (useCase == "" || m.useCase == useCase) {
			found = append(found, m)
		}
	}
	return listPage(c, "models", found, pageSize{20, 100}, a.modelView)
}

func (a *api) createModel(c *call) (any, error) {
	var body struct {
		Name          string  `json:"name"`
		Description   *string `json:"description"`
		Framework     string  `json:"framework"`
		UseCase       string  `json:"use_case"`
		ModelContract any     `json:"model_contract"`
		DataContract  any     `json:"data_contract"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	for field, value := range map[string]string{"name": body.Name, "framework": body.Framework, "use_case": body.UseCase} {
		if value == "" {
			return nil, invalid(field, "%s is required", field)
		}
	}
	m, err := a.world.createModel(&model{
		name: body.Name, description: text(body.Description), framework: body.Framework, useCase: body.UseCase,
		modelContract: body.ModelContract, dataContract: body.DataContract,
	})
	if err != nil {
		return nil, err
	}
	return a.modelView(m), nil
}

func (a *api) getModel(c *call) (any, error) {
	m, err := a.world.model(c.id("model"))
	if err != nil {
		return nil, err
	}
	return a.modelView(m), nil
}

func (a *api) updateModel(c *call) (any, error) {
	m, err := a.world.model(c.id("model"))
	if err != nil {
		return nil, err
	}
	var body struct {
		Name          *string `json:"name"`
		Description   *string `json:"description"`
		Framework     *string `json:"framework"`
		UseCase       *string `json:"use_case"`
		ModelContract any     `json:"model_contract"`
		DataContract  any     `json:"data_contract"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.Framework != nil && *body.Framework != m.framework {
		return nil, invalid("framework", "the framework of a model cannot change")
	}
	if body.Name != nil {
		if *body.Name == "" {
			return nil, invalid("name", "name must not be empty")
		}
		if err := a.world.renameModel(m, *body.Name); err != nil {
			return nil, err
		}
	}
	m.description, m.useCase = orElse(body.Description, m.description), orElse(body.UseCase, m.useCase)
	if body.ModelContract != nil {
		m.modelContract = body.ModelContract
	}
	if body.DataContract != nil {
		m.dataContract = body.DataContract
	}
	m.updated = a.world.clock
	return a.modelView(m), nil
}

func (a *api) deleteModel(c *call) (any, error) {
	m, err := a.world.model(c.id("model"))
	if err != nil {
		return nil, err
	}
	a.world.deleteModel(m)
	return nil, nil
}
