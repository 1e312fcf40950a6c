package fleet

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// sameDevices keeps the list in state if the configuration names the same devices in a different order, or names the identifiers
// of devices that are in state by ID only because no configuration has named them before.
type sameDevices struct{}

func (sameDevices) Description(context.Context) string {
	return "The order of the devices is ignored."
}

func (m sameDevices) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

// KeepsUnchanged implements resourcekit.KeepsUnchanged.
func (sameDevices) KeepsUnchanged() {}

func (sameDevices) PlanModifyList(ctx context.Context, req planmodifier.ListRequest, resp *planmodifier.ListResponse) {
	if req.StateValue.IsNull() || !resourcekit.Known(resp.PlanValue) || hasUnknown(resp.PlanValue) {
		return
	}
	var known aliases
	resourcekit.GetPrivate(ctx, req.Private, aliasKey, &known, &resp.Diagnostics)
	before := resourcekit.Strings(ctx, req.StateValue, &resp.Diagnostics)
	planned := resourcekit.Strings(ctx, resp.PlanValue, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() && known.equal(before, planned) {
		resp.PlanValue = req.StateValue
	}
}

func hasUnknown(list types.List) bool {
	return slices.ContainsFunc(list.Elements(), isOpen)
}

func isOpen(element attr.Value) bool { return element.IsUnknown() || element.IsNull() }

// ModifyPlan records that the members change, and checks a create.
func (r *membersResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	r.BeginPlan(req)
	announceMembers(ctx, &r.Base, "group_id", changesDevices(ctx, req, resp), req, resp)
	if !req.Plan.Raw.IsNull() && req.State.Raw.IsNull() && r.HasClient() {
		r.planCreate(ctx, req, resp)
	}
	r.RegisterPlan(ctx, req, resp)
}

// planCreate rejects a group whose members follow rules, and warns of members that the create will remove. Later plans need
// neither: they show the removed members themselves.
func (r *membersResource) planCreate(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan membersModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !resourcekit.Known(plan.GroupID) || r.CheckedBefore() {
		return
	}
	g, err := client.Group(ctx, plan.GroupID.ValueString())
	if err != nil {
		addGroupError(plan.GroupID.ValueString(), "Could not read the device group", err, &resp.Diagnostics)
		return
	}
	if !checkStatic(g, path.Root("group_id"), &resp.Diagnostics) || !plan.known() {
		return
	}
	if r.Applying() {
		return // the plan has shown the warning
	}
	warnOfRemovals(ctx, client, g, plan.wanted(ctx, &resp.Diagnostics), &resp.Diagnostics)
}

// changesDevices reports whether a plan of a membership changes its devices, or may do so. Other keys for the same devices do not.
func changesDevices(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) bool {
	if req.State.Raw.IsNull() || req.Plan.Raw.IsNull() {
		return true
	}
	var before, after membersModel
	resp.Diagnostics.Append(req.State.Get(ctx, &before)...)
	resp.Diagnostics.Append(resp.Plan.Get(ctx, &after)...)
	if resp.Diagnostics.HasError() || !after.known() {
		return true
	}
	return !aliases{}.equal(before.wanted(ctx, &resp.Diagnostics).refs, after.wanted(ctx, &resp.Diagnostics).refs)
}

// changesList reports whether a plan changes a list, or creates or destroys an object that has one.
func changesList(ctx context.Context, attribute string, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) bool {
	var before, after types.List
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root(attribute), &before)...)
	}
	if !req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(resp.Plan.GetAttribute(ctx, path.Root(attribute), &after)...)
	}
	return !before.Equal(after)
}

// announceMembers records for other resources of the plan that it changes the members of a group, if it does. ID is the attribute that
// has the ID of the group.
func announceMembers(
	ctx context.Context, r *resourcekit.Base, id string, changes bool, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	if r.Provider == nil || !changes {
		return
	}
	var group types.String
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root(id), &group)...)
	}
	if !req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(resp.Plan.GetAttribute(ctx, path.Root(id), &group)...)
	}
	if resourcekit.Known(group) {
		r.Provider.Planned.ChangeMembers(group.ValueString())
		r.Provider.Members.Forget(group.ValueString())
	}
}

// checkStatic rejects a group with rules: every apply would remove the devices that the rules select.
func checkStatic(g control.Group, at path.Path, diags *diag.Diagnostics) bool {
	if g.Type != control.GroupDynamic && g.Type != control.GroupHybrid {
		return true
	}
	diags.AddAttributeError(at, "Device group is not static", fmt.Sprintf("The device group %q is `%s`: its rules select its members. Only the "+
		"members of a `static` group can be listed. Change the rules of the group, or use a static group.", g.Name, g.Type))
	return false
}

// warnOfRemovals warns of members that the configuration does not name, unless the server has said that the group has none.
func warnOfRemovals(ctx context.Context, client *control.Client, g control.Group, wanted deviceList, diags *diag.Diagnostics) {
	if g.DeviceCount != nil && *g.DeviceCount == 0 {
		return
	}
	members, err := client.GroupDevices(ctx, g.ID)
	if err != nil {
		addGroupError(g.ID, "Could not list the members of the device group", err, diags)
		return
	}
	if unmanaged := len(newMembership(members).diff(wanted.refs).remove); unmanaged > 0 {
		diags.AddAttributeWarning(wanted.attribute(), "Devices will be removed from the group", fmt.Sprintf("The device group %[1]q has %[2]d members "+
			"that `%[3]s` does not list. This resource manages all members of the group, so the apply removes them from it. "+
			"To keep them, add them to `%[3]s`, or import the membership first.", g.Name, unmanaged, wanted.attribute()))
	}
}
