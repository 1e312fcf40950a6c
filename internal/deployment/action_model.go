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
	diags.Append(d...)
	if !d.HasError() && limit <= 0 {
		diags.AddAttributeError(path.Root("timeout"), "The duration is not usable", "An action needs some time: write a duration above zero, such as 10m.")
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
			MarkdownDescription: "The model, by name or id.",
		},
		"group": schema.StringAttribute{
			Optional: true, Validators: []validator.String{notEmpty, stringvalidator.AlsoRequires(path.MatchRoot("to_version"))},
			MarkdownDescription: "The device group to roll back, by name. Without it, the whole fleet. Of a group no call tells what it ran " +
				"before, so `to_version` is needed as well.",
		},
		"to_version": schema.StringAttribute{
			Optional: true, Validators: []validator.String{notEmpty},
			MarkdownDescription: "The version to go back to: one that was deployed before and precedes the present one. Without it, the version " +
				"that the present one replaced.",
		},
		"rollout_id": schema.StringAttribute{
			Optional: true, Validators: []validator.String{notEmpty},
			MarkdownDescription: "The rollout to cancel. The action fails unless this one is under way. Without it, whichever is.",
		},
		"percentage": schema.Float64Attribute{
			Optional: true, Validators: []validator.Float64{float64validator.Between(0.01, 100)},
			MarkdownDescription: "The share of the fleet that is to have the version, in percent up to 100: more than it has now. Without it, one " +
				"step of the size that the rollout was started with.",
		},
		"reason": schema.StringAttribute{
			Optional: true, Validators: []validator.String{notEmpty},
			MarkdownDescription: "Why, for the control plane's records. It is sent with a rollback of the whole fleet and with a change to a " +
				"`percentage`; a single step, and what is done to a group, have no place for it.",
		},
		"wait_for": schema.StringAttribute{
			Optional:   true,
			Validators: []validator.String{stringvalidator.OneOf(waitForComplete, waitForAccepted)},
			MarkdownDescription: "When the action is done: `complete`, the default, when the share is reached and, for all devices, confirmed; " +
				"`accepted` as soon as the control plane has taken the change.",
		},
		"timeout": schema.StringAttribute{
			Optional: true, CustomType: timetypes.GoDurationType{},
			MarkdownDescription: "How long the action may take, such as `10m`. Default `30m`. What the control plane has accepted goes on beyond it.",
		},
	}
}
