package resourcekit

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// orgAttribute is the organization's part of every identity, and its attribute of the resources that have it.
const orgAttribute = "org_id"

// Part is one part of a resource's identity, beside the organization, which every identity has.
type Part struct {
	// Name is that of the identity's attribute and of the resource's, which must be a text.
	Name        string
	Description string
	// Optional is true of a part that not every object has.
	Optional bool
}

// Identity names an object among all of the organization's.
type Identity []Part

func (id Identity) schema() identityschema.Schema {
	attributes := map[string]identityschema.Attribute{
		orgAttribute: identityschema.StringAttribute{
			OptionalForImport: true,
			Description:       "The organization. An import fails where it is not the provider's; without it, it is the provider's.",
		},
	}
	for _, part := range id {
		attributes[part.Name] = identityschema.StringAttribute{
			RequiredForImport: !part.Optional, OptionalForImport: part.Optional, Description: part.Description,
		}
	}
	return identityschema.Schema{Attributes: attributes}
}

// write takes the identity from a state. org is the organization of an object that does not name its own. An identity never
// changes: what it says of the organization stays, also where that is nothing.
func (id Identity) write(ctx context.Context, state tfsdk.State, org string, out *tfsdk.ResourceIdentity, diags *diag.Diagnostics) {
	owner := StringOrNull(org)
	if !out.Raw.IsFullyNull() {
		diags.Append(out.GetAttribute(ctx, path.Root(orgAttribute), &owner)...)
	} else if hasAttribute(state, orgAttribute) {
		var named types.String
		if diags.Append(state.GetAttribute(ctx, path.Root(orgAttribute), &named)...); Known(named) {
			owner = named
		}
	}
	diags.Append(out.SetAttribute(ctx, path.Root(orgAttribute), owner)...)
	for _, part := range id {
		var value types.String
		diags.Append(state.GetAttribute(ctx, path.Root(part.Name), &value)...)
		diags.Append(out.SetAttribute(ctx, path.Root(part.Name), value)...)
	}
}

// hasAttribute is true where the schema of a state has such a root attribute.
func hasAttribute(state tfsdk.State, name string) bool {
	object, ok := state.Schema.Type().(attr.TypeWithAttributeTypes)
	return ok && object.AttributeTypes()[name] != nil
}

// IdentitySchema is the method of a resource.
func (b *Base) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = b.Identity.schema()
}

// SetIdentity writes the identity of what a state holds. An operation calls it once its state is set, and also where it is going to
// remove the object: the framework wants an identity in either case.
func (b *Base) SetIdentity(ctx context.Context, state tfsdk.State, identity *tfsdk.ResourceIdentity, diags *diag.Diagnostics) {
	if identity == nil || state.Raw.IsNull() {
		return
	}
	b.Identity.write(ctx, state, b.orgID(), identity, diags)
}

// ImportByIdentity puts the identity that an import block names into the state. It is false where the import has an id instead,
// and after an error: of another organization nothing can be imported.
func (b *Base) ImportByIdentity(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) bool {
	if req.ID != "" || req.Identity == nil {
		return false
	}
	var named types.String
	resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root(orgAttribute), &named)...)
	if org := b.orgID(); Known(named) && org != "" && named.ValueString() != org {
		resp.Diagnostics.AddAttributeError(path.Root(orgAttribute), "The import is of another organization",
			fmt.Sprintf("The identity names the organization %q, and the provider works in %q. Correct the identity, or org_id of the provider block.",
				named.ValueString(), org))
	}
	for _, part := range b.Identity {
		var value types.String
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root(part.Name), &value)...)
		if !part.Optional && strings.TrimSpace(value.ValueString()) == "" {
			resp.Diagnostics.AddAttributeError(path.Root(part.Name), "The identity is not complete", part.Name+" must not be empty.")
		}
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(part.Name), value)...)
	}
	if hasAttribute(resp.State, orgAttribute) && Known(named) {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(orgAttribute), named)...)
	}
	if named.IsNull() {
		resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root(orgAttribute), StringOrNull(b.orgID()))...)
	}
	return !resp.Diagnostics.HasError()
}
