package control

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

var phiImport = Import{RepoID: "microsoft/phi-4", Version: "4.0.0", ReferenceOnly: true, ModelName: "phi-4-mini"}

const (
	phiImported = `{"model_id":"m","version":"4.0.0","format":"safetensors","files":["model.safetensors"],"storage_type":"reference"}`
	phiVersion  = `{"model_id":"m","version":"4.0.0","status":"draft","format":"safetensors"}`
	postImport  = "POST " + importPath
	readImport  = "GET models/m/versions/4.0.0"
)

var noVersion = answer(404, `{"error":"not_found","message":"no such version","status_code":404}`)

// CONTRACT.md 1.16, 2.61, 2.71, 2.72
func TestImportVersionSends(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, answer(201, phiImported), ok(phiVersion))
	i := phiImport
	i.ReferenceOnly = false
	v, err := c.ImportVersion(t.Context(), "m", i)
	if err != nil || v.Status != VersionDraft || v.ModelID != "m" {
		t.Fatalf("%+v, %v", v, err)
	}
	if diff := cmp.Diff([]string{postImport, readImport}, w.calls()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	var body map[string]any
	if err := json.Unmarshal([]byte(w.sent[0].body), &body); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"org_id": "demo", "repo_id": "microsoft/phi-4", "version": "4.0.0", "reference_only": false, "name": "phi-4-mini"}
	if diff := cmp.Diff(want, body); diff != "" || len(w.sent[0].query) > 0 {
		t.Errorf("sent %v and the body (-want +got):\n%s", w.sent[0].query, diff)
	}
}

// An import outlasts `request_timeout`, and the version may appear after the answer.
//
// CONTRACT.md 2.74
func TestImportVersionTakesMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var done time.Time // when the import was executed, which a client that has hung up prevents
		c, w := scriptedWith(t, Config{MaxRetries: 2, RequestTimeout: time.Second}, reply{do: func(req *http.Request) (*http.Response, error) {
			r := noVersion
			switch {
			case req.Method == http.MethodPost:
				select {
				case <-time.After(10 * time.Minute):
					r, done = answer(201, phiImported), time.Now()
				case <-req.Context().Done():
					return nil, req.Context().Err()
				}
			case !done.IsZero() && time.Since(done) > 2*time.Minute:
				r = ok(phiVersion)
			}
			return (&wire{replies: []reply{r}}).RoundTrip(req)
		}})
		v, err := c.ImportVersion(t.Context(), "m", phiImport)
		if err != nil || v.Status != VersionDraft {
			t.Fatalf("%+v, %v", v, err)
		}
		posts := 0
		for _, call := range w.calls() {
			if call == postImport {
				posts++
			}
		}
		if posts != 1 {
			t.Errorf("sent %v", w.calls())
		}
	})
}

// A version that the server has accepted and never shows is returned with the error, so that it is not forgotten.
//
// CONTRACT.md 2.74
func TestImportVersionThatNeverAppears(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := scripted(t, answer(201, phiImported), noVersion)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		begun := time.Now()
		v, err := c.ImportVersion(ctx, "m", phiImport)
		if v.Version != "4.0.0" || v.Format != "safetensors" || err == nil || time.Since(begun) < time.Hour-time.Minute {
			t.Fatalf("after %s: %+v, %v", time.Since(begun), v, err)
		}
		mustContain(t, err.Error(), "has accepted the import", "no such version")
	})
}

// CONTRACT.md 2.73
func TestImportVersionOfAnotherModel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		other := `{"model_id":"m9","version":"4.0.0","format":"gguf"}`
		c, w := scripted(t, answer(201, other), ok(`{"id":"m","name":"phi-4-mini"}`), noVersion)
		v, err := c.ImportVersion(t.Context(), "m", phiImport)
		if !Mismatched(err) || v.Version != "" {
			t.Fatalf("%+v, %v", v, err)
		}
		mustContain(t, err.Error(), `the model "m" (phi-4-mini)`, `one of the model "m9", which may have the version now`)
		for _, call := range w.calls()[1:] {
			if call == postImport {
				t.Errorf("it was sent again: %v", w.calls())
			}
		}
	})
	// The name of the model in place of its ID is no other model, and an answer without it contradicts nothing.
	for _, answered := range []string{`{"model_id":"m1","version":"4.0.0"}`, `{"version":"4.0.0"}`} {
		c, _ := scripted(t, answer(201, answered), byPath(map[string]string{
			"models/phi-4-mini": `{"id":"m1","name":"phi-4-mini"}`, "models/phi-4-mini/versions/4.0.0": `{"version":"4.0.0","status":"draft"}`,
		}))
		if v, err := c.ImportVersion(t.Context(), "phi-4-mini", phiImport); err != nil || v.ModelID != "phi-4-mini" {
			t.Errorf("%s: %+v, %v", answered, v, err)
		}
	}
}

// CONTRACT.md 1.78, 2.76
func TestImportVersionWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	created := func(age time.Duration) string {
		return `{"model_id":"m","version":"4.0.0","status":"draft","created_at":"` + time.Now().Add(-age).UTC().Format(time.RFC3339) + `"}`
	}
	for name, tc := range map[string]struct {
		lost reply
		// after is when the version appears, age how old it is then.
		after, age time.Duration
		posts      int
		fails      bool
	}{
		"a gateway gives up, and the import goes on": {lost: answer(504, ""), after: 4 * time.Minute, posts: 1},
		"a connection is cut":                        {lost: failing(errCut), after: 4 * time.Minute, posts: 1},
		"the server fails":                           {lost: answer(500, ""), after: 4 * time.Minute, posts: 2},
		"it is there at once":                        {lost: answer(500, ""), posts: 1},
		"nothing comes of it":                        {lost: answer(504, ""), after: time.Hour, posts: 2},
		"another one is there":                       {lost: answer(504, ""), age: time.Hour, posts: 1, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				posts, begun := 0, time.Now()
				c, _ := scripted(t, reply{do: func(req *http.Request) (*http.Response, error) {
					r := noVersion
					switch {
					case req.Method == http.MethodPost && posts == 0:
						posts++
						r = tc.lost
					case req.Method == http.MethodPost:
						posts++
						r = answer(201, phiImported)
					case posts > 1 || time.Since(begun) >= tc.after:
						r = ok(created(tc.age))
					}
					return (&wire{replies: []reply{r}}).RoundTrip(req)
				}})
				v, err := c.ImportVersion(t.Context(), "m", phiImport)
				var namesake *NamesakeError
				if tc.fails != errors.As(err, &namesake) || !tc.fails && (err != nil || v.Status != VersionDraft) || posts != tc.posts {
					t.Errorf("%d posts: %+v, %v", posts, v, err)
				}
			})
		})
	}
}

// A conflict with the version that was just deleted for this one is repeated, although its path is another.
//
// CONTRACT.md 1.93
func TestImportVersionInPlaceOfAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		taken := answer(409, `{"error":"conflict","message":"there is a version 4.0.0","status_code":409}`)
		c, w := scripted(t, ok(`{}`), taken, taken, answer(201, phiImported), ok(phiVersion))
		if err := c.DeleteVersion(t.Context(), "m", "4.0.0"); err != nil {
			t.Fatal(err)
		}
		if v, err := c.ImportVersion(t.Context(), "m", phiImport); err != nil || v.Status != VersionDraft || len(w.sent) != 5 {
			t.Errorf("%v: %+v, %v", w.calls(), v, err)
		}
	})
}

// CONTRACT.md 1.53, 2.75
func TestImportVersionRefused(t *testing.T) {
	t.Parallel()
	for _, status := range []int{402, 404, 409, 422} {
		c, w := scripted(t, answer(status, `{"error":"refused","message":"no more imports","status_code":1}`))
		_, err := c.ImportVersion(t.Context(), "m", phiImport)
		if !HasStatus(err, status) || len(w.sent) != 1 {
			t.Errorf("%d: %v, %v", status, w.calls(), err)
		}
		mustContain(t, err.Error(), "could not import the version from Hugging Face", "no more imports")
	}
}
