package deployment

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

func (r *deploymentResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	notEmpty := []validator.String{stringvalidator.LengthAtLeast(1)}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A version of a model, pinned to the whole fleet or to one device group.\n\n" +
			"Raise the pin and the version is rolled out. Pin an older version that was deployed before, and the same apply is a " +
			"rollback: at once, for every device in scope, also in the middle of a rollout, which it cancels. What anyone changes " +
			"outside of Terraform shows as a difference on `version`.\n\n" +
			"Destroying the resource leaves the fleet as it is, unless `on_destroy` says otherwise.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The name of the model, or of model and group with a slash between: `phi-4-mini/staging`.",
			},
			"model": schema.StringAttribute{
				Required: true, Validators: notEmpty,
				MarkdownDescription: "The model, by name or id. Another model replaces the resource; another word for the same one does not.",
			},
			"model_id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The id of the model.",
			},
			"version": schema.StringAttribute{
				Required: true, Validators: notEmpty,
				MarkdownDescription: "The pin: the version that the scope is to run. A version that precedes the present one and was " +
					"deployed before is rolled back to; every other one is rolled out as `rollout` says.",
			},
			"group": schema.StringAttribute{
				Optional: true, Validators: notEmpty,
				MarkdownDescription: "The device group to deploy to, by name. Without it, the whole fleet. Another group replaces the " +
					"resource. A group is complete when every member is assigned the version; which version a member has loaded the " +
					"API does not tell.",
			},
			"group_id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The id of the device group, where there is one.",
			},
			"rollout": schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "How a version that was not deployed before goes out. A rollback ignores it: it is for all devices, at once.",
				Attributes: map[string]schema.Attribute{
					"percentage": schema.Float64Attribute{
						Optional:   true,
						Validators: []validator.Float64{float64validator.Between(1, 100)},
						MarkdownDescription: "The share of the scope that is to have the version, in percent from 1 to 100. Raise it to " +
							"advance the rollout; it cannot shrink. Default `100`.",
					},
					"stages": schema.ListNestedAttribute{
						Optional: true,
						MarkdownDescription: "Steps that one apply goes on the way to `percentage`: each share is reached, then watched for its `bake`, " +
							"then the next one follows. A rollback, a pause or a deletion of the rollout ends the apply at once. After an interrupt the " +
							"next apply goes on with the stage that was reached.",
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
							"percentage": schema.Float64Attribute{
								Required: true, Validators: []validator.Float64{float64validator.Between(0.01, 100)},
								MarkdownDescription: "The share of the scope, in percent: more than in the stage before, and less than the `percentage` of the " +
									"rollout.",
							},
							"bake": schema.StringAttribute{
								Optional: true, CustomType: timetypes.GoDurationType{},
								MarkdownDescription: "How long to watch the share before the next one, such as `30m`. Not at all when it is not set. " +
									"It does not count towards `timeouts`.",
							},
						}},
					},
				},
			},
			"reason": schema.StringAttribute{
				Optional: true, Validators: notEmpty,
				MarkdownDescription: "Why, for the control plane's records: sent with a rollback and with a change of the share.",
			},
			"paused": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether the rollout is paused: `true` stops further assignments and keeps those made, `false` lets " +
					"it go on. Not managed when it is not set. A deployment to a group cannot be paused.",
			},
			"max_affected_devices": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.AtLeast(0)},
				MarkdownDescription: "A plan that would give another version to more devices than this fails, and so does one where the control plane " +
					"counts none. No limit when it is not set.",
			},
			"supersede": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether a new version may cancel an active rollout that this resource did not start. Default `false`: " +
					"the plan fails. A rollback always cancels what is under way.",
			},
			"on_rollback": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.OneOf(onRollbackBlock, onRollbackAccept, onRollbackRedeploy)},
				MarkdownDescription: "What to do when the pinned version has been rolled back since it was pinned, by the organization's policy or by hand: " +
					"`block`, the default, fails the plan and says when, why and by what; `accept` plans nothing and warns; `redeploy` " +
					"deploys it again.",
			},
			"on_destroy": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.OneOf(onDestroyKeep, onDestroyCancel, onDestroyRollback)},
				MarkdownDescription: "What a destroy does: `keep`, the default, leaves everything as it is; `cancel` ends a rollout that is still under " +
					"way and was started here; `rollback` goes back to `previous_version` and fails where there is none. What never " +
					"ended well after its creation is kept.",
			},
			"wait_for": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{stringvalidator.OneOf(waitForComplete, waitForAccepted)},
				MarkdownDescription: "When an apply is done: `complete`, the default, when the wanted share is reached and, for all " +
					"devices, confirmed; `accepted` as soon as the control plane has taken the change.",
			},
			"timeouts": timeouts.Attributes(ctx, timeouts.Opts{
				Create: true, CreateDescription: "How long the first deployment may take, such as `45m`. Default `30m`. The rollout goes on beyond it.",
				Update: true, UpdateDescription: "How long a change may take, such as `45m`. Default `30m`. The rollout goes on beyond it.",
				Delete: true, DeleteDescription: "How long a destroy with `on_destroy = \"rollback\"` may take, such as `45m`. Default `30m`.",
			}),
			"status": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "Where the rollout of the version stands: `pending`, `active`, `paused`, `completed`, `rolling_back` " +
					"or `rolled_back`.",
			},
			"active_version": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The version that the scope serves: the last one that reached every device, and for a group the one " +
					"that most members are assigned.",
			},
			"previous_version": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The version that the present one has replaced.",
			},
			"rollout_id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The id of the rollout, or of the last deployment to the group.",
			},
			"percentage": schema.Float64Attribute{
				Computed:            true,
				MarkdownDescription: "The share of the scope that is meant to have the version now, in percent.",
			},
			"last_operation": schema.SingleNestedAttribute{
				Computed: true,
				MarkdownDescription: "What the last apply did, and in a plan what this one is going to do: a reviewer reads here whether a change is a " +
					"rollback. Null once something else has happened outside of Terraform.",
				Attributes: map[string]schema.Attribute{
					"kind": schema.StringAttribute{
						Computed: true,
						MarkdownDescription: "`deploy`, `rollback`, `advance` (the share grows), `resume` (go on with a rollout that runs " +
							"already), `pause`, or `adopt` (the version was there already).",
					},
					"from_version": schema.StringAttribute{
						Computed: true, MarkdownDescription: "The version before.",
					},
					"to_version": schema.StringAttribute{
						Computed: true, MarkdownDescription: "The version after.",
					},
				},
			},
			"rolled_back": schema.SingleNestedAttribute{
				Computed: true,
				MarkdownDescription: "The version that was taken back last, as long as what took its place is in force. Not known of a " +
					"group.",
				Attributes: map[string]schema.Attribute{
					"version": schema.StringAttribute{Computed: true, MarkdownDescription: "The version that was taken back."},
					"reason":  schema.StringAttribute{Computed: true, MarkdownDescription: "Why, in the words of whoever did it."},
					"trigger": schema.StringAttribute{Computed: true, MarkdownDescription: "`auto` when a limit of the policy was broken, `manual` otherwise."},
					"at": schema.StringAttribute{
						Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When, in RFC 3339.",
					},
				},
			},
		},
	}
}
