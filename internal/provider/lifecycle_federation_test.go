package provider_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

func federationLifecycles() []namedLifecycle {
	return []namedLifecycle{
		{"a federation", lifecycle{
			typeName: "octomil_federation",
			prepare: func(t *testing.T, sb *acctest.Sandbox) map[string]any {
				t.Helper()
				sb.Do(t, "POST", "/api/v1/models?org_id=demo", map[string]any{"name": "whisper", "framework": "onnx", "use_case": "other"})
				return nil
			},
			create: map[string]any{
				"name": "clinics", "description": "Hospitals that train together", "models": []any{"phi-4-mini"}, "member_org_ids": []any{"acme"},
				"total_epsilon_budget": 8,
			},
			update: map[string]any{
				"name": "clinics", "description": "Hospitals that train together", "models": []any{"phi-4-mini", "whisper"},
				"member_org_ids": []any{"acme", "initech"}, "total_epsilon_budget": 4.5, "total_delta_budget": 0.000001,
			},
			importID:    "clinics",
			undeletable: true,
			driftless:   []string{"models", "member_org_ids"}, // what others add is left alone
			left:        federationsLeft,
		}},
	}
}

func federationsLeft(t *testing.T, sb *acctest.Sandbox) any {
	t.Helper()
	list, _ := sb.Do(t, "GET", "/api/v1/federations?org_id=demo", nil)["items"].([]any)
	var kept []string
	for _, item := range list {
		f, _ := item.(map[string]any)
		path := fmt.Sprintf("/api/v1/federations/%v/", f["id"])
		budget := sb.Do(t, "GET", path+"privacy", nil)
		kept = append(kept, fmt.Sprint(
			f["name"], f["description"], keep(path+"models", "items", "name")(t, sb), keep(path+"members", "items", "org_id", "status")(t, sb),
			budget["total_epsilon_budget"], budget["total_delta_budget"],
		))
	}
	slices.Sort(kept)
	return kept
}
