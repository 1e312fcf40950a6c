package control

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// RolloutLimits are what the organization's policy allows a rollout to the fleet (CONTRACT.md, section 6).
type RolloutLimits struct {
	// StepPercent is the most that one step may add, in percent, nil for no limit.
	StepPercent *float64
	// Interval is the least time between two steps, 0 for no limit.
	Interval time.Duration
	// Approval is true where each increase of the percentage needs an approval.
	Approval bool
}

// RolloutLimits reads the limits from the settings. A value that cannot be understood is an error: it must not count as no limit.
func (s Settings) RolloutLimits() (RolloutLimits, error) {
	var l RolloutLimits
	var err error
	if value, set := s["max_rollout_step_percent"]; set && value != nil {
		percent, ok := numberOf(value)
		if !ok || !(percent >= 0) { // also not a number
			return RolloutLimits{}, unreadableLimit("max_rollout_step_percent", value)
		}
		if percent < 100 {
			l.StepPercent = &percent
		}
	}
	if value, set := s["min_rollout_duration"]; set && value != nil && value != "" {
		text, isText := value.(string)
		if l.Interval, err = time.ParseDuration(text); !isText || err != nil || l.Interval < 0 {
			return RolloutLimits{}, unreadableLimit("min_rollout_duration", value)
		}
	}
	if value, set := s["require_approval"]; set && value != nil {
		approval, isFlag := value.(bool)
		if !isFlag {
			return RolloutLimits{}, unreadableLimit("require_approval", value)
		}
		l.Approval = approval
	}
	return l, nil
}

// numberOf reads a number as servers write it (CONTRACT.md, section 1).
func numberOf(value any) (float64, bool) {
	switch v := value.(type) {
	case float64:
		return v, true
	case string:
		number, err := strconv.ParseFloat(v, 64)
		return number, err == nil
	}
	return 0, false
}

func unreadableLimit(key string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		text = fmt.Append(nil, value)
	}
	return fmt.Errorf("the organization's setting %s has the value %s, which is not understood", key, shorten(string(text), maxExcerpt))
}
