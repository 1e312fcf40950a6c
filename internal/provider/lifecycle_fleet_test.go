package provider_test

import (
	"fmt"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

func fleetLifecycles() []namedLifecycle {
	return []namedLifecycle{
		{"a device", lifecycle{
			typeName: "octomil_device",
			create:   map[string]any{"device_identifier": "phone-000007", "name": "lobby", "labels": map[string]any{"floor": "2"}, "status": "inactive"},
			update: map[string]any{
				"device_identifier": "phone-000007", "name": "hall", "labels": map[string]any{"floor": "3"}, "status": "active", "on_destroy": "archive",
			},
			importID:    "phone-000007",
			undeletable: true,
			left: func(t *testing.T, sb *acctest.Sandbox) any {
				t.Helper()
				d := sb.Do(t, "GET", "/api/v1/devices/dev_00000007", nil)
				return []any{d["name"], d["labels"], d["status"]}
			},
		}},
		{"a device group", lifecycle{
			typeName: "octomil_device_group",
			create: map[string]any{
				"name": "lab", "description": "phones", "group_type": "dynamic", "tags": []any{"eu"},
				"rules": []any{map[string]any{"field": "platform", "operator": "eq", "value": "ios"}},
			},
			update: map[string]any{
				"name": "lab", "description": "tablets", "group_type": "dynamic", "tags": []any{"eu", "beta"},
				"rules": []any{map[string]any{"field": "platform", "operator": "in", "value": "ios,android"}},
			},
			importID: "lab",
			needed:   []string{"group_type", "rules"},
			left:     keep("/api/v1/device-groups?org_id=demo", "groups", "name", "description", "tags", "rules"),
		}},
		{"members of a group", lifecycle{
			typeName: "octomil_device_group_members",
			prepare:  prepareLab,
			create:   map[string]any{"group_id": "the group", "device_ids": []any{"dev_00000001", "dev_00000002", "dev_00000003"}},
			update:   map[string]any{"group_id": "the group", "device_ids": []any{"dev_00000003", "dev_00000004"}},
			importID: "the group",
			needed:   []string{"device_ids"},
			left:     membersOfLab,
		}},
		{"members of a group by key", lifecycle{
			typeName: "octomil_device_group_members",
			prepare:  prepareLab,
			create:   map[string]any{"group_id": "the group", "devices": map[string]any{"lobby": "dev_00000001", "gate": "dev_00000002", "desk": "dev_00000003"}},
			update:   map[string]any{"group_id": "the group", "devices": map[string]any{"desk": "dev_00000003", "gate": "dev_00000004"}},
			importID: "the group",
			needed:   []string{"devices"},
			left:     membersOfLab,
		}},
		{"the policy", lifecycle{
			typeName: "octomil_rollback_policy",
			create:   map[string]any{"auto_rollback": true, "error_threshold_percent": 3.0},
			update:   map[string]any{"auto_rollback": true, "error_threshold_percent": 4.0, "latency_p95_max": "250ms"},
			samples: map[string]any{
				"org_id": "demo", "crash_threshold_percent": 2.0, "device_limits": map[string]any{"min_memory_gb": 4.0},
				"quality_gate":   map[string]any{"require_eval": true, "min_accuracy": 0.9},
				"rollout_limits": map[string]any{"max_step_percent": 50.0, "min_duration": "1h"},
			},
			undeletable: true, // the organization's settings are always there
			importID:    "demo",
			left: func(t *testing.T, sb *acctest.Sandbox) any {
				t.Helper()
				settings := sb.Do(t, "GET", "/api/v1/settings/demo", nil)
				delete(settings, "updated_at")
				return settings
			},
		}},
		{"a deployment to the fleet", lifecycle{
			typeName: "octomil_model_deployment",
			create:   map[string]any{"model": "phi-4-mini", "version": "2.0.0", "rollout": map[string]any{"percentage": 40}},
			update:   map[string]any{"model": "phi-4-mini", "version": "1.0.0", "reason": "slow"},
			samples: map[string]any{
				"max_affected_devices": 1000, "supersede": true, "wait_for": "accepted", "on_rollback": "redeploy", "paused": false,
			},
			undeletable: true, // on_destroy is "keep"
			importID:    "phi-4-mini",
			left:        keep("/api/v1/models/phi-4-mini/rollouts", "items", "version", "status", "percentage"),
		}},
		{"a deployment that advances", lifecycle{
			typeName: "octomil_model_deployment",
			create:   map[string]any{"model": "phi-4-mini", "version": "2.0.0", "rollout": map[string]any{"percentage": 40}, "on_destroy": "cancel"},
			update: map[string]any{
				"model": "phi-4-mini", "version": "2.0.0", "on_destroy": "cancel",
				"rollout": map[string]any{"stages": []any{map[string]any{"percentage": 60, "bake": "1m"}}},
			},
			undeletable: true,                // a completed rollout is not canceled
			driftless:   []string{"rollout"}, // more devices have the pin than it asks for
			importID:    "phi-4-mini",
			left:        keep("/api/v1/models/phi-4-mini/rollouts", "items", "version", "status", "percentage"),
		}},
		{"a deployment to a group", lifecycle{
			typeName:    "octomil_model_deployment",
			create:      map[string]any{"model": "phi-4-mini", "version": "2.0.0", "group": "staging", "on_destroy": "rollback"},
			update:      map[string]any{"model": "phi-4-mini", "version": "1.0.0", "group": "staging", "on_destroy": "rollback"},
			filters:     map[string]any{"group": "staging"},
			undeletable: true, // what was imported is kept
			importID:    "phi-4-mini/staging",
			left: func(_ *testing.T, sb *acctest.Sandbox) any {
				return []any{sb.GroupFleet("phi-4-mini", "staging").Versions, sb.Fleet("phi-4-mini").Versions}
			},
		}},
	}
}

// prepareLab creates the group of the memberships.
func prepareLab(t *testing.T, sb *acctest.Sandbox) map[string]any {
	t.Helper()
	group := sb.Do(t, "POST", "/api/v1/device-groups", map[string]any{"org_id": "demo", "name": "lab", "group_type": "static"})
	return map[string]any{"the group": group["id"]}
}

// membersOfLab returns the members of that group.
func membersOfLab(t *testing.T, sb *acctest.Sandbox) any {
	t.Helper()
	for _, g := range sb.Do(t, "GET", "/api/v1/device-groups?org_id=demo", nil)["groups"].([]any) {
		if group := g.(map[string]any); group["name"] == "lab" {
			return keep(fmt.Sprintf("/api/v1/device-groups/%v/devices", group["id"]), "devices", "id")(t, sb)
		}
	}
	return "the group no longer exists"
}
