package fleet

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// cleanupTimeout is how long the look at what an interrupted change has left may take.
const cleanupTimeout = 10 * time.Second

// applyResult is how a change of the membership went.
type applyResult struct {
	wanted []string
	// now is the membership afterwards, nil where it is not known.
	now *membership
	// mayHaveChanged is true unless the server surely took nothing.
	mayHaveChanged bool
	// listed is false when the group could not even be listed.
	listed bool
	err    error
}

// converge makes the membership the wanted one. It compares with a fresh read, adds before it removes, so that a deployment to
// the group never finds it emptier than it must be, and looks at the result, which a server may have taken in part only.
func converge(ctx context.Context, client *control.Client, group string, wanted []string) applyResult {
	members, err := client.GroupDevices(ctx, group)
	if err != nil {
		return applyResult{wanted: wanted, err: err}
	}
	r := applyResult{wanted: wanted, listed: true}
	have := newMembership(members)
	due := have.diff(wanted)
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

// refresh reads the membership after a change. It still looks when the operation was interrupted, for state must tell what is.
func (r *applyResult) refresh(ctx context.Context, client *control.Client, group string) {
	if r.err != nil {
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
		defer cancel()
		ctx = late
	}
	members, err := client.GroupDevices(ctx, group)
	if err != nil {
		if r.err == nil {
			r.err = err
		}
		return
	}
	now := newMembership(members)
	r.now = &now
}

// report adds what went wrong, on the attribute to blame.
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

// reportMismatches finds the devices that a server did not add although it had accepted the request, and those that the
// configuration names in both refs.
func (r *applyResult) reportMismatches(diags *diag.Diagnostics) {
	for i, ref := range r.wanted {
		if _, member := r.now.find(ref); !member {
			diags.AddAttributeError(path.Root("device_ids").AtListIndex(i), "The device is not in the group", fmt.Sprintf("The server accepted the "+
				"request, but %q is no member of the group afterwards. Check that this device exists and is not archived.", ref))
		}
	}
	for _, i := range r.now.duplicates(r.wanted) {
		at, _ := r.now.find(r.wanted[i])
		device := r.now.devices[at]
		diags.AddAttributeError(path.Root("device_ids").AtListIndex(i), "The device is listed twice", fmt.Sprintf("The list names the device %s by its "+
			"id and by its identifier %s. Remove one of the two.", device.ID, device.Identifier))
	}
}

// attribute is the attribute that a refused change is about: the device that the server names, where it names one.
func (r *applyResult) attribute() path.Path {
	var api *control.APIError
	if !errors.As(r.err, &api) {
		return path.Empty()
	}
	switch api.StatusCode {
	case http.StatusConflict:
		return path.Root("group_id")
	case http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity:
		return r.deviceIn(api.Message)
	}
	return path.Empty()
}

func (r *applyResult) deviceIn(message string) path.Path {
	at, longest := path.Root("device_ids"), 0
	for i, ref := range r.wanted {
		// The longest one wins: dev_1 is a part of dev_12, too.
		if len(ref) > longest && strings.Contains(message, ref) {
			at, longest = path.Root("device_ids").AtListIndex(i), len(ref)
		}
	}
	return at
}

// addGroupError explains a group that could not be read.
func addGroupError(group, summary string, err error, diags *diag.Diagnostics) {
	if !resourcekit.NoID(err) {
		resourcekit.AddError(diags, path.Empty(), summary, err)
		return
	}
	diags.AddAttributeError(path.Root("group_id"), summary, fmt.Sprintf("%s\n\nThere is no device group with the id %q. group_id takes the id of a "+
		"group, not its name: refer to it as octomil_device_group.<name>.id.", resourcekit.Explain(err), group))
}

// removeManaged removes the managed devices and leaves those that someone else has added. left is what is still to do.
func removeManaged(ctx context.Context, client *control.Client, group string, have membership, managed []string) (left membership, err error) {
	mine := slices.DeleteFunc(slices.Clone(managed), func(ref string) bool {
		_, member := have.find(ref)
		return !member
	})
	for done, ref := range mine {
		i, _ := have.find(ref)
		if err := client.RemoveGroupDevice(ctx, group, have.devices[i].ID); err != nil {
			return have.subset(mine[done:]), err
		}
	}
	return membership{}, nil
}
