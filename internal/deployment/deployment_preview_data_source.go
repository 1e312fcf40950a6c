package deployment

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

type previewDataSource struct {
	resourcekit.DataSourceBase
}

var _ datasource.DataSourceWithConfigure = (*previewDataSource)(nil)

// NewPreview returns octomil_deployment_preview.
func NewPreview() datasource.DataSource {
	return &previewDataSource{DataSourceBase: resourcekit.NewDataSourceBase("octomil_deployment_preview")}
}

// previewModel is the data source as Terraform holds it.
type previewModel struct {
	Model          types.String   `tfsdk:"model"`
	Version        types.String   `tfsdk:"version"`
	Group          types.String   `tfsdk:"group"`
	Percentage     types.Float64  `tfsdk:"percentage"`
	ModelID        types.String   `tfsdk:"model_id"`
	Operation      types.String   `tfsdk:"operation"`
	FromVersion    types.String   `tfsdk:"from_version"`
	Devices        types.Int64    `tfsdk:"devices"`
	DevicesTotal   types.Int64    `tfsdk:"devices_total"`
	DeployedBefore types.Bool     `tfsdk:"deployed_before"`
	Cancels        *canceledModel `tfsdk:"cancels"`
	Warnings       []string       `tfsdk:"warnings"`
}

type canceledModel struct {
	ID         types.String  `tfsdk:"id"`
	Version    types.String  `tfsdk:"version"`
	Status     types.String  `tfsdk:"status"`
	Percentage types.Float64 `tfsdk:"percentage"`
}

// previewNone is the operation of a preview that changes nothing.
const previewNone = "none"

func (d *previewDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	notEmpty := []validator.String{stringvalidator.LengthAtLeast(1)}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Shows what an `octomil_model_deployment` of a version would do at this moment, without doing it: whether " +
			"it is a rollback, how many devices change, and which rollout it cancels. For checks and policies that " +
			"examine a plan before it is applied.",
		Attributes: map[string]schema.Attribute{
			"model": schema.StringAttribute{
				Required: true, Validators: notEmpty, MarkdownDescription: "The model, by name or ID.",
			},
			"version": schema.StringAttribute{
				Required: true, Validators: notEmpty, MarkdownDescription: "The version to preview.",
			},
			"group": schema.StringAttribute{
				Optional: true, Validators: notEmpty, MarkdownDescription: "The device group, by name. Defaults to the whole fleet.",
			},
			"percentage": schema.Float64Attribute{
				Optional: true, Validators: []validator.Float64{float64validator.Between(1, 100)},
				MarkdownDescription: "The percentage of the devices in scope that should have the version, from 1 to 100. Defaults to `100`. A " +
					"rollback ignores it and changes all devices.",
			},
			"model_id": schema.StringAttribute{Computed: true, MarkdownDescription: "The ID of the model."},
			"operation": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "`deploy` for a version that is rolled out as a new one, `rollback` for an older one that was deployed " +
					"before, `advance` if only its percentage increases, `resume` if its rollout already exists and would " +
					"continue, or `none`.",
			},
			"from_version": schema.StringAttribute{
				Computed: true, MarkdownDescription: "The targeted version of the scope. Null if nothing is deployed.",
			},
			"devices": schema.Int64Attribute{
				Computed: true,
				MarkdownDescription: "The number of devices that get another version. Null if the control plane does not count them, and if an " +
					"existing rollout continues.",
			},
			"devices_total": schema.Int64Attribute{
				Computed: true,
				MarkdownDescription: "The number of devices in scope, without those that have a version from a deployment to a group. Null if " +
					"the control plane does not count them.",
			},
			"deployed_before": schema.BoolAttribute{
				Computed: true, MarkdownDescription: "Whether the version was deployed to the scope before, so that it can be rolled back to.",
			},
			"cancels": schema.SingleNestedAttribute{
				Computed: true, MarkdownDescription: "The rollout in progress that would be canceled. Null if there is none.",
				Attributes: map[string]schema.Attribute{
					"id":         schema.StringAttribute{Computed: true, MarkdownDescription: "The ID of the rollout."},
					"version":    schema.StringAttribute{Computed: true, MarkdownDescription: "The version of the rollout."},
					"status":     schema.StringAttribute{Computed: true, MarkdownDescription: "The status of the rollout: `pending`, `active` or `paused`."},
					"percentage": schema.Float64Attribute{Computed: true, MarkdownDescription: "The percentage of the fleet that the rollout has reached."},
				},
			},
			"warnings": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Warnings: the control plane's own, a version that is deprecated, retired or a draft, and an older version " +
					"that was never deployed, which is not a rollback.",
			},
		},
	}
}

func (d *previewDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m previewModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	ctx, client := d.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	pinned := model{
		Model: m.Model, Group: m.Group, Version: m.Version, ModelID: types.StringUnknown(), GroupID: types.StringUnknown(),
	}
	if !resolve(ctx, client, &pinned, &resp.Diagnostics) {
		return
	}
	m.ModelID = pinned.ModelID
	versions, err := client.Versions(ctx, pinned.ModelID.ValueString(), "")
	switch {
	case control.NotFound(err):
		addMissingModel(ctx, client, m.Model.ValueString(), err, &resp.Diagnostics)
	case err != nil:
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not list the versions of the model", err)
	case checkVersionExists(&pinned, versions, &resp.Diagnostics):
		m.preview(ctx, client, &pinned, versions, &resp.Diagnostics)
	}
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
	}
}

// preview decides as an apply would. The version counts as a group's pin, so that members without it are counted.
func (m *previewModel) preview(ctx context.Context, client *control.Client, pinned *model, versions []control.Version, diags *diag.Diagnostics) {
	spec := rollout.Spec{Version: m.Version.ValueString(), Percentage: 100, WaitDone: true}
	now, err := rollout.NewTarget(client, pinned.scope(), rollout.Options{}).Read(ctx, rollout.Private{Pin: spec.Version, Percentage: 100, Strict: true})
	if err != nil {
		addReadError(ctx, client, pinned, err, diags)
		return
	}
	if !m.Percentage.IsNull() {
		spec.Percentage = m.Percentage.ValueFloat64()
	}
	p := rollout.Propose(pinned.scope(), now, spec)
	if p.CountAffected(ctx, client); p.Impact.Err != nil {
		warnOfUncountedPreview(p.Impact.Err, diags)
	}
	m.setFromProposal(p)
	m.setWarnings(p, pinned, versions)
}

func (m *previewModel) setFromProposal(p rollout.Proposal) {
	op := p.Operation
	m.Operation = types.StringValue(string(op.Kind))
	m.FromVersion = resourcekit.StringOrNull(op.From)
	m.DeployedBefore = types.BoolValue(p.State.WasDeployed(op.To))
	m.DevicesTotal = intOrNull(p.Impact.Total)
	switch {
	case p.ChangesDevices():
		m.Devices = intOrNull(p.Affected())
	case op.Kind == rollout.None:
		m.Operation, m.Devices = types.StringValue(previewNone), types.Int64Value(0)
	}
	if open := p.Cancels(); open != nil {
		m.Cancels = &canceledModel{
			ID: types.StringValue(open.ID), Version: types.StringValue(open.Version),
			Status: types.StringValue(string(open.Status)), Percentage: types.Float64Value(open.Percentage),
		}
	}
}

func (m *previewModel) setWarnings(p rollout.Proposal, pinned *model, versions []control.Version) {
	m.Warnings = append([]string{}, p.Impact.Warnings...)
	var found diag.Diagnostics
	checkVersion(pinned, p.Operation, versions, &found)
	for _, d := range found {
		m.Warnings = append(m.Warnings, d.Detail())
	}
	if p.IsOlderDeploy() {
		m.Warnings = append(m.Warnings, olderDeployText(p))
	}
}
