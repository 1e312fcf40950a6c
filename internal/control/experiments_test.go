package control

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// CONTRACT.md 7.61, 7.63
func TestExperimentDecodesEverySpelling(t *testing.T) {
	t.Parallel()
	text, traffic, confidence, sample, yes := "Faster?", 40.0, 0.95, int64(100), true
	for body, want := range map[string]Experiment{
		`{"id":"exp_1","org_id":"demo","name":"speed","description":"Faster?","model_id":"m1","status":"running","traffic_percentage":40.0,
		  "min_sample_size":100,"confidence_level":0.95,"primary_metric":"ctr","target_group_ids":["g1",2],
		  "variants":[{"name":"old","model_version":"1.0.0","is_control":true,"traffic_allocation":50}]}`: {
			ID: "exp_1", OrgID: "demo", Name: "speed", Description: &text, ModelID: "m1", Status: ExperimentRunning, Traffic: &traffic,
			MinSample: &sample, Confidence: &confidence, PrimaryMetric: "ctr", TargetGroupIDs: []string{"g1", "2"},
			Variants: []Variant{{Name: "old", Version: "1.0.0", Allocation: 50, Control: &yes}},
		},
		`{"id":5,"status":"active","variants":[{"name":"old","model_version":"1.0.0","traffic_percentage":50.0}]}`: {
			ID: "5", Status: ExperimentRunning, Variants: []Variant{{Name: "old", Version: "1.0.0", Allocation: 50}},
		},
		`{"id":5,"status":"canceled","target_group_ids":[]}`: {ID: "5", Status: ExperimentCancelled, TargetGroupIDs: []string{}},
		`{"id":5,"status":"archived"}`:                       {ID: "5", Status: "archived"},
	} {
		var got Experiment
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
	for _, body := range []string{`{"name":"x"}`, `[]`, `{"id":1,"variants":[{"model_version":"1"}]}`, `{"id":1,"min_sample_size":"many"}`} {
		if err := json.Unmarshal([]byte(body), &Experiment{}); err == nil {
			t.Errorf("%s decodes", body)
		}
	}
}

// Some servers tell the groups of an experiment only by themselves, and some not at all.
//
// CONTRACT.md 7.53, 7.57, 7.62
func TestExperimentTargetGroups(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		replies []reply
		want    []string
		fails   bool
	}{
		"with it":     {[]reply{ok(`{"id":"1","target_group_ids":["a"]}`)}, []string{"a"}, false},
		"by a call":   {[]reply{ok(`{"id":"1"}`), ok(`{"group_ids":["a",7]}`)}, []string{"a", "7"}, false},
		"no such one": {[]reply{ok(`{"id":"1"}`), answer(404, `{"detail":"Not Found"}`)}, nil, false},
		"refused":     {[]reply{ok(`{"id":"1"}`), answer(403, `{"detail":"no"}`)}, nil, true},
	} {
		c, w := scripted(t, tc.replies...)
		e, err := c.Experiment(t.Context(), "1")
		if diff := cmp.Diff(tc.want, e.TargetGroupIDs); diff != "" || tc.fails != (err != nil) {
			t.Errorf("%s: %v, groups (-want +got):\n%s", name, err, diff)
		}
		if len(w.sent) != len(tc.replies) {
			t.Errorf("%s: the calls are %v", name, w.calls())
		}
	}
}

// CONTRACT.md 7.51, 7.52, 7.54, 7.56, 7.57
func TestExperimentBodies(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, ok(`{"experiments":[],"total":0}`), answer(201, `{"id":"1"}`), ok(`{}`), ok(`{}`), ok(`{}`))
	traffic, confidence, sample, yes, no, text := 100.0, 0.9, int64(30), true, false, ""
	_, err := c.CreateExperiment(t.Context(), Experiment{
		Name: "speed", ModelID: "m1", Traffic: &traffic, Confidence: &confidence, MinSample: &sample, PrimaryMetric: "ctr",
		Variants: []Variant{{"new", "2", 40, &no}, {"old", "1", 60, &yes}},
	})
	_, updated, updateErr := c.UpdateExperiment(t.Context(), "1", Experiment{Description: &text})
	_, allocated, allocateErr := c.AllocateExperiment(t.Context(), "1", []Variant{{Name: "new", Version: "2", Allocation: 100}})
	if err := errors.Join(err, updateErr, allocateErr, c.TargetExperiment(t.Context(), "1", nil)); err != nil || updated || allocated {
		t.Errorf("%v; taken for the experiment: %t, %t", err, updated, allocated)
	}
	for i, want := range []string{
		1: `{"confidence_level":0.9,"description":null,"min_sample_size":30,"model_id":"m1","name":"speed","primary_metric":"ctr",` +
			`"traffic_percentage":100,"variants":[{"is_control":false,"model_version":"2","name":"new","traffic_allocation":40},` +
			`{"is_control":true,"model_version":"1","name":"old","traffic_allocation":60}]}`,
		2: `{"description":""}`, 3: `{"variants":[{"name":"new","traffic_allocation":100}]}`, 4: `{"group_ids":[]}`,
	} {
		if got := w.sent[i].body; got != want {
			t.Errorf("%s sends %s", w.calls()[i], got)
		}
	}
}

// A lost answer to "start" is no reason to start again what runs.
//
// CONTRACT.md 7.55, 7.68
func TestMoveExperimentOnce(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]int{"active": 1, "draft": 2} {
		synctest.Test(t, func(t *testing.T) {
			c, w := scripted(t, failing(errCut), ok(`{"id":"1","status":"`+status+`","target_group_ids":[]}`), ok(`{}`))
			e, answered, err := c.MoveExperiment(t.Context(), "1", ExperimentStart, ExperimentRunning)
			if got := strings.Count(strings.Join(w.calls(), "\n"), "POST experiments/1/start"); err != nil || got != want {
				t.Errorf("it is %s after a lost answer: started %d times, want %d; %v", status, got, want, err)
			}
			if found := want == 1; answered != found || found != (e.Status == ExperimentRunning) {
				t.Errorf("it is %s after a lost answer: %+v was answered: %t", status, e, answered)
			}
		})
	}
}

// After a lost response, only the experiment of the same name and model that was not listed before is the one that was created.
//
// CONTRACT.md 7.67
func TestLostExperimentIsAdoptedOnlyIfNew(t *testing.T) {
	t.Parallel()
	const old, other = `{"id":"1","name":"speed","model_id":"m1"}`, `{"id":"2","name":"speed","model_id":"m2"}`
	for name, tc := range map[string]struct {
		after string
		id    string
		posts int
	}{
		"it was created":                  {`[` + old + `,` + other + `,{"id":"3","name":"speed","model_id":"m1"}]`, "3", 1},
		"it is listed without its model":  {`[` + old + `,{"id":"3","name":"speed"}]`, "3", 1},
		"it was not created":              {`[` + old + `,` + other + `]`, "4", 2},
		"another name was created beside": {`[` + old + `,{"id":"3","name":"speed 2","model_id":"m1"}]`, "4", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, w := scripted(t, ok(`[`+old+`]`), failing(errCut), ok(tc.after), answer(201, `{"id":"4"}`))
				e, err := c.CreateExperiment(t.Context(), Experiment{Name: "speed", ModelID: "m1"})
				if err != nil || e.ID != tc.id {
					t.Errorf("got %+v, %v; want %s", e, err, tc.id)
				}
				if got := strings.Count(strings.Join(w.calls(), " "), "POST"); got != tc.posts {
					t.Errorf("it was posted %d times, want %d: %v", got, tc.posts, w.calls())
				}
			})
		})
	}
}
