package sandbox

import "slices"

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
		CreatedAt: timestamp(m.created), UpdatedAt: timestamp(m.updated),
	}
}

func (a *api) listModels(c *call) (any, error) {
	framework, useCase := c.query("framework"), c.query("use_case")
	found := filter(slices.Backward(a.world.models), func(m *model) bool {
		return (framework == "" || m.framework == framework) && (useCase == "" || m.useCase == useCase)
	})
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
		name: body.Name, description: stringValue(body.Description), framework: body.Framework, useCase: body.UseCase,
		modelContract: body.ModelContract, dataContract: body.DataContract,
	})
	if err != nil {
		return nil, err
	}
	return a.modelView(m), nil
}

func (a *api) getModel(c *call) (any, error) {
	m, err := a.world.model(c.pathValue("model"))
	if err != nil {
		return nil, err
	}
	return a.modelView(m), nil
}

func (a *api) updateModel(c *call) (any, error) {
	m, err := a.world.model(c.pathValue("model"))
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
		return nil, invalid("framework", "the framework of a model cannot be changed")
	}
	if body.Name != nil {
		if *body.Name == "" {
			return nil, invalid("name", "name must not be empty")
		}
		if err := a.world.renameModel(m, *body.Name); err != nil {
			return nil, err
		}
	}
	m.description, m.useCase = valueOr(body.Description, m.description), valueOr(body.UseCase, m.useCase)
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
	m, err := a.world.model(c.pathValue("model"))
	if err != nil {
		return nil, err
	}
	a.world.deleteModel(m)
	return nil, nil
}
