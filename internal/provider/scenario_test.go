package provider_test

import (
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// play is one run of an operation.
type play struct {
	*testing.T
	life
	sb   *acctest.Sandbox
	core *acctest.Core
}

func newPlay(t *testing.T, l life) *play {
	t.Helper()
	sb := acctest.Virtual(t)
	p := &play{T: t, life: l, sb: sb, core: sb.Core(t, l.typeName)}
	if l.prepare != nil {
		made := l.prepare(t, sb)
		p.create, p.update = filled(l.create, made), filled(l.update, made)
		if id, ok := made[l.importID].(string); ok {
			p.importID = id
		}
		p.samples, p.filters = filled(l.samples, made), filled(l.filters, made)
	}
	return p
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

func (p *play) apply(config map[string]any) acctest.Report {
	p.Helper()
	plan := p.core.Plan(config)
	if plan.Failed() {
		return plan.Report
	}
	return p.core.Apply(plan)
}

func (p *play) must(said acctest.Report) {
	p.Helper()
	if said.Failed() {
		p.Fatalf("without a fault: %v", said.Errors)
	}
}

// played is a life against a server that is reached as users reach theirs.
func played(t *testing.T, l life) *play {
	t.Helper()
	sb := acctest.Start(t)
	p := &play{T: t, life: l, sb: sb, core: sb.Core(t, l.typeName)}
	if l.prepare != nil {
		p.create = filled(l.create, l.prepare(t, sb))
	}
	return p
}
