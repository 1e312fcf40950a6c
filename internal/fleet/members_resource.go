package fleet

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

const membersTypeName = "octomil_device_group_members"

// memberModels loads and stores the model of the resource.
var memberModels resourcekit.Models[membersModel]

type membersResource struct {
	resourcekit.Base
}

var (
	_ resource.ResourceWithConfigure        = (*membersResource)(nil)
	_ resource.ResourceWithConfigValidators = (*membersResource)(nil)
	_ resource.ResourceWithIdentity         = (*membersResource)(nil)
	_ resource.ResourceWithImportState      = (*membersResource)(nil)
	_ resource.ResourceWithModifyPlan       = (*membersResource)(nil)
)

// NewGroupMembers returns octomil_device_group_members.
func NewGroupMembers() resource.Resource {
	return &membersResource{Base: resourcekit.NewBase(membersTypeName, membersIdentity...).WithKind(resourcekit.Kind{
		Title: "membership of the device group", Adopts: true,
	})}
}

var membersIdentity = resourcekit.Identity{{Name: "group_id", Description: "ID of the device group."}}

func (r *membersResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = membersSchema()
}

func (r *membersResource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{resourcevalidator.ExactlyOneOf(path.MatchRoot(listAttribute), path.MatchRoot(mapAttribute))}
}

func (r *membersResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan membersModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	wanted := plan.wanted(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	done := r.WriteObject(ctx, req.Plan.Raw, true, &resp.Diagnostics)
	if done == nil {
		return
	}
	defer done()
	group := plan.GroupID.ValueString()
	change := func() applyResult { return converge(ctx, client, group, wanted.refs, false) }
	if r.Provider.Memberships.Add(1) > 1 && isEmpty(ctx, client, group) { // the list of the groups is worth its pages for several only
		change = func() applyResult { return fill(ctx, client, group, wanted.refs) }
	}
	result := change()
	r.Provider.Members.Forget(group)
	result.report(wanted, group, "Could not create the membership of the device group", &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		// Without state, the next apply creates again and continues where this one stopped. With state, Terraform would replace the
		// tainted resource, and remove devices from the group only to add them again.
		if result.mayHaveChanged {
			resp.Diagnostics.AddWarning("Membership is partially applied", fmt.Sprintf("Some of the changes to the device group `%s` were made before "+
				"the error and remain. The next apply continues from there.", group))
		}
		return
	}
	// The planned list is the result. A device that joined meanwhile is drift, which the next refresh shows.
	plan.ID = plan.GroupID
	result.remember(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
}

func (r *membersResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	r.BeginRead(req.State.Raw)
	var state membersModel
	memberModels.State(ctx, req.State, &state, &resp.Diagnostics)
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	prior := state.wanted(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	members, err := readSettled(ctx, client, state.GroupID.ValueString(), req.Private, &resp.Diagnostics)
	if control.NotFound(err) {
		r.SetIdentity(ctx, req.State, resp.Identity, &resp.Diagnostics)
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not list the members of the device group", err)
		return
	}
	have, known := newMembership(members), aliases{}
	resourcekit.GetPrivate(ctx, req.Private, aliasKey, &known, &resp.Diagnostics)
	kept := known.of(have)
	for id, identifier := range state.set(ctx, have, prior, &resp.Diagnostics) {
		kept[id] = identifier
	}
	if len(kept)+len(known) > 0 {
		resourcekit.SetPrivate(ctx, resp.Private, aliasKey, kept, &resp.Diagnostics)
	}
	memberModels.Store(ctx, &resp.State, &state, &resp.Diagnostics)
	r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
}

func (r *membersResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state membersModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	wanted := plan.wanted(ctx, &resp.Diagnostics)
	prior := state.wanted(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	done := r.WriteObject(ctx, req.State.Raw, false, &resp.Diagnostics)
	if done == nil {
		return
	}
	defer done()
	group := plan.GroupID.ValueString()
	result := converge(ctx, client, group, wanted.refs, true)
	r.Provider.Members.Forget(group)
	result.report(wanted, group, "Could not update the membership of the device group", &resp.Diagnostics)
	if result.now == nil {
		return
	}
	if resp.Diagnostics.HasError() {
		plan.set(ctx, *result.now, wanted.then(prior), &resp.Diagnostics)
	} else {
		plan.ID = plan.GroupID // as in Create, the planned list is the result
		resourcekit.SetPrivate(ctx, resp.Private, aliasKey, aliases{}, &resp.Diagnostics)
		result.remember(ctx, resp.Private, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
}

func (r *membersResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state membersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	managed := state.wanted(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	done := r.DeleteObject(ctx, req.State.Raw, req.Private, &resp.Diagnostics)
	if done == nil {
		return
	}
	defer done()
	group := state.GroupID.ValueString()
	members, err := client.GroupDevices(ctx, group)
	if control.NotFound(err) {
		return
	}
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not list the members of the device group", err)
		return
	}
	remaining, err := removeManaged(ctx, client, group, newMembership(members), managed.refs)
	r.Provider.Members.Forget(group)
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not remove all devices from the device group", err)
		state.set(ctx, remaining, managed, &resp.Diagnostics)
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

// ImportState accepts an identity, or the ID or name of the group.
func (r *membersResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.ImportByIdentity(ctx, req, resp) {
		var group types.String
		resp.Diagnostics.Append(resp.State.GetAttribute(ctx, path.Root("group_id"), &group)...)
		req.ID = group.ValueString()
	}
	if resp.Diagnostics.HasError() {
		return
	}
	g, found := groupEntity.Find(ctx, client, req.ID, path.Empty(), &resp.Diagnostics)
	if !found || !checkStatic(g, path.Empty(), &resp.Diagnostics) {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), g.ID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("group_id"), g.ID)...)
	r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
}
