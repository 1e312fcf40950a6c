package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

const groupsPath = "/api/v1/device-groups"

func (h *harness) createGroup(body object) string {
	h.t.Helper()
	r := h.do(http.StatusCreated, "POST", groupsPath, body)
	id, ok := r.object["id"].(string)
	if !ok {
		h.t.Fatalf("no id: %s", r.raw)
	}
	return groupsPath + "/" + id
}

// CONTRACT.md 5.2, 5.3, 5.4, 5.21, 5.23, 5.24
func TestGroupLifecycle(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		path := h.createGroup(object{"org_id": "demo", "name": "canary", "description": "first", "group_type": "static", "tags": []string{"a"}})
		h.wantFields(h.do(200, "GET", path, nil), object{
			"name": "canary", "description": "first", "group_type": "static", "mode": "static", "tags": []any{"a"},
			"rules": []any{}, "device_count": 0.0, "is_active": true, "org_id": "demo",
		})
		h.do(409, "POST", groupsPath, object{"name": "canary"})
		h.do(422, "POST", groupsPath, object{"description": "x"})
		h.do(422, "POST", groupsPath, object{"name": "x", "group_type": "magic"})
		h.do(404, "POST", groupsPath, object{"name": "x", "org_id": "other"})
		h.do(409, "PUT", path, object{"name": "staging"})
		h.do(422, "PUT", path, object{"group_type": "dynamic"})
		h.wantFields(h.do(200, "PUT", path, object{"name": "early", "tags": []string{}}), object{"name": "early", "description": "first", "tags": []any{}})
		h.wantFields(h.do(200, "PUT", path, object{"description": nil}), object{"name": "early", "description": nil})
		h.do(204, "DELETE", path, nil)
		h.do(404, "GET", path, nil)
		h.do(404, "DELETE", path, nil)
		h.do(201, "POST", groupsPath, object{"name": "canary"})
	})
}

// CONTRACT.md 5.5, 5.6, 5.7, 5.8, 5.9, 5.25, 5.27, 5.54
func TestGroupMembers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	path := h.createGroup(object{"name": "canary"})
	h.wantFields(h.do(200, "POST", path+"/devices", object{"device_ids": []string{"dev_00000002", "phone-000001"}}), object{"device_count": 2.0})
	h.do(200, "POST", path+"/devices", object{"device_ids": []string{"dev_00000002"}}) // again
	h.do(200, "POST", path+"/devices/dev_00000003", nil)
	h.wantFields(h.do(200, "GET", path+"/devices?limit=2&offset=1", nil), object{"total": 3.0, "limit": 2.0, "offset": 1.0})

	r := h.do(404, "POST", path+"/devices", object{"device_ids": []string{"dev_00000004", "dev_nothing"}})
	if !strings.Contains(r.raw, "dev_nothing") {
		t.Errorf("the response does not name the device: %s", r.raw)
	}
	h.wantFields(h.do(200, "GET", path, nil), object{"device_count": 3.0}) // all or none
	ids := make([]string, 1001)
	for i := range ids {
		ids[i] = fmt.Sprintf("dev_%08d", i+1)
	}
	h.do(422, "POST", path+"/devices", object{"device_ids": ids})

	h.do(204, "DELETE", path+"/devices/dev_00000003", nil)
	h.do(404, "DELETE", path+"/devices/dev_00000003", nil)
	groups := h.do(200, "GET", "/api/v1/devices/dev_00000001/groups", nil)
	h.wantFields(groups, object{"count": 2.0})
	// A device out of service is in no group.
	h.do(200, "PATCH", "/api/v1/devices/dev_00000002", object{"status": "archived"})
	h.wantFields(h.do(200, "GET", path, nil), object{"device_count": 1.0})
	h.do(204, "DELETE", path, nil)
	h.do(200, "GET", "/api/v1/devices/dev_00000001", nil)
}

// CONTRACT.md 5.22, 5.26
func TestDynamicAndHybridGroups(t *testing.T) {
	t.Parallel()
	h := newHarness(t, withDevices(6))
	rules := []object{{"field": "platform", "operator": "eq", "value": "ios"}}
	dynamicPath := h.createGroup(object{"name": "dynamic", "group_type": "dynamic", "rules": rules})
	hybridPath := h.createGroup(object{"name": "hybrid", "mode": "hybrid", "rules": rules})
	for _, body := range []string{`{"device_ids":["dev_00000002"]}`} {
		h.do(409, "POST", dynamicPath+"/devices", body)
		h.do(409, "POST", dynamicPath+"/devices/dev_00000002", nil)
		h.do(409, "DELETE", dynamicPath+"/devices/dev_00000001", nil)
		h.wantFields(h.do(200, "POST", hybridPath+"/devices", body), object{"device_count": 2.0})
	}
	h.do(204, "DELETE", hybridPath+"/devices/dev_00000001", nil)
	h.wantFields(h.do(200, "GET", hybridPath, nil), object{"device_count": 1.0, "group_type": "hybrid"})
	// A device that registers later is in the group whose rules it matches.
	h.request("", "POST", "/api/v1/devices/register", object{"device_identifier": "mine", "org_id": "demo", "platform": "ios"})
	h.wantFields(h.do(200, "GET", dynamicPath, nil), object{"device_count": 2.0, "matched_count": 2.0})
}
