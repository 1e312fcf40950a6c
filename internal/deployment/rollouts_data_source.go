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
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
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
		MarkdownDescription: "Lists every rollout of a model to the whole fleet that the control plane has a record of, rollbacks " +
			"included, newest first: what was rolled out when, and what was rolled back why. Deployments to a group " +
			"leave no record.",
		Attributes: map[string]schema.Attribute{
			"model": schema.StringAttribute{
				Required: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}, MarkdownDescription: "The model, by name or ID.",
			},
			"status": schema.StringAttribute{
				Optional: true,
				Validators: []validator.String{stringvalidator.OneOf(
					string(control.RolloutPending), string(control.RolloutActive), string(control.RolloutPaused),
					string(control.RolloutCompleted), string(control.RolloutRollingBack), string(control.RolloutRolledBack),
				)},
				MarkdownDescription: "Only rollouts with this status: `pending`, `active`, `paused`, `completed`, `rolling_back` or " +
					"`rolled_back`. Defaults to all.",
			},
			"model_id": schema.StringAttribute{Computed: true, MarkdownDescription: "The ID of the model."},
			"rollouts": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The rollouts, newest first. Empty if there are none.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":      schema.StringAttribute{Computed: true, MarkdownDescription: "The ID of the rollout."},
					"version": schema.StringAttribute{Computed: true, MarkdownDescription: "The version that is rolled out."},
					"status": schema.StringAttribute{
						Computed: true,
						MarkdownDescription: "The status: `pending`, `active`, `paused`, `completed`, `rolling_back` (a rollback in progress) or " +
							"`rolled_back`.",
					},
					"percentage": schema.Float64Attribute{
						Computed: true, MarkdownDescription: "The percentage of the fleet that the rollout has reached.",
					},
					"target_percentage": schema.Float64Attribute{
						Computed: true, MarkdownDescription: "The percentage of the fleet that the rollout may be advanced to. Null if the control plane does not " +
							"return it.",
					},
					"previous_version": schema.StringAttribute{
						Computed: true, MarkdownDescription: "The version that was replaced. Null for the first one.",
					},
					"reason": schema.StringAttribute{
						Computed: true, MarkdownDescription: "The reason for the rollback, or for the rollout if it was created as a rollback. Null if none was given.",
					},
					"trigger": schema.StringAttribute{
						Computed: true, MarkdownDescription: "What rolled it back, or created it as a rollback: `auto` for the organization's policy, else `manual`.",
					},
					"created_at": schema.StringAttribute{
						Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "The time of its creation, in RFC 3339 format.",
					},
					"rolled_back_at": schema.StringAttribute{
						Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "The time of its rollback, in RFC 3339 format. Null if it was not rolled back.",
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
	id, rollouts, ok := readHistory(ctx, client, m.Model.ValueString(), &resp.Diagnostics)
	if !ok {
		return
	}
	m.ModelID = types.StringValue(id)
	m.setFromHistory(rollouts)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// setFromHistory filters here: a server's own words for a filter are not promised (CONTRACT.md, section 3).
func (m *rolloutsModel) setFromHistory(h rollout.History) {
	m.Rollouts = []rolloutListModel{}
	for _, r := range h {
		if !m.Status.IsNull() && string(r.Status) != m.Status.ValueString() {
			continue
		}
		one := rolloutListModel{
			ID: types.StringValue(r.ID), Version: types.StringValue(r.Version), Status: types.StringValue(string(r.Status)),
			Percentage: types.Float64Value(r.Percentage), TargetPercentage: types.Float64Null(),
			PreviousVersion: resourcekit.StringOrNull(h.Replaced(r)),
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
