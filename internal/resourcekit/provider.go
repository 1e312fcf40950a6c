// Package resourcekit is what every resource and data source shares: the configured client, errors of the API as
// diagnostics, the one waiter, and the mapping of the API's values to Terraform's.
package resourcekit

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// Provider is what the provider block amounts to; every resource gets the same one.
type Provider struct {
	// Client is nil while a part of the provider block is not known yet, which can only be so during a plan.
	Client *control.Client
	// Unknown names the settings that are not known yet, for the error of whoever needs the client all the same.
	Unknown string
	// PollInterval is the first pause of a wait; it grows from there.
	PollInterval time.Duration
	// Planned is what the plan under way creates.
	Planned Planned
	// Claims is what its resources want of things that can be only one way.
	Claims Claims
}

// Configured is embedded by every resource, data source and action: it takes the provider's data and hands out the client.
type Configured struct {
	// TypeName is sent in the user agent of the requests made for this type.
	TypeName string
	Provider *Provider

	// sharedFor is the greatest age of what Reader's reads may be answered with, 0 for no limit.
	sharedFor time.Duration
}

// dataSourceAge is how old what a data source shows may be. Unlike a refresh it can be read in the middle of an apply, after
// something that Terraform has run besides.
const dataSourceAge = 10 * time.Second

// ConfigureResource is the Configure method of a resource.
func (c *Configured) ConfigureResource(req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	c.configure(req.ProviderData, &resp.Diagnostics)
}

// ConfigureDataSource is the Configure method of a data source.
func (c *Configured) ConfigureDataSource(req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	c.sharedFor = dataSourceAge
	c.configure(req.ProviderData, &resp.Diagnostics)
}

// ConfigureAction is the Configure method of an action.
func (c *Configured) ConfigureAction(req action.ConfigureRequest, resp *action.ConfigureResponse) {
	c.configure(req.ProviderData, &resp.Diagnostics)
}

// ConfigureEphemeral is the Configure method of an ephemeral resource.
func (c *Configured) ConfigureEphemeral(req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	c.configure(req.ProviderData, &resp.Diagnostics)
}

func (c *Configured) configure(data any, diags *diag.Diagnostics) {
	if data == nil {
		return // validation runs before the provider is configured
	}
	provider, ok := data.(*Provider)
	if !ok {
		diags.AddError("Unexpected provider data",
			fmt.Sprintf("Got %T where *resourcekit.Provider was expected. Please report this to the provider's developers.", data))
		return
	}
	c.Provider = provider
}

// Client returns the client and a context that names the type to the server, or adds an error when the provider block is not
// fully known yet.
func (c *Configured) Client(ctx context.Context, diags *diag.Diagnostics) (context.Context, *control.Client) {
	ctx = control.WithCaller(ctx, c.TypeName)
	switch {
	case c.Provider == nil:
		diags.AddError("The provider is not configured", "A request was made before the provider was configured. "+
			"Please report this to the provider's developers.")
		return ctx, nil
	case c.Provider.Client == nil:
		diags.AddError("The provider block is not known yet",
			fmt.Sprintf("This needs the control API, but %s of the provider block is only known after apply. "+
				"Apply what it depends on first, for example with -target.", c.Provider.Unknown))
		return ctx, nil
	}
	return ctx, c.Provider.Client
}

// Reader is Client for what only looks: a refresh, an import, a data source, the checks of a plan. Many of them cost few requests,
// since they may get what the same walk of Terraform has read before; see control.WithCache.
func (c *Configured) Reader(ctx context.Context, diags *diag.Diagnostics) (context.Context, *control.Client) {
	return c.Client(control.WithCache(ctx, c.sharedFor), diags)
}

// Online is true when requests can be made: checks during a plan are skipped where they cannot.
func (c *Configured) Online() bool { return c.Provider != nil && c.Provider.Client != nil }
