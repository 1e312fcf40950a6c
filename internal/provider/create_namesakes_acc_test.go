package provider_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// nonUnique are the types of which several objects can have one name.
var nonUnique = []string{"octomil_api_key", "octomil_experiment", "octomil_log_integration", "octomil_metrics_integration"}

// A run that is killed after a creation leaves an object that no state has. The next plan, which creates another one, warns of it, and a
// plan for an object that a state has does not.
func TestAccProvider_namesakesOfACreate(t *testing.T) {
	t.Parallel()
	met := map[string]bool{}
	for _, l := range lifecycles() {
		if !slices.Contains(nonUnique, l.typeName) {
			continue
		}
		met[l.typeName] = true
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			sb := acctest.StartVirtual(t)
			s := newScenario(t, sb, l.lifecycle)
			killed := sb.Core(t, l.typeName)
			first := killed.Plan(s.create)
			expectNamesakes(t, "the first plan", first, false)
			if report := killed.Apply(first); report.Failed() {
				t.Fatal(report.Errors)
			}
			again := sb.Core(t, l.typeName).Plan(s.create)
			expectNamesakes(t, "the plan after the kill", again, true)
			id, _ := killed.State()["id"].(string)
			if !slices.ContainsFunc(again.Warnings, func(w string) bool { return strings.Contains(w, "`"+id+"` (created ") }) {
				t.Errorf("no warning names %s: %v", id, again.Warnings)
			}
			expectNamesakes(t, "the plan of the object itself", killed.Plan(s.create), false)
			killed.ForceReplace(false)
			expectNamesakes(t, "its replacement", killed.Plan(s.create), false)
			expectNamesakes(t, "its replacement without a refresh", killed.PlanOnly(s.create), false)
		})
	}
	if len(met) != len(nonUnique) {
		t.Errorf("there are lifecycles of %v; want %v", met, nonUnique)
	}
}

func expectNamesakes(t *testing.T, what string, plan acctest.Plan, want bool) {
	t.Helper()
	if plan.Failed() {
		t.Fatalf("%s: %v", what, plan.Errors)
	}
	if got := slices.ContainsFunc(plan.Warnings, func(w string) bool { return strings.Contains(w, "has this name") }); got != want {
		t.Errorf("%s warns of a namesake: %t; want %t: %v", what, got, want, plan.Warnings)
	}
}
