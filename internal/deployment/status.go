package deployment

import (
	"context"
	"fmt"
	"math"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

type statusDataSource struct {
	resourcekit.DataSourceBase
}

var _ datasource.DataSourceWithConfigure = (*statusDataSource)(nil)

// NewStatus returns octomil_rollout_status.
func NewStatus() datasource.DataSource {
	return &statusDataSource{DataSourceBase: resourcekit.NewDataSourceBase("octomil_rollout_status")}
}

// statusModel is the data source as Terraform holds it.
type statusModel struct {
	Model         types.String  `tfsdk:"model"`
	Group         types.String  `tfsdk:"group"`
	ModelID       types.String  `tfsdk:"model_id"`
	Version       types.String  `tfsdk:"version"`
	ActiveVersion types.String  `tfsdk:"active_version"`
	RollbackFrom  types.String  `tfsdk:"rollback_from"`
	RolloutID     types.String  `tfsdk:"rollout_id"`
	Status        types.String  `tfsdk:"status"`
	Percentage    types.Float64 `tfsdk:"percentage"`
	DevicesOn     types.Int64   `tfsdk:"devices_updated"`
	DevicesTotal  types.Int64   `tfsdk:"devices_total"`
	Summary       types.String  `tfsdk:"summary"`
}

func (d *statusDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	notEmpty := []validator.String{stringvalidator.LengthAtLeast(1)}
	resp.Schema = schema.Schema{
		MarkdownDescription: "How far a rollout or a rollback has come, in devices: the confirmation that every one of them runs the " +
			"version. It is read anew at every plan, so its counters belong here and not into a resource.",
		Attributes: map[string]schema.Attribute{
			"model": schema.StringAttribute{
				Required: true, Validators: notEmpty, MarkdownDescription: "The model, by name or id.",
			},
			"group": schema.StringAttribute{
				Optional: true, Validators: notEmpty,
				MarkdownDescription: "A device group, by name. Without it, the whole fleet. Of a group, a device counts when it is assigned " +
					"the version; what it has loaded the API does not tell.",
			},
			"model_id": schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the model."},
			"version": schema.StringAttribute{
				Computed: true, MarkdownDescription: "The version that the scope is meant to run; null where nothing is deployed.",
			},
			"active_version": schema.StringAttribute{
				Computed: true, MarkdownDescription: "The version that the scope serves: the last one that reached every device.",
			},
			"rollback_from": schema.StringAttribute{
				Computed: true, MarkdownDescription: "The version that was taken back, where the present one is the result of a rollback.",
			},
			"rollout_id": schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the rollout."},
			"status": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Where the rollout stands: `pending`, `active`, `paused`, `completed`, `rolling_back` or `rolled_back`.",
			},
			"percentage": schema.Float64Attribute{
				Computed: true, MarkdownDescription: "The share of the scope that is meant to have the version now, in percent.",
			},
			"devices_updated": schema.Int64Attribute{
				Computed: true, MarkdownDescription: "How many devices have the version; null where the control plane does not count them.",
			},
			"devices_total": schema.Int64Attribute{
				Computed: true, MarkdownDescription: "How many devices are meant to have it; null where the control plane does not count them.",
			},
			"summary": schema.StringAttribute{
				Computed: true, MarkdownDescription: "Both counts and their ratio in words, such as `124/124 (100%)`; the status where nothing is counted.",
			},
		},
	}
}

func (d *statusDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m statusModel
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
	var err error
	if m.Group.IsNull() {
		err = m.showFleet(ctx, client, rollouts)
	} else {
		err = m.showGroup(ctx, client, rollouts, resp)
	}
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not read how far the rollout has come", err)
	}
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
	}
}

func (m *statusModel) showFleet(ctx context.Context, client *control.Client, rollouts history) error {
	scope := fleet{client: client, modelID: m.ModelID.ValueString()}
	target, live := rollouts.targeted()
	var affected control.AffectedDevices
	if live {
		var err error
		if affected, err = scope.affected(ctx, target.ID); err != nil {
			return err
		}
	}
	v, err := fleetView(ctx, rollouts, func(context.Context, control.Rollout) (bool, error) { return affected.AllUpdated(), nil })
	if err != nil {
		return err
	}
	m.show(v, affected)
	return nil
}

func (m *statusModel) showGroup(ctx context.Context, client *control.Client, rollouts history, resp *datasource.ReadResponse) error {
	g, groups, err := findGroup(ctx, client, m.Group.ValueString())
	if err != nil {
		return err
	}
	if g == nil {
		missingGroup(&resp.Diagnostics, m.Group.ValueString(), groups)
		return nil
	}
	counted, err := client.GroupAssignments(ctx, g.ID, m.ModelID.ValueString())
	if err != nil {
		return err
	}
	members := assignments(counted)
	v := groupView(members, rollouts, memory{})
	total, updated := members.total(), members[v.target()]
	if v.Targeted != nil {
		v.Targeted.Percentage = share(updated, total)
		if updated < total {
			v.Targeted.Status = control.RolloutActive
		}
	}
	m.show(v, control.AffectedDevices{Total: &total, Updated: &updated})
	return nil
}

func (m *statusModel) show(v view, counted control.AffectedDevices) {
	m.ActiveVersion = resourcekit.StringOrNull(v.serving)
	if v.rolledBack != nil {
		m.RollbackFrom = types.StringValue(v.rolledBack.version)
	}
	if v.Targeted == nil {
		m.Status, m.Summary = types.StringValue("not deployed"), types.StringValue("not deployed")
		return
	}
	m.Version = types.StringValue(v.Targeted.Version)
	m.RolloutID = resourcekit.StringOrNull(v.Targeted.ID)
	m.Status = types.StringValue(string(v.Targeted.Status))
	m.Percentage = types.Float64Value(v.Targeted.Percentage)
	m.DevicesOn, m.DevicesTotal = intOrNull(counted.Updated), intOrNull(counted.Total)
	m.Summary = types.StringValue(summary(counted, string(v.Targeted.Status)))
}

// summary is what the vendor's own command line prints; the percentage is rounded down, so that 100% means everyone.
func summary(counted control.AffectedDevices, otherwise string) string {
	if counted.Total == nil || counted.Updated == nil {
		return otherwise
	}
	percent := 100
	if *counted.Total > 0 {
		percent = int(math.Floor(share(*counted.Updated, *counted.Total)))
	}
	return fmt.Sprintf("%d/%d (%d%%)", *counted.Updated, *counted.Total, percent)
}

func intOrNull(n *int) types.Int64 {
	if n == nil {
		return types.Int64Null()
	}
	return types.Int64Value(int64(*n))
}
