package deployment_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

func TestMain(m *testing.M) { acctest.Main(m) }

func TestInterruptKeepsTheRolloutAndTheNextApplyAttaches(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]bool{"create": true, "update": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sb := start(t, sandbox.DialectDocs)
			cli := acctest.NewCLI(t, pinned(sb, "1.0.0"))
			if !first {
				succeeds(t, cli.Run(t, "apply", "-auto-approve"))
			}
			sb.Clock.Hold() // no device ever syncs: the rollout cannot end
			sb.ClearLedger()
			cli.Configure(t, pinned(sb, "2.0.0"))
			apply := cli.Start(t, "apply", "-auto-approve")
			waitFor(t, sb, "get rollout")
			apply.Interrupt(t)
			interrupted := apply.Wait(t)
			if interrupted.Code == 0 || !says("Interrupted while the rollout goes on", "the next apply attaches to it").MatchString(interrupted.Output) {
				t.Fatalf("exit code %d:\n%s", interrupted.Code, interrupted.Output)
			}
			if state := cli.Run(t, "state", "list"); strings.TrimSpace(state.Output) != address {
				t.Fatalf("the state holds %q; want the deployment", state.Output)
			}
			sb.Clock.Release()
			succeeds(t, cli.Run(t, "apply", "-auto-approve"))
			sb.ExpectFleet(t, phi, map[string]int{"2.0.0": 124})
			if n := len(rollouts(t, sb)); n != 3 {
				t.Errorf("there are %d rollouts; want the 2 from before and one more", n)
			}
			if plan := cli.Run(t, "plan", "-detailed-exitcode"); plan.Code != 0 {
				t.Errorf("the plan after it is not empty:\n%s", plan.Output)
			}
		})
	}
}

// waitFor returns once an operation is in the sandbox's ledger.
func waitFor(t *testing.T, sb *acctest.Sandbox, operation string) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(time.Minute)
	for {
		for _, e := range sb.Ledger() {
			if e.Operation == operation {
				return
			}
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("nobody has asked to %s", operation)
		}
	}
}

func succeeds(t *testing.T, r acctest.Result) {
	t.Helper()
	if r.Code != 0 {
		t.Fatalf("exit code %d:\n%s", r.Code, r.Output)
	}
}

func TestKeyIsNowhere(t *testing.T) {
	t.Parallel()
	const secret = "edg_live_b81f3c55e0d94a7c"
	sb := start(t, sandbox.DialectDocs)
	sb.AddKey(secret)
	withKey := func(version string) string {
		return strings.Replace(pinned(sb, version), `= "sandbox"`, "= var.key", 1) + "variable \"key\" {\n  sensitive = true\n}\n"
	}
	cli := acctest.NewCLI(t, withKey("2.0.0"))
	trace := filepath.Join(cli.Dir, "trace.log")
	cli.Env = []string{"TF_LOG=TRACE", "TF_LOG_PATH=" + trace, "OCTOMIL_API_KEY=", "TF_VAR_key=" + secret}
	// A server that repeats the key in what it says must not bring it into a log either.
	sb.AddFault(sandbox.Fault{Method: "GET", Path: "models/*/rollouts", Nth: 2, Status: 503, Body: `{"detail":"bad key ` + secret + `"}`})
	succeeds(t, cli.Run(t, "apply", "-auto-approve"))
	cli.Configure(t, withKey("1.0.0"))
	planned := cli.Run(t, "plan", "-out=plan.tfplan")
	succeeds(t, planned)
	shown := cli.Run(t, "show", "-json", "plan.tfplan")
	succeeds(t, cli.Run(t, "apply", "plan.tfplan"))
	sb.AddFault(sandbox.Fault{Method: "GET", Path: "models/*/rollouts", Times: -1, Status: 400, Body: `{"detail":"bad key ` + secret + `"}`})
	failed := cli.Run(t, "plan")
	if failed.Code == 0 || !strings.Contains(failed.Output, "bad key ***") {
		t.Errorf("the error does not quote the server without the key:\n%s", failed.Output)
	}
	for file, must := range map[string]string{"trace.log": "Request to the control API", "terraform.tfstate": phi} {
		content, err := os.ReadFile(filepath.Join(cli.Dir, file))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(content), must) {
			t.Errorf("%s has no %q: this searches the wrong file", file, must)
		}
		if i := strings.Index(string(content), secret); i >= 0 {
			t.Errorf("%s holds the key: …%s…", file, content[max(i-200, 0):min(i+200, len(content))])
		}
	}
	// A plan file keeps the variables of the configuration, and so the key where it is one; what the provider adds must not.
	if body := strings.ReplaceAll(shown.Output, `"variables":{"key":{"value":"`+secret+`"}}`, ""); strings.Contains(body, secret) {
		t.Errorf("the plan holds the key beside the variable:\n%s", body)
	}
	if strings.Contains(planned.Output+failed.Output, secret) {
		t.Error("the key was printed")
	}
}
