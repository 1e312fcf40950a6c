package policy

import (
	"errors"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// field ties a key of the settings to its attribute (the control API contract, section 6).
type field struct {
	key string
	at  path.Path
	// nullable is true of a key for which null is a value of its own: no limit.
	nullable bool
	binding
}

// fields lists every key that the policy manages, each with its attribute.
func (g *guardrails) fields() []field {
	gate, limits, device := path.Root("quality_gate"), path.Root("rollout_limits"), path.Root("device_limits")
	return []field{
		{"auto_rollback_enabled", path.Root("auto_rollback"), false, boolean{&g.AutoRollback}},
		{"error_threshold_percent", path.Root("error_threshold_percent"), false, number{&g.ErrorThreshold}},
		{"crash_threshold_percent", path.Root("crash_threshold_percent"), false, number{&g.CrashThreshold}},
		{"latency_p95_max_ms", path.Root("latency_p95_max"), true, milliseconds{&g.LatencyP95Max}},
		{"require_eval", gate.AtName("require_eval"), false, boolean{&g.RequireEval}},
		{"min_accuracy", gate.AtName("min_accuracy"), true, number{&g.MinAccuracy}},
		{"max_quality_delta", gate.AtName("max_quality_delta"), true, number{&g.MaxQualityDelta}},
		{"min_rollout_duration", limits.AtName("min_duration"), true, durationString{&g.MinDuration}},
		{"max_rollout_step_percent", limits.AtName("max_step_percent"), false, number{&g.MaxStepPercent}},
		{"require_approval", limits.AtName("require_approval"), false, boolean{&g.RequireApproval}},
		{"min_os_version", device.AtName("min_os_version"), true, stringMap{&g.MinOSVersion}},
		{"min_memory_gb", device.AtName("min_memory_gb"), true, number{&g.MinMemoryGB}},
	}
}

// managed are the fields that a configuration sets; all others are shown and never written.
func managed(fields []field) []field {
	var set []field
	for _, f := range fields {
		if !f.IsNull() && !f.IsUnknown() {
			set = append(set, f)
		}
	}
	return set
}

// fieldsFromAPI takes every field from the server.
func fieldsFromAPI(fields []field, settings control.Settings) {
	for _, f := range fields {
		f.fromJSON(settings[f.key])
	}
}

// reconcile takes from the server what a plan left open, and what the server holds otherwise although it is managed: state tells
// what is in force. The rest stays as it was planned; should the server hold something else by now, the next refresh shows it.
func reconcile(fields []field, settings control.Settings, managed []field) {
	ours := map[string]bool{}
	for _, f := range managed {
		ours[f.key] = true
	}
	for _, f := range fields {
		if f.IsUnknown() || ours[f.key] && !f.equals(settings[f.key]) {
			f.fromJSON(settings[f.key])
		}
	}
}

// changes is what must be written so that the settings hold the managed fields.
func changes(managed []field, settings control.Settings) control.Settings {
	due := control.Settings{}
	for _, f := range managed {
		if !f.equals(settings[f.key]) {
			due[f.key] = f.toJSON()
		}
	}
	return due
}

// attributeFor finds the attribute that an error of the server is about, or path.Empty().
func attributeFor(managed []field, err error) path.Path {
	var api *control.APIError
	if !errors.As(err, &api) {
		return path.Empty()
	}
	for _, f := range managed {
		for _, wrong := range api.Fields {
			if wrong.Name == f.key {
				return f.at
			}
		}
	}
	for _, f := range managed {
		if strings.Contains(api.Message, f.key) {
			return f.at
		}
	}
	return path.Empty()
}
