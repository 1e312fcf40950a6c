package control

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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

func TestModelNeedsAnID(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"name":"phi"}`, `{"id":""}`, `[]`} {
		var m Model
		if err := json.Unmarshal([]byte(body), &m); err == nil {
			t.Errorf("%s decodes to %+v; want an error", body, m)
		}
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, ok(`[{"version":"2.0.0","status":"published","format":"gguf","description":"d","checksum":"c","size_bytes":5e9,
		"created_at":"2026-11-24T12:00:00Z"},{"version":1,"status":"active","size_bytes":null}]`))
	got, err := c.Versions(t.Context(), "m", VersionPublished)
	want := []Version{
		{Version: "2.0.0", Status: VersionPublished, Format: "gguf", Description: "d", Checksum: "c", SizeBytes: 5_000_000_000, CreatedAt: "2026-11-24T12:00:00Z"},
		{Version: "1", Status: "active"},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if q := w.sent[0].query.Encode(); q != "limit=100&offset=0&status=published" {
		t.Errorf("asked with %s", q)
	}
	if _, err := c.Versions(t.Context(), "m", ""); err != nil || w.sent[1].query.Has("status") {
		t.Errorf("without a filter: %v, %v", w.sent[1].query, err)
	}
	for _, body := range []string{`[{"status":"draft"}]`, `[[]]`} {
		c, _ := scripted(t, ok(body))
		_, err := c.Versions(t.Context(), "m", "")
		_ = asError[*BodyError](t, err)
	}
}
