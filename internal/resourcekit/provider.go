package resourcekit

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// Provider is the configured provider, which all resources and data sources share.
type Provider struct {
	// Client is nil while values of the provider block are unknown, which is only possible during a plan.
	Client *control.Client
	// Unknown is the name of an unknown attribute of the provider block, "" if all are known.
	Unknown string
	// PollInterval is the first pause of a wait; later ones are longer.
	PollInterval time.Duration
	// Destroying is true of a command that destroys everything. What it plans before that is only a refresh.
	Destroying bool
	// AppliesPlan is true of a command that applies a plan from a file: whatever it plans was planned and shown before.
	AppliesPlan bool
	// Checked are the plans that another process of the same `terraform apply` has checked, nil where that cannot be known.
	Checked *CheckedPlans
	// Planned are the names that the current plan creates.
	Planned PlannedNames
	// Ephemerals are the open ephemeral resources, nil where nobody closes what is left of them.
	Ephemerals *OpenEphemerals
	// Claims are the values that its resources set on shared things.
	Claims Claims
	// Devices is what the deployments of the current walk may change together.
	Devices DeviceBudget
	// Written are values of the configuration before Terraform applies `ignore_changes`.
	Written WrittenValues
	// Members are the sets of the devices in groups, by the ID of the group, that an apply compares.
	Members Recent[map[string]bool]
	// Memberships counts the memberships of groups that this process has created.
	Memberships atomic.Int64
	// Objects are the objects that the resources of the current walk manage.
	Objects Objects

	walk walk
}

// beginWalk forgets what belongs to an earlier walk of Terraform.
func (p *Provider) beginWalk() {
	p.Planned.Forget()
	p.Claims.Forget()
	p.Objects.Forget()
	p.Devices.Forget()
	if p.Client != nil {
		p.Client.BeginWalk()
	}
}

// Configured receives the provider in Configure and provides the client. Base and DataSourceBase embed it, and actions and
// ephemeral resources do so directly.
type Configured struct {
	// TypeName is sent in the user agent of the requests made for this type.
	TypeName string
	Provider *Provider

	// maxAge is the maximum age of a cached response to a read by Reader, 0 for no limit.
	maxAge time.Duration
}

// dataSourceMaxAge is the maximum age of a cached response that a data source returns. Unlike a refresh, a data source can
// be read in the middle of an apply, after other tools that Terraform runs have changed something.
const dataSourceMaxAge = 10 * time.Second

// ConfigureResource implements Configure of a resource.
func (c *Configured) ConfigureResource(req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	c.configure(req.ProviderData, &resp.Diagnostics)
}

// ConfigureDataSource implements Configure of a data source.
func (c *Configured) ConfigureDataSource(req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	c.maxAge = dataSourceMaxAge
	c.configure(req.ProviderData, &resp.Diagnostics)
}

// ConfigureAction implements Configure of an action.
func (c *Configured) ConfigureAction(req action.ConfigureRequest, resp *action.ConfigureResponse) {
	c.configure(req.ProviderData, &resp.Diagnostics)
}

// ConfigureEphemeral implements Configure of an ephemeral resource.
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
			fmt.Sprintf("Expected *resourcekit.Provider, got %T. Please report this issue to the provider developers.", data))
		return
	}
	c.Provider = provider
}

// Client returns the client, and a context that adds the type name to the user agent. If the provider block has unknown
// values, it adds an error and returns a nil client.
func (c *Configured) Client(ctx context.Context, diags *diag.Diagnostics) (context.Context, *control.Client) {
	ctx = control.WithCaller(ctx, c.TypeName)
	switch {
	case c.Provider == nil:
		diags.AddError("Provider not configured", "A request was made before the provider was configured. "+
			"Please report this issue to the provider developers.")
		return ctx, nil
	case c.Provider.Client == nil:
		diags.AddError("Unknown value in the provider block",
			fmt.Sprintf("This operation needs the control API, but `%s` in the provider block is only known after apply. "+
				"Apply the resources that it depends on first, for example with `-target`.", c.Provider.Unknown))
		return ctx, nil
	}
	return ctx, c.Provider.Client
}

// Reader is Client for operations that only read: a refresh, an import, a data source, the checks of a plan. They share
// cached responses with the other reads of the same walk, so that many of them need few requests; see control.WithCache.
func (c *Configured) Reader(ctx context.Context, diags *diag.Diagnostics) (context.Context, *control.Client) {
	return c.Client(control.WithCache(ctx, c.maxAge), diags)
}

// HasClient is true if requests are possible. If not, a plan skips the checks that need them.
func (c *Configured) HasClient() bool { return c.Provider != nil && c.Provider.Client != nil }
