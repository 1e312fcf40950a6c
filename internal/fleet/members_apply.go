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
	err    error
}

// converge makes the membership the wanted one. It compares with a fresh read and adds before it removes, so that a deployment to
// the group finds as many devices as possible. It reads the result, because a server may apply a request only in part.
func converge(ctx context.Context, client *control.Client, group string, wanted []string) applyResult {
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
	r.err = r.apply(ctx, client, group, due)
	if r.err != nil && !r.mayHaveChanged {
		r.now = &have
		return r
	}
	r.refresh(ctx, client, group)
	return r
}

func (r *applyResult) apply(ctx context.Context, client *control.Client, group string, due changes) error {
	for batch := range slices.Chunk(due.add, control.MemberBatch) {
		err := client.AddGroupDevices(ctx, group, batch)
		r.mayHaveChanged = r.mayHaveChanged || err == nil || control.Ambiguous(err)
		if err != nil {
			return err
		}
	}
	for _, id := range due.remove {
		err := client.RemoveGroupDevice(ctx, group, id)
		r.mayHaveChanged = r.mayHaveChanged || err == nil || control.Ambiguous(err)
		if err != nil {
			return err
		}
	}
	return nil
}

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

// report adds an error on the attribute that it belongs to, if anything failed.
func (r *applyResult) report(group, summary string, diags *diag.Diagnostics) {
	switch {
	case r.err != nil && !r.listed:
		addGroupError(group, summary, r.err, diags)
	case r.err != nil:
		resourcekit.AddError(diags, r.attribute(), summary, r.err)
	default:
		r.reportMismatches(diags)
	}
}

// reportMismatches warns of devices that the server did not add although it accepted the request, and reports devices that the
// configuration lists both by ID and by identifier.
func (r *applyResult) reportMismatches(diags *diag.Diagnostics) {
	for i, ref := range r.wanted {
		if _, member := r.now.find(ref); !member {
			diags.AddAttributeWarning(path.Root("device_ids").AtListIndex(i), "Device was not added to the group", fmt.Sprintf("The server "+
				"accepted the request, but %q is not a member of the group. Check that the device exists and is not archived.", ref))
		}
	}
	for _, i := range r.now.duplicates(r.wanted) {
		at, _ := r.now.find(r.wanted[i])
		device := r.now.devices[at]
		diags.AddAttributeError(path.Root("device_ids").AtListIndex(i), "Duplicate device", fmt.Sprintf("The device `%s` is also listed by its "+
			"identifier `%s`. Remove one of the two elements.", device.ID, device.Identifier))
	}
}

// attribute returns the attribute that a rejected change belongs to: the element of the device that the server names, if any.
func (r *applyResult) attribute() path.Path {
	attributes := resourcekit.ErrorAttributes{Conflict: path.Root("group_id"), Default: path.Root("device_ids")}
	var api *control.APIError
	if errors.As(r.err, &api) {
		attributes.Default = r.deviceIn(api.Message)
	}
	return attributes.For(r.err)
}

// deviceIn returns the element of the device that a message names, or the whole list.
func (r *applyResult) deviceIn(message string) path.Path {
	at, longest := path.Root("device_ids"), 0
	for i, ref := range r.wanted {
		// The longest match wins, since dev_12 contains dev_1.
		if len(ref) > longest && strings.Contains(message, ref) {
			at, longest = path.Root("device_ids").AtListIndex(i), len(ref)
		}
	}
	return at
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

// removeManaged removes the managed devices and leaves those that were added outside of Terraform. After an error, remaining has
// the managed devices that are still in the group.
func removeManaged(
	ctx context.Context, client *control.Client, group string, have membership, managed []string,
) (remaining membership, err error) {
	present := slices.DeleteFunc(slices.Clone(managed), func(ref string) bool {
		_, member := have.find(ref)
		return !member
	})
	for done, ref := range present {
		i, _ := have.find(ref)
		if err := client.RemoveGroupDevice(ctx, group, have.devices[i].ID); err != nil {
			return have.subset(present[done:]), err
		}
	}
	return membership{}, nil
}
