package sandbox

import (
	"cmp"
	"slices"
)

// experimentBody is the body of a create or an update, without the variants.
type experimentBody struct {
	Name          *string  `json:"name"`
	Description   *string  `json:"description"`
	Traffic       *float64 `json:"traffic_percentage"`
	MinSample     *int     `json:"min_sample_size"`
	Confidence    *float64 `json:"confidence_level"`
	PrimaryMetric *string  `json:"primary_metric"`
}

// applyTo applies a body. If the result is invalid, nothing changes.
func (b experimentBody) applyTo(e *experiment) error {
	changed := *e
	changed.name, changed.description = valueOr(b.Name, e.name), cmp.Or(b.Description, e.description)
	changed.traffic, changed.minSample = valueOr(b.Traffic, e.traffic), valueOr(b.MinSample, e.minSample)
	changed.confidence, changed.primaryMetric = valueOr(b.Confidence, e.confidence), valueOr(b.PrimaryMetric, e.primaryMetric)
	switch {
	case changed.name == "":
		return invalid("name", "name is required")
	case changed.traffic < 0 || changed.traffic > 100:
		return invalid("traffic_percentage", "traffic_percentage must be between 0 and 100")
	case changed.minSample < 1:
		return invalid("min_sample_size", "min_sample_size must be at least 1")
	case changed.confidence <= 0 || changed.confidence >= 1:
		return invalid("confidence_level", "confidence_level must be greater than 0 and less than 1")
	case changed.primaryMetric == "":
		return invalid("primary_metric", "primary_metric must not be empty")
	}
	*e = changed
	return nil
}

type experimentView struct {
	ID             string        `json:"id"`
	OrgID          string        `json:"org_id"`
	Name           string        `json:"name"`
	Description    *string       `json:"description"`
	ModelID        string        `json:"model_id"`
	Status         string        `json:"status"`
	Traffic        any           `json:"traffic_percentage"`
	MinSampleSize  int           `json:"min_sample_size"`
	Confidence     float64       `json:"confidence_level"`
	PrimaryMetric  string        `json:"primary_metric"`
	Variants       []variantView `json:"variants"`
	TargetGroupIDs []string      `json:"target_group_ids"`
	CreatedAt      *string       `json:"created_at"`
	UpdatedAt      *string       `json:"updated_at"`
	StartedAt      *string       `json:"started_at"`
	CompletedAt    *string       `json:"completed_at"`
}

// variantView has the allocation under one of two names: that of the requests, or in the SDK dialect that which SDKs read.
type variantView struct {
	ID                string `json:"id"`
	Name              string `json:"name"`
	ModelID           string `json:"model_id"`
	ModelVersion      string `json:"model_version"`
	IsControl         bool   `json:"is_control"`
	TrafficAllocation any    `json:"traffic_allocation,omitempty"`
	TrafficPercentage any    `json:"traffic_percentage,omitempty"`
}

func (a *api) experimentView(e *experiment) experimentView {
	view := experimentView{
		ID: e.id, OrgID: a.world.org, Name: e.name, Description: e.description, ModelID: e.model.id,
		Status: a.experimentStatus(e.status), Traffic: a.percentage(e.traffic), MinSampleSize: e.minSample, Confidence: e.confidence,
		PrimaryMetric: e.primaryMetric, TargetGroupIDs: e.targetIDs(),
		CreatedAt: timestamp(e.created), UpdatedAt: timestamp(e.updated), StartedAt: timestamp(e.started), CompletedAt: timestamp(e.ended),
	}
	for _, v := range e.variants {
		shown := variantView{ID: v.id, Name: v.name, ModelID: e.model.id, ModelVersion: v.version, IsControl: v.control}
		if a.world.dialect == DialectSDK {
			shown.TrafficPercentage = a.percentage(v.allocation)
		} else {
			shown.TrafficAllocation = v.allocation
		}
		view.Variants = append(view.Variants, shown)
	}
	return view
}

// experimentStatus is the status in the dialect: an SDK calls a running experiment active.
func (a *api) experimentStatus(status string) string {
	if a.world.dialect == DialectSDK && status == running {
		return active
	}
	return status
}

func (a *api) listExperiments(c *call) (any, error) {
	status, modelID := c.query("status"), c.query("model_id")
	if status == active {
		status = running
	}
	found := filter(slices.Backward(a.world.experiments.all), func(e *experiment) bool {
		return (status == "" || e.status == status) && (modelID == "" || e.model.id == modelID)
	})
	return listPageOrArray(a, c, "experiments", found, pageSize{100, 100}, a.experimentView)
}

func (a *api) createExperiment(c *call) (any, error) {
	var body struct {
		ModelID  string `json:"model_id"`
		Variants []struct {
			Name         string  `json:"name"`
			ModelVersion string  `json:"model_version"`
			Allocation   float64 `json:"traffic_allocation"`
			IsControl    bool    `json:"is_control"`
		} `json:"variants"`
		experimentBody
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
	e := &experiment{model: m, traffic: 100, minSample: 100, confidence: 0.95, primaryMetric: "conversion"}
	if err := body.applyTo(e); err != nil {
		return nil, err
	}
	for _, v := range body.Variants {
		e.variants = append(e.variants, &variant{name: v.Name, version: v.ModelVersion, allocation: v.Allocation, control: v.IsControl})
	}
	if err := validateVariants(m, e.variants); err != nil {
		return nil, err
	}
	a.world.createExperiment(e)
	return a.experimentView(e), nil
}

// findExperiment finds the experiment of a call.
func (a *api) findExperiment(c *call) (*experiment, error) {
	return a.world.experiments.find(c.pathValue("experiment"))
}

// findOpenExperiment finds the experiment of a call that changes it.
func (a *api) findOpenExperiment(c *call) (*experiment, error) {
	e, err := a.findExperiment(c)
	if err == nil {
		err = e.checkOpen()
	}
	return e, err
}

func (a *api) getExperiment(c *call) (any, error) {
	e, err := a.findExperiment(c)
	if err != nil {
		return nil, err
	}
	return a.experimentView(e), nil
}

func (a *api) updateExperiment(c *call) (any, error) {
	e, err := a.findOpenExperiment(c)
	if err != nil {
		return nil, err
	}
	var body experimentBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if err := body.applyTo(e); err != nil {
		return nil, err
	}
	if c.hasKey("description") {
		e.description = body.Description
	}
	e.updated = a.world.clock
	return a.experimentView(e), nil
}

// experimentTransition is a call that changes the status of an experiment.
func experimentTransition(verb, to string, from ...string) handler {
	return func(a *api, c *call) (any, error) {
		e, err := a.findExperiment(c)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(from, e.status) {
			return nil, conflict("cannot %s experiment %s: it is %s", verb, e.id, a.experimentStatus(e.status))
		}
		a.world.setExperimentStatus(e, to)
		return a.experimentView(e), nil
	}
}

func (a *api) updateAllocations(c *call) (any, error) {
	e, err := a.findOpenExperiment(c)
	if err != nil {
		return nil, err
	}
	var body struct {
		Variants []struct {
			Name       string   `json:"name"`
			Allocation *float64 `json:"traffic_allocation"`
		} `json:"variants"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	allocations := map[string]float64{}
	for _, v := range body.Variants {
		if v.Allocation == nil {
			return nil, invalid("variants", "variants: traffic_allocation is required")
		}
		allocations[v.Name] = *v.Allocation
	}
	if len(allocations) == 0 {
		return nil, invalid("variants", "variants is required")
	}
	if err := a.world.setAllocations(e, allocations); err != nil {
		return nil, err
	}
	return a.experimentView(e), nil
}

func (a *api) targetsView(e *experiment) any {
	return map[string]any{"experiment_id": e.id, "group_ids": e.targetIDs()}
}

func (a *api) getTargetGroups(c *call) (any, error) {
	e, err := a.findExperiment(c)
	if err != nil {
		return nil, err
	}
	return a.targetsView(e), nil
}

func (a *api) replaceTargetGroups(c *call) (any, error) {
	e, err := a.findOpenExperiment(c)
	if err != nil {
		return nil, err
	}
	var body struct {
		GroupIDs []string `json:"group_ids"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.GroupIDs == nil {
		return nil, invalid("group_ids", "group_ids is required")
	}
	if err := a.world.setTargetGroups(e, body.GroupIDs); err != nil {
		return nil, err
	}
	return a.targetsView(e), nil
}

func (a *api) addTargetGroup(c *call) (any, error) {
	e, err := a.findOpenExperiment(c)
	if err != nil {
		return nil, err
	}
	if err := a.world.setTargetGroups(e, append(e.targetIDs(), c.pathValue("group"))); err != nil {
		return nil, err
	}
	return a.targetsView(e), nil
}

func (a *api) removeTargetGroup(c *call) (any, error) {
	e, err := a.findOpenExperiment(c)
	if err != nil {
		return nil, err
	}
	ids := e.targetIDs()
	if !slices.Contains(ids, c.pathValue("group")) {
		return nil, notFound("device group %q is not a target group of experiment %s", c.pathValue("group"), e.id)
	}
	return nil, a.world.setTargetGroups(e, without(ids, c.pathValue("group")))
}
