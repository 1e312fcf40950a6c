package control

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// CONTRACT.md 1.32, 2.21, 2.31
func TestVersions(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, ok(`[{"version":"2.0.0","status":"published","format":"gguf","description":"d","checksum":"c","size_bytes":5e9,
		"created_at":"2026-11-24T12:00:00Z"},{"version":1,"status":"active","size_bytes":null}]`))
	got, err := c.Versions(t.Context(), "m", VersionPublished)
	want := []Version{
		{ModelID: "m", Version: "2.0.0", Status: VersionPublished, Format: "gguf", Description: "d", Checksum: "c", SizeBytes: 5_000_000_000, CreatedAt: "2026-11-24T12:00:00Z"},
		{ModelID: "m", Version: "1", Status: "active"},
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

// CONTRACT.md 2.23, 2.31
func TestVersionMetricsAreNumbers(t *testing.T) {
	t.Parallel()
	for metrics, want := range map[string]map[string]float64{
		`{"accuracy":0.9,"loss":1,"note":"good","nested":{"a":1},"none":null}`: {"accuracy": 0.9, "loss": 1}, `null`: nil, `[]`: nil, `"x"`: nil, `{}`: nil,
	} {
		c, _ := scripted(t, ok(`{"model_id":"mdl_1","version":"1","metrics":`+metrics+`}`))
		got, err := c.Version(t.Context(), "mdl_1", "1")
		if diff := cmp.Diff(Version{ModelID: "mdl_1", Version: "1", Metrics: want}, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", metrics, err, diff)
		}
	}
}

// CONTRACT.md 2.36
func TestSameChecksum(t *testing.T) {
	t.Parallel()
	hash := strings.Repeat("ab", 32)
	if !SameChecksum("sha256:"+hash, " "+strings.ToUpper(hash)) || SameChecksum(hash, strings.Repeat("ac", 32)) {
		t.Error("spellings of a checksum")
	}
	for checksum, like := range map[string]bool{"sha256:" + hash: true, "SHA256:" + strings.ToUpper(hash): true, hash[1:]: false, "": false, "g" + hash[1:]: false} {
		if HashesLikeSHA256(checksum) != like {
			t.Errorf("%q: %t", checksum, !like)
		}
	}
}

// CONTRACT.md 3.63
func TestDeployed(t *testing.T) {
	t.Parallel()
	got := Deployed([]Rollout{
		{Version: "6.0.0", Status: RolloutPending},
		{Version: "5.0.0", Status: RolloutActive, Percentage: 100},
		{Version: "4.0.0", Status: RolloutRolledBack},
		{Version: "1.0.0", Status: RolloutCompleted},
		{Version: "3.0.0", Status: RolloutRollingBack},
		{Version: "2.0.0", Status: RolloutCompleted},
		{Version: "1.0.0", Status: RolloutCompleted},
	})
	if diff := cmp.Diff([]string{"1.0.0", "2.0.0"}, got); diff != "" {
		t.Errorf("completed once, in the order of the first time (-want +got):\n%s", diff)
	}
}

// Versions that are read one by one cost a list for each model, which names no organization, and one read to hold it against.
func TestVersionsOfAModelCostTwoRequests(t *testing.T) {
	t.Parallel()
	var entries []string
	for i := range 100 {
		entries = append(entries, fmt.Sprintf(`{"version":"1.0.%d","status":"draft","metrics":{"n":%d}}`, i, i))
	}
	c, w := scripted(t)
	w.replies = []reply{{do: func(req *http.Request) (*http.Response, error) {
		body := "[" + strings.Join(entries, ",") + "]"
		if !strings.HasSuffix(req.URL.Path, "/versions") {
			var i int
			if _, err := fmt.Sscanf(req.URL.Path[strings.LastIndex(req.URL.Path, "/"):], "/1.0.%d", &i); err != nil {
				return nil, err
			}
			body = entries[i]
		}
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: req, Body: io.NopCloser(strings.NewReader(body))}, nil
	}}}
	ctx := WithCache(t.Context(), 0)
	for _, model := range []string{"a", "b"} {
		for i := range 100 {
			v, err := c.Version(ctx, model, fmt.Sprintf("1.0.%d", i))
			if err != nil || v.ModelID != model || v.Metrics["n"] != float64(i) {
				t.Fatalf("%s 1.0.%d: %+v, %v", model, i, v, err)
			}
		}
	}
	want := []string{"GET models/a/versions/1.0.0", "GET models/a/versions", "GET models/b/versions/1.0.0", "GET models/b/versions"}
	if diff := cmp.Diff(want, w.calls()); diff != "" || w.sent[1].query.Has("org_id") {
		t.Errorf("asked with %v (-want +got):\n%s", w.sent[1].query, diff)
	}
}

// Before a file is sent, as a rule one request tells that the model exists, and that the version does not.
//
// CONTRACT.md 2.21, 2.51
func TestHasVersion(t *testing.T) {
	t.Parallel()
	const list, single, model = "GET models/m/versions", "GET models/m/versions/2.0.0", "GET models/m"
	missing := answer(404, `{"error":"not_found","message":"no such object"}`)
	for name, tc := range map[string]struct {
		replies []reply
		before  func(c *Client)
		calls   []string
		has     bool
		fails   func(error) bool
	}{
		"other versions":   {replies: []reply{ok(`{"versions":[{"version":"1.0.0"}],"total":1}`)}, calls: []string{list}},
		"this version":     {replies: []reply{ok(`{"versions":[{"version":"1.0.0"},{"version":"2.0.0"}],"total":2}`)}, calls: []string{list}, has: true},
		"another spelling": {replies: []reply{ok(`{"versions":[{"version":" 2.0.0"}],"total":1}`)}, calls: []string{list}, has: true},
		"more versions than a page": {
			replies: []reply{ok(`{"versions":[{"version":"1.0.0"}],"total":2}`), missing}, calls: []string{list, single},
		},
		"this version on another page": {
			replies: []reply{ok(`{"versions":[{"version":"1.0.0"}],"total":2}`), ok(`{"version":"2.0.0"}`)}, calls: []string{list, single}, has: true,
		},
		"no version":                        {replies: []reply{ok(`{"versions":[],"total":0}`), ok(`{"id":"m"}`)}, calls: []string{list, model}},
		"no version, and no call of models": {replies: []reply{ok(`[]`), answer(404, `{"detail":"Not Found"}`)}, calls: []string{list, model}},
		"no such model":                     {replies: []reply{missing}, calls: []string{list}, fails: NotFound},
		"no such model, and an empty list":  {replies: []reply{ok(`[]`), missing}, calls: []string{list, model}, fails: NotFound},
		"versions of another model": {
			replies: []reply{ok(`[{"version":"1.0.0","model_id":"other"}]`), ok(`{"id":"m"}`)}, calls: []string{list, model}, fails: Mismatched,
		},
		"a failing list": {
			replies: []reply{answer(403, `{}`)}, calls: []string{list}, fails: func(err error) bool { return HasStatus(err, http.StatusForbidden) },
		},
		"a new model": {
			replies: []reply{ok(`[]`)}, calls: []string{list},
			before: func(c *Client) { c.recent.add(request{method: "POST", path: "models"}, []byte(`{"id":"m"}`)) },
		},
		"a version that was just deleted": {
			replies: []reply{ok(`[{"version":"2.0.0"}]`), missing}, calls: []string{list, single},
			before: func(c *Client) { c.recent.add(request{method: "DELETE", path: "models/m/versions/2.0.0"}, nil) },
		},
		"the only version was just deleted": {
			replies: []reply{ok(`[]`)}, calls: []string{list},
			before: func(c *Client) { c.recent.add(request{method: "DELETE", path: "models/m/versions/2.0.0"}, nil) },
		},
	} {
		c, w := scripted(t, tc.replies...)
		if tc.before != nil {
			tc.before(c)
		}
		has, err := c.HasVersion(t.Context(), "m", "2.0.0")
		if failed := tc.fails != nil && tc.fails(err); has != tc.has || failed != (err != nil) || (tc.fails != nil) != failed {
			t.Errorf("%s: %t, %v", name, has, err)
		}
		if diff := cmp.Diff(tc.calls, w.calls()); diff != "" {
			t.Errorf("%s (-want +sent):\n%s", name, diff)
		}
	}
}

// CONTRACT.md 2.22, 2.37
func TestRegisterVersion(t *testing.T) {
	t.Parallel()
	n := NewVersion{Version: "1", StoragePath: "p", Format: "onnx", Checksum: "sha256:ab", SizeBytes: 3}
	c, w := scripted(t, ok(`{"version":"1","status":"draft"}`))
	if v, err := c.RegisterVersion(t.Context(), "m", n); err != nil || v.ModelID != "m" {
		t.Fatalf("%+v, %v", v, err)
	}
	if w.sent[0].body != `{"version":"1","storage_path":"p","format":"onnx","checksum":"sha256:ab","size_bytes":3}` {
		t.Errorf("sent %s", w.sent[0].body)
	}
}

// When the response to a verb is lost, the version is read, and the verb sent again only where it had no effect.
//
// CONTRACT.md 2.24, 2.25, 2.26, 2.32, 2.35, 2.37
func TestVersionVerbs(t *testing.T) {
	t.Parallel()
	draft, published, deprecated := ok(`{"version":"1","status":"draft"}`), ok(`{"version":"1","status":"active"}`), ok(`{"version":"1","status":"retired"}`)
	for name, tc := range map[string]struct {
		replies []reply
		call    func(*Client) (Version, error)
		calls   string
	}{
		"publish": {
			[]reply{ok("{}"), published}, func(c *Client) (Version, error) { return c.PublishVersion(t.Context(), "m", "1") }, "POST publish, GET 1",
		},
		"publish, lost": {
			[]reply{failing(errCut), published}, func(c *Client) (Version, error) { return c.PublishVersion(t.Context(), "m", "1") }, "POST publish, GET 1",
		},
		"publish, not executed": {
			[]reply{answer(503, ""), draft, ok("{}"), published},
			func(c *Client) (Version, error) { return c.PublishVersion(t.Context(), "m", "1") }, "POST publish, GET 1, POST publish, GET 1",
		},
		"deprecate": {
			[]reply{ok("{}"), deprecated}, func(c *Client) (Version, error) { return c.DeprecateVersion(t.Context(), "m", "1") }, "POST deprecate, GET 1",
		},
		"metrics": {
			[]reply{failing(errCut), ok("{}"), draft}, func(c *Client) (Version, error) {
				if _, _, err := c.UpdateVersionMetrics(t.Context(), "m", "1", map[string]float64{"a": 0.1}); err != nil {
					return Version{}, err
				}
				return c.Version(t.Context(), "m", "1")
			}, "PATCH metrics, PATCH metrics, GET 1",
		},
	} {
		c, w := scripted(t, tc.replies...)
		v, err := tc.call(c)
		var calls []string
		for _, call := range w.calls() {
			method, path, _ := strings.Cut(call, " ")
			calls = append(calls, method+" "+path[strings.LastIndex(path, "/")+1:])
		}
		if got := strings.Join(calls, ", "); err != nil || v.Version != "1" || got != tc.calls {
			t.Errorf("%s: %+v, %v after %s; want %s", name, v, err, got, tc.calls)
		}
	}
	c, _ := scripted(t, answer(409, `{"detail":"in use"}`))
	var refused *APIError
	if err := c.DeleteVersion(t.Context(), "m", "1"); !errors.As(err, &refused) || refused.Message != "in use" {
		t.Errorf("deleting what is in use: %v", err)
	}
}

// CONTRACT.md 1.56, 2.24
func TestDeleteOfADeletedVersion(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, answer(404, `{"detail":"no such version"}`), answer(404, `{"detail":"Not Found"}`))
	if err := c.DeleteVersion(t.Context(), "m", "1"); err != nil {
		t.Error(err)
	}
	if err := c.DeleteVersion(t.Context(), "m", "1"); err == nil {
		t.Error("a server without the call deletes")
	}
	if w.calls()[0] != "DELETE models/m/versions/1" {
		t.Errorf("the calls are %v", w.calls())
	}
}
