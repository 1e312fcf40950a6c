package sandbox

import "slices"

// rolloutView has the first two names of each field in CONTRACT.md, section 3.
type rolloutView struct {
	ID                any     `json:"id"`
	RolloutID         any     `json:"rollout_id"`
	ModelID           string  `json:"model_id"`
	Version           string  `json:"version"`
	Status            string  `json:"status"`
	Percentage        any     `json:"percentage"`
	RolloutPercentage any     `json:"rollout_percentage"`
	TargetPercentage  any     `json:"target_percentage"`
	IncrementStep     any     `json:"increment_step"`
	PreviousVersion   *string `json:"previous_version"`
	FromVersion       *string `json:"from_version"`
	RollbackReason    *string `json:"rollback_reason"`
	Reason            *string `json:"reason"`
	RollbackTrigger   *string `json:"rollback_trigger"`
	AffectedDevices   *int    `json:"affected_devices,omitempty"`
	CreatedAt         *string `json:"created_at"`
	UpdatedAt         *string `json:"updated_at"`
	StartedAt         *string `json:"started_at"`
	CompletedAt       *string `json:"completed_at"`
	RolledBackAt      *string `json:"rolled_back_at"`
}

func (a *api) rolloutView(r *rollout) rolloutView {
	percentage := a.percentage(r.percentage)
	view := rolloutView{
		ID: a.rolloutID(r), RolloutID: a.rolloutID(r), ModelID: r.model.id, Version: r.version, Status: r.status,
		Percentage: percentage, RolloutPercentage: percentage,
		TargetPercentage: a.percentage(r.target), IncrementStep: a.percentage(r.step),
		PreviousVersion: nullIfEmpty(r.previous), FromVersion: nullIfEmpty(r.previous),
		RollbackReason: nullIfEmpty(r.reason), Reason: nullIfEmpty(r.reason), RollbackTrigger: nullIfEmpty(r.trigger),
		CreatedAt: timestamp(r.created), UpdatedAt: timestamp(r.updated), StartedAt: timestamp(r.started),
		CompletedAt: timestamp(r.finished), RolledBackAt: timestamp(r.rolledBackAt),
	}
	if r.isRollback {
		view.AffectedDevices = &r.affected
	}
	return view
}

// activeRollouts are the rollouts in a list of active ones. Public sources do not say whether these include paused ones, so
// the dialects differ and clients cannot rely on it.
func (a *api) activeRollouts(m *model) []*rollout {
	return filter(slices.All(m.rollouts), func(r *rollout) bool {
		return r.status == active || r.status == paused && a.world.dialect == DialectDocs
	})
}

func (a *api) listActiveRollouts(*call) (any, error) {
	var found []*rollout
	for _, m := range a.world.models {
		found = append(found, a.activeRollouts(m)...)
	}
	return map[string]any{"rollouts": mapSlice(found, a.rolloutView)}, nil
}

func (a *api) listModelActiveRollouts(c *call) (any, error) {
	m, err := a.world.model(c.pathValue("model"))
	if err != nil {
		return nil, err
	}
	return a.list("rollouts", mapSlice(a.activeRollouts(m), a.rolloutView)), nil
}

// listRollouts returns the newest first in the docs dialect and the oldest first in the SDK dialect, because the order is
// not documented.
func (a *api) listRollouts(c *call) (any, error) {
	m, err := a.world.model(c.pathValue("model"))
	if err != nil {
		return nil, err
	}
	status := c.query("status_filter")
	found := filter(slices.All(m.rollouts), func(r *rollout) bool { return status == "" || r.status == status })
	if a.world.dialect == DialectDocs {
		slices.Reverse(found)
	}
	return a.list("rollouts", mapSlice(found, a.rolloutView)), nil
}

func (a *api) createRollout(c *call) (any, error) {
	m, err := a.world.model(c.pathValue("model"))
	if err != nil {
		return nil, err
	}
	var body struct {
		Version          string   `json:"version"`
		Percentage       *float64 `json:"rollout_percentage"`
		TargetPercentage *float64 `json:"target_percentage"`
		IncrementStep    *float64 `json:"increment_step"`
		StartImmediately *bool    `json:"start_immediately"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.Version == "" {
		return nil, invalid("version", "version is required")
	}
	if body.Percentage == nil {
		return nil, invalid("rollout_percentage", "rollout_percentage is required")
	}
	req := rolloutRequest{
		version: body.Version, percentage: *body.Percentage, target: valueOr(body.TargetPercentage, 100),
		step: valueOr(body.IncrementStep, 10), start: valueOr(body.StartImmediately, true),
	}
	percentages := []struct {
		field string
		value float64
	}{{"rollout_percentage", req.percentage}, {"target_percentage", req.target}, {"increment_step", req.step}}
	for _, percentage := range percentages {
		if err := checkPercent(percentage.field, percentage.value); err != nil {
			return nil, err
		}
	}
	r, err := a.world.createRollout(m, req)
	if err != nil {
		return nil, err
	}
	return a.rolloutView(r), nil
}

func checkPercent(field string, value float64) error {
	if value < 0 || value > 100 {
		return invalid(field, "%s must be between 0 and 100", field)
	}
	return nil
}

// findRollout finds the rollout of a call.
func (a *api) findRollout(c *call) (*rollout, error) {
	m, err := a.world.model(c.pathValue("model"))
	if err != nil {
		return nil, err
	}
	if r, ok := m.rolloutByID[c.pathValue("rollout")]; ok {
		return r, nil
	}
	return nil, notFound("model %s has no rollout %q", m.name, c.pathValue("rollout"))
}

func (a *api) getRollout(c *call) (any, error) {
	r, err := a.findRollout(c)
	if err != nil {
		return nil, err
	}
	return a.rolloutView(r), nil
}

// rolloutTransition is a call that changes the status of a rollout.
func rolloutTransition(verb, from, to string) handler {
	return func(a *api, c *call) (any, error) {
		r, err := a.findRollout(c)
		if err != nil {
			return nil, err
		}
		if err := a.world.transition(r, verb, from, to); err != nil {
			return nil, err
		}
		return a.rolloutView(r), nil
	}
}

func (a *api) advanceRollout(c *call) (any, error) {
	r, err := a.findRollout(c)
	if err != nil {
		return nil, err
	}
	var body struct {
		CustomIncrement *float64 `json:"custom_increment"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	step := valueOr(body.CustomIncrement, r.step)
	if err := checkPercent("custom_increment", step); err != nil {
		return nil, err
	}
	if err := a.world.setPercentage(r, min(r.percentage+step, r.target), ""); err != nil {
		return nil, err
	}
	return a.rolloutView(r), nil
}

func (a *api) updatePercentage(c *call) (any, error) {
	r, err := a.findRollout(c)
	if err != nil {
		return nil, err
	}
	var body struct {
		Percentage *float64 `json:"percentage"`
		Reason     string   `json:"reason"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.Percentage == nil {
		return nil, invalid("percentage", "percentage is required")
	}
	if err := checkPercent("percentage", *body.Percentage); err != nil {
		return nil, err
	}
	if err := a.world.setPercentage(r, *body.Percentage, body.Reason); err != nil {
		return nil, err
	}
	return a.rolloutView(r), nil
}

func (a *api) cancelRollout(c *call) (any, error) {
	r, err := a.findRollout(c)
	if err != nil {
		return nil, err
	}
	return nil, a.world.cancelRollout(r, c.query("force") == "true")
}

func (a *api) rolloutHistory(c *call) (any, error) {
	r, err := a.findRollout(c)
	if err != nil {
		return nil, err
	}
	entries := []map[string]any{}
	for _, e := range r.history {
		entries = append(entries, map[string]any{
			"status": e.status, "percentage": a.percentage(e.percentage), "reason": nullIfEmpty(e.reason),
			"actor": e.actor, "created_at": timestamp(e.at),
		})
	}
	return a.list("history", entries), nil
}

func (a *api) affectedDevices(c *call) (any, error) {
	r, err := a.findRollout(c)
	if err != nil {
		return nil, err
	}
	n := a.world.affected(r)
	total := "total"
	if a.world.dialect == DialectSDK {
		total = "total_devices"
	}
	return map[string]any{total: n.total, "updated": n.updated, "pending": n.total - n.updated, "failed": 0}, nil
}
