package provider_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// Whatever servers differ in, every resource is created, updated, refreshed and destroyed, and the plans in between are empty.
//
// CONTRACT.md 8.3, 8.21 to 8.26
func TestEveryResourceOnEveryServer(t *testing.T) {
	t.Parallel()
	for _, dialect := range []sandbox.Dialect{sandbox.DialectDocs, sandbox.DialectSDK} {
		servers := map[string][]sandbox.Variant{"all variants": sandbox.Variants(), "no variant": nil}
		if dialect == sandbox.DialectDocs {
			for _, variant := range sandbox.Variants() {
				servers[string(variant)] = []sandbox.Variant{variant}
			}
		}
		for name, variants := range servers {
			for _, l := range lifecycles() {
				t.Run(string(dialect)+"/"+name+"/"+l.name, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						sb := acctest.StartVirtual(t, func(o *sandbox.Options) { o.Dialect, o.Variants = dialect, variants })
						s := newScenario(t, sb, l.lifecycle)
						if slices.Contains(variants, sandbox.ActiveVersions) && s.create["published"] == false {
							delete(s.create, "published") // no version is a draft there
						}
						s.lives()
					})
				})
			}
		}
	}
}

// lives takes a lifecycle from the creation to the destroy.
func (s *scenario) lives() {
	s.Helper()
	for _, config := range []map[string]any{s.create, s.update} {
		s.must(s.apply(config))
		s.must(s.core.Refresh())
		if again := s.core.Plan(config); again.Failed() || again.Action != acctest.ActionNone {
			s.Errorf("the plan after the apply is %s: %v\n%v", again.Action, again.Errors, again.Planned)
		}
	}
	s.must(s.core.Destroy())
	if state := s.core.State(); state != nil {
		s.Errorf("after the destroy the state has %v", state)
	}
}

// Every action with a rejected key explains it.
//
// CONTRACT.md 1.52
func TestEveryActionExplainsARejectedKey(t *testing.T) {
	t.Parallel()
	for typeName := range acctest.Schemas(t).ActionSchemas {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			sb := acctest.StartVirtual(t)
			sb.Key = "expired"
			config := map[string]any{"model": "phi-4-mini"}
			switch typeName {
			case "octomil_rollback":
				config["to_version"] = "0.9.0"
			case "octomil_metrics_integration_test", "octomil_log_integration_test":
				config = map[string]any{"id": "met_00000001"}
			}
			_, said := sb.Invoke(t, typeName, config)
			rejectedKey.explainedOnce(t, said)
			// A test of an integration is one request, which the server rejects.
			if writes := sb.Writes(); len(writes) > 0 && !strings.HasSuffix(typeName, "_integration_test") {
				t.Errorf("wrote %v", writes)
			}
		})
	}
}
