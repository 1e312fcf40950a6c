package sandbox

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const federationsPath = "/api/v1/federations"

func (h *harness) createFederation(name string) string {
	h.t.Helper()
	r := h.do(201, "POST", federationsPath, object{"name": name, "org_id": "demo", "description": "why"})
	return federationsPath + "/" + r.object["id"].(string)
}

// CONTRACT.md 1.38, 7.91, 7.92, 7.93, 7.113, 7.115
func TestFederation(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		path := h.createFederation("clinics")
		h.createFederation("banks")
		h.wantFields(h.do(200, "GET", path, nil), object{
			"id": "fed_00000001", "org_id": "demo", "name": "clinics", "description": "why", "member_count": 1.0, "model_count": 0.0,
		})
		for query, want := range map[string][]any{
			"?org_id=demo": {"clinics", "banks"}, "?name=banks": {"banks"}, "?name=bank": {},
		} {
			if diff := cmp.Diff(want, fieldValues(h.listItems(federationsPath+query, "federations"), "name")); diff != "" {
				h.t.Errorf("%s (-want +got):\n%s", query, diff)
			}
		}
		for status, wrong := range map[int][]object{
			409: {{"name": "clinics"}},
			422: {{}, {"name": strings.Repeat("x", 129)}, {"name": "x", "description": strings.Repeat("x", 513)}},
			404: {{"name": "x", "org_id": "other"}},
		} {
			for _, body := range wrong {
				h.do(status, "POST", federationsPath, body)
			}
		}
		h.do(201, "POST", federationsPath, object{"name": strings.Repeat("ü", 128)})
		h.do(404, "GET", federationsPath+"/nothing", nil)
		h.do(404, "GET", federationsPath+"?org_id=other", nil)
		h.do(405, "DELETE", path, nil)
		h.do(405, "DELETE", path+"/members", nil)
		h.do(404, "DELETE", path+"/members/demo", nil)
		h.do(405, "DELETE", path+"/models", nil)
		h.do(404, "DELETE", path+"/models/phi-4-mini", nil)
	})
}

// CONTRACT.md 7.94, 7.95, 7.96, 7.114
func TestFederationMembers(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		path := h.createFederation("clinics")
		statuses := func() map[string]any {
			byOrg := map[string]any{}
			for _, m := range h.listItems(path+"/members", "members") {
				byOrg[m.(object)["org_id"].(string)] = m.(object)["status"]
			}
			return byOrg
		}
		h.do(200, "POST", path+"/invite", object{"org_ids": []string{"north", "south"}})
		h.do(200, "POST", path+"/invite", object{"org_ids": []string{"south"}}) // again
		h.wantFields(h.do(200, "POST", path+"/join", object{"org_id": "north"}), object{"org_id": "north", "status": "active", "role": "member"})
		if diff := cmp.Diff(map[string]any{"demo": "active", "north": "active", "south": "invited"}, statuses()); diff != "" {
			h.t.Errorf("members (-want +got):\n%s", diff)
		}
		h.do(409, "POST", path+"/join", object{"org_id": "north"})
		h.do(409, "POST", path+"/join", object{"org_id": "demo"})
		h.do(404, "POST", path+"/join", object{"org_id": "west"})
		h.do(422, "POST", path+"/join", object{})
		h.do(409, "POST", path+"/invite", object{"org_ids": []string{"west", "north"}}) // all or none
		h.do(422, "POST", path+"/invite", object{"org_ids": []string{"west", ""}})
		h.do(422, "POST", path+"/invite", object{"org_ids": []string{}})
		if diff := cmp.Diff(map[string]any{"demo": "active", "north": "active", "south": "invited"}, statuses()); diff != "" {
			h.t.Errorf("members after rejected requests (-want +got):\n%s", diff)
		}
		owner := h.listItems(path+"/members", "members")[0].(object)
		h.wantFields(reply{object: owner}, object{
			"role": "owner", "rounds_contributed": 0.0, "total_samples": 0.0, "avg_accuracy": nil, "avg_loss": nil, "last_contribution_at": nil,
		})
		h.do(404, "GET", federationsPath+"/nothing/members", nil)
	})
}

// CONTRACT.md 7.97, 7.114
func TestFederationModels(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		path := h.createFederation("clinics")
		h.wantFields(h.do(201, "POST", path+"/models", object{"model_id": "phi-4-mini"}), object{"model_id": "mdl_00000001", "name": "phi-4-mini"})
		h.do(409, "POST", path+"/models", object{"model_id": "mdl_00000001"})
		h.do(404, "POST", path+"/models", object{"model_id": "nothing"})
		h.do(422, "POST", path+"/models", object{})
		if diff := cmp.Diff([]any{"mdl_00000001"}, fieldValues(h.listItems(path+"/models", "models"), "model_id")); diff != "" {
			h.t.Errorf("models (-want +got):\n%s", diff)
		}
		h.do(204, "DELETE", modelsPath+"/phi-4-mini", nil)
		h.wantFields(h.do(200, "GET", path, nil), object{"model_count": 0.0})
	})
}

// CONTRACT.md 7.98, 7.99
func TestPrivacyBudget(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		path := h.createFederation("clinics") + "/privacy"
		h.wantFields(h.do(200, "GET", path, nil), object{
			"federation_id": "fed_00000001", "total_epsilon_budget": nil, "total_delta_budget": nil, "current_epsilon_spent": 0.0,
			"epsilon_remaining": nil, "is_exhausted": false, "rounds_tracked": 0.0,
		})
		h.do(200, "PUT", path+"/budget", object{"total_epsilon_budget": 8})
		h.wantFields(h.do(200, "GET", path, nil), object{"total_epsilon_budget": 8.0, "total_delta_budget": 1e-5, "epsilon_remaining": 8.0})
		h.wantFields(h.do(200, "PUT", path+"/budget", object{"total_epsilon_budget": 0.5, "total_delta_budget": 0.001}), object{
			"total_epsilon_budget": 0.5, "total_delta_budget": 0.001, "epsilon_remaining": 0.5, "is_exhausted": false,
		})
		for _, wrong := range []object{
			{}, {"total_epsilon_budget": 0}, {"total_epsilon_budget": -1}, {"total_epsilon_budget": 1, "total_delta_budget": 0},
			{"total_epsilon_budget": 1, "total_delta_budget": 1},
		} {
			h.do(422, "PUT", path+"/budget", wrong)
		}
		h.wantFields(h.do(200, "GET", path, nil), object{"total_epsilon_budget": 0.5, "total_delta_budget": 0.001})
	})
}
