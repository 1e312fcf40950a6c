package sandbox

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Health is what devices report about a version that they run.
type Health struct {
	// ErrorPercent and CrashPercent are the percentages of failed requests and crashed sessions, 0 to 100.
	ErrorPercent float64 `json:"error_percent"`
	CrashPercent float64 `json:"crash_percent"`
	// LatencyP95MS is the 95th percentile of the latency, in milliseconds.
	LatencyP95MS float64 `json:"latency_p95_ms"`
}

// reportsHealthFor reports whether the device's health counts for a rollout: it runs the version, but not because of a group
// deployment.
func (s *deviceState) reportsHealthFor(r *rollout) bool {
	return s.device.inFleet() && s.assigned == "" && s.running != "" && s.running == r.version
}

// breach describes the limit of the settings that the targeted version exceeds, "" for none (CONTRACT.md, section 6). It has
// no effect until a device runs the version.
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

// autoRollback rolls the targeted rollout back, even if it is completed, and reverts to the previous stable version if there
// is one (CONTRACT.md, section 3).
func (w *world) autoRollback(m *model, reason string) {
	breached := m.targeted()
	w.markRolledBack(breached, reason, triggerAuto, actorPolicy)
	if stable := m.stableBefore(breached); stable != "" {
		w.addRollback(m, stable, breached.version, reason, triggerAuto, actorPolicy)
	}
	w.updateAllPending(m)
}

// stableBefore is the last version that was completed before a rollout and has not been rolled back since, "" for none.
func (m *model) stableBefore(breached *rollout) string {
	abandoned := map[string]bool{breached.version: true}
	for _, r := range slices.Backward(m.rollouts) {
		if r == breached && r.isRollback {
			abandoned[r.previous] = true
		}
		if r == breached || r.status != completed {
			continue
		}
		if !abandoned[r.version] && m.checkDeployable(r.version) == nil {
			return r.version
		}
		if r.isRollback {
			abandoned[r.previous] = true
		}
	}
	return ""
}

// formatNumber formats a number with at most three decimals.
func formatNumber(value float64) string {
	return strconv.FormatFloat(math.Round(value*1000)/1000, 'f', -1, 64)
}

// formatPercent formats a percentage as a whole number.
func formatPercent(value float64) string { return strconv.Itoa(int(math.Round(value))) + "%" }
