package sandbox

// rollback reverts the whole fleet to a version that was deployed before. It ends open rollouts; completed ones stay
// completed (CONTRACT.md, section 3).
func (w *world) rollback(m *model, version, reason string) (*rollout, error) {
	if err := m.checkDeployable(version); err != nil {
		return nil, err
	}
	if !m.deployed[version] {
		return nil, conflict("version %s of model %s was never deployed, so there is nothing to roll back to", version, m.name)
	}
	from := m.targetedVersion()
	for _, r := range m.rollouts {
		if r.open() || r.status == rollingBack {
			w.markRolledBack(r, reason, triggerManual, actorCaller)
		}
	}
	r := w.addRollback(m, version, from, reason, triggerManual, actorCaller)
	w.updateAllPending(m)
	return r, nil
}

// addRollback adds the record of a rollback: the older version for the whole fleet immediately.
func (w *world) addRollback(m *model, to, from, reason, trigger, actor string) *rollout {
	r := w.addRollout(&rollout{
		model: m, version: to, status: rollingBack, previous: from, isRollback: true, reason: reason, trigger: trigger,
		percentage: 100, target: 100, step: 100, started: w.clock, percentageChanged: w.clock,
	})
	r.affected = w.affected(r).total
	w.recordHistory(r, reason, actor)
	return r
}

func (a *api) rollback(c *call) (any, error) {
	m, err := a.world.model(c.pathValue("model"))
	if err != nil {
		return nil, err
	}
	var body struct {
		ToVersion string `json:"to_version"`
		Reason    string `json:"reason"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.ToVersion == "" {
		return nil, invalid("to_version", "to_version is required")
	}
	r, err := a.world.rollback(m, body.ToVersion, body.Reason)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"rollout_id": a.rolloutID(r), "model_id": m.id, "from_version": nullIfEmpty(r.previous), "to_version": r.version,
		"affected_devices": r.affected, "status": r.status,
	}, nil
}
