package provider_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

const ciScripts = "../../examples/ci/scripts"

// pipeline is a Git repository with a configuration and the scripts of examples/ci, as a job of a pipeline has it.
type pipeline struct {
	t   *testing.T
	dir string
	env []string
}

// newPipeline makes a repository whose provider is installed by `terraform init`, from a folder that takes the place of the registry.
func newPipeline(t *testing.T, env ...string) *pipeline {
	t.Helper()
	dir, mirror, bin := t.TempDir(), t.TempDir(), t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		folder := filepath.Join(mirror, host, "octomil", "octomil", "1.0.0", runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(self, filepath.Join(folder, "terraform-provider-octomil")); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(filepath.Join(dir, "ci"), os.DirFS(ciScripts)); err != nil {
		t.Fatal(err)
	}
	linkJQ(t, bin)
	p := &pipeline{t: t, dir: dir}
	settings := filepath.Join(bin, "cli.tfrc")
	p.writeTo(settings, "provider_installation {\n  filesystem_mirror {\n    path = \""+mirror+"\"\n  }\n}\n")
	p.env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "TF_CLI_CONFIG_FILE="+settings, "CHECKPOINT_DISABLE=1",
		"TF_IN_AUTOMATION=1", "TERRAFORM="+commandLine(t), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=ci", "GIT_AUTHOR_EMAIL=ci@example.com", "GIT_COMMITTER_NAME=ci", "GIT_COMMITTER_EMAIL=ci@example.com")
	p.env = append(p.env, env...)
	return p
}

// linkJQ puts a jq into a folder if the machine has none: the one of the tools, which is written in Go.
func linkJQ(t *testing.T, folder string) {
	t.Helper()
	if _, err := exec.LookPath("jq"); err == nil {
		return
	}
	out, err := exec.CommandContext(t.Context(), "go", "-C", "../tools", "build", "-o", filepath.Join(folder, "jq"), "github.com/itchyny/gojq/cmd/gojq").CombinedOutput()
	if err != nil {
		t.Fatalf("building jq: %v\n%s", err, out)
	}
}

func (p *pipeline) writeTo(file, content string) {
	p.t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// commit makes content the configuration and commits it.
func (p *pipeline) commit(content string) {
	p.t.Helper()
	p.writeTo(filepath.Join(p.dir, "main.tf"), content)
	p.run(0, nil, "git", "add", "--all")
	p.run(0, nil, "git", "commit", "--quiet", "--message=change")
}

// script runs a script of examples/ci.
func (p *pipeline) script(code int, name string, env ...string) string {
	p.t.Helper()
	return p.run(code, env, "./ci/"+name)
}

func (p *pipeline) run(code int, env []string, name string, args ...string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), commandLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = p.dir, slices.Concat(p.env, env), 10*time.Second
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || ctx.Err() != nil {
		p.t.Fatalf("%s: %v\n%s", name, err, out)
	}
	p.t.Logf("$ %s %s %s\n%s", strings.Join(env, " "), name, strings.Join(args, " "), out)
	if got := cmd.ProcessState.ExitCode(); got != code {
		p.t.Fatalf("%s ended with %d and not %d:\n%s", name, got, code, out)
	}
	return string(out)
}

// has expects texts in what was printed, or in a file of the repository.
func (p *pipeline) has(text string, parts ...string) {
	p.t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			p.t.Errorf("%q is not in\n%s", part, text)
		}
	}
}

func (p *pipeline) read(name string) string {
	p.t.Helper()
	return read(p.t, filepath.Join(p.dir, name))
}

// lacks expects that a file does not exist.
func (p *pipeline) lacks(name string) {
	p.t.Helper()
	if _, err := os.Stat(filepath.Join(p.dir, name)); !os.IsNotExist(err) {
		p.t.Errorf("%s exists: %v", name, err)
	}
}

const pipelineResources = `
resource "octomil_model_deployment" "phi" {
  model                = "phi-4-mini"
  version              = "2.0.0"
  max_affected_devices = 200
}

data "octomil_deployment_preview" "phi" {
  model   = "phi-4-mini"
  version = "2.0.0"
}

resource "octomil_model_deployment" "staging" {
  model                = "phi-4-mini"
  version              = "2.0.0"
  group                = "staging"
  max_affected_devices = 50
}

data "octomil_deployment_preview" "staging" {
  model   = "phi-4-mini"
  version = "2.0.0"
  group   = "staging"
}
`

// A change goes through the scripts from its plan to its apply, and afterwards the fleet drifts in each way.
func TestAccProvider_ciScripts(t *testing.T) {
	t.Parallel()
	const planKey, applyKey, wrong = "edg_live_4f1b-plan", "OCTOMIL_API_KEY=edg_live_a97c-apply", "edg_live_0000-expired"
	sb := acctest.Start(t)
	sb.AddKey(planKey, "models:read", "rollouts:read", "devices:read", "settings:read")
	sb.AddKey(strings.TrimPrefix(applyKey, "OCTOMIL_API_KEY="))
	configuration := strings.Replace(`terraform {
  required_providers {
    octomil = {
      source = "octomil/octomil"
    }
  }
}
`+sb.Provider()+pipelineResources, `  api_key                 = "sandbox"`+"\n", "", 1)
	if strings.Contains(configuration, "api_key") {
		t.Fatal("the configuration has a key")
	}
	p := newPipeline(t, "OCTOMIL_API_KEY="+planKey)
	p.run(0, nil, "git", "init", "--quiet", "--initial-branch=main")
	p.writeTo(filepath.Join(p.dir, ".gitignore"), ".terraform/\nplan/\nterraform.tfstate*\n")
	p.writeTo(filepath.Join(p.dir, "main.tf"), configuration)
	p.run(0, nil, commandLine(t), "init") // writes the lock file
	p.commit(configuration)

	// A good change.
	p.has(p.script(0, "plan.sh"), "2 deploy")
	p.script(0, "policy.sh", "MAX_DEVICES=200")
	p.has(p.script(0, "apply.sh", applyKey), "2 added")
	p.has(p.script(1, "apply.sh"), "there is no plan")
	sb.Settle()

	// A rollback of too many devices that loosens a guardrail.
	p.run(0, nil, "git", "checkout", "--quiet", "-b", "change")
	p.commit(strings.Replace(strings.Replace(configuration, `"2.0.0"`, `"1.0.0"`, 2), "= 200", "= 500", 1))
	p.has(p.script(0, "plan.sh"), "rollback")
	plan := p.read("plan/tfplan")
	p.has(p.script(3, "policy.sh", "LABELS=large-operation"), "max_affected_devices", "needs the label loosened-guardrails")
	p.lacks("plan/tfplan")
	p.has(p.script(3, "policy.sh", "LABELS=docs,loosened-guardrails", "MAX_DEVICES=99"),
		"The plan gives 124 devices another version", "octomil_model_deployment.phi (rollback, 124)", "label large-operation")
	p.has(p.read("plan/review.md"), "| **rollback** |", "Not allowed by the policies", "label large-operation")
	p.script(1, "apply.sh")
	p.script(0, "policy.sh", "LABELS=large-operation,loosened-guardrails", "MAX_DEVICES=99")
	p.writeTo(filepath.Join(p.dir, "plan", "tfplan"), plan)

	// It is applied only to what was planned.
	p.commit(p.read("main.tf") + "\n# changed after the plan\n")
	p.has(p.script(1, "apply.sh"), "the plan was made of the tree")
	p.run(0, nil, "git", "reset", "--quiet", "--hard", "HEAD~1")
	p.run(0, nil, "git", "remote", "add", "origin", ".")
	p.run(0, nil, "git", "update-ref", "refs/heads/ahead", strings.TrimSpace(p.run(0, nil, "git", "commit-tree", "main^{tree}", "-p", "main", "-m", "other")))
	p.has(p.script(1, "apply.sh", "TARGET_BRANCH=ahead"), "ahead has commits that were not planned")
	p.has(p.script(0, "apply.sh", applyKey, "TARGET_BRANCH=main"), "1 changed")
	sb.Settle()
	if runs := sb.Fleet("phi-4-mini").Versions; runs["2.0.0"] != 24 || runs["1.0.0"] != 100 {
		t.Errorf("the fleet runs %v", runs)
	}

	// Drift.
	sb.Do(t, "POST", "/api/v1/device-groups/grp_00000001/devices", map[string]any{"device_ids": []string{"dev_00000100"}})
	p.has(p.script(4, "drift.sh"), "joined")
	p.script(0, "drift.sh", "DRIFT_ALLOW=2 4")
	p.has(p.read("plan/drift.md"), "joined")
	sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": "0.9.0", "reason": "wrong answers in German"})
	sb.Settle()
	p.has(p.script(3, "drift.sh", "DRIFT_ALLOW=2 4"), "was rolled back", "wrong answers in German")

	// A key that the control plane rejects.
	for _, name := range []string{"drift.sh", "plan.sh"} {
		out := p.script(1, name, "OCTOMIL_API_KEY="+wrong)
		p.has(out, "The API key may be wrong, expired or revoked.")
		if strings.Contains(out, wrong) {
			t.Errorf("%s prints the key:\n%s", name, out)
		}
		p.lacks("plan/tfplan")
	}
}
