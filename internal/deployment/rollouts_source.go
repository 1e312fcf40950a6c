package deployment

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

type rolloutsDataSource struct {
	resourcekit.DataSourceBase
}

var _ datasource.DataSourceWithConfigure = (*rolloutsDataSource)(nil)

// NewRollouts returns octomil_rollouts.
func NewRollouts() datasource.DataSource {
	return &rolloutsDataSource{DataSourceBase: resourcekit.NewDataSourceBase("octomil_rollouts")}
}

// rolloutsModel is the data source as Terraform holds it.
type rolloutsModel struct {
	Model    types.String       `tfsdk:"model"`
	Status   types.String       `tfsdk:"status"`
	ModelID  types.String       `tfsdk:"model_id"`
	Rollouts []rolloutListModel `tfsdk:"rollouts"`
}

type rolloutListModel struct {
	ID               types.String      `tfsdk:"id"`
	Version          types.String      `tfsdk:"version"`
	Status           types.String      `tfsdk:"status"`
	Percentage       types.Float64     `tfsdk:"percentage"`
	TargetPercentage types.Float64     `tfsdk:"target_percentage"`
	PreviousVersion  types.String      `tfsdk:"previous_version"`
	Reason           types.String      `tfsdk:"reason"`
	Trigger          types.String      `tfsdk:"trigger"`
	CreatedAt        timetypes.RFC3339 `tfsdk:"created_at"`
	RolledBackAt     timetypes.RFC3339 `tfsdk:"rolled_back_at"`
}

func (d *rolloutsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Every rollout of a model to the whole fleet that the control plane remembers, rollbacks included, the newest first: " +
			"what went out when, and what was taken back why. Deployments to a group leave no record.",
		Attributes: map[string]schema.Attribute{
			"model": schema.StringAttribute{
				Required: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}, MarkdownDescription: "The model, by name or id.",
			},
			"status": schema.StringAttribute{
				Optional: true,
				Validators: []validator.String{stringvalidator.OneOf(
					string(control.RolloutPending), string(control.RolloutActive), string(control.RolloutPaused),
					string(control.RolloutCompleted), string(control.RolloutRollingBack), string(control.RolloutRolledBack),
				)},
				MarkdownDescription: "Only the rollouts that stand there: `pending`, `active`, `paused`, `completed`, `rolling_back` or " +
					"`rolled_back`. All of them when it is not set.",
			},
			"model_id": schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the model."},
			"rollouts": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The rollouts, the newest first; an empty list where there are none.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":      schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the rollout."},
					"version": schema.StringAttribute{Computed: true, MarkdownDescription: "The version that it brings to the devices."},
					"status": schema.StringAttribute{
						Computed: true,
						MarkdownDescription: "Where it stands: `pending`, `active`, `paused`, `completed`, `rolling_back` (a rollback under way) or " +
							"`rolled_back`.",
					},
					"percentage": schema.Float64Attribute{
						Computed: true, MarkdownDescription: "The share of the fleet that it has reached, in percent.",
					},
					"target_percentage": schema.Float64Attribute{
						Computed: true, MarkdownDescription: "The share of the fleet that it may be advanced to, in percent; null where the control plane gives none.",
					},
					"previous_version": schema.StringAttribute{
						Computed: true, MarkdownDescription: "The version that it replaced; null for the first one.",
					},
					"reason": schema.StringAttribute{
						Computed: true, MarkdownDescription: "Why it was rolled back, or why it was created as a rollback; null where nobody said.",
					},
					"trigger": schema.StringAttribute{
						Computed: true, MarkdownDescription: "What rolled it back, or created it as a rollback: `auto` for the organization's policy, `manual` otherwise.",
					},
					"created_at": schema.StringAttribute{
						Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When it was created, in RFC 3339.",
					},
					"rolled_back_at": schema.StringAttribute{
						Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When it was rolled back, in RFC 3339.",
					},
				}},
			},
		},
	}
}

func (d *rolloutsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m rolloutsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	ctx, client := d.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id, rollouts, ok := historyOf(ctx, client, m.Model.ValueString(), &resp.Diagnostics)
	if !ok {
		return
	}
	m.ModelID = types.StringValue(id)
	m.show(rollouts)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// show filters here: a server's own words for a filter are not promised (the control API contract, section 3).
func (m *rolloutsModel) show(h history) {
	m.Rollouts = []rolloutListModel{}
	for _, r := range h {
		if !m.Status.IsNull() && string(r.Status) != m.Status.ValueString() {
			continue
		}
		one := rolloutListModel{
			ID: types.StringValue(r.ID), Version: types.StringValue(r.Version), Status: types.StringValue(string(r.Status)),
			Percentage: types.Float64Value(r.Percentage), TargetPercentage: types.Float64Null(),
			PreviousVersion: resourcekit.StringOrNull(h.replaced(r)),
			Reason:          resourcekit.StringOrNull(r.Reason), Trigger: resourcekit.StringOrNull(r.Trigger),
			CreatedAt: timeOrNull(r.CreatedAt), RolledBackAt: timeOrNull(r.RolledBackAt),
		}
		if r.TargetPercentage > 0 {
			one.TargetPercentage = types.Float64Value(r.TargetPercentage)
		}
		m.Rollouts = append(m.Rollouts, one)
	}
}

func timeOrNull(at time.Time) timetypes.RFC3339 {
	if at.IsZero() {
		return timetypes.NewRFC3339Null()
	}
	return timetypes.NewRFC3339TimeValue(at.UTC().Truncate(time.Second))
}
