package fleet

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// NewGroupMembersList returns the list resource of octomil_device_group_members: the static groups with their members.
func NewGroupMembersList() list.ListResource {
	return &resourcekit.ListResource{
		Base:         resourcekit.NewBase(membersTypeName, membersIdentity...),
		Description:  "Lists the memberships of the organization's static device groups, to import them with `terraform query`.",
		ErrorSummary: "Could not list the memberships of the device groups",
		Find:         findMemberships,
	}
}

func findMemberships(ctx context.Context, client *control.Client, q resourcekit.ListQuery, yield func(resourcekit.ListItem) bool) error {
	groups, err := client.Groups(ctx)
	if err != nil {
		return err
	}
	for _, g := range groups {
		if g.Type != control.GroupStatic {
			continue
		}
		var members []control.Device
		if q.IncludeResource {
			if members, err = client.GroupDevices(ctx, g.ID); err != nil {
				return err
			}
		}
		found := resourcekit.ListItem{Name: g.Name, Fill: func(ctx context.Context, state *tfsdk.State, diags *diag.Diagnostics) {
			m := membersModel{GroupID: types.StringValue(g.ID)}
			m.set(ctx, newMembership(members), deviceList{}, diags)
			diags.Append(state.Set(ctx, &m)...)
		}}
		if !yield(found) {
			return nil
		}
	}
	return nil
}
