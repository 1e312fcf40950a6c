package resourcekit

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// organizationKey is the key of private state that has the provider's organization of the last operation.
const organizationKey = "organization"

// A guarded resource remembers its organization, and refuses every operation of a provider that is configured for another one: the ID of an
// object means nothing there, so a read would take the object for deleted, and a plan would create it again. A provider whose organization
// is not known, because its API key decides, is not checked.

// recorded is where an earlier operation has left the organization.
type recorded struct {
	state    tfsdk.State
	identity *tfsdk.ResourceIdentity
	private  PrivateState
}

// organization is the provider's organization when the resource was read or written last, "" where that is not known. States of earlier
// versions of the provider have it only in the identity.
func (r recorded) organization(ctx context.Context, diags *diag.Diagnostics) string {
	var org string
	if GetPrivate(ctx, r.private, organizationKey, &org, diags) {
		return org
	}
	if r.identity == nil || r.identity.Raw.IsNull() || hasAttribute(r.state, orgAttribute) { // where it is the object's own
		return ""
	}
	var named types.String
	diags.Append(r.identity.GetAttribute(ctx, path.Root(orgAttribute), &named)...)
	return named.ValueString()
}

// check adds an error if the provider is configured for another organization than that of the resource. config is null where an operation
// has none.
func (g *guardedResource) check(ctx context.Context, r recorded, config tfsdk.Config, diags *diag.Diagnostics) bool {
	now := g.organization()
	if now == "" || r.state.Raw.IsNull() {
		return true
	}
	before := r.organization(ctx, diags)
	if before == "" || before == now || g.hasOwnOrganization(ctx, r.state, config, now, diags) {
		return !diags.HasError()
	}
	addOtherOrganization(before, now, diags)
	return false
}

// hasOwnOrganization is true of an object that names its organization itself: in the configuration, or because it is the provider's.
func (g *guardedResource) hasOwnOrganization(
	ctx context.Context, state tfsdk.State, config tfsdk.Config, now string, diags *diag.Diagnostics,
) bool {
	attribute, ok := state.Schema.GetAttributes()[orgAttribute]
	if !ok || !attribute.IsOptional() {
		return false
	}
	var named, owner types.String
	diags.Append(state.GetAttribute(ctx, path.Root(orgAttribute), &owner)...)
	if config.Schema != nil && !config.Raw.IsNull() {
		diags.Append(config.GetAttribute(ctx, path.Root(orgAttribute), &named)...)
	}
	return owner.ValueString() == now || Known(named)
}

func (g *guardedResource) organization() string {
	if g.provider == nil || g.provider.Client == nil {
		return ""
	}
	return g.provider.Client.OrgID()
}

// remember records the organization of a resource that is in the state.
func (g *guardedResource) remember(ctx context.Context, state tfsdk.State, private PrivateState, diags *diag.Diagnostics) {
	if org := g.organization(); org != "" && !state.Raw.IsNull() {
		SetPrivate(ctx, private, organizationKey, org, diags)
	}
}

// sameOrganization is true unless the provider is known to have another organization now.
func (g *guardedResource) sameOrganization(ctx context.Context, r recorded, diags *diag.Diagnostics) bool {
	before := r.organization(ctx, diags)
	return before == "" || before == g.organization()
}

func addOtherOrganization(before, now string, diags *diag.Diagnostics) {
	diags.AddError("The resource belongs to another organization", fmt.Sprintf("The resource is in the organization %q, but the provider is configured "+
		"for %q. Nothing was read or changed, and the state is kept.\n\nUse the credentials of %[1]q: check `org_id` and `api_key` in the provider "+
		"block, `OCTOMIL_ORG_ID` and `OCTOMIL_API_KEY`, or the files of `octomil login`. To manage another object in %[2]q from now on, remove "+
		"this one from the state with `terraform state rm` first.", before, now))
}
