package fleet

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// aliasKey is where private state keeps the aliases of members that are in state by their id although no configuration called
// them so: after an import, and when someone else has added a device. The configuration may call them by their identifier.
const aliasKey = "aliases"

// sameDevices keeps the list in state when the configuration names the same devices in another order, or spells those otherwise
// that no configuration has spelled before.
type sameDevices struct{}

func (sameDevices) Description(context.Context) string {
	return "The order of the devices means nothing."
}

func (m sameDevices) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (sameDevices) PlanModifyList(ctx context.Context, req planmodifier.ListRequest, resp *planmodifier.ListResponse) {
	if req.StateValue.IsNull() || !resourcekit.Known(resp.PlanValue) || hasUnknown(resp.PlanValue) {
		return
	}
	var known aliases
	resourcekit.GetPrivate(ctx, req.Private, aliasKey, &known, &resp.Diagnostics)
	before := resourcekit.Strings(ctx, req.StateValue, &resp.Diagnostics)
	planned := resourcekit.Strings(ctx, resp.PlanValue, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() && known.same(before, planned) {
		resp.PlanValue = req.StateValue
	}
}

func hasUnknown(list types.List) bool {
	for _, element := range list.Elements() {
		if element.IsUnknown() || element.IsNull() {
			return true
		}
	}
	return false
}

// same is true when planned names the devices of state, each once.
func (a aliases) same(state, planned []string) bool {
	if len(state) != len(planned) {
		return false
	}
	left := make(map[string]bool, len(state))
	ids := make(map[string]string, len(a))
	for _, spelling := range state {
		left[spelling] = true
		if identifier, ok := a[spelling]; ok {
			ids[identifier] = spelling
		}
	}
	for _, spelling := range planned {
		if !left[spelling] {
			spelling = ids[spelling]
		}
		if !left[spelling] {
			return false
		}
		delete(left, spelling)
	}
	return true
}

// keep are the aliases of those that are still members.
func (a aliases) keep(have roster) aliases {
	kept := aliases{}
	for id, identifier := range a {
		if _, member := have.byID[id]; member {
			kept[id] = identifier
		}
	}
	return kept
}

// eachOnce refuses devices that are named twice, and empty names. It stops after a few: one mistake in a generator makes
// thousands of them.
type eachOnce struct{}

func (eachOnce) Description(context.Context) string { return "each device once" }

func (v eachOnce) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (eachOnce) ValidateList(_ context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	const enough = 10
	first := map[string]int{}
	for i, element := range req.ConfigValue.Elements() {
		text, ok := element.(types.String)
		if !ok || text.IsUnknown() {
			continue
		}
		name, at := text.ValueString(), req.Path.AtListIndex(i)
		earlier, twice := first[name]
		switch {
		case name == "":
			resp.Diagnostics.AddAttributeError(at, "The device is empty", "A member is named by the id or the device_identifier of a device.")
		case twice:
			resp.Diagnostics.AddAttributeError(at, "The device is listed twice",
				fmt.Sprintf("The device %q is in the list already, at index %d. Remove one of the two.", name, earlier))
		default:
			first[name] = i
		}
		if resp.Diagnostics.ErrorsCount() >= enough {
			return
		}
	}
}

// ModifyPlan refuses a group whose members follow rules, and warns of members that the creation will remove. Later plans show
// both by themselves.
func (r *membersResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || !req.State.Raw.IsNull() || !r.HasClient() {
		return
	}
	var plan membersModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !resourcekit.Known(plan.GroupID) {
		return
	}
	g, err := client.Group(ctx, plan.GroupID.ValueString())
	if err != nil {
		blameGroup(plan.GroupID.ValueString(), "Could not read the device group", err, &resp.Diagnostics)
		return
	}
	if !checkListed(g, path.Root("group_id"), &resp.Diagnostics) || !resourcekit.Known(plan.DeviceIDs) || hasUnknown(plan.DeviceIDs) {
		return
	}
	if client.Applying() {
		return // whoever had to agree has read it
	}
	warnOfRemovals(ctx, client, g, plan.wanted(ctx, &resp.Diagnostics), &resp.Diagnostics)
}

// checkListed refuses a group whose members nobody lists: what its rules select would be removed again and again.
func checkListed(g control.Group, at path.Path, diags *diag.Diagnostics) bool {
	if g.Type != control.GroupDynamic && g.Type != control.GroupHybrid {
		return true
	}
	diags.AddAttributeError(at, "The group's members follow its rules", fmt.Sprintf("The device group %q is %s: its rules decide which devices "+
		"belong to it. Only the members of a static group can be listed. Change the rules of the group, or use a static one.", g.Name, g.Type))
	return false
}

func warnOfRemovals(ctx context.Context, client *control.Client, g control.Group, wanted []string, diags *diag.Diagnostics) {
	members, err := client.GroupDevices(ctx, g.ID)
	if err != nil {
		blameGroup(g.ID, "Could not list the members of the device group", err, diags)
		return
	}
	if foreign := len(newRoster(members).changesTo(wanted).remove); foreign > 0 {
		diags.AddAttributeWarning(path.Root("device_ids"), "Devices will be removed from the group", fmt.Sprintf("The device group %q has %d members "+
			"that device_ids does not name. This resource manages the whole membership, so the apply removes them from the group. "+
			"To keep them, name them, or import the membership first.", g.Name, foreign))
	}
}
