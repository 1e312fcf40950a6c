package observation

import (
	"cmp"
	"context"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// integration is what both kinds have.
type integration struct {
	ID              types.String `tfsdk:"id"`
	OrgID           types.String `tfsdk:"org_id"`
	Name            types.String `tfsdk:"name"`
	IntegrationType types.String `tfsdk:"integration_type"`
	Enabled         types.Bool   `tfsdk:"enabled"`
	// Credentials are write-only: only a configuration has them.
	Credentials         types.Map   `tfsdk:"credentials"`
	CredentialsRevision types.Int64 `tfsdk:"credentials_revision"`
}

func (m *integration) common() *integration { return m }

// read takes the integration from the server. org is the organization of one that does not name its own.
func (m *integration) read(i control.Integration, org string) {
	m.ID = types.StringValue(i.ID)
	m.OrgID = resourcekit.StringOrNull(cmp.Or(i.OrgID, m.OrgID.ValueString(), org))
	m.Name = types.StringValue(i.Name)
	m.IntegrationType = types.StringValue(cmp.Or(i.Type, m.IntegrationType.ValueString()))
	switch {
	case i.Enabled != nil:
		m.Enabled = types.BoolValue(*i.Enabled)
	case !resourcekit.Known(m.Enabled):
		m.Enabled = types.BoolValue(true)
	}
	if !resourcekit.Known(m.CredentialsRevision) {
		m.CredentialsRevision = types.Int64Value(0)
	}
	m.Credentials = types.MapNull(types.StringType)
}

// credentials are those of a configuration, nil for none. One that is null is left out, as a variable that was not set is.
func (m *integration) credentials() map[string]string {
	var given map[string]string
	for name, element := range m.Credentials.Elements() {
		if text, ok := element.(types.String); ok && resourcekit.Known(text) {
			if given == nil {
				given = map[string]string{}
			}
			given[name] = text.ValueString()
		}
	}
	return given
}

// metricsModel is a metrics integration as Terraform holds it.
type metricsModel struct {
	integration
	Config types.Dynamic `tfsdk:"config"`
}

// config is what is configured, without the credentials.
func (m *metricsModel) config() map[string]any {
	config, _ := plain(m.Config).(map[string]any)
	return config
}

// replacesCredentials is true of a change after which the server has no other credentials than those that are sent along: it takes
// the configuration as a whole.
func (m *metricsModel) replacesCredentials(before *metricsModel) bool {
	return !keeps(m.config(), any(before.config())) || !keeps(before.config(), any(m.config()))
}

func (*metricsModel) send(*control.IntegrationSettings) {}

func (m *metricsModel) sendCredentials(s *control.IntegrationSettings, credentials map[string]string) {
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

func (m *metricsModel) readOwn(ctx context.Context, i control.Integration, imported bool) {
	shown := withoutCredentials(i.Config)
	switch {
	case imported && len(shown) == 0:
		m.Config = types.DynamicNull()
	case imported:
		m.Config = types.DynamicValue(valueOf(ctx, shown))
	case i.Config == nil || m.Config.IsNull() || m.Config.IsUnderlyingValueNull(): // not said, or not managed
	case !keeps(shown, any(m.config())):
		m.Config = types.DynamicValue(valueOf(ctx, wantedOf(shown, m.config())))
	}
}

// logModel is a log integration as Terraform holds it.
type logModel struct {
	integration
	EndpointURL types.String `tfsdk:"endpoint_url"`
	Format      types.String `tfsdk:"format"`
}

func (m *logModel) replacesCredentials(*logModel) bool { return false }

func (m *logModel) send(s *control.IntegrationSettings) {
	s.EndpointURL, s.Format = m.EndpointURL.ValueString(), m.Format.ValueString()
}

func (*logModel) sendCredentials(s *control.IntegrationSettings, credentials map[string]string) {
	s.AuthConfig = map[string]any{}
	if len(credentials) > 0 {
		s.AuthConfig = map[string]any{"type": "headers", "headers": credentials}
	}
}

func (m *logModel) readOwn(_ context.Context, i control.Integration, _ bool) {
	m.EndpointURL = types.StringValue(cmp.Or(i.EndpointURL, m.EndpointURL.ValueString()))
	m.Format = resourcekit.StringOrNull(cmp.Or(i.Format, m.Format.ValueString()))
}
