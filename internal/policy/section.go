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

// section is the part of an organization's settings that one resource type manages: a set of keys that no other section has. M is the
// model of the resource.
type section[M any] struct {
	typeName string
	// title is the name of the resource in messages, such as "rollback policy".
	title  string
	schema schema.Schema
	// organization returns the attributes of a model that name the organization.
	organization func(*M) *organization
	// bind binds each key to its attribute. writeBack must be called after the fields have changed, to update the model.
	bind func(ctx context.Context, m *M, diags *diag.Diagnostics) (fields []field, writeBack func())
}

// organization has the attributes that name the organization.
type organization struct {
	ID    types.String `tfsdk:"id"`
	OrgID types.String `tfsdk:"org_id"`
}

func (s *section[M]) newResource() resource.Resource {
	return &settingsResource[M]{Base: resourcekit.NewBase(s.typeName).WithKind(resourcekit.Kind{Title: s.title, Adopts: true}), section: s}
}

// fromAPI sets all attributes of the model from the server's settings.
func (s *section[M]) fromAPI(ctx context.Context, m *M, org string, settings control.Settings, kept answers, diags *diag.Diagnostics) {
	fields, writeBack := s.bind(ctx, m, diags)
	fieldsFromAPI(fields, settings, kept)
	writeBack()
	s.organization(m).ID, s.organization(m).OrgID = types.StringValue(org), types.StringValue(org)
}
