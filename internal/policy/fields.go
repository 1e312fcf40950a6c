package policy

import (
	"errors"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// field binds a key of the settings to its attribute (CONTRACT.md, section 6).
type field struct {
	key string
	at  path.Path
	// nullable is true if null is a value of the key, which means no limit.
	nullable bool
	binding
}

// fields returns the field of each key of the rollback policy.
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

// managed returns the fields that a configuration sets. All others are read and never written.
func managed(fields []field) []field {
	var set []field
	for _, f := range fields {
		if !f.IsNull() && !f.IsUnknown() {
			set = append(set, f)
		}
	}
	return set
}

// same reports whether a value of the settings means the same as the field.
func (f field) same(now any) bool {
	return !f.IsNull() && !f.IsUnknown() && (f.equals(now) || resourcekit.SameJSON(f.toJSON(), now))
}

// fieldsFromAPI sets all fields from the server's settings. A field keeps its value where the server's means the same, or is what the
// server has answered to the last write of it.
func fieldsFromAPI(fields []field, settings control.Settings, kept answers) {
	for _, f := range fields {
		now := settings[f.key]
		if !f.same(now) && !kept.has(f, now) {
			f.fromJSON(now)
		}
	}
}

// reconcile sets the fields that the plan left unknown, and the failed ones whose value on the server differs: after an error, the state
// shows what is in force. All other fields stay as planned; the next refresh shows whether the server has other values.
func reconcile(fields []field, settings control.Settings, failed []field) {
	ours := map[string]bool{}
	for _, f := range failed {
		ours[f.key] = true
	}
	for _, f := range fields {
		if f.IsUnknown() || ours[f.key] && !f.same(settings[f.key]) {
			f.fromJSON(settings[f.key])
		}
	}
}

// changes returns the settings to write so that the server has the managed fields.
func changes(managed []field, settings control.Settings) control.Settings {
	due := control.Settings{}
	for _, f := range managed {
		if !f.same(settings[f.key]) {
			due[f.key] = f.toJSON()
		}
	}
	return due
}

// attributeFor returns the attribute that an API error belongs to, or path.Empty(). A message may name a setting that no field names.
func attributeFor(managed []field, err error) path.Path {
	attributes := resourcekit.ErrorAttributes{Fields: map[string]path.Path{}}
	for _, f := range managed {
		attributes.Fields[f.key] = f.at
	}
	if at := attributes.For(err); !at.Equal(path.Empty()) {
		return at
	}
	var api *control.APIError
	if !errors.As(err, &api) {
		return path.Empty()
	}
	for _, f := range managed {
		if strings.Contains(api.Message, f.key) {
			return f.at
		}
	}
	return path.Empty()
}
