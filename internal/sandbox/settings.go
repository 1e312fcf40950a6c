package sandbox

import (
	"maps"
	"slices"
	"time"
)

// setting is one key of the organization's settings (CONTRACT.md, section 6).
type setting struct {
	kind         settingKind
	defaultValue any
	// assumed is true for a key that no public source documents. The SDK dialect returns it only once it was written.
	assumed bool
	// nullable is true for a key that may be null, which means no limit.
	nullable bool
}

type settingKind int

const (
	isBool settingKind = iota
	isPercent
	isFraction
	isAmount
	isCount
	isDuration
	isVersions
)

var knownSettings = map[string]setting{
	"auto_rollback_enabled": {kind: isBool, defaultValue: false},

	"error_threshold_percent":  {kind: isPercent, defaultValue: 5.0, assumed: true},
	"crash_threshold_percent":  {kind: isPercent, defaultValue: 1.0, assumed: true},
	"latency_p95_max_ms":       {kind: isAmount, assumed: true, nullable: true},
	"require_eval":             {kind: isBool, defaultValue: false, assumed: true},
	"min_accuracy":             {kind: isFraction, assumed: true, nullable: true},
	"max_quality_delta":        {kind: isFraction, assumed: true, nullable: true},
	"min_rollout_duration":     {kind: isDuration, assumed: true, nullable: true},
	"max_rollout_step_percent": {kind: isPercent, defaultValue: 100.0, assumed: true},
	"require_approval":         {kind: isBool, defaultValue: false, assumed: true},
	"min_os_version":           {kind: isVersions, assumed: true, nullable: true},
	"min_memory_gb":            {kind: isAmount, assumed: true, nullable: true},

	"audit_retention_days":    {kind: isCount, defaultValue: 90.0},
	"require_mfa_for_admin":   {kind: isBool, defaultValue: false},
	"mfa_required":            {kind: isBool, defaultValue: false},
	"require_admin_approval":  {kind: isBool, defaultValue: false},
	"require_model_approval":  {kind: isBool, defaultValue: false},
	"session_duration_hours":  {kind: isCount, defaultValue: 24.0},
	"reauth_interval_minutes": {kind: isCount, defaultValue: 60.0},
	"hipaa_mode":              {kind: isBool, defaultValue: false},
}

// validate returns an error if a value is invalid.
func (s setting) validate(key string, value any) error {
	if value == nil {
		if s.nullable {
			return nil
		}
		return invalid(key, "%s must not be null", key)
	}
	number, isNumber := value.(float64)
	ok, expected := false, ""
	switch s.kind {
	case isBool:
		_, ok = value.(bool)
		expected = "true or false"
	case isPercent:
		ok, expected = isNumber && number >= 0 && number <= 100, "a number between 0 and 100"
	case isFraction:
		ok, expected = isNumber && number >= 0 && number <= 1, "a number between 0 and 1"
	case isAmount:
		ok, expected = isNumber && number > 0, "a number above 0"
	case isCount:
		ok, expected = isNumber && number >= 0 && number == float64(int64(number)), "a non-negative integer"
	case isDuration:
		written, isText := value.(string)
		parsed, err := time.ParseDuration(written)
		ok, expected = isText && err == nil && parsed >= 0, "a duration such as 1h or 30m"
	case isVersions:
		ok, expected = isStringMap(value), "an object of platforms and their minimum versions as strings"
	}
	if !ok {
		return invalid(key, "%s must be %s", key, expected)
	}
	return nil
}

func isStringMap(value any) bool {
	entries, ok := value.(map[string]any)
	if !ok {
		return false
	}
	for _, entry := range entries {
		if _, isText := entry.(string); !isText {
			return false
		}
	}
	return true
}

// settingValue is the value of a key, or its default.
func (w *world) settingValue(key string) any {
	if value, written := w.settings[key]; written {
		return value
	}
	return knownSettings[key].defaultValue
}

func (w *world) boolSetting(key string) bool {
	on, isFlag := w.settingValue(key).(bool)
	return isFlag && on
}

// numberSetting is the value of a key. limited is false if it is null.
func (w *world) numberSetting(key string) (value float64, limited bool) {
	value, limited = w.settingValue(key).(float64)
	return value, limited
}

func (w *world) durationSetting(key string) time.Duration {
	written, isText := w.settingValue(key).(string)
	if !isText {
		return 0
	}
	parsed, err := time.ParseDuration(written)
	if err != nil {
		return 0 // validate accepts only durations
	}
	return parsed
}

// changeSettings writes all keys, or none if one is invalid.
func (w *world) changeSettings(changes map[string]any) error {
	for _, key := range slices.Sorted(maps.Keys(changes)) {
		s, known := knownSettings[key]
		if !known {
			return invalid(key, "%s is not a setting of the organization", key)
		}
		if err := s.validate(key, changes[key]); err != nil {
			return err
		}
	}
	maps.Copy(w.settings, changes)
	return nil
}

// visibleSettings are the settings in a response: all keys in the docs dialect, or those that public SDKs know and those
// that were written.
func (w *world) visibleSettings() map[string]any {
	visible := map[string]any{"org_id": w.org, "name": w.org}
	for key, s := range knownSettings {
		_, written := w.settings[key]
		if written || !s.assumed || w.dialect == DialectDocs {
			visible[key] = w.settingValue(key)
		}
	}
	return visible
}

func (a *api) getSettings(c *call) (any, error) {
	if err := a.world.ownOrg(c.pathValue("org")); err != nil {
		return nil, err
	}
	return a.world.visibleSettings(), nil
}

func (a *api) updateSettings(c *call) (any, error) {
	if err := a.world.ownOrg(c.pathValue("org")); err != nil {
		return nil, err
	}
	changes := map[string]any{}
	if err := c.decode(&changes); err != nil {
		return nil, err
	}
	if err := a.world.changeSettings(changes); err != nil {
		return nil, err
	}
	return a.world.visibleSettings(), nil
}
