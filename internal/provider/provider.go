// Package provider is the provider block and the one list of everything that the provider offers.
package provider

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/octomil/terraform-provider-octomil/internal/access"
	"github.com/octomil/terraform-provider-octomil/internal/catalog"
	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/deployment"
	"github.com/octomil/terraform-provider-octomil/internal/experiment"
	"github.com/octomil/terraform-provider-octomil/internal/federation"
	"github.com/octomil/terraform-provider-octomil/internal/fleet"
	"github.com/octomil/terraform-provider-octomil/internal/observation"
	"github.com/octomil/terraform-provider-octomil/internal/policy"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/version"
)

type octomilProvider struct {
	version string
	// transport takes the place of the network; nil is the network.
	transport http.RoundTripper
}

var (
	_ provider.ProviderWithActions       = (*octomilProvider)(nil)
	_ provider.ProviderWithFunctions     = (*octomilProvider)(nil)
	_ provider.ProviderWithListResources = (*octomilProvider)(nil)
)

// New returns the provider's factory; version is what the user agent names.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &octomilProvider{version: version} }
}

// NewOver is New for a provider whose requests go over a transport of the caller's, so that a test needs no network and can run in
// virtual time.
func NewOver(version string, transport http.RoundTripper) func() provider.Provider {
	return func() provider.Provider { return &octomilProvider{version: version, transport: transport} }
}

func (p *octomilProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "octomil"
	resp.Version = p.version
}

func (p *octomilProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Deploys AI models to fleets of devices with [Octomil](https://octomil.com), and rolls them back: " +
			"the version in the configuration is a pin, and pinning an older one performs a rollback.",
		Attributes: map[string]schema.Attribute{
			"api_key": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				MarkdownDescription: "The API key. Where it is not set: `OCTOMIL_API_KEY`, then `OCTOMIL_SERVER_KEY`, then the " +
					"`api_key` of `~/.octomil/credentials`, which `octomil login` writes. Best kept out of the configuration.",
			},
			"org_id": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "The organization. Where it is not set: `OCTOMIL_ORG_ID`, then the `org_id` of " +
					"`~/.octomil/credentials` or `~/.octomil/config.json`; else the organization of the key.",
			},
			"api_url": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "The control API, such as `" + control.DefaultURL + "`, the default; a bare host does as well. " +
					"Where it is not set: `OCTOMIL_API_URL`, then `OCTOMIL_API_BASE`.",
			},
			"allow_insecure_http": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Allow `http://` to another machine than this one, which sends the key in clear text. Default `false`.",
			},
			"ca_certificate_file": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "A PEM file of certificates to trust beside the system's.",
			},
			"max_requests_per_minute": schema.Int64Attribute{
				Optional:            true,
				Validators:          []validator.Int64{int64validator.AtLeast(0)},
				MarkdownDescription: "How many requests may be sent in a minute, over all resources. Default `100`, the API's own limit; `0` is no limit.",
			},
			"max_retries": schema.Int64Attribute{
				Optional:   true,
				Validators: []validator.Int64{int64validator.Between(0, 20)},
				MarkdownDescription: "How often a failed request is repeated. Default `4`. Answers of the rate limit do not count: they " +
					"are repeated for as long as the operation may take.",
			},
			"request_timeout": schema.StringAttribute{
				CustomType:          timetypes.GoDurationType{},
				Optional:            true,
				MarkdownDescription: "How long a single attempt of a request may take, such as `30s`, the default.",
			},
			"poll_interval": schema.StringAttribute{
				CustomType:          timetypes.GoDurationType{},
				Optional:            true,
				MarkdownDescription: "How long to pause between two looks at a running rollout, at first; it grows to 30 seconds. Default `2s`.",
			},
		},
	}
}

func (p *octomilProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var cfg block
	resp.Diagnostics.Append(req.Config.Get(ctx, &cfg)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if unknown := cfg.unknown(); unknown != "" {
		p.configureUnknown(req, resp, unknown)
		return
	}
	settings, err := cfg.settings(localSources)
	if err != nil {
		resp.Diagnostics.AddAttributeError(err.at, err.summary, err.detail)
		return
	}
	if settings.exposed != "" {
		resp.Diagnostics.AddWarning(exposedKeyWarning(settings.exposed))
	}
	settings.client.UserAgent = fmt.Sprintf("terraform-provider-octomil/%s Terraform/%s", p.version, req.TerraformVersion)
	settings.client.Transport = p.transport
	client, clientErr := control.New(settings.client)
	if clientErr != nil {
		err = clientSettingError(clientErr)
		resp.Diagnostics.AddAttributeError(err.at, err.summary, err.detail)
		return
	}
	shared := &resourcekit.Provider{Client: client, PollInterval: settings.pollInterval}
	resp.ResourceData = shared
	resp.DataSourceData = shared
	resp.ActionData = shared
	resp.ListResourceData = shared
	resp.EphemeralResourceData = shared
}

// configureUnknown handles a provider block of which a part is only known after apply: Terraform defers everything where it can;
// elsewhere the plan goes on as far as it needs no request.
func (p *octomilProvider) configureUnknown(req provider.ConfigureRequest, resp *provider.ConfigureResponse, unknown string) {
	if req.ClientCapabilities.DeferralAllowed {
		resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
		return
	}
	resp.Diagnostics.AddWarning("The provider block is not known yet",
		fmt.Sprintf("%s is only known after apply, so this plan cannot ask the control API: nothing is checked there, and whatever "+
			"must be read fails. Apply what it depends on first, for example with -target, for a full plan.", unknown))
	shared := &resourcekit.Provider{Unknown: unknown}
	resp.ResourceData = shared
	resp.DataSourceData = shared
	resp.ActionData = shared
	resp.ListResourceData = shared
	resp.EphemeralResourceData = shared
}

func (p *octomilProvider) Resources(context.Context) []func() resource.Resource {
	return slices.Concat(
		access.Resources(),
		catalog.Resources(),
		deployment.Resources(),
		experiment.Resources(),
		federation.Resources(),
		fleet.Resources(),
		observation.Resources(),
		policy.Resources(),
	)
}

func (p *octomilProvider) DataSources(context.Context) []func() datasource.DataSource {
	return slices.Concat(
		catalog.DataSources(),
		deployment.DataSources(),
		fleet.DataSources(),
		policy.DataSources(),
	)
}

func (p *octomilProvider) ListResources(context.Context) []func() list.ListResource {
	return slices.Concat(
		access.ListResources(),
		catalog.ListResources(),
		deployment.ListResources(),
		experiment.ListResources(),
		federation.ListResources(),
		fleet.ListResources(),
		observation.ListResources(),
		policy.ListResources(),
	)
}

func (p *octomilProvider) Functions(context.Context) []func() function.Function {
	return version.Functions()
}

func (p *octomilProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return access.EphemeralResources()
}

func (p *octomilProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{
		deployment.NewRollbackAction,
		deployment.NewAdvanceAction,
		deployment.NewCancelAction,
		deployment.NewPauseAction,
		deployment.NewResumeAction,
	}
}
