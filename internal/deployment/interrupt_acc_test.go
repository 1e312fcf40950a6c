package deployment_test

import (
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

func TestAccModelDeployment_interrupt(t *testing.T) {
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
			sb.Await(t, "create rollout", "list rollouts")
			apply.Interrupt(t)
			interrupted := apply.Wait(t)
			if interrupted.Code == 0 || !says("Interrupted while the rollout continues", "The next apply attaches to it").MatchString(interrupted.Output) {
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

func succeeds(t *testing.T, r acctest.Result) {
	t.Helper()
	if r.Code != 0 {
		t.Fatalf("exit code %d:\n%s", r.Code, r.Output)
	}
}
