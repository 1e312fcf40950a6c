package observation

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// modifyPlan makes credentials_revision unknown if the apply will send credentials, which are not in the plan themselves.
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
	changed := true
	if configured := P(&config).common(); fullyKnown(configured.Credentials) {
		credentials := configured.credentials()
		same, stored := resourcekit.MatchesPrivateSecret(ctx, req.Private, credentialsKey, credentials, &resp.Diagnostics)
		changed = stored && !same || !stored && credentials != nil
		if !changed && !stored && P(&planned).replacesCredentials(&state) {
			resp.Diagnostics.AddAttributeWarning(path.Root("credentials"), "The server may lose credentials", fmt.Sprintf("The server replaces the "+
				"configuration of %q as a whole, including any credentials. The integration was imported, and Terraform does not know whether the "+
				"server has credentials for it. Set `credentials` to keep them.", P(&planned).common().Name.ValueString()))
		}
	}
	if changed {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("credentials_revision"), types.Int64Unknown())...)
	}
}

// fullyKnown reports whether neither the map nor any of its elements is unknown.
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
