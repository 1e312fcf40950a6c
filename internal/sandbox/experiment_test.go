package sandbox

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const experimentsPath = "/api/v1/experiments"

// experimentWith returns the body of a create with changes.
func experimentWith(changes object) object {
	body := object{
		"name": "faster", "model_id": "phi-4-mini", "description": nil,
		"variants": []object{
			{"name": "control", "model_version": "1.0.0", "traffic_allocation": 60, "is_control": true},
			{"name": "treatment", "model_version": "2.0.0", "traffic_allocation": 40, "is_control": false},
		},
	}
	for key, value := range changes {
		body[key] = value
	}
	return body
}

func (h *harness) createExperiment(changes object) string {
	h.t.Helper()
	return experimentsPath + "/" + h.do(201, "POST", experimentsPath, experimentWith(changes)).object["id"].(string)
}

// allocationKey is the key of a variant's allocation in responses.
func (h *harness) allocationKey() string {
	if h.world.dialect == DialectSDK {
		return "traffic_percentage"
	}
	return "traffic_allocation"
}

// runningStatus is the status of a running experiment in the dialect.
func (h *harness) runningStatus() string {
	if h.world.dialect == DialectSDK {
		return "active"
	}
	return "running"
}

// CONTRACT.md 7.52, 7.53, 7.54, 7.66, 8.19
func TestExperiment(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		r := h.do(201, "POST", experimentsPath, experimentWith(nil))
		h.wantFields(r, object{
			"id": "exp_00000001", "org_id": "demo", "name": "faster", "description": nil, "model_id": "mdl_00000001", "status": "draft",
			"traffic_percentage": 100.0, "min_sample_size": 100.0, "confidence_level": 0.95, "primary_metric": "conversion",
			"target_group_ids": []any{}, "started_at": nil, "completed_at": nil,
			"variants": []any{
				object{"id": "var_00000001", "name": "control", "model_id": "mdl_00000001", "model_version": "1.0.0", "is_control": true, h.allocationKey(): 60.0},
				object{"id": "var_00000002", "name": "treatment", "model_id": "mdl_00000001", "model_version": "2.0.0", "is_control": false, h.allocationKey(): 40.0},
			},
		})
		path := experimentsPath + "/exp_00000001"
		if diff := cmp.Diff(r.object, h.do(200, "GET", path, nil).object); diff != "" {
			h.t.Errorf("the responses to create and get differ (-create +get):\n%s", diff)
		}
		if h.world.dialect == DialectSDK && !strings.Contains(r.raw, `"traffic_percentage":60.0`) {
			h.t.Errorf("allocations without a fraction: %s", r.raw)
		}
		h.elapse(time.Minute)
		h.wantFields(h.do(200, "PATCH", path, object{"name": "slower", "description": "why", "confidence_level": 0.9}), object{
			"name": "slower", "description": "why", "confidence_level": 0.9, "min_sample_size": 100.0, "updated_at": "2026-11-24T12:01:00.000000Z",
		})
		h.wantFields(h.do(200, "PATCH", path, object{"description": nil, "traffic_percentage": 20}), object{
			"name": "slower", "description": nil, "traffic_percentage": 20.0,
		})
		h.do(405, "DELETE", path, nil)
		h.do(404, "GET", experimentsPath+"/nothing", nil)
	})
}

// CONTRACT.md 7.55, 7.63, 7.64, 8.19
func TestExperimentStatuses(t *testing.T) {
	t.Parallel()
	verbs := []string{"start", "pause", "resume", "complete", "cancel"}
	eachDialect(t, func(h *harness) {
		reach := map[string][]string{
			"draft": nil, h.runningStatus(): {"start"}, "paused": {"start", "pause"}, "completed": {"start", "complete"}, "cancelled": {"cancel"},
		}
		leads := map[string]map[string]string{
			"draft":           {"start": h.runningStatus(), "cancel": "cancelled"},
			h.runningStatus(): {"pause": "paused", "complete": "completed", "cancel": "cancelled"},
			"paused":          {"resume": h.runningStatus(), "complete": "completed", "cancel": "cancelled"},
			"completed":       {}, "cancelled": {},
		}
		for from, way := range reach {
			for _, verb := range verbs {
				path := h.createExperiment(nil)
				for _, step := range way {
					h.do(200, "POST", path+"/"+step, object{})
				}
				to, allowed := leads[from][verb]
				if !allowed {
					to = from
					if r := h.do(409, "POST", path+"/"+verb, object{}); !strings.Contains(r.raw, from) {
						h.t.Errorf("%s of a %s one: the response does not name the status: %s", verb, from, r.raw)
					}
				} else {
					h.wantFields(h.do(200, "POST", path+"/"+verb, object{}), object{"status": to})
				}
				h.wantFields(h.do(200, "GET", path, nil), object{"status": to})
			}
		}
	})
}

// CONTRACT.md 7.64
func TestExperimentTimes(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	path := h.createExperiment(nil)
	for _, verb := range []string{"start", "pause", "resume", "complete"} {
		h.elapse(time.Minute)
		h.do(200, "POST", path+"/"+verb, nil)
	}
	h.wantFields(h.do(200, "GET", path, nil), object{
		"created_at": "2026-11-24T12:00:00.000000Z", "started_at": "2026-11-24T12:01:00.000000Z",
		"completed_at": "2026-11-24T12:04:00.000000Z", "updated_at": "2026-11-24T12:04:00.000000Z",
	})
	// An ended experiment cannot be changed.
	for suffix, method := range map[string]string{"": "PATCH", "/allocations": "PATCH", "/target-groups": "PUT"} {
		h.do(409, method, path+suffix, object{"group_ids": []string{}, "variants": []object{}})
	}
	h.do(409, "POST", path+"/target-groups/grp_00000001", nil)
	h.do(409, "DELETE", path+"/target-groups/grp_00000001", nil)
}

// CONTRACT.md 7.56, 7.65
func TestAllocations(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		path := h.createExperiment(nil)
		h.do(200, "POST", path+"/start", nil)
		allocations := func(r reply) []any { return fieldValues(r.object["variants"].([]any), h.allocationKey()) }
		change := []object{{"name": "treatment", "traffic_allocation": 0}, {"name": "control", "traffic_allocation": 100}}
		if diff := cmp.Diff([]any{100.0, 0.0}, allocations(h.do(200, "PATCH", path+"/allocations", object{"variants": change}))); diff != "" {
			h.t.Errorf("allocations (-want +got):\n%s", diff)
		}
		for _, wrong := range [][]object{
			{{"name": "treatment", "traffic_allocation": 10}}, {{"name": "nobody", "traffic_allocation": 0}}, {{"name": "control"}}, {},
			{{"name": "control", "traffic_allocation": 150}, {"name": "treatment", "traffic_allocation": -50}},
		} {
			h.do(422, "PATCH", path+"/allocations", object{"variants": wrong})
		}
		if diff := cmp.Diff([]any{100.0, 0.0}, allocations(h.do(200, "GET", path, nil))); diff != "" {
			h.t.Errorf("allocations after rejected changes (-want +got):\n%s", diff)
		}
	})
}

// CONTRACT.md 7.57, 7.58, 7.66
func TestTargetGroups(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		canary := strings.TrimPrefix(h.createGroup(object{"name": "canary"}), groupsPath+"/")
		path := h.createExperiment(nil) + "/target-groups"
		want := func(r reply, ids ...any) {
			h.t.Helper()
			h.wantFields(r, object{"group_ids": append([]any{}, ids...)})
		}
		want(h.do(200, "GET", path, nil))
		want(h.do(200, "PUT", path, object{"group_ids": []string{canary, canary}}), canary)
		want(h.do(200, "POST", path+"/grp_00000001", nil), canary, "grp_00000001")
		want(h.do(200, "POST", path+"/grp_00000001", nil), canary, "grp_00000001")
		h.do(404, "PUT", path, object{"group_ids": []string{"grp_00000001", "nothing"}}) // all or none
		h.do(404, "POST", path+"/nothing", nil)
		h.do(422, "PUT", path, object{})
		want(h.do(200, "GET", path, nil), canary, "grp_00000001")
		h.do(204, "DELETE", path+"/grp_00000001", nil)
		h.do(404, "DELETE", path+"/grp_00000001", nil)
		h.wantFields(h.do(200, "GET", strings.TrimSuffix(path, "/target-groups"), nil), object{"target_group_ids": []any{canary}})
		h.do(204, "DELETE", groupsPath+"/"+canary, nil)
		want(h.do(200, "GET", path, nil))
		want(h.do(200, "PUT", path, object{"group_ids": []string{}}))
	})
}

// CONTRACT.md 1.36, 7.51, 8.13
func TestExperimentList(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		h.do(201, "POST", modelsPath, object{"name": "whisper", "framework": "onnx", "use_case": "audio"})
		for range 2 {
			h.do(201, "POST", modelsPath+"/whisper/versions", object{
				"version": formatNumber(float64(len(h.world.modelByName["whisper"].versions) + 1)), "storage_path": "s", "format": "f", "checksum": "c", "size_bytes": 1,
			})
		}
		h.createExperiment(nil)
		second := h.createExperiment(object{"name": "second"})
		h.do(200, "POST", second+"/start", nil)
		h.createExperiment(object{"model_id": "whisper", "variants": []object{
			{"name": "a", "model_version": "1", "traffic_allocation": 50, "is_control": true}, {"name": "b", "model_version": "2", "traffic_allocation": 50},
		}})
		for query, want := range map[string][]any{
			"?org_id=demo": {"exp_00000003", "exp_00000002", "exp_00000001"}, "?model_id=mdl_00000001": {"exp_00000002", "exp_00000001"},
			"?status=draft": {"exp_00000003", "exp_00000001"}, "?status=running": {"exp_00000002"}, "?status=active": {"exp_00000002"},
			"?limit=1&offset=1": {"exp_00000002"}, "?model_id=nothing": {},
		} {
			if diff := cmp.Diff(want, fieldValues(h.listItems(experimentsPath+query, "experiments"), "id")); diff != "" {
				h.t.Errorf("%s (-want +got):\n%s", query, diff)
			}
		}
		if h.world.dialect == DialectDocs {
			h.wantFields(h.do(200, "GET", experimentsPath+"?limit=500", nil), object{"total": 3.0, "limit": 100.0})
		}
		h.do(404, "GET", experimentsPath+"?org_id=other", nil)
	})
}

// CONTRACT.md 7.65
func TestExperimentValidation(t *testing.T) {
	t.Parallel()
	variants := func(list ...object) object { return object{"variants": list} }
	control := object{"name": "a", "model_version": "1.0.0", "traffic_allocation": 50, "is_control": true}
	eachDialect(t, func(h *harness) {
		for _, c := range []struct {
			field string
			body  object
		}{
			{"name", object{"name": ""}},
			{"model_id", object{"model_id": ""}},
			{"traffic_percentage", object{"traffic_percentage": 101}},
			{"min_sample_size", object{"min_sample_size": 0}},
			{"confidence_level", object{"confidence_level": 1}},
			{"primary_metric", object{"primary_metric": ""}},
			{"variants", object{"variants": nil}},
			{"variants", variants(control)},
			{"variants", variants(control, object{"name": "a", "model_version": "2.0.0", "traffic_allocation": 50})},
			{"variants", variants(control, object{"model_version": "2.0.0", "traffic_allocation": 50})},
			{"variants", variants(control, object{"name": "b", "model_version": "9.9.9", "traffic_allocation": 50})},
			{"variants", variants(control, object{"name": "b", "model_version": "2.0.0", "traffic_allocation": 49})},
			{"variants", variants(control, object{"name": "b", "model_version": "2.0.0", "traffic_allocation": 50, "is_control": true})},
			{"variants", variants(object{"name": "a", "model_version": "1.0.0", "traffic_allocation": 50}, object{"name": "b", "model_version": "2.0.0", "traffic_allocation": 50})},
		} {
			if r := h.do(422, "POST", experimentsPath, experimentWith(c.body)); !strings.Contains(r.raw, c.field) {
				h.t.Errorf("%v: the response does not name %s: %s", c.body, c.field, r.raw)
			}
		}
		h.do(404, "POST", experimentsPath, experimentWith(object{"model_id": "nothing"}))
		path := h.createExperiment(nil)
		h.do(422, "PATCH", path, object{"name": "changed", "min_sample_size": 0})
		h.wantFields(h.do(200, "GET", path, nil), object{"name": "faster", "id": "exp_00000001"})
	})
}

// Versions of an open experiment cannot be deleted; deleting the model cancels the experiment.
//
// CONTRACT.md 2.35, 7.66
func TestExperimentKeepsVersionsInUse(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	path := h.createExperiment(nil)
	if r := h.do(409, "DELETE", versionsPath+"/2.0.0", nil); !strings.Contains(r.raw, "exp_00000001") {
		t.Errorf("the response does not name the experiment: %s", r.raw)
	}
	h.do(200, "POST", path+"/cancel", nil)
	h.do(204, "DELETE", versionsPath+"/2.0.0", nil)

	other := newHarness(t)
	path = other.createExperiment(nil)
	other.do(204, "DELETE", modelsPath+"/phi-4-mini", nil)
	other.wantFields(other.do(200, "GET", path, nil), object{"status": "cancelled", "model_id": "mdl_00000001"})
}
