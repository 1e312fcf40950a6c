package deployment_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// What somebody else does while an apply runs is seen at once, and said. Everything runs in virtual time.

// between is a transport that calls before and after around requests, and takes some time for each.
type between struct {
	next          http.RoundTripper
	latency       func() time.Duration
	before, after func(*http.Request)
}

func (b between) RoundTrip(request *http.Request) (*http.Response, error) {
	if b.latency != nil {
		time.Sleep(b.latency())
	}
	if b.before != nil {
		b.before(request)
	}
	response, err := b.next.RoundTrip(request)
	if b.after != nil {
		b.after(request)
	}
	return response, err
}

// oncePer calls do for the first request of a method whose path ends so.
func oncePer(method, end string, do func()) func(*http.Request) {
	done := false
	return func(request *http.Request) {
		if !done && request.Method == method && strings.HasSuffix(request.URL.Path, end) {
			done = true
			do()
		}
	}
}

// meddled is a harness in virtual time whose requests pass b. The harness itself reaches the sandbox directly.
func meddled(t *testing.T, group string, b between, variants ...sandbox.Variant) *harness {
	t.Helper()
	sb := acctest.StartVirtual(t, func(o *sandbox.Options) { o.Variants = variants })
	h := harnessOf(t, group, sb)
	h.core = sb.Through(func(next http.RoundTripper) http.RoundTripper {
		b.next = next
		return b
	}).Core(t, "octomil_model_deployment")
	return h
}

// patient is config with the time limits that users have: half an hour.
func (h *harness) patient(w wanted) map[string]any {
	config := h.config(w)
	config["timeouts"] = nil
	return config
}

// deployTo deploys to a group as somebody else.
func (h *harness) deployTo(group, version string) {
	h.Helper()
	h.sb.Do(h, "POST", "/api/v1/deploy/execute", map[string]any{
		"model_id": phi, "model_name": phi, "version": version, "model_version": version, "group": group, "rollout_percentage": 100,
	})
}

// Somebody else deploys to the group, or to one that has all its devices and more, right after the apply has.
//
// CONTRACT.md 4.18, 4.19
func TestAGroupThatIsTakenOverEndsTheWait(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		group, version string
		says           []string
		within         time.Duration
	}{
		"another version, to the same group":     {"staging", "3.0.0", []string{"3.0.0", "24 of its devices"}, 5 * time.Second},
		"another version, to a larger group":     {"all phones", "3.0.0", []string{"3.0.0", "the device group all phones"}, 5 * time.Second},
		"the version from before, to the same":   {"staging", "1.0.0", []string{"1.0.0", "24 of its devices"}, time.Minute},
		"the version from before, to the larger": {"all phones", "1.0.0", []string{"1.0.0", "the device group all phones"}, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var h *harness
				h = meddled(t, "staging", between{after: oncePer("POST", "/deploy/execute", func() { h.deployTo(tc.group, tc.version) })})
				h.sb.Do(t, "POST", "/api/v1/device-groups", map[string]any{
					"org_id": "demo", "name": "all phones", "group_type": "hybrid",
					"rules": []any{map[string]any{"field": "platform", "operator": "in", "value": "ios,android"}},
				})
				plan := h.core.Plan(h.patient(wanted{version: "2.0.0"}))
				if plan.Failed() {
					t.Fatal(plan.Errors)
				}
				begun := time.Now()
				said := h.core.Apply(plan)
				h.fails(said, "version: Another deployment took the devices over")
				for _, words := range tc.says {
					h.fails(said, words)
				}
				if took := time.Since(begun); took > tc.within {
					t.Errorf("it took %s to see it; want at most %s", took, tc.within)
				}
			})
		})
	}
}

// Two runs roll back, or deploy, to the same version at the same time. Whichever rollout the server keeps, both succeed, and the fleet has
// the version.
//
// CONTRACT.md 3.68, 3.71, 3.76
func TestTwoRunsToTheSameVersion(t *testing.T) {
	t.Parallel()
	for seed := range uint64(16) {
		to := []string{"1.0.0", "3.0.0"}[seed%2]
		t.Run(fmt.Sprint(to, "/", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				random := rand.New(rand.NewPCG(seed, 12))
				h := meddled(t, "", between{})
				h.apply(wanted{version: "2.0.0"})
				var runs sync.WaitGroup
				for i := range 2 {
					core := h.sb.Through(func(next http.RoundTripper) http.RoundTripper {
						return between{next: next, latency: func() time.Duration {
							mu.Lock()
							defer mu.Unlock()
							return time.Duration(random.IntN(300)) * time.Millisecond
						}}
					}).Core(t, "octomil_model_deployment")
					if said := core.Import(phi); said.Failed() {
						t.Fatal(said.Errors)
					}
					plan := core.Plan(h.patient(wanted{version: to}))
					if plan.Failed() {
						t.Fatal(plan.Errors)
					}
					runs.Go(func() {
						time.Sleep(time.Duration(i) * time.Duration(seed) * 50 * time.Millisecond)
						if said := core.Apply(plan); said.Failed() {
							t.Errorf("run %d: %v", i, said.Errors)
						}
					})
				}
				runs.Wait()
				h.sb.Settle()
				h.sb.ExpectFleet(t, phi, all(to))
			})
		})
	}
}

// Somebody else starts a rollout between the last look of an apply and its request, which the server refuses with 409.
//
// CONTRACT.md 3.71, 3.76
func TestAConflictLooksAgain(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		started string
		percent int
		fails   string
	}{
		"the same version, at the same percentage":  {"2.0.0", 100, ""},
		"the same version, at a smaller percentage": {"2.0.0", 10, ""},
		"another version":                           {"3.0.0", 10, "somebody else has started rollout"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var h *harness
				h = meddled(t, "", between{before: oncePer("POST", "/rollouts", func() {
					h.sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
						"version": tc.started, "rollout_percentage": tc.percent, "target_percentage": 100, "increment_step": 10, "start_immediately": true,
					})
				})})
				plan := h.core.Plan(h.patient(wanted{version: "2.0.0"}))
				if plan.Failed() {
					t.Fatal(plan.Errors)
				}
				before := len(rollouts(t, h.sb))
				said := h.core.Apply(plan)
				switch {
				case tc.fails != "":
					h.fails(said, tc.fails)
					h.fails(said, "of "+tc.started)
				case said.Failed():
					t.Errorf("the apply failed: %v", said.Errors)
				default:
					h.sb.Settle()
					h.sb.ExpectFleet(t, phi, all("2.0.0"))
				}
				if now := len(rollouts(t, h.sb)); now != before+1 {
					t.Errorf("there are %d rollouts; want one more than %d", now, before)
				}
			})
		})
	}
}

// A rollout that somebody else prepares after the plan is not in the plan, so a deployment does not cancel it. A rollback does, since it is
// to end whatever is open, and says so.
func TestAccModelDeployment_rolloutPreparedAfterThePlan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ version, fails, warns string }{
		"a deployment": {version: "3.0.0", fails: "The plan is out of date: After this plan was made, rollout"},
		"a rollback":   {version: "0.9.0", warns: "The rollback cancels a rollout that the plan did not show (phi-4-mini on the fleet)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newHarness(t, "")
				r.apply(wanted{version: "1.0.0"})
				plan := r.core.Plan(r.with(wanted{version: c.version}, map[string]any{"supersede": true}))
				pendOther(t, r.sb)
				r.sb.ClearLedger()
				said := r.core.Apply(plan)
				if c.fails != "" {
					r.fails(said, c.fails)
					r.wrote()
					return
				}
				if said.Failed() || !strings.Contains(strings.Join(said.Warnings, "\n"), c.warns) {
					t.Errorf("the apply says %q and warns %q", said.Errors, said.Warnings)
				}
				r.sb.Settle()
				r.sb.ExpectFleet(t, phi, all(c.version))
			})
		})
	}
}
