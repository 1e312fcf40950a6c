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
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// orgAttribute is the organization in every identity and in the resources that have it.
const orgAttribute = "org_id"

// Part is an attribute of an identity.
type Part struct {
	// Name is the name of the attribute in the identity and in the resource, where it is a string.
	Name        string
	Description string
	// Optional is true if not every object has the attribute.
	Optional bool
}

// Identity are the attributes that identify an object in its organization. Every identity has org_id besides.
type Identity []Part

func (id Identity) schema() identityschema.Schema {
	attributes := map[string]identityschema.Attribute{
		orgAttribute: identityschema.StringAttribute{
			OptionalForImport: true,
			Description:       "Organization ID. Defaults to the provider's organization; importing from another one fails.",
		},
	}
	for _, part := range id {
		attributes[part.Name] = identityschema.StringAttribute{
			RequiredForImport: !part.Optional, OptionalForImport: part.Optional, Description: part.Description,
		}
	}
	return identityschema.Schema{Attributes: attributes}
}

// write sets the identity from a state. org is the organization of an object that has no org_id attribute. An identity must
// not change, so that the org_id of an existing identity stays as it is, even if it is null.
func (id Identity) write(state tfsdk.State, org string, out *tfsdk.ResourceIdentity, diags *diag.Diagnostics) {
	attributes := attributesOf(state.Raw)
	parts := map[string]tftypes.Value{orgAttribute: tftypes.NewValue(tftypes.String, nil)}
	if org != "" {
		parts[orgAttribute] = tftypes.NewValue(tftypes.String, org)
	}
	if !out.Raw.IsFullyNull() {
		parts[orgAttribute] = attributesOf(out.Raw)[orgAttribute]
	} else if named, ok := attributes[orgAttribute]; ok && named.IsKnown() && !named.IsNull() {
		parts[orgAttribute] = named
	}
	types := map[string]tftypes.Type{orgAttribute: tftypes.String}
	for _, part := range id {
		parts[part.Name], types[part.Name] = attributes[part.Name], tftypes.String
	}
	object := tftypes.Object{AttributeTypes: types}
	if err := tftypes.ValidateValue(object, parts); err != nil {
		diags.AddError("Could not write the identity", "Please report this issue to the provider developers: "+err.Error())
		return
	}
	out.Raw = tftypes.NewValue(object, parts)
}

// hasAttribute is true if the schema of the state has the root attribute.
func hasAttribute(state tfsdk.State, name string) bool {
	if object, ok := state.Raw.Type().(tftypes.Object); ok { // the type of the schema has to be made
		return object.AttributeTypes[name] != nil
	}
	object, ok := state.Schema.Type().(attr.TypeWithAttributeTypes)
	return ok && object.AttributeTypes()[name] != nil
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (b *Base) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = b.Identity.schema()
}

// SetIdentity sets the identity from a state. An operation calls it after it has set the state, and before it removes a
// resource from the state: the framework requires an identity in both cases.
func (b *Base) SetIdentity(ctx context.Context, state tfsdk.State, identity *tfsdk.ResourceIdentity, diags *diag.Diagnostics) {
	if identity == nil || state.Raw.IsNull() {
		return
	}
	b.Identity.write(state, b.orgID(), identity, diags)
}

// ImportByIdentity sets the state from the identity of an import block. It is false if the import has an ID instead, and
// after an error, such as an identity of another organization.
func (b *Base) ImportByIdentity(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) bool {
	if req.ID != "" || req.Identity == nil {
		return false
	}
	var named types.String
	resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root(orgAttribute), &named)...)
	if org := b.orgID(); Known(named) && org != "" && named.ValueString() != org {
		resp.Diagnostics.AddAttributeError(path.Root(orgAttribute), "Import from another organization",
			fmt.Sprintf("The identity has the organization %q, but the provider is configured for %q. Correct the identity, or `org_id` in the provider block.",
				named.ValueString(), org))
	}
	for _, part := range b.Identity {
		var value types.String
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root(part.Name), &value)...)
		if !part.Optional && strings.TrimSpace(value.ValueString()) == "" {
			resp.Diagnostics.AddAttributeError(path.Root(part.Name), "Incomplete identity", "`"+part.Name+"` must not be empty.")
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
