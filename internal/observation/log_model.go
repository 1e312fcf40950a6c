package observation

import (
	"cmp"
	"context"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// logModel is the state of octomil_log_integration.
type logModel struct {
	integration
	EndpointURL types.String `tfsdk:"endpoint_url"`
	Format      types.String `tfsdk:"format"`
}

func (m *logModel) replacesCredentials(*logModel) bool { return false }

func (m *logModel) toAPI(s *control.IntegrationSettings) {
	s.EndpointURL, s.Format = m.EndpointURL.ValueString(), m.Format.ValueString()
}

func (*logModel) credentialsToAPI(s *control.IntegrationSettings, credentials map[string]string) {
	s.AuthConfig = map[string]any{}
	if len(credentials) > 0 {
		s.AuthConfig = map[string]any{"type": "headers", "headers": credentials}
	}
}

func (m *logModel) ownFromAPI(_ context.Context, i control.Integration, _ bool) {
	m.EndpointURL = types.StringValue(cmp.Or(i.EndpointURL, m.EndpointURL.ValueString()))
	m.Format = resourcekit.StringOrNull(cmp.Or(i.Format, m.Format.ValueString()))
}
