package deployment

import (
	"context"
	"fmt"

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
	Model          types.String    `tfsdk:"model"`
	Version        types.String    `tfsdk:"version"`
	Group          types.String    `tfsdk:"group"`
	Percentage     types.Float64   `tfsdk:"percentage"`
	ModelID        types.String    `tfsdk:"model_id"`
	Operation      types.String    `tfsdk:"operation"`
	FromVersion    types.String    `tfsdk:"from_version"`
	Devices        types.Int64     `tfsdk:"devices"`
	DevicesTotal   types.Int64     `tfsdk:"devices_total"`
	DeployedBefore types.Bool      `tfsdk:"deployed_before"`
	Cancels        *cancelledModel `tfsdk:"cancels"`
	Warnings       []string        `tfsdk:"warnings"`
}

type cancelledModel struct {
	ID         types.String  `tfsdk:"id"`
	Version    types.String  `tfsdk:"version"`
	Status     types.String  `tfsdk:"status"`
	Percentage types.Float64 `tfsdk:"percentage"`
}

// operationWordNone is how the preview says that nothing would happen.
const operationWordNone = "none"

func (d *previewDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	notEmpty := []validator.String{stringvalidator.LengthAtLeast(1)}
	resp.Schema = schema.Schema{
		MarkdownDescription: "What an `octomil_model_deployment` of a version would do at this moment, without doing it: whether it is a rollback, how " +
			"many devices change, and which rollout it cancels. For checks and policies that look at a plan before it is applied.",
		Attributes: map[string]schema.Attribute{
			"model": schema.StringAttribute{
				Required: true, Validators: notEmpty, MarkdownDescription: "The model, by name or id.",
			},
			"version": schema.StringAttribute{
				Required: true, Validators: notEmpty, MarkdownDescription: "The version to look at.",
			},
			"group": schema.StringAttribute{
				Optional: true, Validators: notEmpty, MarkdownDescription: "A device group, by name. Without it, the whole fleet.",
			},
			"percentage": schema.Float64Attribute{
				Optional: true, Validators: []validator.Float64{float64validator.Between(1, 100)},
				MarkdownDescription: "The share of the scope that is to have the version, in percent from 1 to 100. Default `100`. A rollback ignores it: " +
					"it is for all devices.",
			},
			"model_id": schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the model."},
			"operation": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "`deploy` for a version that goes out as a new one, `rollback` for an older one that was deployed before, `advance` " +
					"where only its share grows, `resume` where its rollout is there already and would go on, or `none`.",
			},
			"from_version": schema.StringAttribute{
				Computed: true, MarkdownDescription: "The version that the scope is meant to run now; null where nothing is deployed.",
			},
			"devices": schema.Int64Attribute{
				Computed: true,
				MarkdownDescription: "How many devices get another version; null where the control plane does not count them, and where a rollout " +
					"that is there already goes on.",
			},
			"devices_total": schema.Int64Attribute{
				Computed: true,
				MarkdownDescription: "How many devices the scope has, those left aside that a deployment to a group has given a version of their own; " +
					"null where the control plane does not count them.",
			},
			"deployed_before": schema.BoolAttribute{
				Computed: true, MarkdownDescription: "Whether the version was deployed to the scope before, so that it can be rolled back to.",
			},
			"cancels": schema.SingleNestedAttribute{
				Computed: true, MarkdownDescription: "The rollout under way that would be cancelled; null where there is none.",
				Attributes: map[string]schema.Attribute{
					"id":         schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the rollout."},
					"version":    schema.StringAttribute{Computed: true, MarkdownDescription: "Its version."},
					"status":     schema.StringAttribute{Computed: true, MarkdownDescription: "Where it stands: `pending`, `active` or `paused`."},
					"percentage": schema.Float64Attribute{Computed: true, MarkdownDescription: "The share of the fleet that it has reached, in percent."},
				},
			},
			"warnings": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "What speaks against it, in words: the control plane's own warnings, a version that is deprecated, retired or a draft, " +
					"and an older version that is no rollback since it was never deployed.",
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
	asked := model{
		Model: m.Model, Group: m.Group, Version: m.Version, ModelID: types.StringUnknown(), GroupID: types.StringUnknown(),
	}
	if !locate(ctx, client, &asked, &resp.Diagnostics) {
		return
	}
	m.ModelID = asked.ModelID
	versions, err := client.Versions(ctx, asked.ModelID.ValueString(), "")
	switch {
	case control.NotFound(err):
		missingModel(ctx, client, m.Model.ValueString(), err, &resp.Diagnostics)
	case err != nil:
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not list the versions of the model", err)
	case missingVersion(&asked, versions, &resp.Diagnostics):
	default:
		m.preview(ctx, client, &asked, versions, &resp.Diagnostics)
	}
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
	}
}

// preview decides as an apply would. The version counts as a group's pin, so that members without it are seen.
func (m *previewModel) preview(ctx context.Context, client *control.Client, asked *model, versions []control.Version, diags *diag.Diagnostics) {
	now, err := scopeOf(client, asked, 0, nil).look(ctx, memory{Pin: m.Version.ValueString(), Share: 100})
	if err != nil {
		resourcekit.AddError(diags, path.Empty(), "Could not read what "+asked.scopeText()+" runs", err)
		return
	}
	w := wish{version: m.Version.ValueString(), share: 100, settled: true}
	if !m.Percentage.IsNull() {
		w.share = m.Percentage.ValueFloat64()
	}
	op := decide(now.situation, w)
	if op.Kind == operationRollback {
		w = w.atOnce()
	}
	reached := measure(ctx, client, asked, now.situation, w)
	m.show(now.situation, op, w, reached)
	m.warn(now.situation, op, reached, asked, versions)
}

func (m *previewModel) show(s situation, op operation, w wish, reached reach) {
	m.Operation = types.StringValue(string(op.Kind))
	m.FromVersion = resourcekit.StringOrNull(op.From)
	m.DeployedBefore = types.BoolValue(s.wasDeployed(op.To))
	m.DevicesTotal = intOrNull(reached.all)
	switch {
	case op.moves():
		m.Devices = intOrNull(reached.changed(span(s, op, w)))
	case op.Kind == operationNone:
		m.Operation, m.Devices = types.StringValue(operationWordNone), types.Int64Value(0)
	}
	if s.Open != nil && op.replaces() {
		m.Cancels = &cancelledModel{
			ID: types.StringValue(s.Open.ID), Version: types.StringValue(s.Open.Version),
			Status: types.StringValue(string(s.Open.Status)), Percentage: types.Float64Value(s.Open.Percentage),
		}
	}
}

func (m *previewModel) warn(s situation, op operation, reached reach, asked *model, versions []control.Version) {
	m.Warnings = append([]string{}, reached.warnings...)
	var found diag.Diagnostics
	checkPin(asked, op, versions, &found)
	for _, d := range found {
		m.Warnings = append(m.Warnings, d.Detail())
	}
	if op.Kind == operationDeploy && s.Targeted != nil && precedes(op.To, op.From, s.Deployed) {
		m.Warnings = append(m.Warnings, fmt.Sprintf("%s is older than %s but was never deployed to %s, so this is no rollback: it goes out like a "+
			"new version.", op.To, op.From, asked.scopeText()))
	}
}
