package provider_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

type namedLife struct {
	name string
	life
}

// lives are the resources of the fault matrix, some of them in more than one way.
func lives() []namedLife {
	return slices.Concat(
		coreLives(),
	)
}

func coreLives() []namedLife {
	return []namedLife{
		{"a device group", life{
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
			left:     keep("/api/v1/device-groups?org_id=demo", "groups", "name", "description", "tags", "rules"),
		}},
		{"members of a group", life{
			typeName: "octomil_device_group_members",
			prepare: func(t *testing.T, sb *acctest.Sandbox) map[string]any {
				t.Helper()
				group := sb.Do(t, "POST", "/api/v1/device-groups", map[string]any{"org_id": "demo", "name": "lab", "group_type": "static"})
				return map[string]any{"the group": group["id"]}
			},
			create:   map[string]any{"group_id": "the group", "device_ids": []any{"dev_00000001", "dev_00000002", "dev_00000003"}},
			update:   map[string]any{"group_id": "the group", "device_ids": []any{"dev_00000003", "dev_00000004"}},
			importID: "the group",
			left: func(t *testing.T, sb *acctest.Sandbox) any {
				t.Helper()
				for _, g := range sb.Do(t, "GET", "/api/v1/device-groups?org_id=demo", nil)["groups"].([]any) {
					if group := g.(map[string]any); group["name"] == "lab" {
						return keep(fmt.Sprintf("/api/v1/device-groups/%v/devices", group["id"]), "devices", "id")(t, sb)
					}
				}
				return "the group is gone"
			},
		}},
		{"the policy", life{
			typeName: "octomil_rollback_policy",
			create:   map[string]any{"auto_rollback": true, "error_threshold_percent": 3.0},
			update:   map[string]any{"auto_rollback": true, "error_threshold_percent": 4.0, "latency_p95_max": "250ms"},
			importID: "demo",
			left: func(t *testing.T, sb *acctest.Sandbox) any {
				t.Helper()
				settings := sb.Do(t, "GET", "/api/v1/settings/demo", nil)
				delete(settings, "updated_at")
				return settings
			},
		}},
		{"a deployment to the fleet", life{
			typeName: "octomil_model_deployment",
			create:   map[string]any{"model": "phi-4-mini", "version": "2.0.0", "rollout": map[string]any{"percentage": 40}},
			update:   map[string]any{"model": "phi-4-mini", "version": "1.0.0", "reason": "slow"},
			importID: "phi-4-mini",
			left:     keep("/api/v1/models/phi-4-mini/rollouts", "rollouts", "version", "status", "percentage"),
		}},
		{"a deployment that advances", life{
			typeName: "octomil_model_deployment",
			create:   map[string]any{"model": "phi-4-mini", "version": "2.0.0", "rollout": map[string]any{"percentage": 40}, "on_destroy": "cancel"},
			update: map[string]any{
				"model": "phi-4-mini", "version": "2.0.0", "on_destroy": "cancel",
				"rollout": map[string]any{"stages": []any{map[string]any{"percentage": 60, "bake": "1m"}}},
			},
			importID: "phi-4-mini",
			left:     keep("/api/v1/models/phi-4-mini/rollouts", "rollouts", "version", "status", "percentage"),
		}},
		{"a deployment to a group", life{
			typeName: "octomil_model_deployment",
			create:   map[string]any{"model": "phi-4-mini", "version": "2.0.0", "group": "staging", "on_destroy": "rollback"},
			update:   map[string]any{"model": "phi-4-mini", "version": "1.0.0", "group": "staging", "on_destroy": "rollback"},
			importID: "phi-4-mini/staging",
			left: func(_ *testing.T, sb *acctest.Sandbox) any {
				return []any{sb.GroupFleet("phi-4-mini", "staging").Versions, sb.Fleet("phi-4-mini").Versions}
			},
		}},
	}
}

// keep lists some fields of each object of a list, in an order of their own.
func keep(path, key string, fields ...string) func(*testing.T, *acctest.Sandbox) any {
	return func(t *testing.T, sb *acctest.Sandbox) any {
		t.Helper()
		list, ok := sb.Do(t, "GET", path, nil)[key].([]any)
		if !ok {
			t.Errorf("%s has no list of %s", path, key)
		}
		kept := make([]string, len(list))
		for i, item := range list {
			object, _ := item.(map[string]any)
			for _, field := range fields {
				kept[i] += fmt.Sprintf("%s=%v ", field, object[field])
			}
		}
		slices.Sort(kept)
		return kept
	}
}
