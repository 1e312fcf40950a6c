package observation

import (
	"cmp"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// integration is the part of the state that both resources have.
type integration struct {
	ID              types.String `tfsdk:"id"`
	OrgID           types.String `tfsdk:"org_id"`
	Name            types.String `tfsdk:"name"`
	IntegrationType types.String `tfsdk:"integration_type"`
	Enabled         types.Bool   `tfsdk:"enabled"`
	// Credentials are write-only: they are null except in a configuration.
	Credentials         types.Map   `tfsdk:"credentials"`
	CredentialsRevision types.Int64 `tfsdk:"credentials_revision"`
}

func (m *integration) common() *integration { return m }

// fromAPI sets the model from the server's integration. org is used where the server does not return the organization.
func (m *integration) fromAPI(i control.Integration, org string) {
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

// credentials returns the credentials of a configuration, nil for none. Null elements are omitted, such as variables without a value.
func (m *integration) credentials() map[string]string {
	var credentials map[string]string
	for name, element := range m.Credentials.Elements() {
		if value, ok := element.(types.String); ok && resourcekit.Known(value) {
			if credentials == nil {
				credentials = map[string]string{}
			}
			credentials[name] = value.ValueString()
		}
	}
	return credentials
}
