package deployment_test

import (
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// One apply checks a deployment once, in its plan, and looks once more before it writes; the apply of a plan file checks nothing again.
// Each says its warning.
func TestAccModelDeployment_requests(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	cli := acctest.NewCLI(t, pinned(sb, "1.0.0"))
	succeeds(t, cli.Run(t, "apply", "-auto-approve"))
	counted := func(args ...string) (map[string]int, string) {
		t.Helper()
		sb.Settle()
		sb.ClearLedger()
		r := cli.Run(t, args...)
		succeeds(t, r)
		count := map[string]int{}
		for _, e := range sb.Ledger() {
			count[e.Operation]++
		}
		return count, r.Output
	}
	expect := func(what string, got map[string]int, want map[string]int) {
		t.Helper()
		for operation, n := range want {
			if got[operation] != n {
				t.Errorf("%s: %d requests to %s; want %d: %v", what, got[operation], operation, n, got)
			}
		}
		if got["get rollout"] > 0 {
			t.Errorf("%s: a rollout was read by itself: %v", what, got)
		}
	}
	cli.Configure(t, pinned(sb, "2.0.0"))
	count, _ := counted("apply", "-auto-approve")
	expect("a deploy", count, map[string]int{"create rollout": 1, "prepare deployment": 1, "list versions": 1, "get settings": 2})

	cli.Configure(t, pinned(sb, "1.0.0"))
	count, output := counted("apply", "-auto-approve")
	expect("a rollback", count, map[string]int{"roll back": 1, "prepare deployment": 1, "list versions": 1, "get settings": 0})
	if strings.Count(output, "This is a rollback from 2.0.0 to 1.0.0") != 1 {
		t.Errorf("the apply says of the rollback\n%s", output)
	}

	cli.Configure(t, pinned(sb, "2.0.0"))
	count, _ = counted("plan", "-out=tfplan")
	expect("a plan", count, map[string]int{"prepare deployment": 1, "list versions": 1, "get settings": 1, "create rollout": 0})
	count, _ = counted("apply", "tfplan")
	expect("the apply of a plan", count, map[string]int{"create rollout": 1, "prepare deployment": 0, "list versions": 0, "get settings": 1})

	cli.Configure(t, pinned(sb, "1.0.0")) // another run repeats what an earlier one has checked
	count, output = counted("apply", "-auto-approve")
	expect("a rollback in another run", count, map[string]int{"roll back": 1, "prepare deployment": 1, "list versions": 1})
	if strings.Count(output, "This is a rollback from 2.0.0 to 1.0.0") != 1 {
		t.Errorf("another apply says of the rollback\n%s", output)
	}
}
