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

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

func (r *deploymentResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	notEmpty := []validator.String{stringvalidator.LengthAtLeast(1)}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Pins a version of a model to the whole fleet or to one device group.\n\nSet `version` to a newer version " +
			"and the next apply rolls it out. Set it to an older version that was deployed before and the same apply " +
			"is a rollback: immediately, for every device in scope. A rollout in progress is canceled. Changes made " +
			"outside of Terraform show as a difference on `version`. Devices that join a group later show as a difference on " +
			"`percentage`: the next apply advances the version to them.\n\nIf a pipeline deploys the versions, set " +
			"`ignore_changes = [version]`; see the guide [The pipeline deploys, Terraform manages the " +
			"rest](../guides/pipeline-deploys.md).\n\nDestroying the resource leaves the devices as " +
			"they are, unless `on_destroy` says otherwise.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The name of the model, or the names of model and group separated by a slash: `phi-4-mini/staging`.",
			},
			"model": schema.StringAttribute{
				Required: true, Validators: notEmpty,
				MarkdownDescription: "The model, by name or ID. Changing this forces a new resource to be created. Switching between the name " +
					"and the ID of the same model does not.",
			},
			"model_id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The ID of the model.",
			},
			"version": schema.StringAttribute{
				Required: true, Validators: notEmpty,
				MarkdownDescription: "The pinned version: the version that the devices in scope should run. An older version that was deployed " +
					"before is rolled back to; every other version is rolled out as `rollout` specifies.",
			},
			"group": schema.StringAttribute{
				Optional: true, Validators: notEmpty,
				MarkdownDescription: "The device group to deploy to, by name. Defaults to the whole fleet. Changing this forces a new resource " +
					"to be created. A deployment to a group is complete when the version is assigned to every member; the API " +
					"does not report which version a member has loaded. Groups that have devices in common must be pinned to " +
					"the same version of a model; a deployment to the whole fleet leaves the devices of these groups alone.",
			},
			"group_id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The ID of the device group. Null for the whole fleet.",
			},
			"rollout": schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "How a version is rolled out. A rollback ignores it and changes all devices immediately.",
				Attributes: map[string]schema.Attribute{
					"percentage": schema.Float64Attribute{
						Optional:   true,
						Validators: []validator.Float64{float64validator.Between(1, 100)},
						MarkdownDescription: "The percentage of the devices in scope that should have the version, from 1 to 100. Increase it to " +
							"advance the rollout; it cannot decrease. Defaults to `100`. A rollout of the same version that was started " +
							"outside of Terraform after the version was pinned is not advanced until `version` or `rollout` changes.",
					},
					"stages": schema.ListNestedAttribute{
						Optional: true,
						MarkdownDescription: "Steps that one apply takes on the way to `percentage`: each percentage is reached, then watched for its " +
							"`bake`, then the next step follows. A rollback, pause or deletion of the rollout ends the apply " +
							"immediately. After an interrupt, the next apply continues with the stage that was reached.",
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
							"percentage": schema.Float64Attribute{
								Required: true, Validators: []validator.Float64{float64validator.Between(0.01, 100)},
								MarkdownDescription: "The percentage of the devices in scope: above that of the stage before, and below the `percentage` of the " +
									"rollout.",
							},
							"bake": schema.StringAttribute{
								Optional: true, CustomType: timetypes.GoDurationType{},
								Validators: []validator.String{resourcekit.PositiveDuration{OrZero: true}},
								MarkdownDescription: "How long to watch the stage before the next step, such as `30m`. Defaults to no wait. The time does not " +
									"count towards `timeouts`.",
							},
						}},
					},
				},
			},
			"reason": schema.StringAttribute{
				Optional: true, Validators: notEmpty,
				MarkdownDescription: "The reason, for the control plane's records. It is sent with a rollback and with a change of the " +
					"percentage.",
			},
			"paused": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether the rollout is paused: `true` stops further assignments and keeps existing ones, `false` resumes " +
					"it. Not managed if not set. A deployment to a group cannot be paused.",
			},
			"max_affected_devices": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.AtLeast(0)},
				MarkdownDescription: "The maximum number of devices that an apply, or a destroy with `on_destroy`, may give another version. A " +
					"plan that exceeds it fails, and so does a plan whose devices cannot be counted. Defaults " +
					"to no limit.",
			},
			"supersede": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether a new version may cancel an active rollout that this resource did not start. Defaults to `false`: " +
					"the plan fails. A rollback always cancels the rollout in progress.",
			},
			"on_rollback": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.OneOf(onRollbackBlock, onRollbackAccept, onRollbackRedeploy)},
				MarkdownDescription: "What to do if the pinned version has been rolled back since it was pinned, manually or by the " +
					"organization's policy: `block` fails the plan and reports when, why and by what; `accept` plans nothing " +
					"and warns; `redeploy` deploys the version again. Defaults to `block`.",
			},
			"on_destroy": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.OneOf(onDestroyKeep, onDestroyCancel, onDestroyRollback)},
				MarkdownDescription: "What a destroy does: `keep` leaves the devices as they are; `cancel` ends a rollout that this resource " +
					"started and that is still in progress; `rollback` returns to `previous_version`, and fails if there is " +
					"none. Defaults to `keep`. The plan of the destroy warns how many devices change. If the first apply never " +
					"succeeded, the deployment is always kept.",
			},
			"wait_for": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{stringvalidator.OneOf(waitForComplete, waitForAccepted)},
				MarkdownDescription: "When an apply is complete: `complete` when the percentage is reached and, for 100 percent, confirmed by " +
					"the devices; `accepted` as soon as the control plane has accepted the change. Defaults to `complete`.",
			},
			"timeouts": resourcekit.Timeouts(ctx, timeouts.Opts{
				Create: true, CreateDescription: "The time limit of the first deployment, such as `45m`. Defaults to `30m`. The rollout continues after it.",
				Update: true, UpdateDescription: "The time limit of a change, such as `45m`. Defaults to `30m`. The rollout continues after it.",
				Delete: true, DeleteDescription: "The time limit of a destroy with `on_destroy = \"rollback\"`, such as `45m`. Defaults to `30m`.",
			}),
			"status": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The status of the rollout of the version: `pending`, `active`, `paused`, `completed`, `rolling_back` or " +
					"`rolled_back`.",
			},
			"active_version": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The version that the devices in scope run: the last one that reached every device, and for a group the " +
					"one that most members are assigned.",
			},
			"previous_version": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The version that the current one replaced.",
			},
			"rollout_id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The ID of the rollout, or of the last deployment to the group.",
			},
			"percentage": schema.Float64Attribute{
				Computed:            true,
				MarkdownDescription: "The percentage of the devices in scope that the version is currently rolled out to.",
			},
			"last_operation": lastOperationSchema(),
			"version_since":  versionSinceAttribute(),
			"rolled_back": readOnlyObject(rolledBackTypes, "The version that was rolled back last, as long as its replacement is in force. "+
				"Always null for a group. It has:\n"+
				"  - `version`: The version that was rolled back.\n"+
				"  - `reason`: The reason that was given for the rollback.\n"+
				"  - `trigger`: `auto` if a limit of the organization's policy was exceeded, else `manual`.\n"+
				"  - `at`: The time of the rollback, in RFC 3339 format."),
		},
	}
}
