package federation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// modifyPlan reports what the API cannot do: it rejects a changed description and warns of models and members that will remain.
func modifyPlan(ctx context.Context, _ *resourcekit.Base, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || req.State.Raw.IsNull() {
		return
	}
	var planned, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &planned)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !planned.Name.Equal(state.Name) { // a new name replaces the federation
		return
	}
	if planned.TotalEpsilonBudget.IsNull() && planned.TotalDeltaBudget.IsUnknown() { // the server sets a default only together with an epsilon
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("total_delta_budget"), types.Float64Null())...)
	}
	if !planned.Description.IsUnknown() && planned.Description.ValueString() != state.Description.ValueString() {
		resp.Diagnostics.AddAttributeError(path.Root("description"), "Federation description cannot be changed",
			fmt.Sprintf("The API cannot change the description of a federation; on the server it is %q. A replacement could not reuse the "+
				"name, because the API cannot delete a federation either. Set `description` to the value on the server, or change `name` as well.",
				state.Description.ValueString()))
	}
	warnNotRemoved(ctx, "models", planned.Models, state.Models, &resp.Diagnostics)
	warnNotRemoved(ctx, "member_org_ids", planned.MemberOrgIDs, state.MemberOrgIDs, &resp.Diagnostics)
}

// warnNotRemoved warns of elements that leave the configuration and stay in the federation.
func warnNotRemoved(ctx context.Context, attribute string, planned, state types.Set, diags *diag.Diagnostics) {
	if planned.IsUnknown() || slices.ContainsFunc(planned.Elements(), func(e attr.Value) bool { return e.IsUnknown() }) {
		return
	}
	wanted := stringsOf(ctx, planned, diags)
	removed := slices.DeleteFunc(stringsOf(ctx, state, diags), func(name string) bool { return slices.Contains(wanted, name) })
	if len(removed) > 0 {
		diags.AddAttributeWarning(path.Root(attribute), "Federation members and models cannot be removed", fmt.Sprintf(
			"The API cannot remove a member or a model from a federation. These stay in the federation and are no longer managed by Terraform: %s.",
			strings.Join(removed, ", ")))
	}
}
