package provider_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

func experimentLifecycles() []namedLifecycle {
	variants := func(control, treatment int) map[string]any {
		return map[string]any{
			"control":   map[string]any{"model_version": "1.0.0", "traffic_allocation": control},
			"treatment": map[string]any{"model_version": "2.0.0", "traffic_allocation": treatment},
		}
	}
	group := func(t *testing.T, sb *acctest.Sandbox) map[string]any {
		t.Helper()
		groups, _ := sb.Do(t, "GET", "/api/v1/device-groups?org_id=demo", nil)["groups"].([]any)
		first, _ := groups[0].(map[string]any)
		return map[string]any{"the group": []any{first["id"]}}
	}
	return []namedLifecycle{
		{"an experiment", lifecycle{
			typeName: "octomil_experiment",
			prepare:  group,
			create: map[string]any{
				"name": "speed", "model": "phi-4-mini", "control": "control", "variants": variants(50, 50), "status": "running",
				"target_group_ids": "the group",
			},
			update: map[string]any{
				"name": "latency", "model": "phi-4-mini", "control": "control", "variants": variants(80, 20), "status": "paused",
				"description": "Is it faster?", "target_group_ids": nil, "traffic_percentage": 40, "min_sample_size": 30, "confidence_level": 0.9,
				"primary_metric": "latency_ms", "on_destroy": "complete",
			},
			importID:    "speed",
			undeletable: true,
			left:        experimentsLeft,
		}},
		{"a draft of an experiment", lifecycle{
			typeName: "octomil_experiment",
			create: map[string]any{
				"name": "draft", "model": "phi-4-mini", "control": "control", "variants": variants(50, 50), "on_destroy": "cancel",
			},
			update: map[string]any{
				"name": "sketch", "model": "phi-4-mini", "control": "control", "variants": variants(33, 67), "on_destroy": "cancel",
			},
			importID:    "draft",
			undeletable: true,
			left:        experimentsLeft,
		}},
	}
}

// experimentsLeft returns the experiments that are not canceled: the API keeps the record of every experiment.
func experimentsLeft(t *testing.T, sb *acctest.Sandbox) any {
	t.Helper()
	list, _ := sb.Do(t, "GET", "/api/v1/experiments?org_id=demo", nil)["experiments"].([]any)
	var kept []string
	for _, item := range list {
		e, _ := item.(map[string]any)
		if e["status"] == "cancelled" {
			continue
		}
		line := fmt.Sprint(e["name"], e["status"], e["description"], e["traffic_percentage"], e["target_group_ids"])
		variants, _ := e["variants"].([]any)
		for _, item := range variants {
			v, _ := item.(map[string]any)
			line += fmt.Sprint(" ", v["name"], v["model_version"], v["traffic_allocation"])
		}
		kept = append(kept, line)
	}
	slices.Sort(kept)
	return kept
}
