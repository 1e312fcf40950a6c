package fleet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// cleanupTimeout limits the read of the membership after a failed or interrupted change.
const cleanupTimeout = 10 * time.Second

// applyResult is the outcome of a change of the membership.
type applyResult struct {
	wanted []string
	// now is the membership after the change, nil if unknown.
	now *membership
	// mayHaveChanged is false only if the server certainly changed nothing.
	mayHaveChanged bool
	// due is what was changed.
	due changes
	// listed is false if the members could not be read before the change.
	listed bool
	// refused are the devices that the server did not add or remove, while it changed the others.
	refused []refusal
	err     error
}

// refusal is the answer of a server that does not add or remove a device.
type refusal struct {
	// ref is the device as the configuration names it, or else its ID; "" if the answer names none.
	ref, summary string
	err          error
}

// maxRefusals is the number of refusals after which a change stops.
const maxRefusals = 10

// converge makes the membership the wanted one. It compares with a fresh read and adds before it removes, so that a deployment to
// the group finds as many devices as possible. It reads the result, because a server may apply a request only in part. If the group
// is managed already, a device that the server refuses does not stop the changes of the others: one mistake in a list must not keep
// another device in the group.
func converge(ctx context.Context, client *control.Client, group string, wanted []string, managed bool) applyResult {
	members, err := client.GroupDevices(ctx, group)
	if err != nil {
		return applyResult{wanted: wanted, err: err}
	}
	r := applyResult{wanted: wanted, listed: true}
	have := newMembership(members)
	due := have.diff(wanted)
	r.due = due
	if due.empty() {
		r.now = &have
		return r
	}
	r.err = r.apply(ctx, client, group, due, managed)
	if !r.mayHaveChanged && (r.err != nil || len(r.refused) > 0) {
		r.now = &have
		return r
	}
	r.refresh(ctx, client, group)
	return r
}

// fill is converge for a group that is not managed yet and of which the server says that it has no members. It adds the devices first, in
// one request, so that one read shows what that has made of the group, and what is left to remove after all. Where the server refuses,
// converge tells why.
func fill(ctx context.Context, client *control.Client, group string, wanted []string) applyResult {
	if len(wanted) == 0 || len(wanted) > control.MemberBatch {
		return converge(ctx, client, group, wanted, false)
	}
	r := applyResult{wanted: wanted, listed: true, due: changes{add: wanted}}
	r.err = r.add(ctx, client, group, wanted, false)
	if r.err != nil && !r.mayHaveChanged {
		return converge(ctx, client, group, wanted, false)
	}
	r.refresh(ctx, client, group)
	if r.err != nil || r.now == nil {
		return r
	}
	left := changes{remove: r.now.diff(wanted).remove}
	if left.empty() {
		return r
	}
	r.due.remove = left.remove
	r.err = r.apply(ctx, client, group, left, false)
	r.refresh(ctx, client, group)
	return r
}

// countAge is how old the number of the members of a group may be by which it counts as empty. Several memberships are created at about
// the same time, and one list has the numbers of all groups.
const countAge = 10 * time.Second

// isEmpty reports whether the server says of a group that it has no members.
func isEmpty(ctx context.Context, client *control.Client, group string) bool {
	groups, err := client.Groups(client.SharingGroup(ctx, group, countAge))
	return err == nil && slices.ContainsFunc(groups, func(g control.Group) bool {
		return g.ID == group && g.DeviceCount != nil && *g.DeviceCount == 0
	})
}

func (r *applyResult) apply(ctx context.Context, client *control.Client, group string, due changes, managed bool) error {
	for batch := range slices.Chunk(due.add, control.MemberBatch) {
		if err := r.add(ctx, client, group, batch, managed); err != nil {
			return err
		}
	}
	for _, id := range due.remove {
		err := client.RemoveGroupDevice(ctx, group, id)
		r.mayHaveChanged = r.mayHaveChanged || err == nil || control.Ambiguous(err)
		if managed && len(r.refused) < maxRefusals && keepsDevice(err) {
			r.refused = append(r.refused, refusal{id, "Could not remove a device from the device group", err})
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// add adds a batch, of which the server takes all devices or none. In a managed group it leaves out each device that the server names
// as the reason of a refusal (CONTRACT.md 5.25).
func (r *applyResult) add(ctx context.Context, client *control.Client, group string, batch []string, managed bool) error {
	for len(batch) > 0 {
		err := client.AddGroupDevices(ctx, group, batch)
		r.mayHaveChanged = r.mayHaveChanged || err == nil || control.Ambiguous(err)
		if err == nil || !managed || !resourcekit.NoSuchID(err) || len(r.refused) == maxRefusals {
			return err
		}
		at, named := named(err, batch)
		if !named {
			r.refused = append(r.refused, refusal{"", "Could not add devices to the device group", err})
			return nil
		}
		r.refused = append(r.refused, refusal{batch[at], "Could not add a device to the device group", err})
		batch = slices.Delete(slices.Clone(batch), at, at+1)
	}
	return nil
}

// keepsDevice is true if the server refused to remove one device, which says nothing about the others.
func keepsDevice(err error) bool { return resourcekit.NoSuchID(err) || resourcekit.IsConflict(err) }

// refresh reads the membership after a change, even if the operation was interrupted: the state must show what the server has.
func (r *applyResult) refresh(ctx context.Context, client *control.Client, group string) {
	if r.err != nil {
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
		defer cancel()
		ctx = late
	}
	read := func(ctx context.Context) (membership, error) {
		members, err := client.GroupDevices(ctx, group)
		return newMembership(members), err
	}
	var now membership
	var err error
	if r.err != nil { // whatever was done of it
		now, err = read(ctx)
	} else {
		now, err = control.LookAgain(ctx, read, func(now membership, err error) bool { return err != nil || r.due.appliedTo(now) })
	}
	switch {
	case err == nil:
		r.now = &now
	case r.err == nil:
		r.err = err
	}
}

// report adds an error on the attribute that it belongs to, if anything failed. Devices says where each wanted device is listed.
func (r *applyResult) report(devices deviceList, group, summary string, diags *diag.Diagnostics) {
	switch {
	case r.err != nil && !r.listed:
		addGroupError(group, summary, r.err, diags)
	case r.err != nil:
		r.reportRefusals(devices, diags)
		resourcekit.AddError(diags, devices.attributeFor(r.err), summary, r.err)
	default:
		r.reportRefusals(devices, diags)
		r.reportMismatches(devices, diags)
	}
}

func (r *applyResult) reportRefusals(devices deviceList, diags *diag.Diagnostics) {
	for _, refused := range r.refused {
		at := devices.attributeFor(refused.err)
		if i := slices.Index(r.wanted, refused.ref); i >= 0 {
			at = devices.element(i)
		}
		resourcekit.AddError(diags, at, refused.summary, refused.err)
	}
}

func (r *applyResult) isRefused(ref string) bool {
	return slices.ContainsFunc(r.refused, func(f refusal) bool { return f.ref == ref || f.ref == "" })
}

// reportMismatches warns of devices that the server did not add although it accepted the request, and reports devices that
// the configuration lists both by ID and by identifier.
func (r *applyResult) reportMismatches(devices deviceList, diags *diag.Diagnostics) {
	for i, ref := range r.wanted {
		if _, member := r.now.find(ref); !member && !r.isRefused(ref) {
			diags.AddAttributeWarning(devices.element(i), "Device was not added to the group", fmt.Sprintf("The server "+
				"accepted the request, but %q is not a member of the group. Check that the device exists and is not archived.", ref))
		}
	}
	for _, i := range r.now.duplicates(r.wanted) {
		at, _ := r.now.find(r.wanted[i])
		device := r.now.devices[at]
		diags.AddAttributeError(devices.element(i), "Duplicate device", fmt.Sprintf("The device `%s` is also listed by its "+
			"identifier `%s`. Remove one of the two elements.", device.ID, device.Identifier))
	}
}

// named returns the index of the device that the message of an API error names.
func named(err error, refs []string) (at int, found bool) {
	var api *control.APIError
	if !errors.As(err, &api) {
		return 0, false
	}
	longest := 0
	for i, ref := range refs {
		// The longest match wins, since dev_12 contains dev_1.
		if len(ref) > longest && strings.Contains(api.Message, ref) {
			at, longest, found = i, len(ref), true
		}
	}
	return at, found
}

// addGroupError adds the error of a group that could not be read.
func addGroupError(group, summary string, err error, diags *diag.Diagnostics) {
	if !resourcekit.NoSuchID(err) {
		resourcekit.AddError(diags, path.Empty(), summary, err)
		return
	}
	diags.AddAttributeError(path.Root("group_id"), summary, fmt.Sprintf("%s\n\nNo device group has the ID %q. `group_id` is the ID of a group, not "+
		"its name. Set it to `octomil_device_group.<name>.id`.", resourcekit.ErrorDetail(err), group))
}

// removeManaged removes the managed devices and leaves those that were added outside of Terraform. A device that the server keeps does
// not stop it. After an error, the first of several, remaining has the managed devices that are still in the group.
func removeManaged(
	ctx context.Context, client *control.Client, group string, have membership, managed []string,
) (remaining membership, err error) {
	present := slices.DeleteFunc(slices.Clone(managed), func(ref string) bool {
		_, member := have.find(ref)
		return !member
	})
	var kept []string
	for done, ref := range present {
		i, _ := have.find(ref)
		failure := client.RemoveGroupDevice(ctx, group, have.devices[i].ID)
		if failure == nil {
			continue
		}
		if err == nil {
			err = failure
		}
		kept = append(kept, ref)
		if !keepsDevice(failure) || len(kept) > maxRefusals {
			kept = append(kept, present[done+1:]...)
			break
		}
	}
	return have.subset(kept), err
}
