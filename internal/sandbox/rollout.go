package sandbox

import (
	"slices"
	"strconv"
	"time"
)

// The statuses of a rollout (the control API contract, section 3).
const (
	pending     = "pending"
	active      = "active"
	paused      = "paused"
	completed   = "completed"
	rollingBack = "rolling_back"
	rolledBack  = "rolled_back"
)

// What made a rollout end, and who did what in its history.
const (
	triggerManual = "manual"
	triggerAuto   = "auto"

	actorCaller = "api_key"
	actorFleet  = "fleet"
	actorPolicy = "policy"
)

// rollout is one record of a version going out to the whole fleet of a model.
type rollout struct {
	id      string
	model   *model
	version string
	status  string
	// percentage is the share of the fleet now, target the final one, step what one advance adds.
	percentage, target, step float64
	// previous is the version that it replaces, "" for none.
	previous string
	// isRollback is true of a record that a rollback created.
	isRollback      bool
	reason, trigger string
	// affected is how many devices a rollback reverts.
	affected int

	created, updated, started, finished, rolledBackAt time.Time
	// shareChanged is when the percentage last changed while devices could see it.
	percentageChanged time.Time
	history           []historyEntry
}

// historyEntry is one change of a rollout.
type historyEntry struct {
	status        string
	percentage    float64
	reason, actor string
	at            time.Time
}

func (r *rollout) open() bool {
	return r.status == pending || r.status == active || r.status == paused
}

// openRollout is the rollout of a model that can still assign devices, nil for none; there is at most one.
func (m *model) openRollout() *rollout {
	for _, r := range slices.Backward(m.rollouts) {
		if r.open() {
			return r
		}
	}
	return nil
}

// targeted is the newest rollout that counts for what the fleet is to run, nil where the model is not deployed.
func (m *model) targeted() *rollout {
	for _, r := range slices.Backward(m.rollouts) {
		if r.status != pending && r.status != rolledBack {
			return r
		}
	}
	return nil
}

func (m *model) targetedVersion() string {
	if r := m.targeted(); r != nil {
		return r.version
	}
	return ""
}

// newRollout is what a create asks for.
type rolloutRequest struct {
	version                  string
	percentage, target, step float64
	start                    bool
}

func (w *world) createRollout(m *model, req rolloutRequest) (*rollout, error) {
	if err := m.checkDeployable(req.version); err != nil {
		return nil, err
	}
	if req.target < req.percentage {
		return nil, invalid("target_percentage", "target_percentage %s is below rollout_percentage %s", formatNumber(req.target), formatNumber(req.percentage))
	}
	if open := m.openRollout(); open != nil {
		return nil, conflict("model %s already has rollout %s of version %s, which is %s at %s",
			m.name, open.id, open.version, open.status, formatPercent(open.percentage))
	}
	r := w.addRollout(&rollout{
		model: m, version: req.version, status: pending, previous: m.targetedVersion(),
		percentage: req.percentage, target: req.target, step: req.step,
	})
	if req.start {
		r.status, r.started, r.percentageChanged = active, w.clock, w.clock
	}
	w.recordHistory(r, "", actorCaller)
	w.updateAllPending(m)
	return r, nil
}

func (w *world) addRollout(r *rollout) *rollout {
	w.counters["rollout"]++
	r.id = strconv.Itoa(w.counters["rollout"])
	if w.dialect == DialectDocs {
		r.id = w.nextID("rol")
	}
	r.created = w.clock
	r.model.rollouts = append(r.model.rollouts, r)
	r.model.rolloutByID[r.id] = r
	return r
}

// record notes the present state of a rollout in its history and tells the world.
func (w *world) recordHistory(r *rollout, reason, actor string) {
	r.updated = w.clock
	r.history = append(r.history, historyEntry{r.status, r.percentage, reason, actor, w.clock})
	because := ""
	if reason != "" {
		because = ": " + reason
	}
	w.logf("%s: rollout %s of %s is %s at %s%s", r.model.name, r.id, r.version, r.status, formatPercent(r.percentage), because)
}

// change moves a rollout from one status to another and refuses where it is not in the first.
func (w *world) transition(r *rollout, verb, from, to string) error {
	if r.status != from {
		return conflict("cannot %s rollout %s: it is %s, and must be %s", verb, r.id, r.status, from)
	}
	r.status = to
	if r.started.IsZero() {
		r.started, r.percentageChanged = w.clock, w.clock
	}
	w.recordHistory(r, "", actorCaller)
	w.updateAllPending(r.model)
	return nil
}

// setShare changes the percentage of an active rollout, as far as target and policy allow.
func (w *world) setPercentage(r *rollout, percentage float64, reason string) error {
	if r.status != active {
		return conflict("cannot change the percentage of rollout %s: it is %s, and must be active", r.id, r.status)
	}
	if percentage > r.target {
		return invalid("percentage", "percentage %s is above the target_percentage of %s", formatNumber(percentage), formatNumber(r.target))
	}
	if percentage == r.percentage {
		return nil
	}
	if err := w.checkAdvance(r, percentage); err != nil {
		return err
	}
	r.percentage, r.percentageChanged = percentage, w.clock
	w.recordHistory(r, reason, actorCaller)
	w.updateAllPending(r.model)
	return nil
}

// allowAdvance asks the organization's policy whether a share may grow (the control API contract, section 6).
func (w *world) checkAdvance(r *rollout, percentage float64) error {
	if percentage < r.percentage {
		return nil
	}
	if w.boolSetting("require_approval") {
		return policyDenied("the policy demands an approval of each step (require_approval)")
	}
	if limit, limited := w.numberSetting("max_rollout_step_percent"); limited && percentage-r.percentage > limit {
		return policyDenied("a step of %s percent is above the policy's max_rollout_step_percent of %s",
			formatNumber(percentage-r.percentage), formatNumber(limit))
	}
	least := w.durationSetting("min_rollout_duration")
	if passed := w.clock.Sub(r.percentageChanged); passed < least {
		return policyDenied("the last step was %s ago, and the policy's min_rollout_duration is %s", passed.Round(time.Second), least)
	}
	return nil
}

// complete ends a rollout well.
func (w *world) markCompleted(r *rollout) {
	r.status, r.finished = completed, w.clock
	r.model.deployed[r.version] = true
	w.recordHistory(r, "", actorFleet)
}

// end marks a rollout as rolled back. Its devices head for what the rollouts before it say.
func (w *world) markRolledBack(r *rollout, reason, trigger, actor string) {
	r.status, r.rolledBackAt = rolledBack, w.clock
	r.reason, r.trigger = reason, trigger
	w.recordHistory(r, reason, actor)
}

// cancel ends or removes a rollout: one that can still change devices ends as rolled back, a finished record is removed.
func (w *world) cancelRollout(r *rollout, force bool) error {
	switch r.status {
	case active, paused, rollingBack:
		if !force {
			return conflict("rollout %s is %s; cancelling it takes force=true", r.id, r.status)
		}
		w.markRolledBack(r, "cancelled", triggerManual, actorCaller)
	case pending:
		w.markRolledBack(r, "cancelled", triggerManual, actorCaller)
	default:
		r.model.rollouts = without(r.model.rollouts, r)
		delete(r.model.rolloutByID, r.id)
		w.logf("%s: rollout %s of %s is deleted", r.model.name, r.id, r.version)
	}
	w.updateAllPending(r.model)
	return nil
}
