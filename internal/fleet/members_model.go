package fleet

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// membersModel is the state of octomil_device_group_members.
type membersModel struct {
	ID        types.String `tfsdk:"id"`
	GroupID   types.String `tfsdk:"group_id"`
	DeviceIDs types.List   `tfsdk:"device_ids"`
}

// wanted returns the devices as the configuration or the state refers to them.
func (m *membersModel) wanted(ctx context.Context, diags *diag.Diagnostics) []string {
	return resourcekit.Strings(ctx, m.DeviceIDs, diags)
}

// set sets the model from the membership on the server. It returns the aliases of the members that prior does not refer to.
func (m *membersModel) set(ctx context.Context, have membership, prior []string, diags *diag.Diagnostics) (others aliases) {
	refs, others := have.refs(prior)
	list, d := types.ListValueFrom(ctx, types.StringType, refs)
	diags.Append(d...)
	m.ID, m.DeviceIDs = m.GroupID, list
	return others
}
