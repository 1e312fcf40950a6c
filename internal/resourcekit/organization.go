package resourcekit

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// organizationKey is the key of private state that has the provider's organization of the last operation.
const organizationKey = "organization"

// organizationResource remembers the organization of a resource, and refuses every operation of a provider that is configured for another
// one: the ID of an object means nothing there, so a read would take the object for deleted, and a plan would create it again.
type organizationResource struct {
	resource.Resource
	provider *Provider
}

// RememberOrganization wraps a resource so that it remembers its organization. A provider whose organization is not known, because its
// API key decides, is not checked.
func RememberOrganization(open func() resource.Resource) func() resource.Resource {
	return func() resource.Resource { return &organizationResource{Resource: open()} }
}

var (
	_ resource.ResourceWithConfigure        = (*organizationResource)(nil)
	_ resource.ResourceWithConfigValidators = (*organizationResource)(nil)
	_ resource.ResourceWithIdentity         = (*organizationResource)(nil)
	_ resource.ResourceWithImportState      = (*organizationResource)(nil)
	_ resource.ResourceWithModifyPlan       = (*organizationResource)(nil)
	_ resource.ResourceWithValidateConfig   = (*organizationResource)(nil)
)

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
func (o *organizationResource) check(ctx context.Context, r recorded, config tfsdk.Config, diags *diag.Diagnostics) bool {
	now := o.organization()
	if now == "" || r.state.Raw.IsNull() {
		return true
	}
	before := r.organization(ctx, diags)
	if before == "" || before == now || o.hasOwnOrganization(ctx, r.state, config, now, diags) {
		return !diags.HasError()
	}
	addOtherOrganization(before, now, diags)
	return false
}

// hasOwnOrganization is true of an object that names its organization itself: in the configuration, or because it is the provider's.
func (o *organizationResource) hasOwnOrganization(
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

func (o *organizationResource) organization() string {
	if o.provider == nil || o.provider.Client == nil {
		return ""
	}
	return o.provider.Client.OrgID()
}

// remember records the organization of a resource that is in the state.
func (o *organizationResource) remember(ctx context.Context, state tfsdk.State, private PrivateState, diags *diag.Diagnostics) {
	if org := o.organization(); org != "" && !state.Raw.IsNull() {
		SetPrivate(ctx, private, organizationKey, org, diags)
	}
}

func addOtherOrganization(before, now string, diags *diag.Diagnostics) {
	diags.AddError("The resource belongs to another organization", fmt.Sprintf("The resource is in the organization %q, but the provider is configured "+
		"for %q. Nothing was read or changed, and the state is kept.\n\nUse the credentials of %[1]q: check `org_id` and `api_key` in the provider "+
		"block, `OCTOMIL_ORG_ID` and `OCTOMIL_API_KEY`, or the files of `octomil login`. To manage another object in %[2]q from now on, remove "+
		"this one from the state with `terraform state rm` first.", before, now))
}

func (o *organizationResource) Configure(ctx context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	o.provider, _ = req.ProviderData.(*Provider)
	if r, ok := o.Resource.(resource.ResourceWithConfigure); ok {
		r.Configure(ctx, req, resp)
	}
}

func (o *organizationResource) IdentitySchema(ctx context.Context, req resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	if r, ok := o.Resource.(resource.ResourceWithIdentity); ok {
		r.IdentitySchema(ctx, req, resp)
	}
}

func (o *organizationResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	if r, ok := o.Resource.(resource.ResourceWithValidateConfig); ok {
		r.ValidateConfig(ctx, req, resp)
	}
}

func (o *organizationResource) ConfigValidators(ctx context.Context) []resource.ConfigValidator {
	if r, ok := o.Resource.(resource.ResourceWithConfigValidators); ok {
		return r.ConfigValidators(ctx)
	}
	return nil
}

func (o *organizationResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if r, ok := o.Resource.(resource.ResourceWithImportState); ok {
		r.ImportState(ctx, req, resp)
	}
}

func (o *organizationResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !o.check(ctx, recorded{req.State, req.Identity, req.Private}, req.Config, &resp.Diagnostics) {
		return
	}
	r, ok := o.Resource.(resource.ResourceWithModifyPlan)
	if !ok {
		return
	}
	before, planned := resp.Diagnostics, resp.Plan
	r.ModifyPlan(ctx, req, resp)
	if o.provider != nil && o.provider.Destroying && !req.Plan.Raw.IsNull() { // nothing of this plan is going to happen
		if resp.Diagnostics.HasError() {
			resp.Plan, resp.RequiresReplace = planned, nil
		}
		resp.Diagnostics = before
	}
}

func (o *organizationResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	o.Resource.Create(ctx, req, resp)
	o.remember(ctx, resp.State, resp.Private, &resp.Diagnostics)
}

// Read checks an object that names its organization only where it would leave the state: its configuration is not known here.
func (o *organizationResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	before := recorded{req.State, req.Identity, req.Private}
	attribute, own := req.State.Schema.GetAttributes()[orgAttribute]
	own = own && attribute.IsOptional()
	if !own && !o.check(ctx, before, tfsdk.Config{}, &resp.Diagnostics) {
		return
	}
	o.Resource.Read(ctx, req, resp)
	if own && resp.State.Raw.IsNull() && !o.check(ctx, before, tfsdk.Config{}, &resp.Diagnostics) {
		resp.State.Raw = req.State.Raw
		return
	}
	if !own || o.sameOrganization(ctx, before, &resp.Diagnostics) {
		o.remember(ctx, resp.State, resp.Private, &resp.Diagnostics)
	}
}

// sameOrganization is true unless the provider is known to have another organization now.
func (o *organizationResource) sameOrganization(ctx context.Context, r recorded, diags *diag.Diagnostics) bool {
	before := r.organization(ctx, diags)
	return before == "" || before == o.organization()
}

func (o *organizationResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	if !o.check(ctx, recorded{req.State, req.Identity, req.Private}, req.Config, &resp.Diagnostics) {
		return
	}
	o.Resource.Update(ctx, req, resp)
	o.remember(ctx, resp.State, resp.Private, &resp.Diagnostics)
}

func (o *organizationResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	if o.check(ctx, recorded{req.State, req.Identity, req.Private}, tfsdk.Config{}, &resp.Diagnostics) {
		o.Resource.Delete(ctx, req, resp)
	}
}
