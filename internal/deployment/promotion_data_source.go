package deployment

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

type promotionDataSource struct {
	resourcekit.DataSourceBase
}

var (
	_ datasource.DataSourceWithConfigure        = (*promotionDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*promotionDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig   = (*promotionDataSource)(nil)
)

// NewPromotion returns octomil_promotion.
func NewPromotion() datasource.DataSource {
	return &promotionDataSource{DataSourceBase: resourcekit.NewDataSourceBase("octomil_promotion")}
}

// promotionModel is the data source as Terraform holds it.
type promotionModel struct {
	Model          types.String         `tfsdk:"model"`
	Candidate      types.String         `tfsdk:"candidate"`
	FromGroup      types.String         `tfsdk:"from_group"`
	FromGroupSince timetypes.RFC3339    `tfsdk:"from_group_since"`
	FromPercentage types.Float64        `tfsdk:"from_percentage"`
	Bake           timetypes.GoDuration `tfsdk:"bake"`
	Group          types.String         `tfsdk:"group"`
	ModelID        types.String         `tfsdk:"model_id"`
	Version        types.String         `tfsdk:"version"`
	Ready          types.Bool           `tfsdk:"ready"`
	Since          timetypes.RFC3339    `tfsdk:"since"`
	ReadyAt        timetypes.RFC3339    `tfsdk:"ready_at"`
	Reason         types.String         `tfsdk:"reason"`
}

func (d *promotionDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	notEmpty := []validator.String{stringvalidator.LengthAtLeast(1)}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Decides whether a version that was tried on a device group, or on a percentage of the fleet, may follow on " +
			"another target. `version` is the candidate once it has stood there for `bake` without being rolled back, paused or " +
			"replaced; until then it is the version that the target runs now, so that a deployment which uses it changes nothing. " +
			"Each plan reads it again, and a scheduled apply promotes.\n\nA candidate that the target runs, or is on its way to, stays " +
			"until it is rolled back there. A candidate that is older than what the target runs, or that was rolled back on the fleet, is " +
			"never promoted. See the guide [Promotion](../guides/promotion.md).",
		Attributes: map[string]schema.Attribute{
			"model": schema.StringAttribute{
				Required: true, Validators: notEmpty, MarkdownDescription: "The model, by name or ID.",
			},
			"candidate": schema.StringAttribute{
				Required: true, Validators: notEmpty, MarkdownDescription: "The version to promote. One that does not exist is an error.",
			},
			"from_group": schema.StringAttribute{
				Optional: true, Validators: notEmpty,
				MarkdownDescription: "The device group where the candidate is tried, by name. Every member must be assigned the candidate. " +
					"Exactly one of `from_group` and `from_percentage` is required.",
			},
			"from_group_since": schema.StringAttribute{
				Optional: true, CustomType: timetypes.RFC3339Type{},
				MarkdownDescription: "The time from which every member of `from_group` has the candidate, in RFC 3339 format: the `version_since` " +
					"of the deployment to that group, from which `candidate` must come, too. As long as it is null, the candidate is not ready, " +
					"unless `bake` is `0s`. No call of the API shows the history of a group, so a deployment is the only witness.",
			},
			"from_percentage": schema.Float64Attribute{
				Optional: true, Validators: []validator.Float64{float64validator.Between(0.01, 100)},
				MarkdownDescription: "The percentage of the fleet where the candidate is tried: its rollout must have this percentage or more. " +
					"Since when it has it is read from the history of the rollout.",
			},
			"bake": schema.StringAttribute{
				Required: true, CustomType: timetypes.GoDurationType{},
				Validators: []validator.String{resourcekit.PositiveDuration{OrZero: true}},
				MarkdownDescription: "How long the candidate must have stood there, such as `24h`. It is measured by the control plane's clock. If it is not " +
					"known since when, the bake begins at the latest time that the facts allow, or not at all.",
			},
			"group": schema.StringAttribute{
				Optional: true, Validators: notEmpty,
				MarkdownDescription: "The device group to promote to, by name. Defaults to the whole fleet.",
			},
			"model_id": schema.StringAttribute{Computed: true, MarkdownDescription: "The ID of the model."},
			"version": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The candidate if it is ready, or if the target runs it or is on its way to it; otherwise the version that the target runs " +
					"now. Null if nothing is deployed to the target and the candidate is not ready: give the deployment a first version with " +
					"`coalesce(data.octomil_promotion.phi.version, \"1.0.0\")`.",
			},
			"ready": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the bake is over, and nothing stands against the promotion."},
			"since": schema.StringAttribute{
				Computed: true, CustomType: timetypes.RFC3339Type{},
				MarkdownDescription: "The time from which the candidate has stood there without interruption, in RFC 3339 format. Null if it does not stand " +
					"there now, or if it is not known since when.",
			},
			"ready_at": schema.StringAttribute{
				Computed: true, CustomType: timetypes.RFC3339Type{},
				MarkdownDescription: "The end of the bake, in RFC 3339 format. Null if the candidate is not ready by the passage of time alone.",
			},
			"reason": schema.StringAttribute{Computed: true, MarkdownDescription: "Why the candidate is ready, or why it is not, in words."},
		},
	}
}

func (d *promotionDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("from_group"), path.MatchRoot("from_percentage")),
		datasourcevalidator.Conflicting(path.MatchRoot("from_group_since"), path.MatchRoot("from_percentage")),
	}
}

func (d *promotionDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var m promotionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resourcekit.Known(m.Group) && m.Group.Equal(m.FromGroup) {
		addPromotionToItself(m.Group.ValueString(), &resp.Diagnostics)
	}
}
