package resourcekit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// guardedResource adds to a resource what holds for all of them: its organization is remembered (organization.go), a plan before a destroy
// fails on nothing (Provider.Destroying), what needs an unknown provider block is deferred (deferral.go), and a null element of a
// collection is an error (null_elements.go).
type guardedResource struct {
	resource.Resource
	provider *Provider
}

// Guard wraps a resource in what holds for all of them.
func Guard(open func() resource.Resource) func() resource.Resource {
	return func() resource.Resource { return &guardedResource{Resource: open()} }
}

var (
	_ resource.ResourceWithConfigure        = (*guardedResource)(nil)
	_ resource.ResourceWithConfigValidators = (*guardedResource)(nil)
	_ resource.ResourceWithIdentity         = (*guardedResource)(nil)
	_ resource.ResourceWithImportState      = (*guardedResource)(nil)
	_ resource.ResourceWithModifyPlan       = (*guardedResource)(nil)
	_ resource.ResourceWithValidateConfig   = (*guardedResource)(nil)
)

func (g *guardedResource) Configure(ctx context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	g.provider, _ = req.ProviderData.(*Provider)
	if r, ok := g.Resource.(resource.ResourceWithConfigure); ok {
		r.Configure(ctx, req, resp)
	}
}

func (g *guardedResource) IdentitySchema(ctx context.Context, req resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	if r, ok := g.Resource.(resource.ResourceWithIdentity); ok {
		r.IdentitySchema(ctx, req, resp)
	}
}

func (g *guardedResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	if r, ok := g.Resource.(resource.ResourceWithValidateConfig); ok && expectNoNullElements(ctx, req.Config, &resp.Diagnostics) {
		r.ValidateConfig(ctx, req, resp)
	}
}

func (g *guardedResource) ConfigValidators(ctx context.Context) []resource.ConfigValidator {
	if r, ok := g.Resource.(resource.ResourceWithConfigValidators); ok {
		return r.ConfigValidators(ctx)
	}
	return nil
}

func (g *guardedResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if g.provider.defers(req.ClientCapabilities.DeferralAllowed) {
		resp.State.Raw = tftypes.NewValue(resp.State.Raw.Type(), tftypes.UnknownValue)
		resp.Deferred = deferredResource()
		return
	}
	if r, ok := g.Resource.(resource.ResourceWithImportState); ok {
		r.ImportState(ctx, req, resp)
	}
}

func (g *guardedResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !g.check(ctx, recorded{req.State, req.Identity, req.Private}, req.Config, &resp.Diagnostics) ||
		!expectNoNullElements(ctx, req.Config, &resp.Diagnostics) {
		return
	}
	r, ok := g.Resource.(resource.ResourceWithModifyPlan)
	if g.provider.defers(req.ClientCapabilities.DeferralAllowed) {
		resp.Deferred = deferredResource()
	}
	if !ok {
		return
	}
	before, planned := resp.Diagnostics, resp.Plan
	r.ModifyPlan(ctx, req, resp)
	if g.provider != nil && g.provider.Destroying && !req.Plan.Raw.IsNull() { // nothing of this plan is going to happen
		if resp.Diagnostics.HasError() {
			resp.Plan, resp.RequiresReplace = planned, nil
		}
		resp.Diagnostics = before
	}
}

func (g *guardedResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	if !expectNoNullElements(ctx, req.Config, &resp.Diagnostics) {
		return
	}
	g.Resource.Create(ctx, req, resp)
	g.remember(ctx, resp.State, resp.Private, &resp.Diagnostics)
}

// Read checks an object that names its organization only where it would leave the state: its configuration is not known here.
func (g *guardedResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	if g.provider.defers(req.ClientCapabilities.DeferralAllowed) {
		resp.Deferred = deferredResource()
		if r, ok := g.Resource.(identifier); ok { // the state of an earlier version has no identity
			r.SetIdentity(ctx, req.State, resp.Identity, &resp.Diagnostics)
		}
		return
	}
	before := recorded{req.State, req.Identity, req.Private}
	attribute, own := req.State.Schema.GetAttributes()[orgAttribute]
	own = own && attribute.IsOptional()
	if !own && !g.check(ctx, before, tfsdk.Config{}, &resp.Diagnostics) {
		return
	}
	g.Resource.Read(ctx, req, resp)
	if own && resp.State.Raw.IsNull() && !g.check(ctx, before, tfsdk.Config{}, &resp.Diagnostics) {
		resp.State.Raw = req.State.Raw
		return
	}
	if !own || g.sameOrganization(ctx, before, &resp.Diagnostics) {
		g.remember(ctx, resp.State, resp.Private, &resp.Diagnostics)
	}
}

func (g *guardedResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	if !g.check(ctx, recorded{req.State, req.Identity, req.Private}, req.Config, &resp.Diagnostics) ||
		!expectNoNullElements(ctx, req.Config, &resp.Diagnostics) {
		return
	}
	g.Resource.Update(ctx, req, resp)
	g.remember(ctx, resp.State, resp.Private, &resp.Diagnostics)
}

func (g *guardedResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	if g.check(ctx, recorded{req.State, req.Identity, req.Private}, tfsdk.Config{}, &resp.Diagnostics) {
		g.Resource.Delete(ctx, req, resp)
	}
}
