package deployment

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

// ModifyPlan shows what an apply is going to do. Terraform plans a second time during the apply and compares, so whatever it
// shows follows from the refreshed state and from the facts that Read has kept in private state; only checks ask the server. Those
// are left out of the second plan, as soon as it can be told from the first: an apply checks again by itself, right before it writes.
func (r *deploymentResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	r.BeginPlan(req)
	defer r.RegisterPlan(ctx, req, resp)
	if req.Plan.Raw.IsNull() {
		r.planDestroy(ctx, req, resp)
		return
	}
	var plan, state, config model
	models.Plan(ctx, req.Plan, &plan, &resp.Diagnostics)
	models.Config(ctx, req.Config, &config, &resp.Diagnostics)
	creates := req.State.Raw.IsNull()
	if !creates {
		models.State(ctx, req.State, &state, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	ignored := !plan.Version.Equal(config.Version) ||
		r.Provider != nil && r.Provider.Written.IsIgnored(config.writtenScope(), plan.Version.ValueString())
	if !creates {
		r.planReplacement(ctx, &plan, state, resp)
	}
	switch {
	case resp.Diagnostics.HasError():
		return
	case creates || len(resp.RequiresReplace) > 0:
		r.planCreate(ctx, &plan, resp)
	default:
		r.planUpdate(ctx, &plan, state, ignored, req, resp)
	}
	models.StorePlan(ctx, &resp.Plan, &plan, &resp.Diagnostics)
	oneWarning(plan.scope(), &resp.Diagnostics)
}

// planReplacement finds out whether the resource is about another scope now. A model that is only named differently, by its ID
// for example, is the same: the plan then keeps the value of the state, which Terraform takes for no change. So is a model or a
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
		found, listed, err := client.ResolveModel(ctx, plan.Model.ValueString())
		if err != nil {
			resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not look up the model", err)
			return
		}
		switch id := state.ModelID.ValueString(); {
		case found.ID == id && (plan.Model.ValueString() == id || state.Model.ValueString() == id):
			plan.Model = state.Model
			return
		case found.ID == id: // it has another name now
			return
		case !listed && r.mayBeRenamed(ctx, client, plan, state):
			warnOfUnknownName(path.Root("model"), "model", plan.Model.ValueString(), state.Model.ValueString(), &resp.Diagnostics)
			return
		}
	}
	resp.RequiresReplace = append(resp.RequiresReplace, path.Root("model"))
}

// mayBeRenamed is true of a model that exists, and gets a name that no model has: another configuration of the provider may rename it in the
// same apply, which checks the name.
func (r *deploymentResource) mayBeRenamed(ctx context.Context, client *control.Client, plan *model, state model) bool {
	_, exists, err := client.ResolveModel(ctx, state.ModelID.ValueString())
	return err == nil && exists && !r.Provider.Planned.Contains("octomil_model", plan.Model.ValueString())
}

// sameGroup is true when the plan only gives the group of the state another name.
func (r *deploymentResource) sameGroup(ctx context.Context, plan *model, state model, diags *diag.Diagnostics) bool {
	if !resourcekit.Known(plan.Group) || !resourcekit.Known(state.GroupID) || !r.HasClient() {
		return false
	}
	if r.Provider.Planned.IsRenamed("octomil_device_group", state.GroupID.ValueString(), plan.Group.ValueString()) {
		return true
	}
	ctx, client := r.Reader(ctx, diags)
	g, groups, err := findGroup(ctx, client, plan.Group.ValueString())
	if err != nil {
		resourcekit.AddError(diags, path.Empty(), "Could not look up the device group", err)
		return true
	}
	if g == nil { // another configuration of the provider may rename the group in the same apply, which checks the name
		exists := slices.ContainsFunc(groups, func(g control.Group) bool { return g.ID == state.GroupID.ValueString() })
		if !exists || r.Provider.Planned.Contains("octomil_device_group", plan.Group.ValueString()) {
			return false
		}
		warnOfUnknownName(path.Root("group"), "device group", plan.Group.ValueString(), state.Group.ValueString(), diags)
		return true
	}
	return g.ID == state.GroupID.ValueString()
}

// planCreate leaves unknown what only the apply can tell: between the two plans another resource may have deployed the same pin.
// The warning says what it would be now.
func (r *deploymentResource) planCreate(ctx context.Context, plan *model, resp *resource.ModifyPlanResponse) {
	plan.setComputedUnknown()
	plan.VersionSince = timetypes.NewRFC3339Null()
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
	r.checkReferences(ctx, client, plan, &resp.Diagnostics)
	spec, known := plan.spec(ctx, rollout.Private{}, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.claim(ctx, plan, &resp.Diagnostics) || !known || plan.ModelID.IsUnknown() || plan.GroupID.IsUnknown() || r.Applying() {
		return
	}
	now, err := r.target(client, plan).Read(ctx, rollout.Private{})
	if err != nil {
		addReadError(ctx, client, plan, err, &resp.Diagnostics)
		return
	}
	p := rollout.Propose(plan.scope(), now, spec)
	r.Provider.Planned.Add(typeName, p.Scope.ModelID)
	c := checks{client: client, config: plan, devices: &r.Provider.Devices, diags: &resp.Diagnostics}
	if c.checkRolledBack(ctx, &p) {
		c.plan(ctx, &p)
	}
}

// planUpdate plans what brings the target to the pin. If `ignore_changes` contains the version, that is whatever version the target has.
func (r *deploymentResource) planUpdate(
	ctx context.Context, plan *model, state model, ignored bool, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	plan.ID, plan.ModelID, plan.GroupID = state.ID, state.ModelID, state.GroupID
	if !plan.Model.Equal(state.Model) || !plan.Group.Equal(state.Group) { // the same scope has another name
		plan.setID()
	}
	if !ignored && !r.claim(ctx, plan, &resp.Diagnostics) {
		return // what the other pin does to the devices is no rollback of this one
	}
	var private rollout.Private
	var now rollout.State
	resourcekit.GetPrivate(ctx, req.Private, privateKey, &private, &resp.Diagnostics)
	read := resourcekit.GetPrivate(ctx, req.Private, stateKey, &now, &resp.Diagnostics)
	spec, known := plan.spec(ctx, private, &resp.Diagnostics)
	if !read || !known {
		plan.setComputedUnknown()
		plan.VersionSince = timetypes.NewRFC3339Unknown()
		resourcekit.SetPrivate(ctx, resp.Private, plannedKey, plannedChange{}, &resp.Diagnostics)
		return
	}
	now.RolledBack = state.rollbackInfo(ctx, &resp.Diagnostics)
	unmanaged := rollout.IsUnmanaged(now, spec, private)
	held := ignored || unmanaged && plan.Rollout.Equal(state.Rollout)
	if held {
		warnOfHeldRollout(now, spec, ignored, &resp.Diagnostics)
		spec = spec.Held(now)
	}
	p := rollout.Propose(plan.scope(), now, spec)
	if rollout.RolledBackSince(now, spec, private) && r.planRolledBack(ctx, plan, state, p, private, resp) {
		return
	}
	if !ignored && !unmanaged && private.Pin == spec.Version && !private.Imported && (now.Version() == spec.Version || now.Partial) {
		checkShrinking(ctx, state, p.Scope, spec, &resp.Diagnostics)
	}
	op := p.Operation
	if op.Kind == rollout.None && !ignored && !private.NeverApplied() && private.Pin != spec.Version {
		op.Kind = rollout.Adopt // the target is there already, and the new pin must be remembered as one
	}
	if op.Kind == rollout.None {
		plan.useStateForComputed(state)
		return
	}
	p = p.With(op)
	if r.Provider != nil {
		r.Provider.Planned.Add(typeName, p.Scope.ModelID)
	}
	change := plannedChange{Operation: &op, Held: held}
	if open := p.Cancels(); open != nil {
		change.Cancels = open.ID
	}
	resourcekit.SetPrivate(ctx, resp.Private, plannedKey, change, &resp.Diagnostics)
	plan.setOperation(ctx, p, expectedDevices(p), &resp.Diagnostics)
	plan.planVersionSince(state, op)
	plan.PreviousVersion = state.PreviousVersion
	if op.ReplacesVersion() {
		plan.PreviousVersion = resourcekit.StringOrNull(op.From)
	}
	plan.useStateForUnchanged(state, p)
	if r.HasClient() && !r.Applying() {
		ctx, client := r.Reader(ctx, &resp.Diagnostics)
		if op.ReplacesVersion() {
			r.checkPin(ctx, client, plan, op, &resp.Diagnostics)
		}
		if !plan.Group.Equal(state.Group) {
			p.Scope = presentName(ctx, client, p.Scope)
		}
		checks{client: client, config: plan, private: private, devices: &r.Provider.Devices, diags: &resp.Diagnostics}.plan(ctx, &p)
	}
}

// planRolledBack plans what on_rollback says of a version that was rolled back since it was pinned. It reports whether that is
// all there is to plan.
func (r *deploymentResource) planRolledBack(
	ctx context.Context, plan *model, state model, p rollout.Proposal, private rollout.Private, resp *resource.ModifyPlanResponse,
) bool {
	c := checks{config: plan, private: private, diags: &resp.Diagnostics}
	if r.HasClient() {
		ctx, c.client = r.Reader(ctx, &resp.Diagnostics)
	}
	if plan.OnRollback.ValueString() == onRollbackAccept {
		c.findRival(ctx, &p)
		warnOfAcceptedRollback(p, &resp.Diagnostics)
		plan.Version = state.Version // Terraform takes the prior value of an attribute for no change
		plan.useStateForComputed(state)
		return true
	}
	return !c.checkRolledBack(ctx, &p)
}

// checkShrinking holds the configured percentage of a pin that stands against the one in the state, not against the server's, which
// others may have advanced: devices that have a version keep it until it is rolled back.
func checkShrinking(ctx context.Context, state model, scope rollout.Scope, spec rollout.Spec, diags *diag.Diagnostics) {
	if before, _, _ := state.rollout(ctx, diags); spec.Percentage < before {
		addShrinking(scope, spec, before, diags)
	}
}
