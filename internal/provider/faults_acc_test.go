package provider_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// The fault matrix: each request of each operation fails in each way. Nothing may exist twice or be left behind on the server, an error
// must quote the server, and the next apply must converge. The requests are those of a clean run, so a new request of an operation is
// covered without a change here. Everything runs in virtual time, with the real retries, pauses and time limits.

// fault is one way in which a request fails.
type fault struct {
	name string
	sandbox.Fault
}

const (
	html     = "<html><head><title>502</title></head><body>Bad Gateway</body></html>"
	nonsense = `{"id":{},"name":7,"version":[],"status":{},"rollouts":"x","groups":5,"devices":{},"models":true,"versions":{},"target_count":"many"}`
)

// once are the faults of a single request, always those of a request and all later ones of its method and path.
var (
	once = []fault{
		{"429 with a hint", sandbox.Fault{Status: 429, Headers: map[string]string{"Retry-After": "7"}}},
		{"429 without a hint", sandbox.Fault{Status: 429}},
		{"500", sandbox.Fault{Status: 500}},
		{"500 after it was executed", sandbox.Fault{Status: 500, Execute: true}},
		{"502 with HTML", sandbox.Fault{Status: 502, Body: html, Headers: map[string]string{"Content-Type": "text/html"}}},
		{"503", sandbox.Fault{Status: 503, Headers: map[string]string{"Retry-After": "2"}}},
		{"a timeout before it was executed", sandbox.Fault{DelayMS: 45_000}},
		{"a timeout after it was executed", sandbox.Fault{DelayMS: 45_000, Execute: true}},
		{"a reset before it was executed", sandbox.Fault{Cut: sandbox.CutBefore}},
		{"a reset after it was executed", sandbox.Fault{Cut: sandbox.CutBefore, Execute: true}},
		{"cut-off JSON", sandbox.Fault{Cut: sandbox.CutBody, Execute: true}},
		{"wrong JSON types", sandbox.Fault{Status: 200, Body: nonsense, Execute: true}},
		{"an empty 200", sandbox.Fault{Status: 200, Body: "\n", Execute: true}},
		{"a redirect", sandbox.Fault{Status: 302, Body: "moved", Headers: map[string]string{"Location": "http://elsewhere.example/login"}}},
	}
	always = []fault{
		{"403 from then on", sandbox.Fault{Status: 403, Times: -1}},
		{"500 from then on", sandbox.Fault{Status: 500, Times: -1}},
		{"500 after it was executed, from then on", sandbox.Fault{Status: 500, Execute: true, Times: -1}},
		{"502 with HTML from then on", sandbox.Fault{Status: 502, Body: html, Times: -1}},
		{"resets from then on", sandbox.Fault{Cut: sandbox.CutBefore, Times: -1}},
		{"wrong JSON types from then on", sandbox.Fault{Status: 200, Body: nonsense, Execute: true, Times: -1}},
	}
)

// operation is one operation of Terraform on a resource. Before prepares it.
type operation struct {
	name   string
	before func(*scenario)
	run    func(*scenario) acctest.Diagnostics
	// wants is the configuration that must hold in the end, nil if nothing must be left.
	wants func(*scenario) map[string]any
}

var operations = []operation{
	{
		"create", func(*scenario) {},
		func(s *scenario) acctest.Diagnostics { return s.apply(s.create) },
		func(s *scenario) map[string]any { return s.create },
	},
	{
		"refresh", func(s *scenario) { s.must(s.apply(s.create)) },
		func(s *scenario) acctest.Diagnostics { return s.core.Plan(s.create).Diagnostics },
		func(s *scenario) map[string]any { return s.create },
	},
	{
		"update", func(s *scenario) { s.must(s.apply(s.create)) },
		func(s *scenario) acctest.Diagnostics { return s.apply(s.update) },
		func(s *scenario) map[string]any { return s.update },
	},
	{
		"delete", func(s *scenario) { s.must(s.apply(s.create)) },
		func(s *scenario) acctest.Diagnostics { return s.core.Destroy() },
		nil,
	},
	{
		"import", func(s *scenario) {
			s.must(s.apply(s.create))
			s.core = s.sb.Core(s, s.typeName)
		},
		func(s *scenario) acctest.Diagnostics { return s.core.Import(s.importID) },
		func(s *scenario) map[string]any { return s.create },
	},
}

// converge applies without faults what the operation wants, and returns what the server holds then.
func (s *scenario) converge(op operation) any {
	s.Helper()
	if op.name == "import" && s.core.State() == nil {
		s.must(s.core.Import(s.importID))
	}
	if op.wants == nil {
		s.must(s.core.Destroy())
	} else {
		s.must(s.apply(op.wants(s)))
		s.sb.Settle()
		if second := s.core.Plan(op.wants(s)); second.Failed() || second.Action != acctest.ActionNone {
			s.Errorf("the plan after it is %s: %v\nbefore %v\nafter  %v", second.Action, second.Errors, s.core.State(), second.Planned)
		}
	}
	s.sb.Settle()
	return s.left(s.T, s.sb)
}

// request is a request of a clean run: the n-th of its method and path.
type request struct {
	method, path string
	n            int
}

// cleanRun returns the requests of an operation without faults, and what the server holds in the end.
func cleanRun(t *testing.T, l lifecycle, op operation) (requests []request, left any) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newScenario(t, acctest.StartVirtual(t), l)
		op.before(s)
		s.sb.ClearLedger()
		s.must(op.run(s))
		counts := map[string]int{}
		for _, e := range s.sb.Ledger() {
			path := strings.TrimPrefix(e.Path, "api/v1/")
			if strings.HasPrefix(path, "uploads/") { // no two runs send a file to the same place
				path = "uploads/*"
			}
			counts[e.Method+path]++
			requests = append(requests, request{e.Method, path, counts[e.Method+path]})
		}
		left = s.converge(op)
	})
	return requests, left
}

func TestFaultsOfEveryRequest(t *testing.T) {
	t.Parallel()
	all, run := 0, 0
	for _, l := range lifecycles() {
		for _, op := range operations {
			requests, want := cleanRun(t, l.lifecycle, op)
			for k, r := range requests {
				for _, f := range r.faults() {
					if all++; *everyFault || all%sample == 0 {
						run++
						runFault(t, l, op, k, r, f, want)
					}
				}
			}
		}
	}
	t.Logf("%d of %d cases", run, all)
}

// everyFault runs the whole matrix, as `make faults` does. Otherwise one case in sample runs, a number that is coprime to the number of
// faults, so that each fault and each request occurs.
var everyFault = flag.Bool("faults.all", false, "run every case of the fault matrix")

const sample = 53

// faults returns the faults of a request.
func (r request) faults() []fault {
	if r.n > 1 { // always is covered by the first one
		return once
	}
	return slices.Concat(once, always)
}

func runFault(t *testing.T, l namedLifecycle, op operation, k int, r request, f fault, want any) {
	t.Helper()
	name := fmt.Sprintf("%s/%s/%d %s %s/%s", l.name, op.name, k+1, r.method, strings.ReplaceAll(r.path, "/", " "), f.name)
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			s := newScenario(t, acctest.StartVirtual(t), l.lifecycle)
			op.before(s)
			f.Method, f.Path, f.Nth = r.method, r.path, r.n
			s.sb.AddFault(f.Fault)
			s.expectAttributedErrors(op.run(s))
			s.sb.ClearFaults()
			if diff := cmp.Diff(want, s.converge(op)); diff != "" {
				t.Errorf("what is left on the server (-clean +after the fault):\n%s", diff)
			}
		})
	})
}

// expectAttributedErrors fails if an error has neither the request ID of the server, nor says that there was no complete response, nor
// that the server returned something else than it accepted.
func (s *scenario) expectAttributedErrors(said acctest.Diagnostics) {
	s.Helper()
	for _, text := range said.Errors {
		known := func(words string) bool { return strings.Contains(text, words) }
		if !slices.ContainsFunc([]string{"req_", "no complete response", "The server accepted the request"}, known) {
			s.Errorf("the error names neither the request nor the missing answer: %s", text)
		}
	}
}

// Every resource has a lifecycle in the matrix.
func TestFaultsCoverEveryResource(t *testing.T) {
	t.Parallel()
	var covered []string
	for _, l := range lifecycles() {
		covered = append(covered, l.typeName)
	}
	slices.Sort(covered)
	if diff := cmp.Diff(resources(t), slices.Compact(covered)); diff != "" {
		t.Errorf("resources of the provider (-) and in the matrix (+):\n%s", diff)
	}
}
