package provider_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// The process dies right after the server has executed a write: no answer arrives, no later request leaves, and Terraform has the state
// from before. The next run finishes what was begun. Where it cannot, because the state has no ID, it says what to do: import the object
// whose name is taken, or, where names are not unique, see to the one that is left.
func TestAccProvider_killedAfterAWrite(t *testing.T) {
	t.Parallel()
	cases := map[string]int{}
	for _, l := range lifecycles() {
		for _, op := range operations {
			if op.name == "refresh" || op.name == "import" {
				continue
			}
			requests, want := cleanRun(t, l.lifecycle, op)
			for k, r := range requests {
				if r.method == http.MethodGet {
					continue
				}
				cases[op.name]++
				t.Run(fmt.Sprintf("%s/%s/%d %s %s", l.name, op.name, k+1, r.method, strings.ReplaceAll(r.path, "/", " ")), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						s := newScenario(t, acctest.StartVirtual(t), l.lifecycle)
						op.before(s)
						before := s.core.Store()
						s.killAfter(k)
						op.run(s)
						s.sb.ClearFaults()
						s.core = s.sb.Core(t, l.typeName)
						if op.name != "create" {
							s.must(s.core.Load(before))
						}
						s.expectRecovery(op, want)
					})
				})
			}
		}
	}
	for _, op := range []string{"create", "update", "delete"} {
		if cases[op] < 10 {
			t.Errorf("%d kills during a %s", cases[op], op)
		}
	}
	t.Logf("kills: %v", cases)
}

// killAfter executes the k-th request from now on, counted from 0, without an answer, and cuts off all later ones.
func (s *scenario) killAfter(k int) {
	s.sb.AddFault(sandbox.Fault{Path: "**", Nth: k + 1, Execute: true, Cut: sandbox.CutBefore})
	s.sb.AddFault(sandbox.Fault{Path: "**", Nth: k + 2, Times: -1, Cut: sandbox.CutBefore})
}

// expectRecovery checks the run after a kill.
func (s *scenario) expectRecovery(op operation, want any) {
	s.Helper()
	s.must(s.core.Refresh())
	if s.core.State() == nil && op.wants != nil && !s.recoverCreate(op.wants(s)) {
		return
	}
	if diff := cmp.Diff(want, s.converge(op)); diff != "" {
		s.Errorf("what is left on the server (-clean +after the kill):\n%s", diff)
	}
}

// recoverCreate does what the errors and warnings of the plan after a killed create say. It is false where another object was created.
func (s *scenario) recoverCreate(config map[string]any) bool {
	s.Helper()
	plan := s.core.Plan(config)
	s.must(plan.Diagnostics)
	if slices.ContainsFunc(plan.Warnings, func(w string) bool { return strings.Contains(w, "has this name") }) {
		expectNamesakes(s.T, "the plan after the kill", plan, slices.Contains(nonUnique, s.typeName))
		return false
	}
	said := s.core.Apply(plan)
	if !said.Failed() {
		return true
	}
	if !strings.Contains(strings.Join(said.Errors, "\n"), "import") || s.core.State() != nil {
		s.Fatalf("the errors do not say to import: %v, state %v", said.Errors, s.core.State())
	}
	s.must(s.core.Import(s.importID))
	return true
}
