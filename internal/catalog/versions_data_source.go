package catalog

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

const versionsTypeName = "octomil_model_versions"

type versionsDataSource struct {
	resourcekit.DataSourceBase
}

var _ datasource.DataSourceWithConfigure = (*versionsDataSource)(nil)

// NewVersionsDataSource returns the data source octomil_model_versions.
func NewVersionsDataSource() datasource.DataSource {
	return &versionsDataSource{DataSourceBase: resourcekit.NewDataSourceBase(versionsTypeName)}
}

func (d *versionsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the versions of a model, newest first, and which of them were deployed before: " +
			"`octomil_model_deployment` can roll back to those.",
		Attributes: map[string]schema.Attribute{
			"model": schema.StringAttribute{
				Required:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "Model, by name or ID.",
			},
			"status": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "Only versions with this status, such as `" + control.VersionPublished + "`. Defaults to all " +
					"versions.",
			},
			"model_id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "ID of the model.",
			},
			"versions": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Versions, newest first.",
				NestedObject:        schema.NestedAttributeObject{Attributes: listedVersionAttributes()},
			},
		},
	}
}

func listedVersionAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"version": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Version, such as `1.0.0`, that an `octomil_model_deployment` pins.",
		},
		"status": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "Status of the version: `" + control.VersionDraft + "`, `" + control.VersionPublished + "`, `" +
				control.VersionDeprecated + "`, or another value that the server returns.",
		},
		"format": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Format of the artifact, such as `onnx`. Null if the server does not report it.",
		},
		"description": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Description of the version. Null if there is none.",
		},
		"size_bytes": schema.Int64Attribute{
			Computed:            true,
			MarkdownDescription: "Size of the artifact in bytes. Null if the server does not report it.",
		},
		"created_at": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Time at which the version was created, in RFC 3339. Null if the server does not report it.",
		},
		"deployed": schema.BoolAttribute{
			Computed: true,
			MarkdownDescription: "Whether a rollout of this version to the whole fleet has ever completed. Deployments to a group leave no " +
				"readable record and do not count.",
		},
	}
}

func (d *versionsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var state versionsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &state)...)
	ctx, client := d.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	name := state.Model.ValueString()
	model, _, err := client.ResolveModel(ctx, name)
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Root("model"), fmt.Sprintf("Could not find the model %q", name), err)
		return
	}
	versions, err := client.Versions(ctx, model.ID, state.Status.ValueString())
	if control.NotFound(err) {
		resp.Diagnostics.AddAttributeError(path.Root("model"), fmt.Sprintf("There is no model %q", name), unknownModelDetail(ctx, client, name, err))
		return
	}
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), fmt.Sprintf("Could not list the versions of the model %q", name), err)
		return
	}
	rollouts, err := client.Rollouts(ctx, model.ID)
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), fmt.Sprintf("Could not list the rollouts of the model %q", name), err)
		return
	}
	state.ModelID = resourcekit.StringOrNull(model.ID)
	state.Versions = versionsFromAPI(ctx, versions, control.Deployed(rollouts), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

// unknownModelDetail returns the detail of the error: the server's answer, and the models with the closest names.
func unknownModelDetail(ctx context.Context, client *control.Client, name string, err error) string {
	text := resourcekit.ErrorDetail(err)
	models, listErr := client.Models(ctx)
	if listErr != nil {
		return text // without the suggestion: the first error is what matters
	}
	names := make([]string, 0, len(models))
	for _, m := range models {
		names = append(names, m.Name)
	}
	return text + "\n\n" + resourcekit.DidYouMean(name, "models", names)
}
