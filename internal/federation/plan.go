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

// modifyPlan says what the API cannot do: change a description, or take a model or a member out.
func modifyPlan(ctx context.Context, _ *resourcekit.Base, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || req.State.Raw.IsNull() {
		return
	}
	var planned, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &planned)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !planned.Name.Equal(state.Name) { // another name is another federation
		return
	}
	if planned.TotalEpsilonBudget.IsNull() && planned.TotalDeltaBudget.IsUnknown() { // the server sets one with an epsilon only
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("total_delta_budget"), types.Float64Null())...)
	}
	if !planned.Description.IsUnknown() && planned.Description.ValueString() != state.Description.ValueString() {
		resp.Diagnostics.AddAttributeError(path.Root("description"), "The API cannot change the description of a federation",
			fmt.Sprintf("It is %q on the server. A replacement would not get the name, since a federation cannot be deleted either: write the "+
				"description as it is, or give the federation another name as well.", state.Description.ValueString()))
	}
	warnNotRemoved(ctx, "models", planned.Models, state.Models, &resp.Diagnostics)
	warnNotRemoved(ctx, "member_org_ids", planned.MemberOrgIDs, state.MemberOrgIDs, &resp.Diagnostics)
}

func warnNotRemoved(ctx context.Context, attribute string, planned, state types.Set, diags *diag.Diagnostics) {
	if planned.IsUnknown() || slices.ContainsFunc(planned.Elements(), func(e attr.Value) bool { return e.IsUnknown() }) {
		return
	}
	wanted := stringsOf(ctx, planned, diags)
	removed := slices.DeleteFunc(stringsOf(ctx, state, diags), func(name string) bool { return slices.Contains(wanted, name) })
	if len(removed) > 0 {
		diags.AddAttributeWarning(path.Root(attribute), "The federation keeps what has left the configuration", fmt.Sprintf(
			"The API can take no member and no model out of a federation. Terraform only ceases to look after %s.", strings.Join(removed, ", ")))
	}
}
