package observation

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// metricsModel is the state of octomil_metrics_integration.
type metricsModel struct {
	integration
	Config types.Dynamic `tfsdk:"config"`
}

// config returns the configured object, which has no credentials.
func (m *metricsModel) config() map[string]any {
	config, _ := toJSON(m.Config).(map[string]any)
	return config
}

// replacesCredentials reports whether the configuration changes: the server replaces the configuration as a whole, which includes
// the credentials in it.
func (m *metricsModel) replacesCredentials(prior *metricsModel) bool {
	return !contains(m.config(), any(prior.config())) || !contains(prior.config(), any(m.config()))
}

func (*metricsModel) toAPI(*control.IntegrationSettings) {}

func (m *metricsModel) credentialsToAPI(s *control.IntegrationSettings, credentials map[string]string) {
	s.Config = map[string]any{}
	for name, value := range m.config() {
		s.Config[name] = value
	}
	if m.IntegrationType.ValueString() == typeOpenTelemetry && len(credentials) > 0 {
		s.Config["headers"] = credentials
		return
	}
	for name, value := range credentials {
		s.Config[name] = value
	}
}

func (m *metricsModel) ownFromAPI(ctx context.Context, i control.Integration, imported bool) {
	shown := withoutCredentials(i.Config)
	switch {
	case imported && len(shown) == 0:
		m.Config = types.DynamicNull()
	case imported:
		m.Config = types.DynamicValue(fromJSON(ctx, shown))
	case i.Config == nil || m.Config.IsNull() || m.Config.IsUnderlyingValueNull(): // not in the response, or not managed
	case !contains(shown, any(m.config())):
		m.Config = types.DynamicValue(fromJSON(ctx, managedPart(shown, m.config())))
	}
}
