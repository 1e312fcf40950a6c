package deployment

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// actionModel is the configuration of an action. What an action does not take stays null.
type actionModel struct {
	Model      types.String
	Group      types.String
	ToVersion  types.String
	RolloutID  types.String
	Percentage types.Float64
	Reason     types.String
	WaitFor    types.String
	Timeout    timetypes.GoDuration
}

// readActionModel reads the attributes that an action takes.
func readActionModel(ctx context.Context, config tfsdk.Config, takes []string, diags *diag.Diagnostics) actionModel {
	var m actionModel
	fields := map[string]any{
		"model": &m.Model, "group": &m.Group, "to_version": &m.ToVersion, "rollout_id": &m.RolloutID,
		"percentage": &m.Percentage, "reason": &m.Reason, "wait_for": &m.WaitFor, "timeout": &m.Timeout,
	}
	for _, name := range takes {
		diags.Append(config.GetAttribute(ctx, path.Root(name), fields[name])...)
	}
	return m
}

// known is false while anything that decides what the action does is only known after apply.
func (m actionModel) known() bool {
	return !m.Model.IsUnknown() && !m.Group.IsUnknown() && !m.ToVersion.IsUnknown() && !m.RolloutID.IsUnknown() && !m.Percentage.IsUnknown()
}

// waits is true when the action ends only once its goal is reached, which is the default.
func (m actionModel) waits() bool { return m.WaitFor.ValueString() != waitForAccepted }

// timeout is how long the action may take.
func (m actionModel) timeout(diags *diag.Diagnostics) time.Duration {
	if !resourcekit.Known(m.Timeout) {
		return defaultTimeout
	}
	limit, d := m.Timeout.ValueGoDuration()
	if d.HasError() {
		return defaultTimeout // the type of the attribute reports it
	}
	if limit <= 0 {
		diags.AddAttributeError(path.Root("timeout"), "Invalid `timeout`", "`timeout` must be greater than 0, such as `10m`.")
	}
	return limit
}

func (a *operatorAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	all := actionAttributes()
	resp.Schema = schema.Schema{MarkdownDescription: a.description, Attributes: map[string]schema.Attribute{}}
	for _, name := range a.takes {
		resp.Schema.Attributes[name] = all[name]
	}
}

func actionAttributes() map[string]schema.Attribute {
	notEmpty := stringvalidator.LengthAtLeast(1)
	return map[string]schema.Attribute{
		"model": schema.StringAttribute{
			Required: true, Validators: []validator.String{notEmpty},
			MarkdownDescription: "The model, by name or ID.",
		},
		"group": schema.StringAttribute{
			Optional: true, Validators: []validator.String{notEmpty, stringvalidator.AlsoRequires(path.MatchRoot("to_version"))},
			MarkdownDescription: "The device group to roll back, by name. Defaults to the whole fleet. Requires `to_version`, because no " +
				"call of the API returns what a group ran before.",
		},
		"to_version": schema.StringAttribute{
			Optional: true, Validators: []validator.String{notEmpty},
			MarkdownDescription: "The version to go back to: an older version that was deployed before. Defaults to the version that the " +
				"current one replaced.",
		},
		"rollout_id": schema.StringAttribute{
			Optional: true, Validators: []validator.String{notEmpty},
			MarkdownDescription: "The ID of the rollout to cancel. The action fails unless this rollout is in progress. Defaults to the " +
				"rollout in progress.",
		},
		"percentage": schema.Float64Attribute{
			Optional: true, Validators: []validator.Float64{float64validator.Between(0.01, 100)},
			MarkdownDescription: "The percentage of the fleet that should have the version, above the current one and at most 100. Defaults " +
				"to one step of the size that the rollout was started with. A rollout that an `octomil_model_deployment` has started has one " +
				"step to 100 percent.",
		},
		"reason": schema.StringAttribute{
			Optional: true, Validators: []validator.String{notEmpty},
			MarkdownDescription: "The reason, for the control plane's records. It is sent with a rollback of the whole fleet and with a " +
				"change to a `percentage`; a single step and a deployment to a group have no reason.",
		},
		"wait_for": schema.StringAttribute{
			Optional:   true,
			Validators: []validator.String{stringvalidator.OneOf(waitForComplete, waitForAccepted)},
			MarkdownDescription: "When the action is complete: `complete` when the percentage is reached and, for 100 percent, confirmed by " +
				"the devices; `accepted` as soon as the control plane has accepted the change. Defaults to `complete`.",
		},
		"timeout": schema.StringAttribute{
			Optional: true, CustomType: timetypes.GoDurationType{}, Validators: []validator.String{resourcekit.PositiveDuration{}},
			MarkdownDescription: "The time limit of the action, such as `10m`. Defaults to `30m`. What the control plane has accepted " +
				"continues after it.",
		},
	}
}
