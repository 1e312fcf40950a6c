package deployment

import (
	"context"
	"fmt"
	"math"

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
		MarkdownDescription: "Shows how far a rollout or a rollback has come, in devices: the confirmation that every one of them runs " +
			"the version. It is read again at every plan; its counters change by themselves, so they are not in a " +
			"resource.",
		Attributes: map[string]schema.Attribute{
			"model": schema.StringAttribute{
				Required: true, Validators: notEmpty, MarkdownDescription: "The model, by name or ID.",
			},
			"group": schema.StringAttribute{
				Optional: true, Validators: notEmpty,
				MarkdownDescription: "The device group, by name. Defaults to the whole fleet. In a group, a device counts once the version is " +
					"assigned to it; the API does not report which version it has loaded.",
			},
			"model_id": schema.StringAttribute{Computed: true, MarkdownDescription: "The ID of the model."},
			"version": schema.StringAttribute{
				Computed: true, MarkdownDescription: "The targeted version of the scope. Null if nothing is deployed.",
			},
			"active_version": schema.StringAttribute{
				Computed: true, MarkdownDescription: "The version that the devices in scope run: the last one that reached every device.",
			},
			"rollback_from": schema.StringAttribute{
				Computed: true, MarkdownDescription: "The version that was rolled back, if the current one is the result of a rollback.",
			},
			"rollout_id": schema.StringAttribute{Computed: true, MarkdownDescription: "The ID of the rollout."},
			"status": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The status of the rollout: `pending`, `active`, `paused`, `completed`, `rolling_back` or `rolled_back`.",
			},
			"percentage": schema.Float64Attribute{
				Computed: true, MarkdownDescription: "The percentage of the devices in scope that the version is currently rolled out to.",
			},
			"devices_updated": schema.Int64Attribute{
				Computed: true, MarkdownDescription: "The number of devices that have the version. Null if the control plane does not count them.",
			},
			"devices_total": schema.Int64Attribute{
				Computed: true, MarkdownDescription: "The number of devices that should have the version. Null if the control plane does not count them.",
			},
			"summary": schema.StringAttribute{
				Computed: true, MarkdownDescription: "Both counts and their ratio, such as `124/124 (100%)`; the status if nothing is counted.",
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
	id, rollouts, ok := readHistory(ctx, client, m.Model.ValueString(), &resp.Diagnostics)
	if !ok {
		return
	}
	m.ModelID = types.StringValue(id)
	var err error
	if m.Group.IsNull() {
		err = m.readFleet(ctx, client, rollouts)
	} else {
		err = m.readGroup(ctx, client, rollouts, &resp.Diagnostics)
	}
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not read how far the rollout has come", err)
	}
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
	}
}

func (m *statusModel) readFleet(ctx context.Context, client *control.Client, rollouts rollout.History) error {
	fleet := rollout.Fleet{Client: client, Scope: rollout.Scope{ModelID: m.ModelID.ValueString()}}
	var affected control.AffectedDevices
	if target, live := rollouts.Targeted(); live {
		var err error
		if affected, err = fleet.Affected(ctx, target.ID); err != nil {
			return err
		}
	}
	s, err := rollout.FleetState(ctx, rollouts, func(context.Context, control.Rollout) (bool, error) { return affected.AllUpdated(), nil })
	if err != nil {
		return err
	}
	m.setFromState(s, affected)
	return nil
}

func (m *statusModel) readGroup(ctx context.Context, client *control.Client, rollouts rollout.History, diags *diag.Diagnostics) error {
	g, groups, err := findGroup(ctx, client, m.Group.ValueString())
	if err != nil {
		return err
	}
	if g == nil {
		addMissingGroup(m.Group.ValueString(), groups, diags)
		return nil
	}
	members, err := client.GroupAssignments(ctx, g.ID, m.ModelID.ValueString())
	if err != nil {
		return err
	}
	s := rollout.GroupState(members, rollouts, rollout.Private{})
	total, updated := len(members), s.Assigned[s.Version()]
	if s.Targeted != nil {
		s.Targeted.Percentage = rollout.PercentageOf(updated, total)
		if updated < total {
			s.Targeted.Status = control.RolloutActive
		}
	}
	m.setFromState(s, control.AffectedDevices{Total: &total, Updated: &updated})
	return nil
}

func (m *statusModel) setFromState(s rollout.State, counted control.AffectedDevices) {
	m.ActiveVersion = resourcekit.StringOrNull(s.Serving)
	if s.RolledBack != nil {
		m.RollbackFrom = types.StringValue(s.RolledBack.Version)
	}
	if s.Targeted == nil {
		m.Status, m.Summary = types.StringValue("not deployed"), types.StringValue("not deployed")
		return
	}
	m.Version = types.StringValue(s.Targeted.Version)
	m.RolloutID = resourcekit.StringOrNull(s.Targeted.ID)
	m.Status = types.StringValue(string(s.Targeted.Status))
	m.Percentage = types.Float64Value(s.Targeted.Percentage)
	m.DevicesOn, m.DevicesTotal = intOrNull(counted.Updated), intOrNull(counted.Total)
	m.Summary = types.StringValue(summary(counted, string(s.Targeted.Status)))
}

// summary is what the vendor's own command line prints; the percentage is rounded down, so that 100% means everyone.
func summary(counted control.AffectedDevices, otherwise string) string {
	if counted.Total == nil || counted.Updated == nil {
		return otherwise
	}
	percent := 100
	if *counted.Total > 0 {
		percent = int(math.Floor(rollout.PercentageOf(*counted.Updated, *counted.Total)))
	}
	return fmt.Sprintf("%d/%d (%d%%)", *counted.Updated, *counted.Total, percent)
}

func intOrNull(n *int) types.Int64 {
	if n == nil {
		return types.Int64Null()
	}
	return types.Int64Value(int64(*n))
}
