package release

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// workflow is what the test reads of a workflow.
type workflow struct {
	Permissions map[string]string
	Jobs        map[string]struct {
		Permissions map[string]string
		Timeout     int `yaml:"timeout-minutes"`
		Strategy    struct {
			Matrix struct{ Version []string }
		}
		Steps []step
	}
}

type step struct {
	Uses, Run string
	With      map[string]any
}

var (
	usesLine = regexp.MustCompile(`(?m)^\s*(?:- )?uses: (.*)$`)
	pinned   = regexp.MustCompile(`^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
)

// violations is what a workflow of this repository must not have.
func violations(content []byte) (found []string) {
	var w workflow
	if err := yaml.Unmarshal(content, &w); err != nil {
		return []string{err.Error()}
	}
	if w.Permissions == nil || len(w.Permissions) > 0 {
		found = append(found, "the workflow itself must have `permissions: {}`")
	}
	for _, use := range usesLine.FindAllSubmatch(content, -1) {
		if !pinned.Match(use[1]) {
			found = append(found, string(use[1])+" is not the hash of a commit with its version")
		}
	}
	for name, job := range w.Jobs {
		if len(job.Permissions) == 0 || job.Timeout == 0 {
			found = append(found, name+" has no permissions or no timeout")
		}
		for _, s := range job.Steps {
			if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["persist-credentials"] != false {
				found = append(found, name+" leaves the token in the clone")
			}
			if strings.Contains(s.Run, "${{") {
				found = append(found, name+" puts an expression into a script: "+s.Run)
			}
		}
	}
	return found
}

func TestWorkflows(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(root + "/.github/workflows/*.yml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%q are the workflows (%v)", files, err)
	}
	for _, file := range files {
		for _, violation := range violations(read(t, ".github/workflows/"+filepath.Base(file))) {
			t.Errorf("%s: %s", filepath.Base(file), violation)
		}
	}
}

func TestViolations(t *testing.T) {
	t.Parallel()
	good := string(read(t, ".github/workflows/release.yml"))
	for _, change := range [][2]string{
		{"permissions: {}", "permissions: { contents: write }"}, {"# v7.0.1", ""}, {"persist-credentials: false", "persist-credentials: true"},
		{"timeout-minutes: 60", ""}, {`"$GITHUB_REF_NAME" >`, "${{ github.ref_name }} >"},
	} {
		if bad := strings.Replace(good, change[0], change[1], 1); bad == good || len(violations([]byte(bad))) != 1 {
			t.Errorf("%q in place of %q has the violations %q", change[1], change[0], violations([]byte(bad)))
		}
	}
}

// What the documentation promises of command lines is tested with each of them.
func TestMatrix(t *testing.T) {
	t.Parallel()
	var w workflow
	if err := yaml.Unmarshal(read(t, ".github/workflows/test.yml"), &w); err != nil {
		t.Fatal(err)
	}
	for job, last := range map[string]int{"terraform": 15, "opentofu": 12} {
		versions := strings.Join(w.Jobs[job].Strategy.Matrix.Version, " ")
		var want []string
		for minor := 8; minor <= last; minor++ {
			want = append(want, "~1."+strconv.Itoa(minor)+".0")
		}
		if all := strings.Join(append(want, "latest"), " "); versions != all {
			t.Errorf("%s is tested with %s, want %s", job, versions, all)
		}
	}
}

// A release is refused for another tag than that of VERSION, and without a section in the changelog.
func TestNotes(t *testing.T) {
	t.Parallel()
	version := strings.TrimSpace(string(read(t, "VERSION")))
	released := bytes.Contains(read(t, "CHANGELOG.md"), []byte("## ["+version+"]"))
	for tag, says := range map[string]string{"v9.9.9": "The tag is v9.9.9, and VERSION has " + version, "v" + version: "has no section for " + version} {
		output, err := exec.CommandContext(t.Context(), "./notes.sh", tag).CombinedOutput() //nolint:gosec // the test chooses the tag
		if refused := err != nil; refused != (tag == "v9.9.9" || !released) || refused && !strings.Contains(string(output), says) {
			t.Errorf("%s: %v, %s", tag, err, output)
		}
	}
}

// The form for a bug demands what an answer needs.
func TestBugForm(t *testing.T) {
	t.Parallel()
	var form struct {
		Body []struct {
			ID          string
			Validations struct{ Required bool }
		}
	}
	if err := yaml.Unmarshal(read(t, ".github/ISSUE_TEMPLATE/bug.yml"), &form); err != nil {
		t.Fatal(err)
	}
	required := map[string]bool{}
	for _, field := range form.Body {
		required[field.ID] = field.Validations.Required
	}
	for _, id := range []string{"provider", "cli", "command", "request", "configuration", "expected"} {
		if !required[id] {
			t.Errorf("the form does not demand %q", id)
		}
	}
}
