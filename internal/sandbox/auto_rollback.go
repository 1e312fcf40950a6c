package sandbox

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Health is how a version does on the devices that run it.
type Health struct {
	// ErrorPercent and CrashPercent are the shares of requests and of sessions that fail, 0 to 100.
	ErrorPercent float64 `json:"error_percent"`
	CrashPercent float64 `json:"crash_percent"`
	// LatencyP95MS is the 95th percentile of the latency, in milliseconds.
	LatencyP95MS float64 `json:"latency_p95_ms"`
}

// reports tells whether the device's report counts for a rollout: it runs the version, and not because of a group deployment.
func (s *deviceState) reportsHealthFor(r *rollout) bool {
	return s.device.inFleet() && s.assigned == "" && s.running != "" && s.running == r.version
}

// breach says which limit of the settings the targeted version exceeds, "" where none (the control API contract, section 6). It
// takes a device that runs the version to find out.
func (w *world) breach(m *model) string {
	r := m.targeted()
	if r == nil || (r.status != active && r.status != completed) || !w.boolSetting("auto_rollback_enabled") {
		return ""
	}
	health, known := m.health[r.version]
	if !known {
		return ""
	}
	measures := []struct {
		name, unit string
		value      float64
		limit      string
	}{
		{"error rate", "%", health.ErrorPercent, "error_threshold_percent"},
		{"crash rate", "%", health.CrashPercent, "crash_threshold_percent"},
		{"p95 latency", " ms", health.LatencyP95MS, "latency_p95_max_ms"},
	}
	for _, measure := range measures {
		if limit, limited := w.numberSetting(measure.limit); limited && measure.value > limit {
			return fmt.Sprintf("%s %s%s is above the limit of %s%s",
				measure.name, formatNumber(measure.value), measure.unit, formatNumber(limit), measure.unit)
		}
	}
	return ""
}

// autoRollback ends the targeted rollout, also one that had been completed, and reverts to the previous stable version where
// there is one (the control API contract, section 3).
func (w *world) autoRollback(m *model, reason string) {
	breached := m.targeted()
	w.markRolledBack(breached, reason, triggerAuto, actorPolicy)
	if stable := m.stableBefore(breached); stable != "" {
		w.addRollback(m, stable, breached.version, reason, triggerAuto, actorPolicy)
	}
	w.updateAllPending(m)
}

// stableBefore is the version that was completed before a rollout and that nobody has rolled back from since, "" for none.
func (m *model) stableBefore(breached *rollout) string {
	left := map[string]bool{breached.version: true}
	for _, r := range slices.Backward(m.rollouts) {
		if r == breached && r.isRollback {
			left[r.previous] = true
		}
		if r == breached || r.status != completed {
			continue
		}
		if !left[r.version] && m.checkDeployable(r.version) == nil {
			return r.version
		}
		if r.isRollback {
			left[r.previous] = true
		}
	}
	return ""
}

// plain writes a number without needless digits.
func formatNumber(value float64) string {
	return strconv.FormatFloat(math.Round(value*1000)/1000, 'f', -1, 64)
}

// percent writes a share of the fleet as a whole percentage.
func formatPercent(value float64) string { return strconv.Itoa(int(math.Round(value))) + "%" }
