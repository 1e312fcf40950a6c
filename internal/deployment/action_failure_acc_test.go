package deployment_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

func TestAccRollbackAction_timeout(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			sb := acctest.StartVirtual(t, func(o *sandbox.Options) { o.Dialect = dialect })
			begin(t, sb, 100, 100)
			sb.Clock.Hold()
			progress, said := sb.Invoke(t, "octomil_rollback", config{"model": phi, "timeout": "10m"})
			if len(said.Errors) != 1 || !strings.HasPrefix(said.Errors[0], "to_version: The rollout did not finish in time") ||
				!strings.Contains(said.Errors[0], "0 of 124 devices updated; the wanted percentage is 100") || strings.Contains(said.Errors[0], "next apply") {
				t.Errorf("the action says %q", said.Errors)
			}
			if !slices.Contains(progress, "0 of 124 devices run 1.0.0") {
				t.Errorf("the action said %q on its way", progress)
			}
			sb.Clock.Release()
			sb.Settle()
			sb.ExpectFleet(t, phi, map[string]int{"1.0.0": 124})
		})
	})
}

func TestAccRollbackAction_interrupt(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	begin(t, sb, 100, 100)
	sb.Clock.Hold()
	ctx, interrupt := context.WithCancel(t.Context())
	go func() {
		sb.Await(t, "roll back", "list rollouts")
		interrupt()
	}()
	_, said := sb.InvokeWithin(ctx, t, "octomil_rollback", config{"model": phi, "timeout": "1m"})
	if len(said.Errors) != 1 || !strings.Contains(said.Errors[0], "Interrupted while the rollout continues") {
		t.Errorf("the action says %q", said.Errors)
	}
}

func TestAccRollbackAction_replaced(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	begin(t, sb, 100, 100)
	sb.Clock.Hold()
	go func() {
		sb.Await(t, "roll back")
		sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": "0.9.0", "reason": "further"})
	}()
	_, said := sb.Invoke(t, "octomil_rollback", config{"model": phi, "timeout": "1m"})
	if len(said.Errors) != 1 || !strings.Contains(said.Errors[0], "Rollout rol_00000004 of 1.0.0 was rolled back manually") ||
		!strings.Contains(said.Errors[0], "further.") ||
		!strings.Contains(said.Errors[0], "The targeted version of the fleet is now 0.9.0.") {
		t.Errorf("the action says %q", said.Errors)
	}
}

// An answer that is lost after the server has executed the request must not make the rollout go two steps.
func TestAccRolloutAdvanceAction_lostAnswer(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	begin(t, sb, 40, 100)
	sb.AddFault(sandbox.Fault{Method: "POST", Path: "models/*/rollouts/*/advance", Execute: true, Cut: sandbox.CutBefore})
	invoked(t, sb, "octomil_rollout_advance", config{"model": phi}, "POST advance rollout")
	if percentage, _ := rollouts(t, sb)[0]["percentage"].(float64); percentage != 50 {
		t.Errorf("the rollout is at %g percent; want 50", percentage)
	}
}

func TestAccRolloutAdvanceAction_policyDenied(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	begin(t, sb, 40, 100)
	sb.Do(t, "PUT", "/api/v1/settings/demo", map[string]any{"max_rollout_step_percent": 15})
	_, said := sb.Invoke(t, "octomil_rollout_advance", config{"model": phi, "percentage": 60})
	if len(said.Errors) != 1 || !strings.HasPrefix(said.Errors[0], "percentage: Could not advance rollout") ||
		!strings.Contains(said.Errors[0], "max_rollout_step_percent of 15") || !strings.Contains(said.Errors[0], "octomil_rollback_policy") {
		t.Errorf("the action says %q", said.Errors)
	}
}

func TestAccRolloutActions_serverError(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	begin(t, sb, 40, 100)
	for name, tc := range map[string]struct {
		fault sandbox.Fault
		says  string
	}{
		"unreadable":  {sandbox.Fault{Method: "GET", Path: "models/*/rollouts", Status: 401}, "Could not read what the fleet runs: "},
		"no versions": {sandbox.Fault{Method: "GET", Path: "models/*/versions", Status: 403}, "Could not list the versions of the model: "},
		"no scope":    {sandbox.Fault{Method: "POST", Path: "models/*/rollback", Status: 403}, "Could not roll 2.0.0 back to 1.0.0 on the fleet: "},
	} {
		tc.fault.Times = -1
		sb.AddFault(tc.fault)
		if _, said := sb.Invoke(t, "octomil_rollback", config{"model": phi}); len(said.Errors) != 1 || !strings.HasPrefix(said.Errors[0], tc.says) {
			t.Errorf("%s: the action says %q; want %q first", name, said.Errors, tc.says)
		}
		sb.ClearFaults()
	}
	sb.ExpectFleet(t, phi, map[string]int{"1.0.0": 74, "2.0.0": 50})
}
