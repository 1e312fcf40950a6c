package pipelines_test

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
	"go.yaml.in/yaml/v3"
)

const examples = root + "/examples/ci"

// lint is what actionlint says of a workflow. Shellcheck is left out, because not every machine has it, and the steps only call scripts.
func lint(t *testing.T, content string) []string {
	t.Helper()
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	found, err := linter.Lint("workflow.yml", []byte(content), nil)
	if err != nil {
		t.Fatal(err)
	}
	var messages []string
	for _, e := range found {
		messages = append(messages, e.Error())
	}
	return messages
}

// violations is what else a workflow must not have.
func violations(content string) []string {
	var found []string
	var w struct {
		Permissions map[string]string
		Concurrency map[string]any
		Jobs        map[string]struct {
			Permissions map[string]string
			Timeout     int `yaml:"timeout-minutes"`
			Steps       []struct{ Uses, Run string }
		}
	}
	if err := yaml.Unmarshal([]byte(content), &w); err != nil {
		return []string{err.Error()}
	}
	if w.Permissions == nil || len(w.Permissions) > 0 {
		found = append(found, "the workflow itself must have `permissions: {}`")
	}
	if w.Concurrency["group"] == nil {
		found = append(found, "there is no concurrency group")
	}
	for name, job := range w.Jobs {
		if len(job.Permissions) == 0 || job.Timeout == 0 {
			found = append(found, name+" has no permissions or no timeout")
		}
		for permission, access := range job.Permissions {
			if access == "write" && permission != "pull-requests" {
				found = append(found, name+" may write "+permission)
			}
		}
		for _, step := range job.Steps {
			if strings.Contains(step.Run, "${{") {
				found = append(found, "an expression in a script: "+step.Run)
			}
		}
	}
	for line := range strings.Lines(content) {
		if strings.Contains(line, "uses:") && !pinned.MatchString(line) {
			found = append(found, "not pinned by a commit with its version: "+strings.TrimSpace(line))
		}
	}
	return found
}

var pinned = regexp.MustCompile(`uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+\n$`)

func TestWorkflows(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(examples, "github", "*.yml"))
	if err != nil || len(files) < 3 {
		t.Fatalf("%v: %v", files, err)
	}
	commits := map[string]string{}
	for _, file := range files {
		content := load(t, file)
		for _, message := range append(lint(t, content), violations(content)...) {
			t.Errorf("%s: %s", filepath.Base(file), message)
		}
		expectScripts(t, file, content)
		for _, uses := range regexp.MustCompile(`uses: (\S+)@(.*)`).FindAllStringSubmatch(content, -1) {
			if other := commits[uses[1]]; other != "" && other != uses[2] {
				t.Errorf("%s is pinned to %s and to %s", uses[1], other, uses[2])
			}
			commits[uses[1]] = uses[2]
		}
	}
}

// What the checks look for is found.
func TestWorkflowChecksFindMistakes(t *testing.T) {
	t.Parallel()
	content := load(t, filepath.Join(examples, "github", "plan.yml"))
	for name, change := range map[string][2]string{
		"a tag":                   {"@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7"},
		"a commit alone":          {" # v7.0.1", ""},
		"a script injection":      {"run: ci/plan.sh", "run: ci/plan.sh ${{ github.event.pull_request.title }}"},
		"a label in a script":     {"run: ci/plan.sh", "run: ci/plan.sh ${{ github.event.label.name }}"},
		"all permissions":         {"permissions: {}", "permissions: write-all"},
		"the default permissions": {"permissions: {}\n", ""},
		"too many permissions":    {"contents: read", "contents: write"},
		"no concurrency":          {"concurrency:", "x:"},
		"an unknown property":     {"run: ci/plan.sh", "rum: ci/plan.sh"},
		"no timeout":              {"    timeout-minutes: 15\n", ""},
	} {
		broken := strings.Replace(content, change[0], change[1], 1)
		if broken == content {
			t.Errorf("%s: nothing was changed", name)
		}
		if len(lint(t, broken))+len(violations(broken)) == 0 {
			t.Errorf("%s is not found", name)
		}
	}
}

// A script of examples/ci, in the repository or on the Atlantis server.
var script = regexp.MustCompile(`(?:\bci|/opt/octomil-ci)/([\w-]+\.sh)`)

func expectScripts(t *testing.T, file, content string) {
	t.Helper()
	names := script.FindAllStringSubmatch(content, -1)
	if len(names) == 0 {
		t.Errorf("%s runs no script", file)
	}
	for _, name := range names {
		info, err := os.Stat(filepath.Join(scripts, name[1]))
		if err != nil {
			t.Errorf("%s: %v", file, err)
		} else if info.Mode()&0o111 == 0 {
			t.Errorf("%s: %s is not executable", file, name[1])
		}
	}
}

func TestGitLab(t *testing.T) {
	t.Parallel()
	file := filepath.Join(examples, "gitlab", ".gitlab-ci.yml")
	content := load(t, file)
	expectScripts(t, file, content)
	type job struct {
		Stage     string
		Script    []string
		Needs     []string
		Variables map[string]string
		Artifacts struct {
			Access   string
			ExpireIn string `yaml:"expire_in"`
			Paths    []string
		}
		AllowFailure struct {
			ExitCodes []int `yaml:"exit_codes"`
		} `yaml:"allow_failure"`
	}
	var pipeline struct {
		Stages             []string
		Plan, Apply, Drift job
	}
	decode(t, content, &pipeline)
	for name, j := range map[string]job{"plan": pipeline.Plan, "apply": pipeline.Apply, "drift": pipeline.Drift} {
		if len(j.Script) == 0 || j.Stage != name || j.Variables["OCTOMIL_API_KEY"] == "" {
			t.Errorf("%s has no script, no stage or no key: %+v", name, j)
		}
	}
	if a := pipeline.Plan.Artifacts; a.ExpireIn != "1 day" || a.Access != "developer" || len(a.Paths) != 3 {
		t.Errorf("the plan is kept as %+v", a)
	}
	if needs := pipeline.Apply.Needs; len(needs) != 1 || needs[0] != "plan" {
		t.Errorf("the apply needs %v", needs)
	}
	if codes := pipeline.Drift.AllowFailure.ExitCodes; len(codes) != 1 || codes[0] != 4 {
		t.Errorf("drift may end with %v", codes)
	}
}

func TestAtlantis(t *testing.T) {
	t.Parallel()
	var repo struct {
		Version  int
		Projects []struct{ Dir, Workflow string }
	}
	decode(t, load(t, filepath.Join(examples, "atlantis", "atlantis.yaml")), &repo)
	if repo.Version != 3 || len(repo.Projects) != 1 || repo.Projects[0].Workflow != "" {
		t.Errorf("atlantis.yaml is %+v: the workflow is chosen on the server", repo)
	}
	file := filepath.Join(examples, "atlantis", "repos.yaml")
	content := load(t, file)
	expectScripts(t, file, content)
	var server struct {
		Repos []struct {
			Workflow          string
			ApplyRequirements []string `yaml:"apply_requirements"`
			AllowedOverrides  []string `yaml:"allowed_overrides"`
			AllowWorkflows    bool     `yaml:"allow_custom_workflows"`
		}
		Workflows map[string]map[string]struct{ Steps []map[string]any }
	}
	decode(t, content, &server)
	for _, r := range server.Repos {
		w := server.Workflows[r.Workflow]
		if len(w["plan"].Steps) == 0 || len(w["apply"].Steps) == 0 {
			t.Errorf("the workflow %q is not defined", r.Workflow)
		}
		if len(r.ApplyRequirements) != 3 || len(r.AllowedOverrides) > 0 || r.AllowWorkflows {
			t.Errorf("a pull request may change how it is applied: %+v", r)
		}
	}
	if len(server.Repos) == 0 {
		t.Error("repos.yaml has no repository")
	}
}

func load(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func decode(t *testing.T, content string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(content), into); err != nil {
		t.Fatal(err)
	}
}

// The README names every file that is to be copied, and its links lead to pages that exist.
func TestReadme(t *testing.T) {
	t.Parallel()
	content := load(t, filepath.Join(examples, "README.md"))
	entries, err := os.ReadDir(scripts)
	if err != nil || len(entries) < 8 {
		t.Fatalf("%v: %v", entries, err)
	}
	for _, entry := range entries {
		if !strings.Contains(content, "`"+entry.Name()+"`") {
			t.Errorf("the README does not name %s", entry.Name())
		}
	}
	links := regexp.MustCompile(`\]\((\.\./[^)#]+)`).FindAllStringSubmatch(content, -1)
	for _, link := range links {
		if _, err := os.Stat(filepath.Join(examples, link[1])); err != nil {
			t.Error(err)
		}
	}
	if len(links) < 3 {
		t.Errorf("the README has only %d links", len(links))
	}
}
