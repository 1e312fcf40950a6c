package observation

import (
	"cmp"

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

// fromAPI takes the integration from the server. org is the organization of one that does not name its own.
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
