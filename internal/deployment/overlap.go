package deployment

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// A device has one version of a model. Two deployments of one plan that pin different versions to it undo each other, be it that they
// are for the same scope, or for groups that have devices in common. A deployment to the whole fleet is no such case: it leaves alone
// what a deployment to a group has assigned.

// claim records the pin of the plan for its scope, and refuses it where another resource pins another version to the same devices. What
// is not known yet, the apply compares.
func (r *deploymentResource) claim(ctx context.Context, plan *model, diags *diag.Diagnostics) bool {
	if plan.ModelID.IsUnknown() || plan.GroupID.IsUnknown() || plan.Version.IsUnknown() {
		return true
	}
	if other, ok := r.Provider.Claims.Claim(claimsOn(plan)+plan.GroupID.ValueString(), plan.Version.ValueString()); !ok {
		addConflictingPins(plan, other, diags)
		return false
	}
	if plan.Group.IsNull() || !r.HasClient() || r.Applying() {
		return true
	}
	ctx, client := r.Reader(ctx, diags)
	return checkOverlap(ctx, client, plan, r.rivals(plan, false), readMembers(client), diags)
}

// claimAtApply compares what the plan could not: a model or a group that the same apply has created, and groups whose members it changes.
// What many deployments compare with each other at about the same time is read once.
func (r *deploymentResource) claimAtApply(ctx context.Context, client *control.Client, plan *model, isNewScope bool, diags *diag.Diagnostics) bool {
	if plan.Group.IsNull() {
		return true
	}
	if other, ok := r.Provider.Claims.Claim(claimsOn(plan)+plan.GroupID.ValueString(), plan.Version.ValueString()); !ok {
		addConflictingPins(plan, other, diags)
		return false
	}
	rivals := r.rivals(plan, true)
	if isNewScope {
		maps.Copy(rivals, r.rivals(plan, false))
	}
	read := readMembers(client)
	recently := func(ctx context.Context, groupID string) (map[string]bool, error) {
		return r.Provider.Members.Get(groupID, func() (map[string]bool, error) { return read(ctx, groupID) })
	}
	return checkOverlap(ctx, client, plan, rivals, recently, diags)
}

// claimsOn is the prefix of the claims on a model, which the ID of the group follows.
func claimsOn(m *model) string { return typeName + ":" + m.ModelID.ValueString() + "/" }

// rivals are the groups that other resources pin to another version, with that version: those whose members the plan changes, or those
// whose members it leaves as they are.
func (r *deploymentResource) rivals(plan *model, changing bool) map[string]string {
	own := plan.GroupID.ValueString()
	pins := r.Provider.Claims.Under(claimsOn(plan))
	maps.DeleteFunc(pins, func(group, version string) bool {
		changes := r.Provider.Planned.ChangesMembers(group) || r.Provider.Planned.ChangesMembers(own)
		return group == "" || group == own || version == plan.Version.ValueString() || changes != changing
	})
	return pins
}

// memberReader reads the set of the devices in a group, which is empty for a group that does not exist.
type memberReader func(ctx context.Context, groupID string) (map[string]bool, error)

func readMembers(client *control.Client) memberReader {
	return func(ctx context.Context, groupID string) (map[string]bool, error) {
		devices, err := client.GroupDevices(ctx, groupID)
		if err != nil && !control.NotFound(err) {
			return nil, err
		}
		ids := make(map[string]bool, len(devices))
		for _, d := range devices {
			ids[d.ID] = true
		}
		return ids, nil
	}
}

// checkOverlap refuses a plan whose group has devices in common with a group that is pinned to another version.
func checkOverlap(
	ctx context.Context, client *control.Client, plan *model, rivals map[string]string, read memberReader, diags *diag.Diagnostics,
) bool {
	if len(rivals) == 0 {
		return true
	}
	members, err := read(ctx, plan.GroupID.ValueString())
	for _, id := range slices.Sorted(maps.Keys(rivals)) {
		if err != nil || len(members) == 0 {
			break
		}
		var others map[string]bool
		others, err = read(ctx, id)
		shared := 0
		for device := range others {
			if members[device] {
				shared++
			}
		}
		if shared > 0 {
			name := id
			if g, found, err := client.ResolveGroup(ctx, id); err == nil && found {
				name = g.Name
			}
			addOverlap(plan, name, rivals[id], shared, diags)
		}
	}
	if err != nil {
		resourcekit.AddError(diags, path.Root("group"), "Could not list the members of the device group", err)
	}
	return !diags.HasError()
}
