package deployment_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// guardedReads are the reads that a deployment, or a guard of it, needs.
var guardedReads = map[string][]sandbox.Fault{
	"the count": {
		{Method: http.MethodPost, Path: "deploy/prepare"}, {Method: http.MethodGet, Path: "devices"}, {Method: http.MethodGet, Path: "devices/**"},
	},
	"the policy":           {{Method: http.MethodGet, Path: "settings/demo"}},
	"the affected devices": {{Method: http.MethodGet, Path: "models/*/rollouts/*/affected-devices"}},
	"the rollouts":         {{Method: http.MethodGet, Path: "models/*/rollouts"}},
	"the versions":         {{Method: http.MethodGet, Path: "models/*/versions"}},
	"the group's members":  {{Method: http.MethodGet, Path: "device-groups/**"}},
}

// failures are the ways in which a read fails.
var failures = map[string]sandbox.Fault{
	"403": {Status: 403}, "404": {Status: 404}, "500": {Status: 500}, "an unreadable body": {Status: 200, Body: `"?"`},
	"null": {Status: 200, Body: `null`}, "no such route": {Status: 404, Body: `{"detail":"Not Found"}`}, "a timeout": {DelayMS: 3_600_000},
}

// failing lets a read fail in one way until the test ends.
func (r *harness) failing(read string, how sandbox.Fault) {
	for _, f := range guardedReads[read] {
		how.Method, how.Path, how.Times = f.Method, f.Path, -1
		r.sb.AddFault(how)
	}
}

// guardedOperation gives devices another version.
type guardedOperation struct {
	group   string
	prepare func(r *harness)
	w       wanted
	more    map[string]any
	// destroys is true of an operation of a destroy.
	destroys bool
}

var guardedOperations = map[string]guardedOperation{
	"a deploy":   {prepare: func(r *harness) { r.apply(wanted{version: "1.0.0"}) }, w: wanted{version: "2.0.0"}},
	"a rollback": {prepare: func(r *harness) { r.apply(wanted{version: "2.0.0"}) }, w: wanted{version: "1.0.0"}},
	"an advance": {prepare: func(r *harness) { r.apply(wanted{version: "2.0.0", percentage: 10}) }, w: wanted{version: "2.0.0"}},
	"a resume": {prepare: func(r *harness) {
		r.apply(wanted{version: "1.0.0"})
		r.rollOut("2.0.0", 10)
		r.verb("pause")
	}, w: wanted{version: "2.0.0"}, more: map[string]any{"paused": false}},
	"a redeploy": {prepare: func(r *harness) {
		r.apply(wanted{version: "2.0.0"})
		r.sb.Do(r, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": "1.0.0"})
	}, w: wanted{version: "2.0.0"}, more: map[string]any{"on_rollback": "redeploy"}},
	"a deploy to a group":   {group: "staging", prepare: func(*harness) {}, w: wanted{version: "2.0.0"}},
	"a rollback of a group": {group: "staging", prepare: func(r *harness) { r.apply(wanted{version: "2.0.0"}) }, w: wanted{version: "1.0.0"}},
	"an advance of a group": {
		group: "staging", prepare: func(r *harness) { r.apply(wanted{version: "2.0.0", percentage: 25}) }, w: wanted{version: "2.0.0"},
	},
	"a destroy that rolls back": {prepare: func(r *harness) {
		r.succeeds(r.core.Plan(r.with(wanted{version: "2.0.0"}, map[string]any{"on_destroy": "rollback"})))
		r.succeeds(r.core.Plan(r.with(wanted{version: "2.0.0"}, map[string]any{"on_destroy": "rollback", "max_affected_devices": 3})))
	}, destroys: true},
	"a destroy that cancels": {prepare: func(r *harness) {
		r.succeeds(r.core.Plan(r.with(wanted{version: "2.0.0", percentage: 40}, map[string]any{"on_destroy": "cancel"})))
		r.succeeds(r.core.Plan(r.with(wanted{version: "2.0.0", percentage: 40}, map[string]any{"on_destroy": "cancel", "max_affected_devices": 3})))
	}, destroys: true},
}

func (o guardedOperation) config(r *harness, more map[string]any) map[string]any {
	config := r.with(o.w, o.more)
	maps.Copy(config, more)
	return config
}

// Whichever read fails, in whichever way: max_affected_devices is never taken for "no limit", neither in a plan nor in an apply.
func TestAccModelDeployment_unreadCount(t *testing.T) {
	t.Parallel()
	for name, operation := range guardedOperations {
		for read := range guardedReads {
			if read == "the group's members" && operation.group == "" {
				continue
			}
			for failure, how := range failures {
				t.Run(name+"/"+read+"/"+failure, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						r := virtualHarness(t, operation.group)
						operation.prepare(r)
						r.sb.Settle()
						r.sb.ClearLedger()
						r.failing(read, how)
						var diags acctest.Diagnostics
						if operation.destroys {
							diags = r.core.Destroy()
						} else if plan := r.core.Plan(operation.config(r, map[string]any{"max_affected_devices": 3})); plan.Failed() {
							diags = plan.Diagnostics
						} else {
							diags = r.core.Apply(plan)
						}
						// If the model does not exist, nothing is left to destroy.
						gone := operation.destroys && read == "the rollouts" && failure == "404"
						if diags.Failed() == gone || len(r.sb.Writes()) > 0 {
							t.Errorf("errors %v, writes %v", diags.Errors, r.sb.Writes())
						}
					})
				})
			}
		}
	}
}

// A count that fails only in the apply is no "no limit" either.
func TestAccModelDeployment_unreadCountInApply(t *testing.T) {
	t.Parallel()
	for name, operation := range guardedOperations {
		for failure, how := range failures {
			if operation.destroys {
				continue // a destroy of Core plans and applies at once
			}
			t.Run(name+"/"+failure, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					r := virtualHarness(t, operation.group)
					operation.prepare(r)
					r.sb.Settle()
					plan := r.core.Plan(operation.config(r, map[string]any{"max_affected_devices": 124}))
					if plan.Failed() {
						t.Fatal(plan.Errors)
					}
					r.sb.ClearLedger()
					r.failing("the count", how)
					diags := r.core.Apply(plan)
					if !diags.Failed() || len(r.sb.Writes()) > 0 {
						t.Errorf("errors %v, writes %v", diags.Errors, r.sb.Writes())
					}
					if !strings.Contains(fmt.Sprint(diags.Errors), "max_affected_devices: The affected devices cannot be counted") && operation.group == "" {
						t.Errorf("the errors are %v", diags.Errors)
					}
				})
			})
		}
	}
}

// steps are the percentages of the newest rollout in their order.
func (r *harness) steps() (percentages []float64) {
	r.Helper()
	id := newest(r.T, r.sb)
	for _, entry := range r.sb.Do(r, "GET", "/api/v1/models/phi-4-mini/rollouts/"+id+"/status-history", nil)["items"].([]any) {
		percentages = append(percentages, entry.(map[string]any)["percentage"].(float64))
	}
	return percentages
}

// The step limit of the policy is respected, or the operation fails; where the policy cannot be read, nothing is rolled out. A server
// without settings has no policy that could be known, which the plan says.
func TestAccModelDeployment_unreadPolicy(t *testing.T) {
	t.Parallel()
	all := maps.Clone(failures)
	all["none"] = sandbox.Fault{}
	all["a number as a text"] = sandbox.Fault{Status: 200, Body: `{"max_rollout_step_percent":"10"}`}
	for name, value := range map[string]string{
		"a word": `"ten"`, "a list": `[10]`, "a negative number": `-1`, "zero": `0`,
	} {
		all["a limit that is "+name] = sandbox.Fault{Status: 200, Body: `{"max_rollout_step_percent":` + value + `}`}
	}
	all["a duration that is none"] = sandbox.Fault{Status: 200, Body: `{"min_rollout_duration":"1 hour"}`}
	all["a flag that is none"] = sandbox.Fault{Status: 200, Body: `{"require_approval":"yes"}`}
	for name, operation := range guardedOperations {
		for failure, how := range all {
			if operation.group != "" || operation.destroys || name == "a rollback" {
				continue // the policy does not limit them
			}
			for _, when := range []string{"plan", "apply"} {
				t.Run(name+"/"+failure+"/"+when, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						r := virtualHarness(t, "")
						operation.prepare(r)
						r.sb.Settle()
						r.sb.Do(t, "PUT", "/api/v1/settings/demo", map[string]any{"max_rollout_step_percent": 10})
						config := operation.config(r, map[string]any{"timeouts": map[string]any{"create": "3h", "update": "3h"}})
						if failure != "none" && when == "plan" {
							r.failing("the policy", how)
						}
						plan := r.core.Plan(config)
						if failure != "none" && when == "apply" {
							r.failing("the policy", how)
						}
						r.sb.ClearLedger()
						diags := plan.Diagnostics
						if !plan.Failed() {
							diags = r.core.Apply(plan)
						}
						switch text := fmt.Sprint(diags.Errors); failure {
						case "none", "a number as a text":
							if steps := r.steps(); diags.Failed() || largestStep(steps) > 10 {
								t.Errorf("errors %v, steps %v", diags.Errors, steps)
							}
						case "no such route":
							if !strings.Contains(fmt.Sprint(plan.Warnings, diags.Warnings), "The organization's policy is not known") {
								t.Errorf("the plan warns %v, the apply %v", plan.Warnings, diags.Warnings)
							}
						case "a limit that is zero":
							if !strings.Contains(text, "The step is too large for the organization's policy") || len(r.sb.Writes()) > 0 {
								t.Errorf("errors %v, writes %v", diags.Errors, r.sb.Writes())
							}
						default:
							if !strings.Contains(text, "The limits of the organization's policy") || len(r.sb.Writes()) > 0 {
								t.Errorf("errors %v, writes %v", diags.Errors, r.sb.Writes())
							}
						}
					})
				})
			}
		}
	}
}

func largestStep(percentages []float64) (largest float64) {
	before := 0.0
	for _, p := range percentages {
		largest = max(largest, p-before)
		before = p
	}
	return largest
}

// The error of a key without a scope names the scope and the guard that needs it.
//
// CONTRACT.md 7.17
func TestAccModelDeployment_missingScope(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			for missing, says := range map[string][]string{
				"devices:read":   {"max_affected_devices: The affected devices cannot be counted", "`devices:read`"},
				"settings:read":  {"The limits of the organization's policy", "`max_rollout_step_percent`", "`settings:read`"},
				"models:read":    {"`models:read`"},
				"rollouts:read":  {"`rollouts:read`"},
				"rollouts:write": {"Could not deploy 2.0.0", "`rollouts:write`"},
			} {
				r := newHarness(t, "", dialect)
				r.sb.Do(t, "PUT", "/api/v1/settings/demo", map[string]any{"max_rollout_step_percent": 10})
				scopes := []string{"models:read", "models:write", "rollouts:read", "rollouts:write", "devices:read", "settings:read"}
				created := r.sb.Do(t, "POST", "/api/v1/api-keys", map[string]any{"name": "ci", "scopes": without(scopes, missing)})
				r.core.Configure(nil, map[string]any{"api_key": created["api_key"]})
				r.sb.ClearLedger()
				var diags acctest.Diagnostics
				if plan := r.core.Plan(r.with(wanted{version: "2.0.0"}, map[string]any{"max_affected_devices": 124})); plan.Failed() {
					diags = plan.Diagnostics
				} else {
					diags = r.core.Apply(plan)
				}
				for _, words := range says {
					r.fails(diags, words)
				}
				r.sb.Settle()
				r.sb.ExpectFleet(t, phi, all("1.0.0"))
			}
		})
	})
}

func without(scopes []string, missing string) (rest []string) {
	for _, scope := range scopes {
		if scope != missing {
			rest = append(rest, scope)
		}
	}
	return rest
}

// The plan says which step the control plane is going to refuse until it is approved, and by whom; so does the error of the apply.
func TestAccModelDeployment_requiredApproval(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			for name, c := range map[string]struct {
				prepare func(r *harness)
				w       wanted
				more    map[string]any
				says    string
			}{
				"an advance": {
					func(r *harness) { r.apply(wanted{version: "2.0.0", percentage: 10}) }, wanted{version: "2.0.0", percentage: 40}, nil,
					"refuse to advance the rollout of 2.0.0",
				},
				"a deploy in stages": {
					func(*harness) {}, wanted{version: "2.0.0"}, map[string]any{"rollout": map[string]any{"stages": []any{map[string]any{"percentage": 5.0}}}},
					"refuse to advance the rollout of 2.0.0 beyond 5 percent",
				},
				"a resume": {
					func(r *harness) { r.rollOut("2.0.0", 10); r.verb("pause") }, wanted{version: "2.0.0"}, map[string]any{"paused": false},
					"refuse to resume the rollout of 2.0.0",
				},
			} {
				r := newHarness(t, "", dialect)
				c.prepare(r)
				r.sb.Do(t, "PUT", "/api/v1/settings/demo", map[string]any{"require_approval": true})
				plan := r.core.Plan(r.with(c.w, c.more))
				r.warns(plan, "The policy requires an approval", "`require_approval`", c.says, "owner or admin")
				said := r.core.Apply(plan)
				r.fails(said, "ask an owner or admin of the organization to approve the step")
				if strings.Contains(fmt.Sprint(said.Errors), "or change `octomil_rollback_policy`") {
					t.Errorf("%s: the advice is to change the policy: %v", name, said.Errors)
				}
			}
			// What is no increase needs none.
			for _, w := range []wanted{{version: "2.0.0", percentage: 10}, {version: "0.9.0"}} {
				r := newHarness(t, "", dialect)
				r.sb.Do(t, "PUT", "/api/v1/settings/demo", map[string]any{"require_approval": true})
				plan := r.core.Plan(r.config(w))
				r.succeeds(plan)
				if strings.Contains(fmt.Sprint(plan.Warnings), "approval") {
					t.Errorf("%v warns %v", w, plan.Warnings)
				}
			}
		})
	})
}

// A preview that cannot count the devices says why, and has no number that a check would take for none.
func TestAccDeploymentPreview_unreadCount(t *testing.T) {
	t.Parallel()
	for failure, how := range failures {
		for group, read := range map[string]string{"": "the count", "staging": "the count"} {
			synctest.Test(t, func(t *testing.T) {
				r := virtualHarness(t, group)
				r.failing(read, how)
				values := map[string]any{"model": phi, "version": "2.0.0"}
				if group != "" {
					values["group"] = group
				}
				got, diags := r.sb.ReadData(t, "octomil_deployment_preview", values)
				_, isCounted := got["devices"].(float64)
				warns := strings.Contains(fmt.Sprint(diags.Warnings), "The devices could not be counted")
				noNumber := failure == "no such route" || failure == "null" && group != "" // which is no failure
				if isCounted || !warns && !diags.Failed() && !noNumber {
					t.Errorf("%s, group %q: %v, errors %v, warnings %v", failure, group, got, diags.Errors, diags.Warnings)
				}
			})
		}
	}
}

// With a key alone, the model tells the organization whose policy is respected.
func TestAccModelDeployment_policyOfKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := virtualHarness(t, "")
		r.sb.Do(t, "PUT", "/api/v1/settings/demo", map[string]any{"max_rollout_step_percent": 30})
		r.core.Configure(nil, map[string]any{"org_id": nil})
		r.succeeds(r.core.Plan(r.with(wanted{version: "2.0.0"}, map[string]any{"timeouts": map[string]any{"create": "3h"}})))
		if steps := r.steps(); largestStep(steps) > 30 || len(steps) < 4 {
			t.Errorf("steps %v", steps)
		}
		// A server that does not say whose the model is leaves the policy to the control plane, which the plan says.
		models := `{"models":[{"id":"` + modelID(t, r.sb) + `","name":"phi-4-mini"}],"total":1}`
		r.sb.AddFault(sandbox.Fault{Method: http.MethodGet, Path: "models", Times: -1, Status: 200, Body: models})
		r.core = r.sb.Core(t, "octomil_model_deployment")
		r.core.Configure(nil, map[string]any{"org_id": nil})
		r.warns(r.core.Plan(r.config(wanted{version: "3.0.0"})), "The organization's policy is not known", "`org_id`")
	})
}

// A key with the scopes of the example deploys within the policy's limits, with its devices counted.
func TestAccModelDeployment_scopesOfExample(t *testing.T) {
	t.Parallel()
	example, err := os.ReadFile("../../examples/resources/octomil_api_key/resource.tf")
	if err != nil {
		t.Fatal(err)
	}
	list := regexp.MustCompile(`scopes = \[(.*)\]`).FindStringSubmatch(string(example))
	if list == nil {
		t.Fatalf("no scopes in %s", example)
	}
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r := newHarness(t, "", dialect)
			r.sb.Do(t, "PUT", "/api/v1/settings/demo", map[string]any{"max_rollout_step_percent": 50})
			scopes := strings.Split(strings.ReplaceAll(list[1], `"`, ""), ", ")
			created := r.sb.Do(t, "POST", "/api/v1/api-keys", map[string]any{"name": "ci", "scopes": scopes})
			r.core.Configure(nil, map[string]any{"api_key": created["api_key"]})
			r.sb.ClearLedger()
			r.succeeds(r.core.Plan(r.with(wanted{version: "2.0.0"}, map[string]any{"max_affected_devices": 124})))
			r.expect(wanted{writes: "POST create rollout, POST update percentage", runs: all("2.0.0")})
			r.warns(r.core.Plan(r.with(wanted{version: "1.0.0"}, map[string]any{"max_affected_devices": 124})), "All 124 devices")
		})
	})
}

// An operation that has to be a single step does not exceed the step limit of the policy, also where the server would let it.
func TestAccModelDeployment_singleStepWithinPolicy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		more   config
		advice string
	}{
		"not waited for": {config{"wait_for": "accepted"}, "`wait_for = \"complete\"`"},
		"paused":         {config{"paused": true}, "remove `paused = true`"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newHarness(t, "")
				r.sb.Do(t, "PUT", "/api/v1/settings/demo", map[string]any{"max_rollout_step_percent": 30})
				r.sb.ClearLedger()
				r.fails(r.core.Plan(r.with(wanted{version: "2.0.0"}, c.more)).Diagnostics,
					"rollout.percentage: The step is too large for the organization's policy: To deploy 2.0.0 in place of 1.0.0 would go from 0 to 100 percent")
				r.fails(r.core.Plan(r.with(wanted{version: "2.0.0", percentage: 31}, c.more)).Diagnostics, "Decrease `rollout.percentage` to 30 or less, or ")
				r.fails(r.core.Plan(r.with(wanted{version: "2.0.0", percentage: 31}, c.more)).Diagnostics, c.advice)
				r.succeeds(r.core.Plan(r.with(wanted{version: "2.0.0", percentage: 30}, c.more)))
			})
		})
	}
}
