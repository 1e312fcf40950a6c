package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// withoutPlural are the resources whose plural data source is not made from the same description, or that have none.
var withoutPlural = []string{
	"octomil_device_group_members", "octomil_model_deployment", "octomil_model_version", "octomil_org_settings", "octomil_rollback_policy",
}

// Every kind of object that the API lists has a plural data source.
func TestEveryEntityHasAPluralDataSource(t *testing.T) {
	t.Parallel()
	schemas := acctest.Schemas(t)
	for name := range schemas.ListResourceSchemas {
		if has := schemas.DataSourceSchemas[name+"s"] != nil; !has && !slices.Contains(withoutPlural, name) {
			t.Errorf("there is no data source %ss", name)
		}
	}
}

// A plural data source shows of an object what the resource has, except secrets.
func TestPluralDataSourcesShowWhatTheResourceHas(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		for _, l := range lifecycles() {
			if slices.Contains(withoutPlural, l.typeName) {
				continue
			}
			t.Run(l.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { showsWhatTheResourceHas(t, dialect, l.lifecycle) })
			})
		}
	})
}

func showsWhatTheResourceHas(t *testing.T, dialect sandbox.Dialect, l lifecycle) {
	t.Helper()
	sb := acctest.StartVirtual(t, func(o *sandbox.Options) { o.Dialect = dialect })
	s := newScenario(t, sb, l)
	s.must(s.apply(s.create))
	s.must(s.core.Refresh())
	state := s.core.State()
	read, said := sb.ReadData(t, l.typeName+"s", nil)
	s.must(said)
	all, _ := read[strings.TrimPrefix(l.typeName, "octomil_")+"s"].([]any)
	i := slices.IndexFunc(all, func(o any) bool { return o.(map[string]any)["id"] == state["id"] })
	if i < 0 {
		t.Fatalf("%v is not among %v", state["id"], all)
	}
	shown, _ := all[i].(map[string]any)
	resources := present(t)[l.typeName]
	for name, value := range shown {
		if diff := cmp.Diff(state[name], value); diff != "" {
			t.Errorf("%s (-resource +data source):\n%s", name, diff)
		}
		if resources[name].Sensitive {
			t.Errorf("%s is sensitive and shown", name)
		}
	}
	for name := range resources {
		if !resources[name].Sensitive {
			continue
		}
		for _, secret := range secretsIn(state[name], s.create[name]) {
			if strings.Contains(fmt.Sprint(read), secret) {
				t.Errorf("the data source shows the secret of %s", name)
			}
		}
	}
}

// secretsIn are the texts in values.
func secretsIn(values ...any) []string {
	var secrets []string
	for _, value := range values {
		switch v := value.(type) {
		case string:
			secrets = append(secrets, v)
		case map[string]any:
			secrets = append(secrets, secretsIn(slices.Collect(maps.Values(v))...)...)
		}
	}
	return secrets
}

// The filters of a plural data source leave out what does not match.
func TestFiltersOfPluralDataSources(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := acctest.StartVirtual(t, func(o *sandbox.Options) { o.Dialect = dialect })
		for typeName, config := range map[string]map[string]any{
			"octomil_api_key":    {"name": "pipeline", "scopes": []any{"models:read"}},
			"octomil_org_member": {"email": "ada@example.com", "role": "admin"},
			"octomil_experiment": {
				"name": "speed", "model": "phi-4-mini", "control": "a",
				"variants": map[string]any{
					"a": map[string]any{"model_version": "1.0.0", "traffic_allocation": 50}, "b": map[string]any{"model_version": "2.0.0", "traffic_allocation": 50},
				},
			},
			"octomil_metrics_integration": {"name": "prometheus", "integration_type": "prometheus"},
			"octomil_log_integration":     {"name": "loki", "integration_type": "otlp", "endpoint_url": "https://logs.example.com"},
		} {
			core := sb.Core(t, typeName)
			plan := core.Plan(config)
			if said := core.Apply(plan); plan.Failed() || said.Failed() {
				t.Fatalf("%s: %v, %v", typeName, plan.Errors, said.Errors)
			}
		}
		for typeName, filters := range map[string]struct{ match, other map[string]any }{
			"octomil_api_keys":             {map[string]any{"name": "pipeline"}, map[string]any{"name": "pipe"}},
			"octomil_org_members":          {map[string]any{"role": "admin", "status": "pending"}, map[string]any{"status": "active"}},
			"octomil_experiments":          {map[string]any{"status": "draft", "model_id": "mdl_00000001"}, map[string]any{"status": "running"}},
			"octomil_metrics_integrations": {map[string]any{"integration_type": "prometheus"}, map[string]any{"integration_type": "datadog"}},
			"octomil_log_integrations":     {map[string]any{"integration_type": "otlp"}, map[string]any{"integration_type": "splunk"}},
		} {
			for want, config := range []map[string]any{filters.other, filters.match} {
				read, said := sb.ReadData(t, typeName, config)
				found, _ := read[strings.TrimPrefix(typeName, "octomil_")].([]any)
				if said.Failed() || len(found) != want {
					t.Errorf("%s with %v has %v, %v; want %d", typeName, config, found, said.Errors, want)
				}
			}
		}
	})
}
