package provider_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

func accessLifecycles() []namedLifecycle {
	return []namedLifecycle{
		{"an API key that is rotated", lifecycle{
			typeName: "octomil_api_key",
			create:   map[string]any{"name": "ci", "scopes": []any{"models:read", "models:write", "rollouts:write"}},
			update: map[string]any{
				"name": "ci", "scopes": []any{"models:read", "models:write", "rollouts:write"}, "rotate_when": "2026-12",
			},
			importID: "ci",
			left:     activeKeys,
		}},
		{"an API key with other scopes", lifecycle{
			typeName: "octomil_api_key",
			create:   map[string]any{"name": "ci", "scopes": []any{"models:read"}, "rotate_when": "2026-11"},
			update:   map[string]any{"name": "ci", "scopes": []any{"devices:read"}, "rotate_when": "2026-11"},
			importID: "ci",
			left:     activeKeys,
		}},
		{"a member", lifecycle{
			typeName:    "octomil_org_member",
			create:      map[string]any{"email": "ada@example.com", "name": "Ada"},
			update:      map[string]any{"email": "Ada@Example.com", "name": "Ada Lovelace", "role": "admin"},
			importID:    "ada@example.com",
			undeletable: true,
			left:        keep("/api/v1/orgs/demo/members", "items", "email", "name", "role", "status"),
		}},
		{"the settings", lifecycle{
			typeName: "octomil_org_settings",
			create:   map[string]any{"audit_retention_days": 365, "mfa_required": true},
			update:   map[string]any{"audit_retention_days": 2190, "mfa_required": true, "session_duration_hours": 8},
			samples: map[string]any{
				"org_id": "demo", "require_mfa_for_admin": true, "require_admin_approval": true, "require_model_approval": true,
				"reauth_interval_minutes": 30, "hipaa_mode": true,
			},
			undeletable: true, // the organization's settings are always there
			importID:    "demo",
			left: func(t *testing.T, sb *acctest.Sandbox) any {
				t.Helper()
				return sb.Do(t, "GET", "/api/v1/settings/demo", nil)
			},
		}},
	}
}

// activeKeys returns the name and scopes of each key that is not revoked.
func activeKeys(t *testing.T, sb *acctest.Sandbox) any {
	t.Helper()
	keys, ok := sb.Do(t, "GET", "/api/v1/api-keys", nil)["items"].([]any)
	if !ok {
		t.Error("there is no list of keys")
	}
	active := []string{}
	for _, k := range keys {
		if key, _ := k.(map[string]any); key["revoked_at"] == nil {
			active = append(active, fmt.Sprint(key["name"], key["scopes"]))
		}
	}
	slices.Sort(active)
	return active
}
