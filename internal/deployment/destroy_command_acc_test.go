package deployment_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// What only guards a deploy holds up no destroy: the ordinary plan that the command line makes first is a refresh.
func TestAccModelDeployment_destroyIsNotHeldUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		// lines are changed in the configuration before the destroy, or the fleet by another client.
		version, lines string
		outside        func(t *testing.T, sb *acctest.Sandbox)
		commands       [][]string
	}{
		"a version that was rolled back": {version: "2.0.0", outside: func(t *testing.T, sb *acctest.Sandbox) {
			t.Helper()
			sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": "1.0.0"})
			sb.Settle()
		}, commands: [][]string{{"plan", "-destroy"}, {"apply", "-destroy", "-auto-approve"}}},
		"a version that does not exist":   {version: "9.9.9"},
		"a group that does not exist":     {version: "2.0.0", lines: `group = "gamma"`},
		"a model that does not exist":     {version: "2.0.0", lines: "MODEL"},
		"too many devices":                {version: "1.0.0", lines: `max_affected_devices = 1`},
		"a rollout of another client":     {version: "3.0.0", outside: func(t *testing.T, sb *acctest.Sandbox) { t.Helper(); pend(t, sb) }},
		"a percentage that shrinks":       {version: "2.0.0", lines: `rollout = { percentage = 10 }`},
		"without a refresh":               {version: "9.9.9", commands: [][]string{{"destroy", "-auto-approve", "-refresh=false"}}},
		"a plan without a refresh, saved": {version: "9.9.9", commands: [][]string{{"plan", "-destroy", "-refresh=false", "-out=p"}, {"apply", "p"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sb := start(t, sandbox.DialectDocs)
			cli := acctest.NewCLI(t, pinned(sb, "2.0.0"))
			if r := cli.Run(t, "apply", "-auto-approve"); r.Code != 0 {
				t.Fatal(r.Output)
			}
			if c.outside != nil {
				c.outside(t, sb)
			}
			config := pinned(sb, c.version, c.lines)
			if c.lines == "MODEL" {
				config = strings.Replace(pinned(sb, c.version), `"phi-4-mini"`, `"phi-5"`, 1)
			}
			cli.Configure(t, config)
			commands := c.commands
			if commands == nil {
				commands = [][]string{{"destroy", "-auto-approve"}}
			}
			for _, command := range commands {
				r := cli.Run(t, command...)
				if r.Code != 0 || strings.Contains(r.Output, "This deploys") || strings.Contains(r.Output, "This is a rollback") {
					t.Fatalf("%v ends with %d:\n%s", command, r.Code, r.Output)
				}
			}
			if r := cli.Run(t, "state", "list"); strings.TrimSpace(r.Output) != "" {
				t.Errorf("the state has %s", r.Output)
			}
		})
	}
}

// pend prepares a rollout that this provider did not start.
func pend(t *testing.T, sb *acctest.Sandbox) {
	t.Helper()
	sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
		"version": "1.0.0", "rollout_percentage": 5, "target_percentage": 100, "increment_step": 10, "start_immediately": false,
	})
}

// Without a refresh, the state may name a version that no longer runs: no text of a destroy repeats it.
func TestAccModelDeployment_destroyNamesNoStaleVersion(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]string{
		"keep": "What the fleet runs of phi-4-mini is left as it is", "cancel": "", "rollback": "rolls 3.0.0 back to 1.0.0",
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newHarness(t, "")
				r.succeeds(r.core.Plan(r.with(wanted{version: "2.0.0"}, map[string]any{"on_destroy": mode})))
				r.rollOut("3.0.0", 100)
				r.core.Configure(nil, nil) // another command, which refreshes nothing
				said := r.core.Destroy()
				text := strings.Join(said.Warnings, "\n")
				if said.Failed() || !strings.Contains(text, want) || strings.Contains(text, "2.0.0") {
					t.Errorf("warnings %q, errors %v", said.Warnings, said.Errors)
				}
			})
		})
	}
}
