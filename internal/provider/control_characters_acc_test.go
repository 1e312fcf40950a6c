package provider_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// What the server writes is text, not control: a dimension of the fault matrix. Every string of an answer, whatever its field (but for the IDs of objects), ends with
// what a terminal would obey. The harness checks each text that Terraform would show; here nothing else has to hold than that there is
// no panic, no bug, and an end.

// obeyed is what terminals obey, or show as something else than what is written.
const obeyed = "\x1b[2K\x1b]0;owned\x07\r\b\x7f\u0085\u009b31m\u202e\u2066\u200b\u2060\ufeff\u00ad\u2028\u2029\U000e0041\nApply complete!"

// obeying adds it to every string of a JSON body, except for IDs.
func obeying(body []byte) []byte {
	var value any
	if json.Unmarshal(body, &value) != nil {
		return append(body, obeyed...)
	}
	encoded, err := json.Marshal(withObeyed(value))
	if err != nil {
		panic(err)
	}
	return encoded
}

func withObeyed(value any) any {
	switch v := value.(type) {
	case string:
		return v + obeyed
	case []any:
		for i := range v {
			v[i] = withObeyed(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = withObeyed(v[name])
		}
	}
	return value
}

func TestFaultsOfControlCharacters(t *testing.T) {
	t.Parallel()
	run := 0
	spoil := func(l namedLifecycle, op operation, k int, r request, statuses ...int) {
		for _, status := range statuses {
			run++
			runObeyed(t, l, op, k, r, status)
		}
	}
	for _, l := range lifecycles() {
		for _, op := range operations {
			spoil(l, op, -1, request{path: "**"}, 0, 422)
			if !*everyFault {
				continue
			}
			requests, _ := cleanRun(t, l.lifecycle, op)
			for k, r := range requests {
				spoil(l, op, k, r, 0, 403, 422)
			}
		}
	}
	t.Logf("%d cases", run)
}

// runObeyed spoils one answer of an operation, or all of them with -1. A status other than 0 makes it a refusal.
func runObeyed(t *testing.T, l namedLifecycle, op operation, k int, r request, status int) {
	t.Helper()
	name := fmt.Sprintf("%s/%s/%d %s %s/%d", l.name, op.name, k+1, r.method, strings.ReplaceAll(r.path, "/", " "), status)
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			spoils, n, spoiled := false, 0, 0
			sb := acctest.StartVirtual(t).Intercept(func(x acctest.Exchange) []byte {
				if !spoils {
					return x.Answer
				}
				if x.Method == r.method && x.Path == r.path {
					n++
				}
				if k >= 0 && (n != r.n || x.Method != r.method || x.Path != r.path) {
					return x.Answer
				}
				spoiled++
				return obeying(x.Answer)
			})
			s := newScenario(t, sb, l.lifecycle)
			op.before(s)
			if status != 0 {
				s.sb.AddFault(sandbox.Fault{Method: r.method, Path: r.path, Nth: r.n, Status: status, Times: min(k, 0)})
			}
			spoils = true
			op.run(s)
			if spoiled == 0 && k >= 0 && !strings.HasPrefix(r.path, "uploads/") {
				t.Error("no answer was spoiled")
			}
		})
	})
}

// Actions, data sources and queries show what the server writes, too.
func TestControlCharactersElsewhere(t *testing.T) {
	t.Parallel()
	const phi = "phi-4-mini"
	for _, actionType := range []string{
		"octomil_rollback", "octomil_rollout_start", "octomil_rollout_pause", "octomil_rollout_resume", "octomil_rollout_advance", "octomil_rollout_cancel",
	} {
		for _, only := range []string{"", "rollouts", "rollback", "affected-devices", "versions"} {
			t.Run(actionType+"/"+only, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					sb := acctest.StartVirtual(t).Intercept(func(x acctest.Exchange) []byte {
						if !strings.Contains(x.Path, only) {
							return x.Answer
						}
						return obeying(x.Answer)
					})
					_, said := sb.Invoke(t, actionType, map[string]any{"model": phi})
					if len(said.Errors) == 0 && only == "" {
						t.Error("no error was shown")
					}
				})
			})
		}
	}
	for _, l := range lifecycles() {
		t.Run("a query/"+l.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				spoils := false
				s := newScenario(t, acctest.StartVirtual(t).Intercept(func(x acctest.Exchange) []byte {
					if !spoils {
						return x.Answer
					}
					return obeying(x.Answer)
				}), l.lifecycle)
				if schemas := acctest.Schemas(t); schemas.ListResourceSchemas[s.typeName] == nil {
					return
				}
				s.must(s.apply(s.create))
				spoils = true
				found, said := s.sb.Query(t, s.typeName, s.filters, 0, true)
				if s.typeName == "octomil_device_group" && (len(found) == 0 || !strings.Contains(found[0].Name, `\u001b`)) {
					t.Errorf("the query found %v and said %v", found, said)
				}
			})
		})
	}
}

// Long texts and long lists of warnings are cut, with a count.
func TestLongTextsAreCut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t).Intercept(func(x acctest.Exchange) []byte {
			if x.Path != "deploy/prepare" {
				return x.Answer
			}
			warnings := slices.Repeat([]string{"w" + strings.Repeat("long\n", 10_000)}, 500)
			encoded, err := json.Marshal(map[string]any{"target_count": 1, "warnings": warnings})
			if err != nil {
				t.Error(err)
			}
			return encoded
		})
		core := sb.Core(t, "octomil_model_deployment")
		plan := core.Plan(map[string]any{"model": "phi-4-mini", "version": "2.0.0"})
		total := len(strings.Join(plan.Warnings, ""))
		if len(plan.Warnings) == 0 || total > 600_000 || !strings.Contains(strings.Join(plan.Warnings, ""), "more") {
			t.Errorf("%d warnings with %d bytes, errors %v", len(plan.Warnings), total, plan.Errors)
		}
	})
}
