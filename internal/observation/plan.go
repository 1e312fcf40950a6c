package observation

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// modifyPlan shows that the credentials are going to be sent: they are in no plan themselves.
func modifyPlan[M any, P model[M]](ctx context.Context, _ *resourcekit.Base, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() || req.Plan.Raw.IsNull() {
		return
	}
	var planned, state, config M
	resp.Diagnostics.Append(req.Plan.Get(ctx, &planned)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	due := true
	if written := P(&config).common(); fullyKnown(written.Credentials) {
		credentials := written.credentials()
		same, remembered := resourcekit.SameSecret(ctx, req.Private, credentialsKey, credentials, &resp.Diagnostics)
		due = remembered && !same || !remembered && credentials != nil
		if !due && !remembered && P(&planned).replacesCredentials(&state) {
			resp.Diagnostics.AddAttributeWarning(path.Root("credentials"), "The server may lose credentials", fmt.Sprintf("The configuration of %q "+
				"is sent as a whole. This integration was imported, and Terraform does not know whether the server has credentials for it: they are "+
				"lost unless the attribute names them.", P(&planned).common().Name.ValueString()))
		}
	}
	if due {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("credentials_revision"), types.Int64Unknown())...)
	}
}

// fullyKnown is true of a map of which nothing is left open.
func fullyKnown(m types.Map) bool {
	if m.IsUnknown() {
		return false
	}
	for _, element := range m.Elements() {
		if element.IsUnknown() {
			return false
		}
	}
	return true
}
