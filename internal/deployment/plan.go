package deployment

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// ModifyPlan shows what an apply is going to do. Terraform plans a second time during the apply and compares, so whatever it
// shows follows from the refreshed state and from the facts that Read has kept in private state; only checks ask the server.
func (r *deploymentResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	creating := req.State.Raw.IsNull()
	if !creating {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if !creating {
		r.planReplacement(ctx, &plan, state, resp)
	}
	switch {
	case resp.Diagnostics.HasError():
		return
	case creating || len(resp.RequiresReplace) > 0:
		r.planCreate(ctx, &plan, resp)
	default:
		r.planUpdate(ctx, &plan, state, req, resp)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// planReplacement finds out whether the resource is about another scope now. A model that is only spelled otherwise, by its id
// for example, is the same: the plan then keeps the spelling of the state, which Terraform takes for no change.
func (r *deploymentResource) planReplacement(ctx context.Context, plan *model, state model, resp *resource.ModifyPlanResponse) {
	if !plan.Group.Equal(state.Group) {
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("group"))
	}
	if plan.Model.Equal(state.Model) {
		return
	}
	if resourcekit.Known(plan.Model) && r.Online() {
		ctx, client := r.Client(ctx, &resp.Diagnostics)
		found, _, err := client.ResolveModel(ctx, plan.Model.ValueString())
		if err != nil {
			resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not look up the model", err)
			return
		}
		if found.ID == state.ModelID.ValueString() {
			plan.Model = state.Model
			return
		}
	}
	resp.RequiresReplace = append(resp.RequiresReplace, path.Root("model"))
}

// planCreate leaves open what only the apply can tell: between the two plans another resource may have deployed the same pin.
func (r *deploymentResource) planCreate(ctx context.Context, plan *model, resp *resource.ModifyPlanResponse) {
	plan.openComputed()
	plan.ModelID, plan.GroupID, plan.ID = types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
	if !plan.Model.IsUnknown() && !plan.Group.IsUnknown() {
		plan.setID()
	}
	if plan.Group.IsNull() {
		plan.GroupID = types.StringNull()
	}
	if !r.Online() {
		return
	}
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	r.checkNames(ctx, client, plan, &resp.Diagnostics)
}

func (r *deploymentResource) planUpdate(
	ctx context.Context, plan *model, state model, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	plan.ID, plan.ModelID, plan.GroupID = state.ID, state.ModelID, state.GroupID
	var remembered memory
	var now situation
	resourcekit.Recall(ctx, req.Private, memoryKey, &remembered, &resp.Diagnostics)
	facts := resourcekit.Recall(ctx, req.Private, situationKey, &now, &resp.Diagnostics)
	w, known := plan.wish(ctx, remembered, &resp.Diagnostics)
	if !facts || !known {
		plan.openComputed()
		return
	}
	if remembered.Pin == w.version {
		refuseShrinking(ctx, plan, state, w, resp)
	}
	op := decide(now, w)
	if op.Kind == operationNone {
		plan.keepComputed(state)
		return
	}
	plan.openComputed()
	plan.setOperation(ctx, op, &resp.Diagnostics)
	plan.PreviousVersion = state.PreviousVersion
	if op.replaces() {
		plan.PreviousVersion = resourcekit.StringOrNull(op.From)
	}
	refuseForeign(now, op, remembered, &resp.Diagnostics)
	if op.replaces() && r.Online() {
		ctx, client := r.Client(ctx, &resp.Diagnostics)
		r.checkVersion(ctx, client, plan.ModelID.ValueString(), plan, &resp.Diagnostics)
	}
}

// refuseShrinking holds the configured share of a pin that stands against the one in the state, not against the server's, which
// others may have advanced: devices that have a version keep it until it is rolled back.
func refuseShrinking(ctx context.Context, plan *model, state model, w wish, resp *resource.ModifyPlanResponse) {
	before, _ := state.share(ctx, &resp.Diagnostics)
	if w.share >= before {
		return
	}
	resp.Diagnostics.AddAttributeError(path.Root("rollout").AtName("percentage"), "A share cannot shrink",
		fmt.Sprintf("%s was rolled out to %g percent of %s, and the configuration now says %g. Devices that have a version keep it: to take "+
			"it back, pin an older version, which is a rollback.", w.version, before, plan.scopeText(), w.share))
}
