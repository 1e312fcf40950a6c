package deployment_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// shrinking lets a failure inside a generated case end that case, so that a smaller one is looked for.
type shrinking struct {
	testing.TB
	rt *rapid.T
}

func (s shrinking) Helper()                           {}
func (s shrinking) Error(args ...any)                 { s.rt.Error(args...) }
func (s shrinking) Errorf(format string, args ...any) { s.rt.Errorf(format, args...) }
func (s shrinking) Fatal(args ...any)                 { s.rt.Fatal(args...) }
func (s shrinking) Fatalf(format string, args ...any) { s.rt.Fatalf(format, args...) }

// Whatever has happened to the fleet, by whatever means: the plan's known values are the applied ones (which Core checks), an apply that
// ends well has brought the pin to the devices, and the plan after it is empty. An apply that does not end well says one of a few
// things, and writes nothing where it refuses.
func TestAccModelDeployment_anyHistory(t *testing.T) {
	t.Parallel()
	for name, server := range map[string]struct {
		group    string
		variants []sandbox.Variant
	}{
		"fleet": {}, "group staging": {group: "staging"},
		"fleet, variants": {variants: sandbox.Variants()}, "group staging, variants": {"staging", sandbox.Variants()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			turns := 6
			if len(server.variants) > 0 {
				turns = 3
			}
			synctest.Test(t, func(t *testing.T) {
				rapid.Check(struct{ testing.TB }{t}, func(rt *rapid.T) { // a bubble has no deadline
					h := virtualHarness(t, server.group, server.variants...)
					c := h.sb.Core(shrinking{t, rt}, "octomil_model_deployment")
					for range rapid.IntRange(1, turns).Draw(rt, "turns") {
						for range rapid.IntRange(0, 3).Draw(rt, "outside") {
							outside(rt, h)
						}
						planAndApply(rt, h, c)
					}
				})
			})
		})
	}
}

var versions = []string{"0.8.0", "0.9.0", "1.0.0", "2.0.0", "3.0.0"}

// outside is one change outside of Terraform, if the server accepts it.
func outside(rt *rapid.T, h *harness) {
	version := rapid.SampledFrom(versions).Draw(rt, "version")
	percentage := rapid.SampledFrom([]int{10, 40, 100}).Draw(rt, "percentage")
	last := "/api/v1/models/phi-4-mini/rollouts/" + lastRollout(h)
	switch rapid.SampledFrom([]string{"deploy", "rollback", "pause", "resume", "advance", "delete", "settle", "group"}).Draw(rt, "what") {
	case "deploy":
		h.sb.Try(h, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
			"version": version, "rollout_percentage": percentage, "target_percentage": 100, "increment_step": 10,
			"start_immediately": rapid.Bool().Draw(rt, "started"),
		})
	case "rollback":
		h.sb.Try(h, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": version})
	case "pause", "resume":
		h.sb.Try(h, "POST", last+"/"+rapid.SampledFrom([]string{"pause", "resume"}).Draw(rt, "verb"), map[string]any{})
	case "advance":
		h.sb.Try(h, "POST", last+"/update-percentage", map[string]any{"percentage": percentage})
	case "delete":
		h.sb.Try(h, "DELETE", last+"?force=true", nil)
	case "settle":
		h.sb.Settle()
	case "group":
		h.sb.Try(h, "POST", "/api/v1/deploy/execute", map[string]any{
			"model_id": modelID(h.T, h.sb), "model_name": phi, "version": version, "model_version": version, "group": "staging", "rollout_percentage": percentage,
		})
	}
}

func lastRollout(h *harness) string {
	if len(rollouts(h.T, h.sb)) == 0 {
		return "none"
	}
	return newest(h.T, h.sb)
}

// planAndApply plans and applies one configuration.
func planAndApply(rt *rapid.T, h *harness, c *acctest.Core) {
	w := wanted{version: rapid.SampledFrom(versions).Draw(rt, "pin"), percentage: rapid.SampledFrom([]int{0, 20, 60}).Draw(rt, "percentage")}
	config := h.config(w)
	config["on_rollback"] = rapid.SampledFrom([]any{nil, "block", "redeploy"}).Draw(rt, "on_rollback")
	config["supersede"] = rapid.SampledFrom([]any{nil, true}).Draw(rt, "supersede")
	if h.group == "" {
		config["paused"] = rapid.SampledFrom([]any{nil, false}).Draw(rt, "paused")
	}
	h.sb.Settle()
	h.sb.ClearLedger()
	plan := c.Plan(config)
	if plan.Failed() {
		refusal(rt, plan.Diagnostics, "The rollout percentage cannot decrease", "The version was rolled back", "The rollout was canceled", "Another rollout is in progress")
		if writes := h.sb.Writes(); len(writes) > 0 {
			rt.Errorf("a plan wrote %v", writes)
		}
		return
	}
	if said := c.Apply(plan); said.Failed() {
		refusal(rt, said, "The rollout is paused")
		return
	}
	if others := h.openBesideOwn(); len(others) > 0 {
		rt.Errorf("after %v: %v", config, others)
	}
	h.sb.Settle()
	if second := c.Plan(config); second.Failed() || second.Action != acctest.ActionNone {
		rt.Errorf("the second plan of %v is %s: %v\nbefore %v\nafter  %v", config, second.Action, second.Errors, c.State(), second.Planned)
	}
	fleet := h.sb.Fleet(phi)
	if h.group != "" {
		fleet = h.sb.GroupFleet(phi, h.group)
	}
	if c.State()["status"] == "completed" && h.group != "" && fleet.Versions[w.version] != fleet.Total {
		rt.Errorf("%s is completed, and the group runs %v", w.version, fleet.Versions)
	}
	// A rollout that was paused before a device had the version is adopted as it is where `paused` is not managed.
	if fleet.Versions[w.version] == 0 && c.State()["status"] != "paused" {
		rt.Errorf("no device runs %s: %v", w.version, fleet.Versions)
	}
}

// refusal fails unless the errors are among the known ones.
func refusal(rt *rapid.T, said acctest.Diagnostics, known ...string) {
	for _, text := range said.Errors {
		if !slices.ContainsFunc(known, func(words string) bool { return strings.Contains(text, words) }) {
			rt.Errorf("unexpected error: %s", text)
		}
	}
}
