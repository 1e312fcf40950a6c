package provider_test

import (
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// scenario is a lifecycle on a sandbox.
type scenario struct {
	*testing.T
	lifecycle
	sb   *acctest.Sandbox
	core *acctest.Core
}

// newScenario prepares the sandbox for a lifecycle.
func newScenario(t *testing.T, sb *acctest.Sandbox, l lifecycle) *scenario {
	t.Helper()
	s := &scenario{T: t, lifecycle: l, sb: sb, core: sb.Core(t, l.typeName)}
	if l.prepare != nil {
		made := l.prepare(t, sb)
		s.create, s.update = filled(l.create, made), filled(l.update, made)
		if id, ok := made[l.importID].(string); ok {
			s.importID = id
		}
		s.samples, s.filters = filled(l.samples, made), filled(l.filters, made)
	}
	return s
}

// filled replaces the names of prepared values by the values.
func filled(config, made map[string]any) map[string]any {
	out := map[string]any{}
	for name, value := range config {
		if text, ok := value.(string); ok && made[text] != nil {
			value = made[text]
		}
		out[name] = value
	}
	return out
}

func (s *scenario) apply(config map[string]any) acctest.Diagnostics {
	s.Helper()
	plan := s.core.Plan(config)
	if plan.Failed() {
		return plan.Diagnostics
	}
	return s.core.Apply(plan)
}

func (s *scenario) must(said acctest.Diagnostics) {
	s.Helper()
	if said.Failed() {
		s.Fatalf("without a fault: %v", said.Errors)
	}
}
