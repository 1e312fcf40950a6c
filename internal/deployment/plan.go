package deployment

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// ModifyPlan shows what an apply is going to do. Terraform plans a second time during the apply and compares, so whatever it
// shows follows from the refreshed state and from the facts that Read has kept in private state; only checks ask the server. Those
// are left out of the second plan, as soon as it can be told from the first: an apply checks again by itself, right before it writes.
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
	r.claim(&plan, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// claim refuses two resources that pin different versions to one scope: each apply of one would undo the other.
func (r *deploymentResource) claim(plan *model, diags *diag.Diagnostics) {
	if plan.ModelID.IsUnknown() || plan.GroupID.IsUnknown() || plan.Version.IsUnknown() {
		return
	}
	scope := typeName + ":" + plan.ModelID.ValueString() + "/" + plan.GroupID.ValueString()
	if other, ok := r.Provider.Claims.Claim(scope, plan.Version.ValueString()); !ok {
		diags.AddAttributeError(path.Root("version"), "Two resources pin different versions",
			fmt.Sprintf("Another octomil_model_deployment of this configuration pins %s of %s to %s, and this one to %s. They would undo each "+
				"other's work at every apply: keep one.", plan.Model.ValueString(), plan.scopeText(), other, plan.Version.ValueString()))
	}
}

// planReplacement finds out whether the resource is about another scope now. A model that is only spelled otherwise, by its id
// for example, is the same: the plan then keeps the spelling of the state, which Terraform takes for no change. So is a model or a
// group that has another name now, or will have it by the same plan.
func (r *deploymentResource) planReplacement(ctx context.Context, plan *model, state model, resp *resource.ModifyPlanResponse) {
	if !plan.Group.Equal(state.Group) && !r.sameGroup(ctx, plan, state, &resp.Diagnostics) {
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("group"))
	}
	if plan.Model.Equal(state.Model) || r.Provider != nil && resourcekit.Known(plan.Model) &&
		r.Provider.Planned.IsRenamed("octomil_model", state.ModelID.ValueString(), plan.Model.ValueString()) {
		return
	}
	if resourcekit.Known(plan.Model) && r.HasClient() {
		ctx, client := r.Reader(ctx, &resp.Diagnostics)
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

// sameGroup is true when the plan only calls the group of the state by another name.
func (r *deploymentResource) sameGroup(ctx context.Context, plan *model, state model, diags *diag.Diagnostics) bool {
	if !resourcekit.Known(plan.Group) || !resourcekit.Known(state.GroupID) || !r.HasClient() {
		return false
	}
	if r.Provider.Planned.IsRenamed("octomil_device_group", state.GroupID.ValueString(), plan.Group.ValueString()) {
		return true
	}
	ctx, client := r.Reader(ctx, diags)
	g, _, err := findGroup(ctx, client, plan.Group.ValueString())
	if err != nil {
		resourcekit.AddError(diags, path.Empty(), "Could not look up the device group", err)
		return true
	}
	return g != nil && g.ID == state.GroupID.ValueString()
}

// planCreate leaves open what only the apply can tell: between the two plans another resource may have deployed the same pin.
// The warning says what it would be now.
func (r *deploymentResource) planCreate(ctx context.Context, plan *model, resp *resource.ModifyPlanResponse) {
	plan.openComputed()
	plan.ModelID, plan.GroupID, plan.ID = types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
	if !plan.Model.IsUnknown() && !plan.Group.IsUnknown() {
		plan.setID()
	}
	if plan.Group.IsNull() {
		plan.GroupID = types.StringNull()
	}
	if !r.HasClient() {
		return
	}
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	r.checkNames(ctx, client, plan, &resp.Diagnostics)
	w, known := plan.wish(ctx, memory{}, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !known || plan.ModelID.IsUnknown() || plan.GroupID.IsUnknown() || client.Applying() {
		return
	}
	now, err := r.scope(client, plan).look(ctx, memory{})
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not read what "+plan.scopeText()+" runs", err)
		return
	}
	if takenBackSince(now.situation, w, memory{}, now.rolledBack) && plan.OnRollback.ValueString() != onRollbackRedeploy {
		refuseTakenBack(plan, now.situation, now.rolledBack, &resp.Diagnostics)
		return
	}
	r.review(ctx, client, plan, now.situation, decide(now.situation, w), w, memory{}, &resp.Diagnostics)
}

func (r *deploymentResource) planUpdate(
	ctx context.Context, plan *model, state model, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	plan.ID, plan.ModelID, plan.GroupID = state.ID, state.ModelID, state.GroupID
	if !plan.Model.Equal(state.Model) || !plan.Group.Equal(state.Group) { // the same scope has another name
		plan.setID()
	}
	var remembered memory
	var now situation
	resourcekit.GetPrivate(ctx, req.Private, memoryKey, &remembered, &resp.Diagnostics)
	facts := resourcekit.GetPrivate(ctx, req.Private, situationKey, &now, &resp.Diagnostics)
	w, known := plan.wish(ctx, remembered, &resp.Diagnostics)
	if !facts || !known {
		plan.openComputed()
		return
	}
	if back := state.takenBack(ctx, &resp.Diagnostics); takenBackSince(now, w, remembered, back) {
		if r.planTakenBack(plan, state, now, back, resp) {
			return
		}
	}
	if remembered.Pin == w.version && !remembered.Imported {
		refuseShrinking(ctx, plan, state, w, resp)
	}
	op := decide(now, w)
	if op.Kind == operationNone && remembered.Pin != "" && remembered.Pin != w.version {
		op.Kind = operationAdopt // the scope is there already, and the new pin must be remembered as one
	}
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
	if r.HasClient() && !r.Provider.Client.Applying() {
		ctx, client := r.Reader(ctx, &resp.Diagnostics)
		if op.replaces() {
			r.checkVersion(ctx, client, plan, op, &resp.Diagnostics)
		}
		r.review(ctx, client, plan, now, op, w, remembered, &resp.Diagnostics)
	}
}

// planTakenBack plans what on_rollback says of a version that was rolled back since it was pinned. It reports whether that is
// all there is to plan.
func (r *deploymentResource) planTakenBack(plan *model, state model, now situation, back *takenBack, resp *resource.ModifyPlanResponse) bool {
	switch plan.OnRollback.ValueString() {
	case onRollbackRedeploy:
		return false
	case onRollbackAccept:
		resp.Diagnostics.AddAttributeWarning(path.Root("version"), "The version was rolled back", takenBackText(plan, now, back)+
			" With on_rollback = \"accept\" that is left as it is, until another version is pinned.")
		plan.Version = state.Version // Terraform takes the prior value of an attribute for no change
		plan.keepComputed(state)
	default:
		refuseTakenBack(plan, now, back, &resp.Diagnostics)
	}
	return true
}

// review refuses what the configuration guards against, and says the rest in words.
func (r *deploymentResource) review(
	ctx context.Context, client *control.Client, plan *model, now situation, op operation, w wish, remembered memory, diags *diag.Diagnostics,
) {
	refuseForeign(now, op, remembered, plan, diags)
	if !op.moves() || diags.HasError() {
		return
	}
	if op.Kind == operationRollback {
		w = w.atOnce()
	}
	reached := measure(ctx, client, plan, now, w)
	refuseReach(plan, reached, now, op, w, diags)
	announce(plan, reached, now, op, w, stepsOf(ctx, client, plan, now, op, w), diags)
}

// refuseShrinking holds the configured share of a pin that stands against the one in the state, not against the server's, which
// others may have advanced: devices that have a version keep it until it is rolled back.
func refuseShrinking(ctx context.Context, plan *model, state model, w wish, resp *resource.ModifyPlanResponse) {
	before, _, _ := state.rollout(ctx, &resp.Diagnostics)
	if w.share >= before {
		return
	}
	resp.Diagnostics.AddAttributeError(path.Root("rollout").AtName("percentage"), "A share cannot shrink",
		fmt.Sprintf("%s was rolled out to %g percent of %s, and the configuration now says %g. Devices that have a version keep it: to take "+
			"it back, pin an older version, which is a rollback.", w.version, before, plan.scopeText(), w.share))
}
