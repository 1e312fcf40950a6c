package deployment_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// says matches words in the order given, whatever the line breaks of the command line.
func says(words ...string) *regexp.Regexp {
	for i, w := range words {
		words[i] = strings.Join(strings.Fields(regexp.QuoteMeta(w)), `[\s│]+`)
	}
	return regexp.MustCompile(`(?s)` + strings.Join(words, `.*`))
}

//nolint:tparallel // its one subtest holds the parallel ones, and ends before the fleet is counted
func TestAccModelDeployment_badInput(t *testing.T) {
	t.Parallel()
	sb := acctest.StartVirtual(t)
	sb.AddKey("reader", "models:read", "rollouts:read", "devices:read")
	cases := map[string]struct {
		key    string
		config map[string]any
		want   []string
	}{
		"a wrong key": {"nonsense", pin("2.0.0"), []string{"401", "request", "Check `api_key`"}},
		"a key without the scope": {
			"reader", pin("2.0.0"), []string{"Could not deploy 2.0.0 in place of 1.0.0", "403", "request", "Use an API key that has the scope"},
		},
		"an unknown model": {
			"", pin("2.0.0", "model", "phi-4-mni"),
			[]string{"model: The model does not exist", `no model "phi-4-mni"`, "phi-4-mini", "404", "request"},
		},
		"an unknown version": {"", pin("1.0.1"), []string{"version: The version does not exist", "Closest matches: `1.0.0`"}},
		"a group that does not exist": {
			"", pin("2.0.0", "group", "stagin"), []string{"group: The device group does not exist", "Closest matches: `staging`"},
		},
		"a percentage of 0":            {"", pin("2.0.0", "rollout", map[string]any{"percentage": 0}), []string{"percentage", "between 1"}},
		"a percentage of 101":          {"", pin("2.0.0", "rollout", map[string]any{"percentage": 101}), []string{"percentage", "between 1"}},
		"an unknown word for wait_for": {"", pin("2.0.0", "wait_for", "ever"), []string{"wait_for", "complete"}},
	}
	t.Run("cases", func(t *testing.T) { // returns when all of them have ended
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				h := onSandbox(t, sb)
				if c.key != "" {
					h.core.Configure(nil, map[string]any{"api_key": c.key})
				}
				h.core.ExpectRefused(t, c.config, c.want...)
			})
		}
	})
	sb.ExpectFleet(t, phi, all("1.0.0"))
	if n := len(rollouts(t, sb)); n != 2 {
		t.Errorf("there are %d rollouts; want the 2 from before", n)
	}
}

// What Terraform prints of an error has its attribute, with the line of the configuration.
func TestAccModelDeployment_errorAsPrinted(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{{
			Config: pinned(sb, "1.0.1"), ExpectError: says("The version does not exist", `version = "1.0.1"`, "Closest matches: `1.0.0`"),
		}},
	})
}

func TestAccModelDeployment_serverFaults(t *testing.T) {
	t.Parallel()
	html := sandbox.Fault{
		Method: "GET", Path: "models/*/rollouts", Times: -1, Status: 502, Headers: map[string]string{"Content-Type": "text/html"},
		Body: "<html><body><h1>502 Bad Gateway</h1></body></html>",
	}
	for name, c := range map[string]struct {
		fault sandbox.Fault
		want  []string
	}{
		"an HTML 502":        {html, []string{"Could not read the deployment", "502", "<h1>502 Bad Gateway</h1>", "a proxy in front of it, failed"}},
		"a cut-off body":     {sandbox.Fault{Method: "GET", Path: "models/*/rollouts", Times: -1, Cut: "body"}, []string{"Could not read the deployment", "cut off", "The state is unchanged"}},
		"another kind of ok": {sandbox.Fault{Method: "GET", Path: "models/*/rollouts", Times: -1, Status: 200, Body: `{"hello":"world"}`}, []string{"was not understood", `no "rollouts"`, "api_url"}},
		"a bare 404":         {sandbox.Fault{Method: "GET", Path: "models/*/rollouts", Times: -1, Status: 404, Body: `{"detail":"Not Found"}`}, []string{"does not support `GET"}},
		"a 403":              {sandbox.Fault{Method: "GET", Path: "models/*/rollouts", Times: -1, Status: 403, Body: `{"detail":"no"}`}, []string{"403", "scope"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := onSandbox(t, acctest.StartVirtual(t))
				h.core.Configure(nil, map[string]any{"max_retries": 0})
				h.creates(pin("1.0.0"))
				h.sb.AddFault(c.fault)
				h.core.ExpectRefused(t, pin("1.0.0"), c.want...)
				h.sb.ClearFaults()
				h.idle(pin("1.0.0"))
				h.wrote()
			})
		})
	}
}

func TestAccModelDeployment_lostAnswers(t *testing.T) {
	t.Parallel()
	create := sandbox.Fault{Method: "POST", Path: "models/*/rollouts", Execute: true}
	rollback := sandbox.Fault{Method: "POST", Path: "models/*/rollback", Execute: true}
	with := func(f sandbox.Fault, change func(*sandbox.Fault)) sandbox.Fault {
		change(&f)
		return f
	}
	for name, c := range map[string]struct {
		fault   sandbox.Fault
		version string
	}{
		"create, cut off before any answer": {with(create, func(f *sandbox.Fault) { f.Cut = "before" }), "2.0.0"},
		"create, cut off in the body":       {with(create, func(f *sandbox.Fault) { f.Cut = "body" }), "2.0.0"},
		"create, answered 502":              {with(create, func(f *sandbox.Fault) { f.Status = 502; f.Body = "<html>" }), "2.0.0"},
		"create, answered with nothing":     {with(create, func(f *sandbox.Fault) { f.Status = 200; f.Body = "" }), "2.0.0"},
		"roll back, cut off":                {with(rollback, func(f *sandbox.Fault) { f.Cut = "before" }), "0.9.0"},
		"roll back, answered 500":           {with(rollback, func(f *sandbox.Fault) { f.Status = 500; f.Body = "oops" }), "0.9.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := onSandbox(t, acctest.StartVirtual(t))
				h.sb.AddFault(c.fault)
				h.core.Converge(t, pin(c.version), acctest.ActionCreate)
				h.sb.ExpectFleet(t, phi, all(c.version))
				h.core.ExpectState(t, map[string]any{"status": "completed"})
				if n := len(rollouts(t, h.sb)); n != 3 {
					t.Errorf("there are %d rollouts; want the 2 from before and the new one", n)
				}
			})
		})
	}
}

func TestAccModelDeployment_timeout(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]string{"create": "", "update": "1.0.0"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sb := acctest.StartVirtual(t)
				core := sb.Core(t, "octomil_model_deployment")
				action := acctest.ActionReplace // what was not created whole is tainted
				if before != "" {
					core.Converge(t, map[string]any{"model": phi, "version": before}, acctest.ActionCreate)
					action = acctest.ActionUpdate
				}
				sb.Clock.Hold()
				said := core.Apply(core.Plan(map[string]any{
					"model": phi, "version": "2.0.0", "timeouts": map[string]any{"create": "2m", "update": "2m"},
				}))
				for _, words := range []string{"did not finish in time", "0 of 124 devices updated", "The next apply attaches to it"} {
					if len(said.Errors) != 1 || !strings.Contains(said.Errors[0], words) {
						t.Errorf("the apply says %q, not %q", said.Errors, words)
					}
				}
				id := newest(t, sb)
				sb.Clock.Release()
				core.Converge(t, map[string]any{"model": phi, "version": "2.0.0"}, action)
				core.ExpectState(t, map[string]any{"rollout_id": id, "status": "completed"})
				sb.ExpectFleet(t, phi, map[string]int{"2.0.0": 124})
				(&harness{T: t, sb: sb}).wrote("POST create rollout")
			})
		})
	}
}

func TestAccModelDeployment_rolledBackWhileWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := onSandbox(t, acctest.StartVirtual(t))
		h.sb.Do(t, "PUT", "/api/v1/settings/demo", map[string]any{"auto_rollback_enabled": true})
		h.sb.SetHealth(phi, "2.0.0", sandbox.Health{ErrorPercent: 12})
		h.creates(pin("1.0.0"))
		plan := h.core.Plan(pin("2.0.0"))
		if plan.Failed() {
			t.Fatal(plan.Errors)
		}
		said := h.core.Apply(plan)
		said.ExpectErrors(t, "version: The rollout was rolled back", "automatically by the organization's policy", "12", "is now 1.0.0",
			"Pin a known good version")
		// The next apply does not push it again, and says why.
		h.core.ExpectRefused(t, pin("2.0.0"), "version: The version was rolled back", "automatically by the organization's policy", "12", "is now 1.0.0", "on_rollback")
		// The state says what runs, so the good pin has nothing to write, once the devices are back.
		h.sb.Settle()
		h.updates(pin("1.0.0"), "adopt 1.0.0 1.0.0")
		// Pinned once more on purpose, it is deployed once more.
		h.sb.SetHealth(phi, "2.0.0", sandbox.Health{})
		h.core.Converge(t, pin("2.0.0"), acctest.ActionUpdate)
		h.sb.ExpectFleet(t, phi, all("2.0.0"))
	})
}

func TestAccModelDeployment_unmanagedRollout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := virtualHarness(t, "")
		h.creates(pin("1.0.0"))
		h.sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
			"version": "2.0.0", "rollout_percentage": 10, "target_percentage": 100, "increment_step": 10, "start_immediately": true,
		})
		h.core.ExpectRefused(t, pin("3.0.0"), "Another rollout is in progress", "2.0.0 is active at 10 percent")
		h.updates(pin("2.0.0", "rollout", map[string]any{"percentage": 40}), "advance 2.0.0 2.0.0", "POST update percentage")
		// Once this resource has attached to it, the rollout is its own.
		h.updates(pin("3.0.0"), "deploy 2.0.0 3.0.0", "DELETE cancel rollout", "POST create rollout")
		h.sb.ExpectFleet(t, phi, all("3.0.0"))
	})
}

// When a step is refused and what the group runs cannot be read either, the state tells what the step before has reached.
func TestAccModelDeployment_refusedStep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t)
		core := sb.Core(t, "octomil_model_deployment")
		plan := core.Plan(map[string]any{
			"model": phi, "version": "2.0.0", "group": "staging",
			"rollout": map[string]any{"stages": []any{map[string]any{"percentage": 50.0, "bake": "10m"}}},
		})
		go func() {
			time.Sleep(5 * time.Minute)
			sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: "deploy/execute", Status: 403, Times: -1})
			sb.AddFault(sandbox.Fault{Method: http.MethodGet, Path: "models/*/rollouts", Status: 403, Times: -1})
		}()
		said := core.Apply(plan)
		if len(said.Errors) != 1 || !strings.Contains(said.Errors[0], "403") {
			t.Errorf("the apply says %q", said.Errors)
		}
		core.ExpectState(t, map[string]any{"version": "2.0.0", "percentage": 50.0, "status": "active"})
	})
}
