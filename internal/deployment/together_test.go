package deployment_test

import (
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// together are resources of one configuration, in the order of their dependencies: the first begins each process.
type together []*acctest.Core

// deployments are n deployments of one configuration.
func deployments(t *testing.T, sb *acctest.Sandbox, n int) together {
	t.Helper()
	all := together{sb.Core(t, "octomil_model_deployment")}
	for len(all) < n {
		all = append(all, all[0].Beside("octomil_model_deployment"))
	}
	return all
}

// plan plans a configuration of each, and returns the errors of all.
func (r together) plan(t *testing.T, configs ...map[string]any) (plans []acctest.Plan, errors string) {
	t.Helper()
	for i, config := range configs {
		plan := r[i].Plan(config)
		plans = append(plans, plan)
		errors += strings.Join(plan.Errors, "\n")
	}
	return plans, errors
}

// apply plans and applies a configuration of each, and expects no error and, unless more is to do, an empty plan afterwards.
func (r together) apply(t *testing.T, more bool, configs ...map[string]any) []acctest.Plan {
	t.Helper()
	plans, errors := r.plan(t, configs...)
	if errors != "" {
		t.Fatalf("the plan fails: %s", errors)
	}
	r[0].Begin()
	for i, plan := range plans {
		if said := r[i].Apply(plan); said.Failed() {
			t.Fatalf("the apply fails: %v", said.Errors)
		}
	}
	empty := true
	second, errors := r.plan(t, configs...)
	for _, plan := range second {
		empty = empty && plan.Action == acctest.ActionNone
	}
	if errors != "" || empty == more {
		t.Errorf("the second plan is empty: %t; %s", empty, errors)
	}
	return plans
}
