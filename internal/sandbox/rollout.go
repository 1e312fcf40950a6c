package sandbox

import (
	"slices"
	"strconv"
	"time"
)

// The statuses of a rollout (CONTRACT.md, section 3).
const (
	pending     = "pending"
	active      = "active"
	paused      = "paused"
	completed   = "completed"
	rollingBack = "rolling_back"
	rolledBack  = "rolled_back"
)

// The triggers of a rollback, and the actors in the history of a rollout.
const (
	triggerManual = "manual"
	triggerAuto   = "auto"

	actorCaller = "api_key"
	actorFleet  = "fleet"
	actorPolicy = "policy"
)

// rollout is one rollout of a version to the fleet of a model.
type rollout struct {
	id      string
	model   *model
	version string
	status  string
	// percentage is the current percentage of the fleet, target the final one, step the increment of an advance.
	percentage, target, step float64
	// previous is the version that the rollout replaces, "" for none.
	previous string
	// isRollback is true if a rollback created the record.
	isRollback      bool
	reason, trigger string
	// affected is the number of devices that a rollback reverts.
	affected int

	created, updated, started, finished, rolledBackAt time.Time
	// percentageChanged is when the percentage of the started rollout last changed.
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

// openRollout is the newest pending, active or paused rollout of a model, nil for none. There is at most one, except in a variant.
func (m *model) openRollout() *rollout {
	for _, r := range slices.Backward(m.rollouts) {
		if r.open() {
			return r
		}
	}
	return nil
}

// targeted is the newest rollout that determines what the fleet should run, nil if the model is not deployed.
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

// rolloutRequest is the request to create a rollout.
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
		return nil, invalid("target_percentage", "target_percentage %s is below rollout_percentage %s",
			formatNumber(req.target), formatNumber(req.percentage))
	}
	if open := m.openRollout(); open != nil && !w.has(ConcurrentRollouts) {
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

// recordHistory adds the current state of a rollout to its history and to the log.
func (w *world) recordHistory(r *rollout, reason, actor string) {
	r.updated = w.clock
	r.history = append(r.history, historyEntry{r.status, r.percentage, reason, actor, w.clock})
	because := ""
	if reason != "" {
		because = ": " + reason
	}
	w.logf("%s: rollout %s of %s is %s at %s%s", r.model.name, r.id, r.version, r.status, formatPercent(r.percentage), because)
}

// transition changes the status of a rollout, which must have the status from.
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

// setPercentage changes the percentage of an active rollout within its target and the policy.
func (w *world) setPercentage(r *rollout, percentage float64, reason string) error {
	if r.status != active {
		return conflict("cannot change the percentage of rollout %s: it is %s, and must be active", r.id, r.status)
	}
	if percentage > r.target {
		return invalid("percentage", "percentage %s is above the target_percentage of %s",
			formatNumber(percentage), formatNumber(r.target))
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

// checkAdvance rejects an increase of the percentage that the organization's policy forbids (CONTRACT.md, section 6).
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

// markCompleted completes a rollout.
func (w *world) markCompleted(r *rollout) {
	r.status, r.finished = completed, w.clock
	r.model.deployed[r.version] = true
	w.recordHistory(r, "", actorFleet)
}

// markRolledBack ends a rollout as rolled back. The earlier rollouts then determine the versions of its devices.
func (w *world) markRolledBack(r *rollout, reason, trigger, actor string) {
	r.status, r.rolledBackAt = rolledBack, w.clock
	r.reason, r.trigger = reason, trigger
	w.recordHistory(r, reason, actor)
}

// cancelRollout ends an open rollout or rollback as rolled back, and deletes the record of a finished one.
func (w *world) cancelRollout(r *rollout, force bool) error {
	switch r.status {
	case active, paused, rollingBack:
		if !force {
			return conflict("rollout %s is %s; canceling it requires force=true", r.id, r.status)
		}
		w.markRolledBack(r, "cancelled", triggerManual, actorCaller)
	case pending:
		w.markRolledBack(r, "cancelled", triggerManual, actorCaller)
	default:
		r.model.rollouts = without(r.model.rollouts, r)
		delete(r.model.rolloutByID, r.id)
		w.logf("%s: rollout %s of %s was deleted", r.model.name, r.id, r.version)
	}
	w.updateAllPending(r.model)
	return nil
}
