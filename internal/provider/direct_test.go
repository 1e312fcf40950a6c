package provider_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// What a server answers by itself is what the framework answers, for every resource type: for plans with and without changes, with drift, of
// the golden states, without private state, and with every attribute left out of the configuration.
func TestDirectAnswersAreThoseOfTheFramework(t *testing.T) {
	t.Parallel()
	for _, l := range lifecycles() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
				t.Helper()
				count := compareServers(t, sb)
				compareLifecycle(newScenario(t, sb, l.lifecycle))
				if direct := int64(count.plans+count.upgrades) - count.left.Load(); direct == 0 {
					t.Errorf("of %d plans and %d upgrades, none was answered directly", count.plans, count.upgrades)
				}
			})
		})
	}
}

// compareLifecycle sends the requests whose answers are compared.
func compareLifecycle(s *scenario) {
	s.Helper()
	file := filepath.Join("testdata", "state", s.typeName+".json")
	content, err := os.ReadFile(file)
	if err != nil {
		s.Fatal(err)
	}
	var stored golden
	if err := json.Unmarshal(content, &stored); err != nil {
		s.Fatal(err)
	}
	s.must(s.apply(s.create))
	for _, config := range []map[string]any{s.create, s.update} {
		s.must(s.apply(config))
		s.sb.Settle()
		s.core.Plan(config)
		s.core.PlanOnly(config)
		for _, name := range append(mapKeys(config), mapKeys(s.samples)...) {
			s.core.Plan(without(config, name))
			if value, ok := s.samples[name]; ok {
				s.core.Plan(with(config, name, value))
			}
			for _, unknown := range unknowns(config, name) {
				s.core.PlanOnly(unknown)
			}
		}
		kept := s.core.Store()
		for range 2 {
			s.core.ForgetPrivate()
			s.core.PlanOnly(config)
			s.core.Plan(config)
		}
		s.must(s.core.Load(kept))
		s.core.Plan(config)
		s.core.PlanDestroy()
		other := s.core.Beside(s.typeName) // another resource that manages the same object
		s.must(other.Load(kept))
		s.core.Plan(config)
		other.Plan(config)
		other.Plan(without(config, mapKeys(config)[0]))
	}
	old := s.sb.Core(s.T, s.typeName)
	s.must(old.Load(stored.StoredResource))
	old.PlanOnly(stored.Config)
	old.Plan(stored.Config)
}

func mapKeys(m map[string]any) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	return keys
}

func without(config map[string]any, name string) map[string]any {
	config = maps.Clone(config)
	delete(config, name)
	return config
}
