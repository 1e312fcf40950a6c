package review_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/review"
)

// reviewed is what is applied before the plan that is reviewed.
const reviewed = `
resource "octomil_model_deployment" "phi" {
  model                = "phi-4-mini"
  version              = "2.0.0"
  max_affected_devices = 200
}

resource "octomil_device_group" "pilot" {
  name = "pilot"
}

resource "octomil_device_group_members" "pilot" {
  group_id   = octomil_device_group.pilot.id
  device_ids = ["dev_00000001", "dev_00000002", "dev_00000003"]
}

resource "octomil_rollback_policy" "this" {
  auto_rollback           = true
  error_threshold_percent = 3
}

resource "octomil_api_key" "ci" {
  name   = "ci"
  scopes = ["models:read"]
}
`

// proposed changes it: a rollback, guardrails that are loosened, a device that leaves its group, a key that gains a scope, and a new
// deployment with its preview.
var proposed = strings.NewReplacer(
	`"2.0.0"`, `"1.0.0"`, `  max_affected_devices = 200`, `  supersede            = true`, `, "dev_00000003"`, "",
	"= true\n  error_threshold_percent = 3", "= false\n  error_threshold_percent = 10", `"models:read"`, `"models:read", "rollouts:write"`,
).Replace(reviewed) + `
resource "octomil_model_deployment" "staging" {
  model   = "phi-4-mini"
  version = "1.0.0"
  group   = "staging"
}

data "octomil_deployment_preview" "staging" {
  model   = "phi-4-mini"
  version = "1.0.0"
  group   = "staging"
}
`

// The real command line makes a plan, and what review prints for it is the golden file.
func TestAccReview_plan(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	cli := acctest.NewCLI(t, sb.Provider()+reviewed)
	run(t, cli, 0, "apply", "-auto-approve")
	sb.Settle()
	cli.Configure(t, sb.Provider()+proposed)
	run(t, cli, 0, "plan", "-out=tfplan")
	plan := run(t, cli, 0, "show", "-json", "tfplan")
	if *update {
		save(t, "review.json", plan)
	}
	got := reviewOf(t, plan, 3, "-max-devices", "100", "-fail-on", "rollback,loosened,access")
	if *update {
		save(t, "review.md", got)
	}
	if diff := cmp.Diff(load(t, "review.md"), got); diff != "" {
		t.Errorf("golden file (-) and output (+); if it is meant, run the test with -update:\n%s", diff)
	}
}

// TestAccDrift_plans makes the plans of TestDrift. Without -update it has nothing to do: the guide about drift makes the same plans with
// the real command line.
func TestAccDrift_plans(t *testing.T) {
	if !*update {
		t.Skip("makes testdata; -update is not set")
	}
	t.Parallel()
	const config = `
resource "octomil_model_deployment" "phi" {
  model   = "phi-4-mini"
  version = "1.0.0"
}

output "active" {
  value = octomil_model_deployment.phi.active_version
}
`
	const rollback = "/api/v1/models/phi-4-mini/rollback"
	sb := acctest.Start(t)
	cli := acctest.NewCLI(t, sb.Provider()+config)
	run(t, cli, 0, "apply", "-auto-approve")
	keep := func(name string, code int, args ...string) {
		t.Helper()
		sb.Settle()
		run(t, cli, code, append([]string{"plan", "-out=tfplan"}, args...)...)
		save(t, name, run(t, cli, 0, "show", "-json", "tfplan"))
	}
	keep("clean.json", 0)
	cli.Configure(t, sb.Provider()+strings.Replace(config, `"active"`, `"running"`, 1))
	keep("outputs.json", 0)
	cli.Configure(t, sb.Provider()+config)
	sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
		"version": "2.0.0", "rollout_percentage": 100, "target_percentage": 100, "start_immediately": true,
	})
	keep("deployed.json", 0)
	cli.Configure(t, sb.Provider()+strings.Replace(config, `"1.0.0"`, "\"1.0.0\"\n  lifecycle {\n    ignore_changes = [version]\n  }", 1))
	keep("ignored.json", 0)
	cli.Configure(t, sb.Provider()+config)
	run(t, cli, 0, "apply", "-auto-approve")
	sb.Settle()
	sb.Do(t, "POST", rollback, map[string]any{"to_version": "0.9.0", "reason": "wrong answers in German"})
	keep("blocked.json", 1)
	var lines strings.Builder
	for line := range strings.Lines(run(t, cli, 1, "plan", "-json")) {
		if !strings.Contains(line, "development overrides") { // it names a folder of this machine
			lines.WriteString(line)
		}
	}
	save(t, "blocked.jsonl", lines.String())
	keep("refresh_only.json", 0, "-refresh-only")
	run(t, cli, 0, "apply", "-auto-approve", "-refresh-only")
	keep("blocked_saved.json", 1)
	cli.Configure(t, sb.Provider()+strings.Replace(config, `"1.0.0"`, "\"1.0.0\"\n  on_rollback = \"redeploy\"", 1))
	keep("redeploy.json", 0)
	cli.Configure(t, sb.Provider()+strings.Replace(config, `"1.0.0"`, "\"1.0.0\"\n  on_rollback = \"accept\"", 1))
	run(t, cli, 0, "apply", "-auto-approve")
	keep("accepted.json", 0)
	sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
		"version": "1.0.0", "rollout_percentage": 100, "target_percentage": 100, "start_immediately": true,
	})
	sb.Settle()
	run(t, cli, 0, "apply", "-auto-approve")
	sb.Settle()
	sb.Do(t, "POST", rollback, map[string]any{"to_version": "0.9.0", "reason": "wrong answers in German"})
	keep("accepted_now.json", 0)
	cli.Configure(t, sb.Provider()+`
resource "octomil_model_deployment" "staging" {
  model   = "phi-4-mini"
  version = "2.0.0"
  group   = "staging"
}
`)
	run(t, cli, 0, "apply", "-auto-approve")
	sb.Do(t, "POST", "/api/v1/device-groups/grp_00000001/devices", map[string]any{"device_ids": []string{"dev_00000100"}})
	keep("joined.json", 0)
	keep("joined_refresh_only.json", 0, "-refresh-only")
}

// run runs the command line and returns what it printed.
func run(t *testing.T, cli *acctest.CLI, code int, args ...string) string {
	t.Helper()
	result := cli.Run(t, args...)
	if result.Code != code {
		t.Fatalf("%v ended with %d, not %d:\n%s", args, result.Code, code, result.Output)
	}
	return result.Output
}

// reviewOf reviews a plan.
func reviewOf(t testing.TB, plan string, code int, args ...string) string {
	t.Helper()
	var out, errOut strings.Builder
	got, err := review.Review(args, strings.NewReader(plan), &out, &errOut)
	if err != nil || got != code {
		t.Fatalf("review %v ended with %d and %v, not %d:\n%s%s", args, got, err, code, out.String(), errOut.String())
	}
	return out.String()
}

func save(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join("testdata", name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
