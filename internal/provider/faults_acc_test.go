package provider_test

import (
	"flag"
	"fmt"
	"net/url"
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
	// otherObject answers with another object of the kind, in place of a Fault.
	otherObject bool
}

const (
	html     = "<html><head><title>502</title></head><body>Bad Gateway</body></html>"
	nonsense = `{"id":{},"name":7,"version":[],"status":{},"rollouts":"x","groups":5,"devices":{},"models":true,"versions":{},"target_count":"many"}`
)

// once are the faults of a single request, always those of a request and all later ones of its method and path.
var (
	once = []fault{
		{name: "429 with a hint", Fault: sandbox.Fault{Status: 429, Headers: map[string]string{"Retry-After": "7"}}},
		{name: "429 without a hint", Fault: sandbox.Fault{Status: 429}},
		{name: "500", Fault: sandbox.Fault{Status: 500}},
		{name: "500 after it was executed", Fault: sandbox.Fault{Status: 500, Execute: true}},
		{name: "502 with HTML", Fault: sandbox.Fault{Status: 502, Body: html, Headers: map[string]string{"Content-Type": "text/html"}}},
		{name: "503", Fault: sandbox.Fault{Status: 503, Headers: map[string]string{"Retry-After": "2"}}},
		{name: "a timeout before it was executed", Fault: sandbox.Fault{DelayMS: 45_000}},
		{name: "a timeout after it was executed", Fault: sandbox.Fault{DelayMS: 45_000, Execute: true}},
		{name: "a reset before it was executed", Fault: sandbox.Fault{Cut: sandbox.CutBefore}},
		{name: "a reset after it was executed", Fault: sandbox.Fault{Cut: sandbox.CutBefore, Execute: true}},
		{name: "cut-off JSON", Fault: sandbox.Fault{Cut: sandbox.CutBody, Execute: true}},
		{name: "wrong JSON types", Fault: sandbox.Fault{Status: 200, Body: nonsense, Execute: true}},
		{name: "an empty 200", Fault: sandbox.Fault{Status: 200, Body: "\n", Execute: true}},
		{name: "a redirect", Fault: sandbox.Fault{Status: 302, Body: "moved", Headers: map[string]string{"Location": "http://elsewhere.example/login"}}},
		{name: "another object answers", otherObject: true},
	}
	always = []fault{
		{name: "403 from then on", Fault: sandbox.Fault{Status: 403, Times: -1}},
		{name: "500 from then on", Fault: sandbox.Fault{Status: 500, Times: -1}},
		{name: "500 after it was executed, from then on", Fault: sandbox.Fault{Status: 500, Execute: true, Times: -1}},
		{name: "502 with HTML from then on", Fault: sandbox.Fault{Status: 502, Body: html, Times: -1}},
		{name: "resets from then on", Fault: sandbox.Fault{Cut: sandbox.CutBefore, Times: -1}},
		{name: "wrong JSON types from then on", Fault: sandbox.Fault{Status: 200, Body: nonsense, Execute: true, Times: -1}},
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
		s.core.Begin() // the next run of Terraform
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

// pattern returns the path as a fault names it.
func (r request) pattern() string {
	path, err := url.PathUnescape(r.path)
	if err != nil {
		return r.path
	}
	return path
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
			var mixUp func(acctest.Exchange) []byte
			sb := acctest.StartVirtual(t).Intercept(func(x acctest.Exchange) []byte {
				if mixUp == nil {
					return x.Answer
				}
				return mixUp(x)
			})
			s := newScenario(t, sb, l.lifecycle)
			op.before(s)
			if f.otherObject {
				mixUp = r.answerAnother()
			} else {
				f.Method, f.Path, f.Nth = r.method, r.pattern(), r.n
				s.sb.AddFault(f.Fault)
			}
			before := s.core.State()
			said := op.run(s)
			s.expectAttributedErrors(said)
			if f.otherObject {
				s.expectNothingOfAnother(op, before, said)
			}
			mixUp = nil
			s.sb.ClearFaults()
			if diff := cmp.Diff(want, s.converge(op)); diff != "" {
				t.Errorf("what is left on the server (-clean +after the fault):\n%s", diff)
			}
		})
	})
}

// answerAnother answers a request with another object.
func (r request) answerAnother() func(acctest.Exchange) []byte {
	seen := &acctest.Requests{}
	return func(x acctest.Exchange) []byte {
		if x.Method != r.method || x.Path != r.path || x.Status > 299 || !seen.Next(r.n) {
			return x.Answer
		}
		if other := acctest.AnotherObject(x.Answer); other != nil {
			return other
		}
		return x.Answer
	}
}

// expectNothingOfAnother fails if the state or a request has something of the object that answered in place of ours, if an error does not
// name both, or if a failed read has changed the state.
func (s *scenario) expectNothingOfAnother(op operation, before map[string]any, said acctest.Diagnostics) {
	s.Helper()
	if text := fmt.Sprint(s.core.State()); strings.Contains(text, acctest.OtherSuffix) {
		s.Errorf("the state is about the other object: %s", text)
	}
	for _, e := range s.sb.Ledger() {
		if strings.Contains(e.Path, acctest.OtherSuffix) {
			s.Errorf("%s %s is about the other object", e.Method, e.Path)
		}
	}
	for _, text := range said.Errors {
		if strings.Contains(text, acctest.OtherSuffix) && !strings.Contains(text, "asked for") {
			s.Errorf("the error does not name both: %s", text)
		}
	}
	if diff := cmp.Diff(before, s.core.State()); said.Failed() && op.name == "refresh" && diff != "" {
		s.Errorf("the failed refresh has changed the state (-before +after):\n%s", diff)
	}
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
