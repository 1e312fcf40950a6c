package review_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/review"
)

// Each plan was made by the real command line (TestAccDrift_plans).
func TestDrift(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code int
		says []string
	}{
		"clean.json":               {0, []string{"No drift"}},
		"outputs.json":             {0, []string{"No drift"}},
		"deployed.json":            {2, []string{"Drift", "octomil_model_deployment.phi: `2.0.0` runs, and the plan goes to `1.0.0`"}},
		"ignored.json":             {0, []string{"No drift"}},
		"blocked.json":             {3, []string{"`1.0.0` was rolled back on `", "manually, and `0.9.0` runs now: `wrong answers in German`"}},
		"blocked.jsonl":            {3, []string{"The version was rolled back", "manually", "wrong answers in German"}},
		"blocked_saved.json":       {3, []string{"`1.0.0` was rolled back on `", "wrong answers in German"}},
		"refresh_only.json":        {3, []string{"`1.0.0` was rolled back on `", "wrong answers in German"}},
		"redeploy.json":            {3, []string{"`1.0.0` was rolled back on `", "The plan deploys it again"}},
		"accepted_now.json":        {3, []string{"`1.0.0` was rolled back on `", "The rollback is accepted"}},
		"accepted.json":            {0, []string{"No drift"}},
		"joined.json":              {4, []string{"joined the group `staging` and would get `2.0.0`"}},
		"joined_refresh_only.json": {4, []string{"96 percent of the devices of the group `staging` have `2.0.0`"}},
		"review.json":              {2, []string{"octomil_api_key.ci: would be replaced"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := driftOf(t, load(t, name), c.code)
			for _, text := range c.says {
				if !strings.Contains(out, text) {
					t.Errorf("does not say %q:\n%s", text, out)
				}
			}
		})
	}
}

// driftOf looks for drift in a plan.
func driftOf(t testing.TB, plan string, code int, args ...string) string {
	t.Helper()
	var out, errOut strings.Builder
	got, err := review.Drift(args, strings.NewReader(plan), &out, &errOut)
	if err != nil || got != code {
		t.Fatalf("drift %v ended with %d and %v, not %d:\n%s%s", args, got, err, code, out.String(), errOut.String())
	}
	return out.String()
}

// A change of the plan changes the outcome as it should.
func TestDriftOfChangedPlans(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plan   string
		change func(plan map[string]any)
		code   int
	}{
		"a device joined, and the percentage was raised": {"joined.json", func(plan map[string]any) {
			of(plan, "resource_changes", 0, "change", "after")["rollout"] = map[string]any{"percentage": 50}
		}, 2},
		"a device joined, and another version is pinned": {"joined.json", func(plan map[string]any) {
			of(plan, "resource_changes", 0, "change", "after")["version"] = "3.0.0"
		}, 2},
		"a device joined, and another resource changes": {"joined.json", func(plan map[string]any) {
			changes := plan["resource_changes"].([]any)
			plan["resource_changes"] = append(changes, map[string]any{
				"address": "terraform_data.x", "mode": "managed", "type": "terraform_data", "change": map[string]any{"actions": []any{"update"}},
			})
		}, 2},
		"a plan that failed otherwise": {"clean.json", func(plan map[string]any) { plan["errored"] = true }, 1},
		"a plan that failed, while a rollback of before was accepted": {"accepted.json", func(plan map[string]any) {
			plan["errored"] = true
		}, 1},
		"a plan that failed, and the configuration pins another version than was rolled back": {"blocked_saved.json", func(plan map[string]any) {
			of(plan, "configuration", "root_module", "resources", 0, "expressions", "version")["constant_value"] = "0.9.0"
		}, 1},
		"a plan that failed, and the pin is a variable": {"blocked_saved.json", func(plan map[string]any) {
			of(plan, "configuration", "root_module", "resources", 0, "expressions")["version"] = map[string]any{"references": []any{"var.v"}}
			plan["variables"] = map[string]any{"v": map[string]any{"value": "1.0.0"}}
		}, 3},
		"a plan that failed, and the pin is an expression": {"blocked_saved.json", func(plan map[string]any) {
			of(plan, "configuration", "root_module", "resources", 0, "expressions")["version"] = map[string]any{"references": []any{"local.v"}}
		}, 1},
		"an object was deleted, and the plan is refresh-only": {"refresh_only.json", func(plan map[string]any) {
			change := of(plan, "resource_drift", 0, "change")
			change["actions"], change["after"] = []any{"delete"}, nil
		}, 2},
		"another version, and the plan is refresh-only": {"refresh_only.json", func(plan map[string]any) {
			of(plan, "resource_drift", 0, "change", "after")["rolled_back"] = nil
		}, 2},
		"the status alone, and the plan is refresh-only": {"refresh_only.json", func(plan map[string]any) {
			after := of(plan, "resource_drift", 0, "change", "after")
			after["version"], after["rolled_back"], after["status"] = "1.0.0", nil, "active"
		}, 0},
		"a configured attribute, and the plan is refresh-only": {"refresh_only.json", func(plan map[string]any) {
			after := of(plan, "resource_drift", 0, "change", "after")
			after["version"], after["rolled_back"], after["model"] = "1.0.0", nil, "other"
		}, 2},
		"a rollback, and the plan changes a setting": {"accepted_now.json", func(plan map[string]any) {
			change := of(plan, "resource_changes", 0, "change")
			change["actions"] = []any{"update"}
			of(change, "after")["reason"] = "x"
		}, 3},
		"a deferred change": {"clean.json", func(plan map[string]any) {
			plan["deferred_changes"] = []any{map[string]any{"reason": "x", "resource_change": of(plan, "resource_changes", 0)}}
		}, 2},
		"an older version in a group, and the plan failed": {"joined_refresh_only.json", func(plan map[string]any) {
			of(plan, "resource_drift", 0, "change", "after")["version"] = "1.0.0"
			plan["errored"] = true
		}, 3},
		"a newer version in a group, and the plan is refresh-only": {"joined_refresh_only.json", func(plan map[string]any) {
			of(plan, "resource_drift", 0, "change", "after")["version"] = "3.0.0"
		}, 2},
		"a newer format": {"blocked.json", func(plan map[string]any) {
			plan["format_version"], plan["of_tomorrow"] = "2.7", 1
			of(plan, "prior_state")["format_version"] = "9.0"
		}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := driftOf(t, edited(t, c.plan, c.change), c.code)
			if unsure := strings.Contains(out, "Whether the configuration pins this version is not in the plan"); unsure != strings.Contains(name, "expression") {
				t.Errorf("got %s", out)
			}
		})
	}
}

// The errors of the lines of a plan decide.
func TestDriftOfLines(t *testing.T) {
	t.Parallel()
	const (
		first   = `{"@level":"info","@message":"Terraform 1.11.4","type":"version"}` + "\n"
		summary = `{"@level":"info","type":"change_summary","changes":{}}` + "\n"
		update  = `{"@level":"info","type":"planned_change","change":{"resource":{"addr":"octomil_model.x"},"action":"update"}}` + "\n"
		noop    = `{"@level":"info","type":"planned_change","change":{"resource":{"addr":"octomil_model.x"},"action":"noop"}}` + "\n"
	)
	problem := func(summary string) string {
		return `{"@level":"error","type":"diagnostic","diagnostic":{"severity":"error","summary":"` + summary + `","detail":"d"}}` + "\n"
	}
	for name, c := range map[string]struct {
		lines string
		code  int
	}{
		"nothing":           {first + noop + summary, 0},
		"outputs alone":     {first + `{"@level":"info","type":"outputs","outputs":{}}` + "\n" + summary, 0},
		"a change":          {first + update + summary, 2},
		"an error":          {first + update + problem("Unauthorized"), 1},
		"a rollback":        {first + problem("The version was rolled back"), 3},
		"which names more":  {first + problem("The version was rolled back: phi-4-mini on the fleet"), 3},
		"a canceled one":    {first + problem("The rollout was canceled"), 3},
		"both":              {first + problem("Unauthorized") + problem("The version was rolled back"), 3},
		"among other lines": {first + "Running plan in the remote backend.\n" + update + summary, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			driftOf(t, c.lines, c.code)
		})
	}
	if _, err := review.Drift(nil, strings.NewReader(first+update), &strings.Builder{}, &strings.Builder{}); err == nil {
		t.Error("lines without an end were accepted")
	}
}

// edited is a plan with a change.
func edited(t testing.TB, name string, change func(plan map[string]any)) string {
	t.Helper()
	var plan map[string]any
	if err := json.Unmarshal([]byte(load(t, name)), &plan); err != nil {
		t.Fatal(err)
	}
	change(plan)
	return encoded(t, plan)
}

func encoded(t testing.TB, plan any) string {
	t.Helper()
	data, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// of is the object at a path of names and indexes.
func of(v any, path ...any) map[string]any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			v = v.(map[string]any)[step]
		case int:
			v = v.([]any)[step]
		}
	}
	return v.(map[string]any)
}
