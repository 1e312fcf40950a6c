package fleet

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// membersModel is the state of octomil_device_group_members.
type membersModel struct {
	ID        types.String `tfsdk:"id"`
	GroupID   types.String `tfsdk:"group_id"`
	DeviceIDs types.List   `tfsdk:"device_ids"`
	Devices   types.Map    `tfsdk:"devices"`
}

// known reports whether it is known which devices the model lists.
func (m *membersModel) known() bool {
	if !m.Devices.IsNull() {
		return !m.Devices.IsUnknown() && !slices.ContainsFunc(slices.Collect(maps.Values(m.Devices.Elements())), isOpen)
	}
	return resourcekit.Known(m.DeviceIDs) && !hasUnknown(m.DeviceIDs)
}

// wanted returns the devices as the configuration or the state refers to them.
func (m *membersModel) wanted(ctx context.Context, diags *diag.Diagnostics) deviceList {
	if m.Devices.IsNull() {
		return deviceList{refs: resourcekit.Strings(ctx, m.DeviceIDs, diags)}
	}
	byKey := map[string]string{}
	diags.Append(m.Devices.ElementsAs(ctx, &byKey, false)...)
	l := deviceList{refs: make([]string, 0, len(byKey)), keys: make([]string, 0, len(byKey))}
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		l.keys, l.refs = append(l.keys, key), append(l.refs, byKey[key])
	}
	return l
}

// set sets the model from the membership on the server, in the form of prior. It returns the aliases of the members that prior does not
// refer to.
func (m *membersModel) set(ctx context.Context, have membership, prior deviceList, diags *diag.Diagnostics) (others aliases) {
	refs, others := have.refs(prior.refs)
	m.ID = m.GroupID
	m.DeviceIDs, m.Devices = prior.values(ctx, refs, diags)
	return others
}
