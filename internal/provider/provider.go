package provider

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

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
	// transport sends the requests, nil over the network.
	transport http.RoundTripper
	// run are the names that all processes of this run of Terraform plan, nil where they are not shared.
	run *resourcekit.RunNames
	// served is true in a process that Terraform has started for this provider.
	served bool
	// ephemerals are the open ephemeral resources of the process, nil where it does not close them.
	ephemerals *resourcekit.OpenEphemerals
	// shared is what the resources share, nil before the provider is configured.
	shared atomic.Pointer[resourcekit.Provider]
}

var (
	_ provider.ProviderWithActions       = (*octomilProvider)(nil)
	_ provider.ProviderWithFunctions     = (*octomilProvider)(nil)
	_ provider.ProviderWithListResources = (*octomilProvider)(nil)
)

// New returns the factory of the provider. The version is part of the user agent.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &octomilProvider{version: version} }
}

// NewOver is New with a transport for the requests of the provider, so that a test needs no network and can run in virtual time.
func NewOver(version string, transport http.RoundTripper) func() provider.Provider {
	return func() provider.Provider { return &octomilProvider{version: version, transport: transport} }
}

// resourceData is what Configure gives the resources, nil before that.
func (p *octomilProvider) resourceData() *resourcekit.Provider { return p.shared.Load() }

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
				MarkdownDescription: "API key. Defaults to `OCTOMIL_API_KEY`, then `OCTOMIL_SERVER_KEY`, then the `api_key` of " +
					"`~/.octomil/credentials`, which `octomil login` writes. Do not keep the key in the configuration.",
			},
			"org_id": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Organization ID. Defaults to `OCTOMIL_ORG_ID`, then the `org_id` of `~/.octomil/credentials` or " +
					"`~/.octomil/config.json`, then the organization of the API key.",
			},
			"allowed_org_ids": schema.ListAttribute{
				Optional:    true,
				ElementType: types.StringType,
				Validators:  []validator.List{listvalidator.NoNullValues()},
				MarkdownDescription: "IDs of the organizations that this configuration may be used with. If the provider is configured for another " +
					"one, or its organization is not known because only the API key decides it, every command fails. Defaults to any " +
					"organization.",
			},
			"api_url": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "URL of the control API. `/api/v1` is appended if it is missing. Defaults to `OCTOMIL_API_URL`, then " +
					"`OCTOMIL_API_BASE`, then `" + control.DefaultURL + "`.",
			},
			"allow_insecure_http": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Allow `http://` URLs for remote hosts, which sends the API key in clear text. Defaults to `false`.",
			},
			"ca_certificate_file": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Path to a PEM file with CA certificates to trust in addition to those of the system.",
			},
			"max_requests_per_minute": schema.Int64Attribute{
				Optional:            true,
				Validators:          []validator.Int64{int64validator.AtLeast(0)},
				MarkdownDescription: "Maximum number of requests per minute, across all resources. `0` disables the limit. Defaults to `100`, the limit of the API.",
			},
			"max_retries": schema.Int64Attribute{
				Optional:   true,
				Validators: []validator.Int64{int64validator.Between(0, 20)},
				MarkdownDescription: "Maximum number of retries of a failed request, between 0 and 20. Rate-limited requests do not count: " +
					"they are retried until the operation times out, and for at most 15 minutes if it has no `timeouts`. Defaults to `4`.",
			},
			"request_timeout": schema.StringAttribute{
				CustomType:          timetypes.GoDurationType{},
				Optional:            true,
				Validators:          []validator.String{resourcekit.PositiveDuration{}},
				MarkdownDescription: "Timeout of a single attempt of a request, as a duration such as `30s` or `1m`. Defaults to `30s`.",
			},
			"poll_interval": schema.StringAttribute{
				CustomType: timetypes.GoDurationType{},
				Optional:   true,
				Validators: []validator.String{resourcekit.PositiveDuration{}},
				MarkdownDescription: "Initial interval between two status checks of a running rollout, as a duration such as `2s`. " +
					"It grows to 30 seconds. Defaults to `2s`.",
			},
			"max_affected_devices": schema.Int64Attribute{
				Optional:   true,
				Validators: []validator.Int64{int64validator.AtLeast(0)},
				MarkdownDescription: "Maximum number of devices that all deployments and actions of one run may give another version together: a plan, " +
					"or an apply, fails if their sum is larger, or if the control plane does not count the devices of one of them. A device that " +
					"two of them change counts twice. Each provider block has a limit of its own. Defaults to no limit.",
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
	if err := cfg.checkOrganization(settings.client.OrgID); err != nil {
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
	shared := &resourcekit.Provider{
		Client: client, PollInterval: settings.pollInterval, Destroying: destroys(parentCommand(ctx), os.Getenv),
		Planned: resourcekit.PlannedNames{Run: p.run}, Ephemerals: p.ephemerals,
	}
	p.recognizeApply(ctx, shared)
	if !cfg.MaxAffectedDevices.IsNull() {
		limit := int(cfg.MaxAffectedDevices.ValueInt64())
		shared.Devices.Limit = &limit
	}
	p.shared.Store(shared)
	resp.ResourceData = shared
	resp.DataSourceData = shared
	resp.ActionData = shared
	resp.ListResourceData = shared
	resp.EphemeralResourceData = shared
}

// recognizeApply finds out whether what this process plans was planned and shown before: from a plan file, or by another process of the
// same command.
func (p *octomilProvider) recognizeApply(ctx context.Context, shared *resourcekit.Provider) {
	if !p.served || shared.Destroying {
		return
	}
	plans, fromFile := applies(parentCommand(ctx), os.Getenv)
	shared.AppliesPlan = fromFile
	if folder := plansFolder(); plans && folder != "" {
		run := resourcekit.ChecksOfRun(folder, os.Getppid(), parentStart())
		shared.Checked = resourcekit.NewCheckedPlans(run, p.version+" "+shared.Client.Fingerprint())
	}
}

// configureUnknown handles a provider block with a setting that is only known after apply. Where Terraform supports deferral,
// each request that allows it is deferred. Elsewhere the plan continues without requests.
func (p *octomilProvider) configureUnknown(req provider.ConfigureRequest, resp *provider.ConfigureResponse, unknown string) {
	if !req.ClientCapabilities.DeferralAllowed {
		resp.Diagnostics.AddWarning("Provider configuration is not known yet",
			fmt.Sprintf("`%s` is only known after apply. This plan cannot send requests to the control API: checks against the API are "+
				"skipped, and data sources fail. For a complete plan, apply the resources that `%[1]s` depends on first, for example with "+
				"`-target`.", unknown))
	}
	shared := &resourcekit.Provider{Unknown: unknown, Planned: resourcekit.PlannedNames{Run: p.run}}
	p.shared.Store(shared)
	resp.ResourceData = shared
	resp.DataSourceData = shared
	resp.ActionData = shared
	resp.ListResourceData = shared
	resp.EphemeralResourceData = shared
}

func (p *octomilProvider) Resources(context.Context) []func() resource.Resource {
	all := slices.Concat(
		access.Resources(),
		catalog.Resources(),
		deployment.Resources(),
		experiment.Resources(),
		federation.Resources(),
		fleet.Resources(),
		observation.Resources(),
		policy.Resources(),
	)
	for i, open := range all {
		all[i] = resourcekit.Guard(open)
	}
	return all
}

func (p *octomilProvider) DataSources(context.Context) []func() datasource.DataSource {
	all := slices.Concat(
		access.DataSources(),
		catalog.DataSources(),
		deployment.DataSources(),
		experiment.DataSources(),
		federation.DataSources(),
		fleet.DataSources(),
		observation.DataSources(),
		policy.DataSources(),
	)
	for i, open := range all {
		all[i] = resourcekit.DeferDataSource(open)
	}
	return all
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
		deployment.NewStartAction,
		observation.NewMetricsTestAction,
		observation.NewLogTestAction,
	}
}
