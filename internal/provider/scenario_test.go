package provider_test

import (
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// scenario is one run of an operation.
type scenario struct {
	*testing.T
	lifecycle
	sb   *acctest.Sandbox
	core *acctest.Core
}

func newScenario(t *testing.T, l lifecycle) *scenario {
	t.Helper()
	sb := acctest.StartVirtual(t)
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

// filled puts the prepared values in the place of their names.
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

// newNetworkScenario is a scenario against a server that is reached as users reach theirs.
func newNetworkScenario(t *testing.T, l lifecycle) *scenario {
	t.Helper()
	sb := acctest.Start(t)
	s := &scenario{T: t, lifecycle: l, sb: sb, core: sb.Core(t, l.typeName)}
	if l.prepare != nil {
		s.create = filled(l.create, l.prepare(t, sb))
	}
	return s
}
