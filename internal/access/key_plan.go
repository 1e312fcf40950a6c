package access

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// planKey warns where the plan makes a secret stop working that is in use: that of an imported key, and the one with which the provider
// sends its requests.
func planKey(ctx context.Context, r *resourcekit.Base, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() {
		return
	}
	var state, plan keyModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	verb := "revokes"
	if !req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
		switch {
		case !plan.Name.Equal(state.Name) || !plan.Scopes.Equal(state.Scopes): // which replaces the key
		case rotates(state.RotateWhen, plan.RotateWhen):
			verb = "rotates"
		default:
			return
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	switch {
	case r.HasClient() && r.Provider.Client.UsesKey(state.APIKey.ValueString(), state.Prefix.ValueString()):
		warnOfOwnKey(state, verb, &resp.Diagnostics)
	case verb == "rotates" && state.RotateWhen.IsNull() && state.APIKey.IsNull():
		warnOfImportedKey(state, &resp.Diagnostics)
	}
}

func warnOfOwnKey(state keyModel, verb string, diags *diag.Diagnostics) {
	diags.AddWarning(fmt.Sprintf("This %s the provider's own API key", verb), fmt.Sprintf("The provider sends its requests with the API key %s (%s). As soon "+
		"as its secret stops working, all further requests fail with 401 Unauthorized: those of the same apply, and those of everything else that "+
		"uses the key. Manage the key with the credentials of another one.", state.Name.ValueString(), state.ID.ValueString()))
}

func warnOfImportedKey(state keyModel, diags *diag.Diagnostics) {
	diags.AddAttributeWarning(path.Root("rotate_when"), "This rotates the imported API key", fmt.Sprintf("The secret of the API key %s (%s) is not in the state, "+
		"and setting `rotate_when` for the first time rotates the key: it gets a new secret, and the one that is in use now stops working "+
		"immediately. To keep it, remove `rotate_when`.", state.Name.ValueString(), state.ID.ValueString()))
}
