package control

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// CONTRACT.md 6.17, 6.18, 6.19, 6.33
func TestSettingsRolloutLimits(t *testing.T) {
	t.Parallel()
	ten := 10.0
	for body, want := range map[string]RolloutLimits{
		`{}`: {}, `{"max_rollout_step_percent":100}`: {}, `{"max_rollout_step_percent":null,"min_rollout_duration":null,"require_approval":null}`: {},
		`{"max_rollout_step_percent":10,"min_rollout_duration":"1h30m","require_approval":true}`: {StepPercent: &ten, Interval: 90 * time.Minute, Approval: true},
		`{"max_rollout_step_percent":"10.0","min_rollout_duration":""}`:                          {StepPercent: &ten},
	} {
		var s Settings
		if err := json.Unmarshal([]byte(body), &s); err != nil {
			t.Fatal(err)
		}
		got, err := s.RolloutLimits()
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", body, err, diff)
		}
	}
	for _, body := range []string{
		`{"max_rollout_step_percent":"ten"}`, `{"max_rollout_step_percent":-1}`, `{"max_rollout_step_percent":{}}`, `{"max_rollout_step_percent":true}`,
		`{"max_rollout_step_percent":"NaN"}`, `{"max_rollout_step_percent":"-Inf"}`,
		`{"min_rollout_duration":"1 day"}`, `{"min_rollout_duration":60}`, `{"min_rollout_duration":"-1h"}`, `{"require_approval":"true"}`,
	} {
		var s Settings
		if err := json.Unmarshal([]byte(body), &s); err != nil {
			t.Fatal(err)
		}
		if got, err := s.RolloutLimits(); err == nil {
			t.Errorf("%s: %+v without an error", body, got)
		}
	}
}

// CONTRACT.md 7.17
func TestRequiredScope(t *testing.T) {
	t.Parallel()
	for want, calls := range map[string][][2]string{
		"models:read":       {{"GET", "models"}, {"GET", "models/m/versions/1.0.0"}},
		"models:write":      {{"POST", "models"}, {"DELETE", "models/m"}, {"PATCH", "models/m/versions/v/metrics"}, {"POST", "integrations/huggingface/import"}},
		"rollouts:read":     {{"GET", "models/m/rollouts"}, {"GET", "models/m/rollouts/r/affected-devices"}},
		"rollouts:write":    {{"POST", "models/m/rollback"}, {"DELETE", "models/m/rollouts/r"}, {"POST", "deploy/execute"}},
		"devices:read":      {{"GET", "devices"}, {"GET", "device-groups/g/devices"}, {"POST", "deploy/prepare"}},
		"devices:write":     {{"PATCH", "devices/d"}, {"PUT", "device-groups/g"}},
		"settings:read":     {{"GET", "settings/org"}, {"GET", "metrics/integrations"}},
		"settings:write":    {{"PUT", "settings/org"}, {"POST", "log-streams/integrations"}},
		"admin:read":        {{"GET", "api-keys"}, {"GET", "orgs/o/members"}},
		"admin:write":       {{"POST", "api-keys/k/revoke"}},
		"experiments:write": {{"POST", "experiments"}},
		"federations:admin": {{"GET", "federations"}},
		"":                  {{"GET", "status"}},
	} {
		for _, call := range calls {
			if got := (&APIError{Method: call[0], Path: call[1]}).RequiredScope(); got != want {
				t.Errorf("%v needs %q, got %q", call, want, got)
			}
		}
	}
	named := &APIError{Method: "GET", Path: "models", Message: "the key lacks the scope catalog:browse"}
	if got := named.RequiredScope(); got != "catalog:browse" {
		t.Errorf("the scope that the server names is %q", got)
	}
}
