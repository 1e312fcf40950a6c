package policy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// section is what one type of resource manages of an organization's settings: a table of keys, of which no two types have one in
// common. M is the resource's state as a struct.
type section[M any] struct {
	typeName string
	// title is what texts call the resource: "rollback policy".
	title  string
	schema schema.Schema
	// organization is whose settings a state is of.
	organization func(*M) *organization
	// bind binds every key to its attribute; writeBack puts what was changed into the state.
	bind func(ctx context.Context, m *M, diags *diag.Diagnostics) (fields []field, writeBack func())
}

// organization are the attributes that name the organization.
type organization struct {
	ID    types.String `tfsdk:"id"`
	OrgID types.String `tfsdk:"org_id"`
}

func (s *section[M]) newResource() resource.Resource {
	return &settingsResource[M]{Base: resourcekit.NewBase(s.typeName), section: s}
}

// fromAPI takes all of it from the server.
func (s *section[M]) fromAPI(ctx context.Context, m *M, org string, settings control.Settings, diags *diag.Diagnostics) {
	fields, writeBack := s.bind(ctx, m, diags)
	fieldsFromAPI(fields, settings)
	writeBack()
	s.organization(m).ID, s.organization(m).OrgID = types.StringValue(org), types.StringValue(org)
}
