package catalog

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// planModel rejects the deletion of a protected model, and warns of what else a deletion deletes.
func planModel(ctx context.Context, _ *resourcekit.Base, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() {
		return
	}
	var state, plan modelModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	destroy := req.Plan.Raw.IsNull()
	if !destroy {
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	}
	switch {
	case resp.Diagnostics.HasError():
	case destroy || !plan.Framework.Equal(state.Framework):
		if !checkDeletionProtection(&state, &resp.Diagnostics) {
			return
		}
		resp.Diagnostics.AddWarning("All versions of the model are deleted", fmt.Sprintf("The model %s is deleted with all its versions, including those that Terraform does not manage.", state.Name.ValueString()))
	}
}

// checkDeletionProtection returns whether the model may be deleted, and adds an error if not.
func checkDeletionProtection(m *modelModel, diags *diag.Diagnostics) bool {
	if !m.DeletionProtection.IsNull() && !m.DeletionProtection.ValueBool() {
		return true
	}
	diags.AddAttributeError(path.Root("deletion_protection"), "The model is protected from deletion", fmt.Sprintf("The model %s would be deleted with all its versions, including those that Terraform does not "+
		"manage.\n\nIf this is intended, first apply `deletion_protection = false`. To keep the model on the "+
		"server and remove it from the state, use a `removed` block or `terraform state rm`.", m.Name.ValueString()))
	return false
}
