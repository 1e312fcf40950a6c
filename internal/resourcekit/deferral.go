package resourcekit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// What needs the control API while the provider block is not known is deferred, if the request allows that: the framework's own deferral by
// the provider answers it to every request, also to those for which Terraform takes it for a bug.

// defers is true of a request that can be answered by a deferral, and by nothing else.
func (p *Provider) defers(allowed bool) bool {
	return allowed && p != nil && p.Client == nil && p.Unknown != ""
}

// Defers is true of a request that can be answered by a deferral, and by nothing else. Actions and ephemeral resources ask for it
// themselves.
func (c *Configured) Defers(allowed bool) bool { return c.Provider.defers(allowed) }

func deferredResource() *resource.Deferred {
	return &resource.Deferred{Reason: resource.DeferredReasonProviderConfigUnknown}
}

// DeferredAction is the answer of an action.
func DeferredAction() *action.Deferred {
	return &action.Deferred{Reason: action.DeferredReasonProviderConfigUnknown}
}

// DeferredEphemeral is the answer of an ephemeral resource.
func DeferredEphemeral() *ephemeral.Deferred {
	return &ephemeral.Deferred{Reason: ephemeral.DeferredReasonProviderConfigUnknown}
}

// identifier is a resource that sets its identity from its state.
type identifier interface {
	SetIdentity(ctx context.Context, state tfsdk.State, identity *tfsdk.ResourceIdentity, diags *diag.Diagnostics)
}

// deferringDataSource defers a read.
type deferringDataSource struct {
	datasource.DataSource
	provider *Provider
}

// DeferDataSource wraps a data source so that it can be deferred.
func DeferDataSource(open func() datasource.DataSource) func() datasource.DataSource {
	return func() datasource.DataSource { return &deferringDataSource{DataSource: open()} }
}

var (
	_ datasource.DataSourceWithConfigure        = (*deferringDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*deferringDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig   = (*deferringDataSource)(nil)
)

func (d *deferringDataSource) Configure(ctx context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.provider, _ = req.ProviderData.(*Provider)
	if s, ok := d.DataSource.(datasource.DataSourceWithConfigure); ok {
		s.Configure(ctx, req, resp)
	}
}

func (d *deferringDataSource) ConfigValidators(ctx context.Context) []datasource.ConfigValidator {
	if s, ok := d.DataSource.(datasource.DataSourceWithConfigValidators); ok {
		return s.ConfigValidators(ctx)
	}
	return nil
}

func (d *deferringDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	if s, ok := d.DataSource.(datasource.DataSourceWithValidateConfig); ok {
		s.ValidateConfig(ctx, req, resp)
	}
}

func (d *deferringDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	if d.provider.defers(req.ClientCapabilities.DeferralAllowed) {
		resp.State.Raw = tftypes.NewValue(resp.State.Schema.Type().TerraformType(ctx), tftypes.UnknownValue)
		resp.Deferred = &datasource.Deferred{Reason: datasource.DeferredReasonProviderConfigUnknown}
		return
	}
	d.DataSource.Read(ctx, req, resp)
}
