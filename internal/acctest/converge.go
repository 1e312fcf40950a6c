package acctest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Converge plans a configuration, expects the action, applies the plan, and expects that the next plan is empty. It returns the warnings
// of the plan and of the apply.
func (c *Core) Converge(t testing.TB, config map[string]any, want Action) (warnings []string) {
	t.Helper()
	plan := c.Plan(config)
	if plan.Failed() || plan.Action != want {
		t.Fatalf("the plan is %s, want %s: %v\nstate   %v\nplanned %v", plan.Action, want, plan.Errors, c.State(), plan.Planned)
	}
	diags := c.Apply(plan)
	if diags.Failed() {
		t.Fatalf("the %s fails: %v", want, diags.Errors)
	}
	if second := c.Plan(config); second.Failed() || second.Action != ActionNone {
		t.Errorf("the plan after the %s is %s: %v\nstate   %v\nplanned %v", want, second.Action, second.Errors, c.State(), second.Planned)
	}
	return append(plan.Warnings, diags.Warnings...)
}

// ExpectState fails the test unless the state has these values. It may have others.
func (c *Core) ExpectState(t testing.TB, want map[string]any) {
	t.Helper()
	state := c.State()
	for name, value := range want {
		if diff := cmp.Diff(value, state[name]); diff != "" {
			t.Errorf("%s in the state (-want +got):\n%s", name, diff)
		}
	}
}
