package observation

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func credentialsMap(pairs ...string) types.Map {
	elements := map[string]attr.Value{}
	for i := 0; i < len(pairs); i += 2 {
		elements[pairs[i]] = types.StringValue(pairs[i+1])
	}
	return types.MapValueMust(types.StringType, elements)
}

func TestCredentialsToAPI(t *testing.T) {
	t.Parallel()
	config := types.DynamicValue(object(map[string]attr.Value{"site": types.StringValue("eu")}))
	for name, tc := range map[string]struct {
		typ         string
		credentials map[string]string
		want        map[string]any
	}{
		"datadog":       {"datadog", map[string]string{"api_key": "k"}, map[string]any{"site": "eu", "api_key": "k"}},
		"opentelemetry": {typeOpenTelemetry, map[string]string{"a": "k"}, map[string]any{"site": "eu", "headers": map[string]string{"a": "k"}}},
		"none":          {typeOpenTelemetry, nil, map[string]any{"site": "eu"}},
	} {
		m := metricsModel{integration: integration{IntegrationType: types.StringValue(tc.typ)}, Config: config}
		var s control.IntegrationSettings
		if m.credentialsToAPI(&s, tc.credentials); !cmp.Equal(s.Config, tc.want) {
			t.Errorf("%s: config is %v", name, s.Config)
		}
	}
	var s control.IntegrationSettings
	new(logModel).credentialsToAPI(&s, map[string]string{"a": "k"})
	if diff := cmp.Diff(map[string]any{"type": "headers", "headers": map[string]string{"a": "k"}}, s.AuthConfig); diff != "" {
		t.Errorf("logs (-want +got):\n%s", diff)
	}
	if new(logModel).credentialsToAPI(&s, nil); s.AuthConfig == nil || len(s.AuthConfig) != 0 {
		t.Errorf("without credentials auth_config is %v, which does not remove them", s.AuthConfig)
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	mixed := types.MapValueMust(types.StringType, map[string]attr.Value{"a": types.StringValue("x"), "unset": types.StringNull()})
	for name, tc := range map[string]struct {
		written types.Map
		want    map[string]string
		known   bool
	}{
		"null":    {types.MapNull(types.StringType), nil, true},
		"unknown": {types.MapUnknown(types.StringType), nil, false},
		"empty":   {credentialsMap(), nil, true},
		"set":     {mixed, map[string]string{"a": "x"}, true},
		"in part": {types.MapValueMust(types.StringType, map[string]attr.Value{"a": types.StringUnknown()}), nil, false},
	} {
		m := integration{Credentials: tc.written}
		if got := m.credentials(); !cmp.Equal(got, tc.want) || (got == nil) != (tc.want == nil) {
			t.Errorf("%s: %v", name, got)
		}
		if fullyKnown(tc.written) != tc.known {
			t.Errorf("%s: fullyKnown is %t", name, !tc.known)
		}
	}
}

func TestIntegrationFromAPI(t *testing.T) {
	t.Parallel()
	m := integration{Credentials: credentialsMap("a", "x"), Enabled: types.BoolValue(false), IntegrationType: types.StringValue("otlp")}
	m.fromAPI(control.Integration{ID: "1", Name: "loki"}, "demo")
	want := integration{
		ID: types.StringValue("1"), OrgID: types.StringValue("demo"), Name: types.StringValue("loki"), IntegrationType: types.StringValue("otlp"),
		Enabled: types.BoolValue(false), Credentials: types.MapNull(types.StringType), CredentialsRevision: types.Int64Value(0),
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("from a minimal response (-want +got):\n%s", diff)
	}
	var fresh integration
	on := true
	fresh.fromAPI(control.Integration{ID: "1", OrgID: "acme", Type: "statsd", Enabled: &on}, "demo")
	if fresh.OrgID.ValueString() != "acme" || !fresh.Enabled.ValueBool() || fresh.IntegrationType.ValueString() != "statsd" {
		t.Errorf("from a full response: %+v", fresh)
	}
}
