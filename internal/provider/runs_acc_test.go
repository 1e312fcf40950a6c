package provider_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// From 1.13 on, `terraform test` keeps one process of the provider for all runs of a file. Nothing of a run may show in a later one:
// each lifecycle goes the same way as with a process for each command.
func TestRunsOfOneProcess(t *testing.T) {
	t.Parallel()
	for _, l := range lifecycles() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			var seen [2]any
			for i, keeps := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) { seen[i] = runs(t, l.lifecycle, keeps) })
			}
			if diff := cmp.Diff(seen[0], seen[1]); diff != "" {
				t.Errorf("a process for each command, and one for all (-each +one):\n%s", diff)
			}
		})
	}
}

// runs goes through some runs of a test file, and returns what each says, what it leaves, and which reads and writes it sends.
func runs(t *testing.T, l lifecycle, keepsProcess bool) (seen []any) {
	t.Helper()
	s := newScenario(t, acctest.StartVirtual(t), l)
	if keepsProcess {
		s.core.KeepProcess()
	}
	saw := func(name string, action acctest.Action, said acctest.Diagnostics) {
		s.sb.Settle()
		reads, writes := 0, []string{}
		for _, e := range s.sb.Ledger() {
			switch {
			case e.Method == http.MethodGet:
				reads++
			case strings.Contains(e.Path, "uploads/"): // no two runs send a file to the same place
			default:
				writes = append(writes, e.Method+" "+e.Path)
			}
		}
		if strings.HasPrefix(name, "plan ") { // an apply may use what the plan right before it has read
			seen = append(seen, reads)
		}
		s.sb.ClearLedger()
		seen = append(seen, name, action, said.Errors, said.Warnings, s.left(t, s.sb), writes)
	}
	run := func(name string, config map[string]any, applies bool) {
		s.must(s.core.Validate(config))
		p := s.core.Plan(config)
		saw("plan to "+name, p.Action, p.Diagnostics)
		if applies && !p.Failed() {
			saw(name, p.Action, s.core.Apply(p))
		}
	}
	run("create", s.create, false)
	run("update", s.update, false)
	run("create", s.create, true)
	run("change nothing", s.create, false)
	run("update", s.update, false)
	run("update", s.update, true)
	run("change nothing", s.update, true)
	saw("destroy", acctest.ActionDestroy, s.core.Destroy())
	return seen
}

// The guards of a deployment hold in a plan that follows an apply in the same process.
func TestRunsGuardDeployments(t *testing.T) {
	t.Parallel()
	pin := func(version string, more ...any) map[string]any {
		config := map[string]any{"model": "phi-4-mini", "version": version}
		for i := 0; i < len(more); i += 2 {
			config[more[i].(string)] = more[i+1]
		}
		return config
	}
	synctest.Test(t, func(t *testing.T) {
		s := newScenario(t, acctest.StartVirtual(t), lifecycle{typeName: "octomil_model_deployment"})
		s.core.KeepProcess()
		plan := func(config map[string]any) acctest.Plan {
			s.must(s.core.Validate(config))
			return s.core.Plan(config)
		}
		for _, version := range []string{"2.0.0", "1.0.0", "2.0.0"} {
			p := plan(pin(version))
			s.must(p.Diagnostics)
			s.must(s.core.Apply(p))
			for _, refused := range []struct {
				config map[string]any
				says   string
			}{
				{pin("0.9.0", "max_affected_devices", 1), "Too many devices"},
				{pin("7.7.7"), "7.7.7"},
			} {
				if p := plan(refused.config); !strings.Contains(strings.Join(p.Errors, ""), refused.says) {
					t.Errorf("after %s, the plan of %v says %v", version, refused.config, p.Errors)
				}
			}
		}
		other := s.core.Beside("octomil_model_deployment") // of another module, without a state
		for _, config := range []map[string]any{pin("0.9.0", "max_affected_devices", 1), pin("7.7.7", "max_affected_devices", 1)} {
			s.must(s.core.Validate(config))
			s.must(other.Validate(config))
			if p := other.PlanOnly(config); !p.Failed() {
				t.Errorf("the plan of %v by another module is not refused: %v", config, p.Warnings)
			}
		}
	})
}
