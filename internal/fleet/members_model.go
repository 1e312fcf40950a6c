package fleet

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// membersModel is the membership as Terraform holds it.
type membersModel struct {
	ID        types.String `tfsdk:"id"`
	GroupID   types.String `tfsdk:"group_id"`
	DeviceIDs types.List   `tfsdk:"device_ids"`
}

// wanted are the devices in the ref of the configuration or of the state.
func (m *membersModel) wanted(ctx context.Context, diags *diag.Diagnostics) []string {
	return resourcekit.Strings(ctx, m.DeviceIDs, diags)
}

// set takes the membership from the server, and answers the aliases of the members that prior did not spell.
func (m *membersModel) set(ctx context.Context, have membership, prior []string, diags *diag.Diagnostics) (others aliases) {
	spelled, others := have.refs(prior)
	list, d := types.ListValueFrom(ctx, types.StringType, spelled)
	diags.Append(d...)
	m.ID, m.DeviceIDs = m.GroupID, list
	return others
}
