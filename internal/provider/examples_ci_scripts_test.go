package provider_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// githubCLI stands for `gh`, which is not on every machine and speaks only to GitHub: it answers `gh api <path> --jq <filter>` from files.
const githubCLI = `#!/usr/bin/env bash
set -euo pipefail
[[ $# == 4 && $1 == api && $3 == --jq ]]
case $2 in
  repos/acme/fleet/commits/c0ffee/pulls) exec jq -r "$4" pulls.json ;;
  'repos/acme/fleet/actions/workflows/plan.yml/runs?event=pull_request&head_sha=beef&per_page=1') exec jq -r "$4" runs.json ;;
  *) exit 1 ;;
esac
`

// The plan of the pull request that was merged is found, and only if its last run succeeded.
func TestReviewedRunScript(t *testing.T) {
	t.Parallel()
	p := newPipeline(t, "GITHUB_REPOSITORY=acme/fleet", "GITHUB_SHA=c0ffee")
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "gh"), []byte(githubCLI), 0o700); err != nil { //nolint:gosec // it has to be executable
		t.Fatal(err)
	}
	linkJQ(t, bin)
	path := "PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH")
	pull := func(merged, commit, repository string) map[string]any {
		m := map[string]any{
			"merged_at": merged, "merge_commit_sha": commit, "head": map[string]any{"sha": "beef", "repo": map[string]any{"full_name": repository}},
		}
		if merged == "" {
			m["merged_at"] = nil
		}
		return m
	}
	ran := func(conclusion any) []any { return []any{map[string]any{"id": 4711, "conclusion": conclusion}} }
	good := pull("2026-11-24T16:00:11Z", "c0ffee", "acme/fleet")
	for name, c := range map[string]struct {
		pulls, runs []any
		code        int
		prints      string
	}{
		"a plan that was reviewed":  {[]any{pull("", "c0ffee", "acme/fleet"), good}, ran("success"), 0, "4711\n"},
		"a push without one":        {[]any{}, ran("success"), 1, "no pull request"},
		"another merge":             {[]any{pull("2026-11-24T16:00:11Z", "decaf", "acme/fleet")}, ran("success"), 1, "no pull request"},
		"a fork":                    {[]any{pull("2026-11-24T16:00:11Z", "c0ffee", "mallory/fleet")}, ran("success"), 1, "no pull request"},
		"a plan that was forbidden": {[]any{good}, ran("failure"), 1, "ended with failure"},
		"a plan that still runs":    {[]any{good}, ran(nil), 1, "ended with null"},
		"no plan":                   {[]any{good}, []any{}, 1, "has not run for beef"},
	} {
		writeJSON(t, filepath.Join(p.dir, "pulls.json"), c.pulls)
		writeJSON(t, filepath.Join(p.dir, "runs.json"), map[string]any{"workflow_runs": c.runs})
		if out := p.script(c.code, "reviewed-run.sh", path); !strings.Contains(out, c.prints) {
			t.Errorf("%s: the script prints\n%s", name, out)
		}
	}
	if out := p.script(1, "reviewed-run.sh", path, "GITHUB_REPOSITORY=acme/other"); strings.Contains(out, "4711") {
		t.Errorf("a request that fails ends with\n%s", out)
	}
}

// The labels are those that GitHub answers; without an answer there are none and the script fails.
func TestLabelsScript(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/repos/acme/fleet/issues/7/labels" || r.Header.Get("Authorization") != "Bearer ghs_secret" {
			http.Error(w, "no", http.StatusNotFound)
			return
		}
		_ = json.NewEncoder(w).Encode([]map[string]string{{"name": "docs"}, {"name": "large-operation"}})
	}))
	t.Cleanup(server.Close)
	p := newPipeline(t, "GITHUB_API_URL="+server.URL, "BASE_REPO_OWNER=acme", "BASE_REPO_NAME=fleet", "PULL_NUM=7")
	if out := p.script(0, "labels.sh", "ATLANTIS_GH_TOKEN=ghs_secret"); out != "docs,large-operation\n" {
		t.Errorf("the script prints %q", out)
	}
	if out := p.script(22, "labels.sh", "ATLANTIS_GH_TOKEN=ghs_wrong"); strings.Contains(out, "ghs_wrong") {
		t.Errorf("the script prints the token:\n%s", out)
	}
}
