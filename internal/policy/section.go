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

// part is what one type of resource manages of an organization's settings: a table of keys, of which no two types have one in
// common. M is the resource's state as a struct.
type part[M any] struct {
	typeName string
	// title is what texts call the resource: "rollback policy".
	title  string
	schema schema.Schema
	// owner is whose settings a state is of.
	owner func(*M) *owner
	// open binds every key to its attribute; shut ends that, and puts what was changed into the state.
	open func(ctx context.Context, m *M, diags *diag.Diagnostics) (fields []field, shut func())
}

// owner are the attributes that name the organization.
type owner struct {
	ID    types.String `tfsdk:"id"`
	OrgID types.String `tfsdk:"org_id"`
}

func (p *part[M]) newResource() resource.Resource {
	return &settingsResource[M]{Base: resourcekit.NewBase(p.typeName), part: p}
}

// show takes all of it from the server.
func (p *part[M]) show(ctx context.Context, m *M, org string, settings control.Settings, diags *diag.Diagnostics) {
	fields, shut := p.open(ctx, m, diags)
	read(fields, settings)
	shut()
	p.owner(m).ID, p.owner(m).OrgID = types.StringValue(org), types.StringValue(org)
}
