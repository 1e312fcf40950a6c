package provider_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// A server may answer reads from a replica that has not got the last write yet, take its time over a deletion, or have another time of
// day. None of it is a difference, a deletion, or an object of another client.

// slowServer is such a server.
type slowServer struct {
	name  string
	start func(t *testing.T) *acctest.Sandbox
}

func slowServers() []slowServer {
	lagging := func(single, list time.Duration) func(*testing.T) *acctest.Sandbox {
		return func(t *testing.T) *acctest.Sandbox {
			t.Helper()
			return acctest.StartLagging(t, acctest.Lag{Single: single, List: list})
		}
	}
	skewed := func(skew time.Duration) func(*testing.T) *acctest.Sandbox {
		return func(t *testing.T) *acctest.Sandbox {
			t.Helper()
			return acctest.StartVirtual(t, func(o *sandbox.Options) {
				now := o.Now
				o.Now = func() time.Time { return now().Add(skew) }
			}).WithClockSkew(skew)
		}
	}
	return []slowServer{
		{"single reads lag", lagging(2*time.Second, 0)},
		{"lists lag", lagging(0, 5*time.Second)},
		{"single reads lag, lists by more", lagging(3*time.Second, 8*time.Second)},
		{"deletions are late", func(t *testing.T) *acctest.Sandbox {
			t.Helper()
			return acctest.StartVirtual(t).WithLateDeletes(3 * time.Second)
		}},
		{"a clock that is ahead", skewed(30 * time.Second)},
		{"a clock that is behind", skewed(-30 * time.Second)},
	}
}

// Each operation succeeds on a slow server, and so does the plan right after it, which is empty.
func TestSlowServers(t *testing.T) {
	t.Parallel()
	for _, l := range lifecycles() {
		if l.name == "an uploaded version" { // a replica does not get the file
			continue
		}
		for _, slow := range slowServers() {
			t.Run(l.name+"/"+slow.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { runOnSlowServer(t, l.lifecycle, slow) })
			})
		}
	}
}

func runOnSlowServer(t *testing.T, l lifecycle, slow slowServer) {
	t.Helper()
	sb := slow.start(t)
	s := newScenario(t, sb, l)
	time.Sleep(time.Minute) // what was prepared is known everywhere
	for _, step := range []struct {
		name   string
		config map[string]any
	}{{"create", s.create}, {"update", s.update}} {
		if said := s.apply(step.config); said.Failed() || s.core.Tainted() {
			t.Fatalf("the %s fails, tainted %t: %v", step.name, s.core.Tainted(), said.Errors)
		}
		if plan := s.core.Plan(step.config); plan.Failed() || plan.Action != acctest.ActionNone {
			t.Errorf("the plan right after the %s is %s: %v\nstate   %v\nplanned %v", step.name, plan.Action, plan.Errors, s.core.State(), plan.Planned)
		}
		time.Sleep(time.Minute)
		if plan := s.core.Plan(step.config); plan.Failed() || plan.Action != acctest.ActionNone {
			t.Errorf("the plan a minute after the %s is %s: %v", step.name, plan.Action, plan.Errors)
		}
	}
	if said := s.core.Destroy(); said.Failed() {
		t.Fatalf("the destroy fails: %v", said.Errors)
	}
}

// The dimension of the fault matrix for such a server: each write fails in each way while single reads lag, and lists by more. Where names
// are not unique, a list that lacks what a lost request has created cannot be told from one of which nothing was created, so those
// cases are left out, and so are cancellations, of which a second one deletes the record.
func TestFaultsOfALaggingServer(t *testing.T) {
	t.Parallel()
	all := 0
	for _, l := range lifecycles() {
		if l.name == "an uploaded version" {
			continue
		}
		for _, op := range operations {
			requests, want := cleanRun(t, l.lifecycle, op)
			for k, r := range requests {
				if r.method == http.MethodGet || !repeatsSafely(l.typeName, r) {
					continue
				}
				for _, f := range once {
					if all++; *everyFault || all%lagSample == 0 {
						name := fmt.Sprintf("%s/%s/%d %s %s/%s", l.name, op.name, k+1, r.method, strings.ReplaceAll(r.path, "/", " "), f.name)
						t.Run(name, func(t *testing.T) {
							t.Parallel()
							synctest.Test(t, func(t *testing.T) { runLaggingFault(t, l.lifecycle, op, r, f, want) })
						})
					}
				}
			}
		}
	}
}

// lagSample is as sample.
const lagSample = 11

func repeatsSafely(typeName string, r request) bool {
	unique := []string{"octomil_device_group", "octomil_model", "octomil_device_group_members", "octomil_org_member"}
	switch r.method {
	case http.MethodPost:
		return slices.Contains(unique, typeName)
	case http.MethodDelete:
		return !strings.Contains(r.path, "/rollouts/")
	}
	return true
}

func runLaggingFault(t *testing.T, l lifecycle, op operation, r request, f fault, want any) {
	t.Helper()
	s := newScenario(t, acctest.StartLagging(t, acctest.Lag{Single: 2 * time.Second, List: 5 * time.Second}), l)
	settle := func() { time.Sleep(time.Minute) }
	settle()
	op.before(s)
	settle()
	f.Method, f.Path, f.Nth = r.method, r.path, r.n
	s.sb.AddFault(f.Fault)
	s.expectAttributedErrors(op.run(s))
	s.sb.ClearFaults()
	settle()
	s.converge(op)
	settle()
	if diff := cmp.Diff(want, s.left(t, s.sb)); diff != "" {
		t.Errorf("what is left on the server (-clean +after the fault):\n%s", diff)
	}
}
