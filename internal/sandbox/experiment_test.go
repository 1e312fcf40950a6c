package sandbox

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const experimentsPath = "/api/v1/experiments"

// comparison is a body that creates an experiment, with changes to it.
func comparison(changes object) object {
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

func (l *lab) experiment(changes object) string {
	l.t.Helper()
	return experimentsPath + "/" + l.do(201, "POST", experimentsPath, comparison(changes)).object["id"].(string)
}

// share is the name of a variant's share in the answers of a dialect.
func (l *lab) share() string {
	if l.world.dialect == DialectSDK {
		return "traffic_percentage"
	}
	return "traffic_allocation"
}

// live is the dialect's word for a running experiment.
func (l *lab) live() string {
	if l.world.dialect == DialectSDK {
		return "active"
	}
	return "running"
}

func TestExperiment(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		r := l.do(201, "POST", experimentsPath, comparison(nil))
		l.wantFields(r, object{
			"id": "exp_00000001", "org_id": "demo", "name": "faster", "description": nil, "model_id": "mdl_00000001", "status": "draft",
			"traffic_percentage": 100.0, "min_sample_size": 100.0, "confidence_level": 0.95, "primary_metric": "conversion",
			"target_group_ids": []any{}, "started_at": nil, "completed_at": nil,
			"variants": []any{
				object{"id": "var_00000001", "name": "control", "model_id": "mdl_00000001", "model_version": "1.0.0", "is_control": true, l.share(): 60.0},
				object{"id": "var_00000002", "name": "treatment", "model_id": "mdl_00000001", "model_version": "2.0.0", "is_control": false, l.share(): 40.0},
			},
		})
		path := experimentsPath + "/exp_00000001"
		if diff := cmp.Diff(r.object, l.do(200, "GET", path, nil).object); diff != "" {
			l.t.Errorf("the answers to create and get differ (-create +get):\n%s", diff)
		}
		if l.world.dialect == DialectSDK && !strings.Contains(r.raw, `"traffic_percentage":60.0`) {
			l.t.Errorf("no shares with a fraction: %s", r.raw)
		}
		l.pass(time.Minute)
		l.wantFields(l.do(200, "PATCH", path, object{"name": "slower", "description": "why", "confidence_level": 0.9}), object{
			"name": "slower", "description": "why", "confidence_level": 0.9, "min_sample_size": 100.0, "updated_at": "2026-11-24T12:01:00.000000Z",
		})
		l.wantFields(l.do(200, "PATCH", path, object{"description": nil, "traffic_percentage": 20}), object{
			"name": "slower", "description": nil, "traffic_percentage": 20.0,
		})
		l.do(405, "DELETE", path, nil)
		l.do(404, "GET", experimentsPath+"/nothing", nil)
	})
}

func TestExperimentStatuses(t *testing.T) {
	t.Parallel()
	verbs := []string{"start", "pause", "resume", "complete", "cancel"}
	eachDialect(t, func(l *lab) {
		reach := map[string][]string{
			"draft": nil, l.live(): {"start"}, "paused": {"start", "pause"}, "completed": {"start", "complete"}, "cancelled": {"cancel"},
		}
		leads := map[string]map[string]string{
			"draft":     {"start": l.live(), "cancel": "cancelled"},
			l.live():    {"pause": "paused", "complete": "completed", "cancel": "cancelled"},
			"paused":    {"resume": l.live(), "complete": "completed", "cancel": "cancelled"},
			"completed": {}, "cancelled": {},
		}
		for from, way := range reach {
			for _, verb := range verbs {
				path := l.experiment(nil)
				for _, step := range way {
					l.do(200, "POST", path+"/"+step, object{})
				}
				to, allowed := leads[from][verb]
				if !allowed {
					to = from
					if r := l.do(409, "POST", path+"/"+verb, object{}); !strings.Contains(r.raw, from) {
						l.t.Errorf("%s of a %s one: the answer does not name the status: %s", verb, from, r.raw)
					}
				} else {
					l.wantFields(l.do(200, "POST", path+"/"+verb, object{}), object{"status": to})
				}
				l.wantFields(l.do(200, "GET", path, nil), object{"status": to})
			}
		}
	})
}

func TestExperimentTimes(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	path := l.experiment(nil)
	for _, verb := range []string{"start", "pause", "resume", "complete"} {
		l.pass(time.Minute)
		l.do(200, "POST", path+"/"+verb, nil)
	}
	l.wantFields(l.do(200, "GET", path, nil), object{
		"created_at": "2026-11-24T12:00:00.000000Z", "started_at": "2026-11-24T12:01:00.000000Z",
		"completed_at": "2026-11-24T12:04:00.000000Z", "updated_at": "2026-11-24T12:04:00.000000Z",
	})
	// What has ended does not change any more.
	for suffix, method := range map[string]string{"": "PATCH", "/allocations": "PATCH", "/target-groups": "PUT"} {
		l.do(409, method, path+suffix, object{"group_ids": []string{}, "variants": []object{}})
	}
	l.do(409, "POST", path+"/target-groups/grp_00000001", nil)
	l.do(409, "DELETE", path+"/target-groups/grp_00000001", nil)
}

func TestAllocations(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		path := l.experiment(nil)
		l.do(200, "POST", path+"/start", nil)
		shares := func(r reply) []any { return field(r.object["variants"].([]any), l.share()) }
		change := []object{{"name": "treatment", "traffic_allocation": 0}, {"name": "control", "traffic_allocation": 100}}
		if diff := cmp.Diff([]any{100.0, 0.0}, shares(l.do(200, "PATCH", path+"/allocations", object{"variants": change}))); diff != "" {
			l.t.Errorf("shares (-want +got):\n%s", diff)
		}
		for _, wrong := range [][]object{
			{{"name": "treatment", "traffic_allocation": 10}}, {{"name": "nobody", "traffic_allocation": 0}}, {{"name": "control"}}, {},
			{{"name": "control", "traffic_allocation": 150}, {"name": "treatment", "traffic_allocation": -50}},
		} {
			l.do(422, "PATCH", path+"/allocations", object{"variants": wrong})
		}
		if diff := cmp.Diff([]any{100.0, 0.0}, shares(l.do(200, "GET", path, nil))); diff != "" {
			l.t.Errorf("shares after refused changes (-want +got):\n%s", diff)
		}
	})
}

func TestTargetGroups(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		canary := strings.TrimPrefix(l.group(object{"name": "canary"}), groupsPath+"/")
		path := l.experiment(nil) + "/target-groups"
		want := func(r reply, ids ...any) {
			l.t.Helper()
			l.wantFields(r, object{"group_ids": append([]any{}, ids...)})
		}
		want(l.do(200, "GET", path, nil))
		want(l.do(200, "PUT", path, object{"group_ids": []string{canary, canary}}), canary)
		want(l.do(200, "POST", path+"/grp_00000001", nil), canary, "grp_00000001")
		want(l.do(200, "POST", path+"/grp_00000001", nil), canary, "grp_00000001")
		l.do(404, "PUT", path, object{"group_ids": []string{"grp_00000001", "nothing"}}) // all or none
		l.do(404, "POST", path+"/nothing", nil)
		l.do(422, "PUT", path, object{})
		want(l.do(200, "GET", path, nil), canary, "grp_00000001")
		l.do(204, "DELETE", path+"/grp_00000001", nil)
		l.do(404, "DELETE", path+"/grp_00000001", nil)
		l.wantFields(l.do(200, "GET", strings.TrimSuffix(path, "/target-groups"), nil), object{"target_group_ids": []any{canary}})
		l.do(204, "DELETE", groupsPath+"/"+canary, nil)
		want(l.do(200, "GET", path, nil))
		want(l.do(200, "PUT", path, object{"group_ids": []string{}}))
	})
}

func TestExperimentList(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		l.do(201, "POST", modelsPath, object{"name": "whisper", "framework": "onnx", "use_case": "audio"})
		for range 2 {
			l.do(201, "POST", modelsPath+"/whisper/versions", object{
				"version": plain(float64(len(l.world.modelByName["whisper"].versions) + 1)), "storage_path": "s", "format": "f", "checksum": "c", "size_bytes": 1,
			})
		}
		l.experiment(nil)
		second := l.experiment(object{"name": "second"})
		l.do(200, "POST", second+"/start", nil)
		l.experiment(object{"model_id": "whisper", "variants": []object{
			{"name": "a", "model_version": "1", "traffic_allocation": 50, "is_control": true}, {"name": "b", "model_version": "2", "traffic_allocation": 50},
		}})
		for query, want := range map[string][]any{
			"?org_id=demo": {"exp_00000003", "exp_00000002", "exp_00000001"}, "?model_id=mdl_00000001": {"exp_00000002", "exp_00000001"},
			"?status=draft": {"exp_00000003", "exp_00000001"}, "?status=running": {"exp_00000002"}, "?status=active": {"exp_00000002"},
			"?limit=1&offset=1": {"exp_00000002"}, "?model_id=nothing": {},
		} {
			if diff := cmp.Diff(want, field(l.items(experimentsPath+query, "experiments"), "id")); diff != "" {
				l.t.Errorf("%s (-want +got):\n%s", query, diff)
			}
		}
		if l.world.dialect == DialectDocs {
			l.wantFields(l.do(200, "GET", experimentsPath+"?limit=500", nil), object{"total": 3.0, "limit": 100.0})
		}
		l.do(404, "GET", experimentsPath+"?org_id=other", nil)
	})
}

func TestExperimentsAreChecked(t *testing.T) {
	t.Parallel()
	variants := func(list ...object) object { return object{"variants": list} }
	control := object{"name": "a", "model_version": "1.0.0", "traffic_allocation": 50, "is_control": true}
	eachDialect(t, func(l *lab) {
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
			if r := l.do(422, "POST", experimentsPath, comparison(c.body)); !strings.Contains(r.raw, c.field) {
				l.t.Errorf("%v: the answer does not name %s: %s", c.body, c.field, r.raw)
			}
		}
		l.do(404, "POST", experimentsPath, comparison(object{"model_id": "nothing"}))
		path := l.experiment(nil)
		l.do(422, "PATCH", path, object{"name": "changed", "min_sample_size": 0})
		l.wantFields(l.do(200, "GET", path, nil), object{"name": "faster", "id": "exp_00000001"})
	})
}

// An open experiment holds its versions; the model takes its experiments with it into the end.
func TestExperimentHoldsItsVersions(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	path := l.experiment(nil)
	if r := l.do(409, "DELETE", versionsPath+"/2.0.0", nil); !strings.Contains(r.raw, "exp_00000001") {
		t.Errorf("the answer does not name the experiment: %s", r.raw)
	}
	l.do(200, "POST", path+"/cancel", nil)
	l.do(204, "DELETE", versionsPath+"/2.0.0", nil)

	other := newLab(t)
	path = other.experiment(nil)
	other.do(204, "DELETE", modelsPath+"/phi-4-mini", nil)
	other.wantFields(other.do(200, "GET", path, nil), object{"status": "cancelled", "model_id": "mdl_00000001"})
}
