package control

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// CONTRACT.md 1.13, 2.11
func TestResolveModel(t *testing.T) {
	t.Parallel()
	models := ok(`{"total":3,"models":[{"id":1,"name":"phi-4-mini"},{"model_id":"mod_2","name":"1"},{"id":"mod_3"}]}`)
	for word, want := range map[string]Model{
		"phi-4-mini": {ID: "1", Name: "phi-4-mini"},
		"1":          {ID: "mod_2", Name: "1"}, // the name of one and the id of another: names are what people write
		"mod_3":      {ID: "mod_3"},
	} {
		c, w := scripted(t, models)
		for range 2 {
			got, found, err := c.ResolveModel(t.Context(), word)
			if diff := cmp.Diff(want, got); err != nil || !found || diff != "" {
				t.Errorf("%q: found %t, %v\n%s", word, found, err, diff)
			}
		}
		if len(w.sent) != 1 {
			t.Errorf("%q took %d requests to resolve twice", word, len(w.sent))
		}
	}

	c, w := scripted(t, models)
	got, found, err := c.ResolveModel(t.Context(), "Phi-4-mini")
	if err != nil || found || got.ID != "Phi-4-mini" {
		t.Errorf("without a match: %+v, %t, %v", got, found, err)
	}
	if _, found, _ := c.ResolveModel(t.Context(), "phi-4-mini"); !found || len(w.sent) != 1 {
		t.Errorf("the list that was read is not used: %d requests", len(w.sent))
	}

	c, _ = scripted(t, answer(401, `{"detail":"no"}`), models)
	if _, _, err := c.ResolveModel(t.Context(), "phi-4-mini"); !HasStatus(err, 401) {
		t.Errorf("got %v", err)
	}
	if _, found, err := c.ResolveModel(t.Context(), "phi-4-mini"); !found || err != nil {
		t.Errorf("a failure is remembered: %t, %v", found, err)
	}
}

// CONTRACT.md 2.11
func TestModelNeedsAnID(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"name":"phi"}`, `{"id":""}`, `[]`} {
		var m Model
		if err := json.Unmarshal([]byte(body), &m); err == nil {
			t.Errorf("%s decodes to %+v; want an error", body, m)
		}
	}
}

// CONTRACT.md 2.11
func TestModelIsDecodedWhole(t *testing.T) {
	t.Parallel()
	c, _ := scripted(t, ok(`{"id":7,"org_id":"demo","name":"phi","description":null,"framework":"onnx","use_case":"nlp","version_count":3,
		"model_contract":{ "a" : 1.0 },"data_contract":"none","created_at":"2026-11-24T12:00:00Z"}`))
	got, err := c.Model(t.Context(), "7")
	want := Model{
		ID: "7", OrgID: "demo", Name: "phi", Framework: "onnx", UseCase: "nlp", ModelContract: json.RawMessage(`{"a":1.0}`), CreatedAt: "2026-11-24T12:00:00Z",
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// CONTRACT.md 1.31, 2.1
func TestModelsAreFilteredByTheServer(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, ok(`[]`))
	if _, err := c.ModelsOf(t.Context(), "onnx", "nlp"); err != nil {
		t.Fatal(err)
	}
	if q := w.sent[0].query.Encode(); q != "framework=onnx&limit=100&offset=0&org_id=demo&use_case=nlp" {
		t.Errorf("asked with %s", q)
	}
}

// CONTRACT.md 1.16, 2.2, 2.4, 2.5
func TestModelWrites(t *testing.T) {
	t.Parallel()
	name, none := "phi", ""
	model := ok(`{"id":"m","name":"phi"}`)
	c, w := scripted(t, model)
	if _, err := c.CreateModel(t.Context(), ModelSettings{Name: &name, Description: &none, ModelContract: json.RawMessage(`{}`)}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.UpdateModel(t.Context(), "m", ModelSettings{Description: &none}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.UpdateModel(t.Context(), "m", ModelSettings{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"POST models", "PATCH models/m", "GET models/m", "GET models/m"}, w.calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if w.sent[0].body != `{"description":"","model_contract":{},"name":"phi"}` || w.sent[0].query.Get("org_id") != "demo" || w.sent[1].body != `{"description":""}` {
		t.Errorf("sent %s with %v, then %s", w.sent[0].body, w.sent[0].query, w.sent[1].body)
	}
	c, w = scripted(t, answer(404, `{"error":"not_found","message":"deleted"}`))
	if err := c.DeleteModel(t.Context(), "m"); err != nil || len(w.sent) != 1 {
		t.Errorf("a deleted model: %v after %d requests", err, len(w.sent))
	}
}
