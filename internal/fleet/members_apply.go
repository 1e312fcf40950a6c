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

// lookAgain is how long the look at what an interrupted change has left may take.
const lookAgain = 10 * time.Second

// change is how a change of the membership went.
type change struct {
	wanted []string
	// now is the membership afterwards, nil where it is not known.
	now *roster
	// touched is true unless the server surely took nothing.
	touched bool
	// reached is false when the group could not even be listed.
	reached bool
	err     error
}

// converge makes the membership the wanted one. It compares with a fresh read, adds before it removes, so that a deployment to
// the group never finds it emptier than it must be, and looks at the result, which a server may have taken in part only.
func converge(ctx context.Context, client *control.Client, group string, wanted []string) change {
	members, err := client.GroupDevices(ctx, group)
	if err != nil {
		return change{wanted: wanted, err: err}
	}
	c := change{wanted: wanted, reached: true}
	have := newRoster(members)
	due := have.changesTo(wanted)
	if due.none() {
		c.now = &have
		return c
	}
	c.err = c.write(ctx, client, group, due)
	if c.err != nil && !c.touched {
		c.now = &have
		return c
	}
	c.look(ctx, client, group)
	return c
}

func (c *change) write(ctx context.Context, client *control.Client, group string, due changes) error {
	for batch := range slices.Chunk(due.add, control.MemberBatch) {
		err := client.AddGroupDevices(ctx, group, batch)
		c.touched = c.touched || err == nil || control.Ambiguous(err)
		if err != nil {
			return err
		}
	}
	for _, id := range due.remove {
		err := client.RemoveGroupDevice(ctx, group, id)
		c.touched = c.touched || err == nil || control.Ambiguous(err)
		if err != nil {
			return err
		}
	}
	return nil
}

// look reads the membership after a change. It still looks when the operation was interrupted, for state must tell what is.
func (c *change) look(ctx context.Context, client *control.Client, group string) {
	if c.err != nil {
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookAgain)
		defer cancel()
		ctx = late
	}
	members, err := client.GroupDevices(ctx, group)
	if err != nil {
		if c.err == nil {
			c.err = err
		}
		return
	}
	now := newRoster(members)
	c.now = &now
}

// report adds what went wrong, on the attribute to blame.
func (c *change) report(group, summary string, diags *diag.Diagnostics) {
	switch {
	case c.err != nil && !c.reached:
		blameGroup(group, summary, c.err, diags)
	case c.err != nil:
		resourcekit.AddError(diags, c.blame(), summary, c.err)
	default:
		c.reportDifferences(diags)
	}
}

// reportDifferences finds the devices that a server did not add although it had accepted the request, and those that the
// configuration names in both spellings.
func (c *change) reportDifferences(diags *diag.Diagnostics) {
	for i, spelling := range c.wanted {
		if _, member := c.now.find(spelling); !member {
			diags.AddAttributeError(path.Root("device_ids").AtListIndex(i), "The device is not in the group", fmt.Sprintf("The server accepted the "+
				"request, but %q is no member of the group afterwards. Check that this device exists and is not archived.", spelling))
		}
	}
	for _, i := range c.now.spelledTwice(c.wanted) {
		at, _ := c.now.find(c.wanted[i])
		device := c.now.devices[at]
		diags.AddAttributeError(path.Root("device_ids").AtListIndex(i), "The device is listed twice", fmt.Sprintf("The list names the device %s by its "+
			"id and by its identifier %s. Remove one of the two.", device.ID, device.Identifier))
	}
}

// blame is the attribute that a refused change is about: the device that the server names, where it names one.
func (c *change) blame() path.Path {
	attributes := resourcekit.ErrorAttributes{Conflict: path.Root("group_id"), Default: path.Root("device_ids")}
	var api *control.APIError
	if errors.As(c.err, &api) {
		attributes.Default = c.named(api.Message)
	}
	return attributes.For(c.err)
}

func (c *change) named(message string) path.Path {
	at, longest := path.Root("device_ids"), 0
	for i, spelling := range c.wanted {
		// The longest one wins: dev_1 is a part of dev_12, too.
		if len(spelling) > longest && strings.Contains(message, spelling) {
			at, longest = path.Root("device_ids").AtListIndex(i), len(spelling)
		}
	}
	return at
}

// blameGroup explains a group that could not be read.
func blameGroup(group, summary string, err error, diags *diag.Diagnostics) {
	if !resourcekit.NoSuchID(err) {
		resourcekit.AddError(diags, path.Empty(), summary, err)
		return
	}
	diags.AddAttributeError(path.Root("group_id"), summary, fmt.Sprintf("%s\n\nThere is no device group with the id %q. group_id takes the id of a "+
		"group, not its name: refer to it as octomil_device_group.<name>.id.", resourcekit.ErrorDetail(err), group))
}

// removeAll removes the managed devices and leaves those that someone else has added. left is what is still to do.
func removeAll(ctx context.Context, client *control.Client, group string, have roster, managed []string) (left roster, err error) {
	mine := slices.DeleteFunc(slices.Clone(managed), func(spelling string) bool {
		_, member := have.find(spelling)
		return !member
	})
	for done, spelling := range mine {
		i, _ := have.find(spelling)
		if err := client.RemoveGroupDevice(ctx, group, have.devices[i].ID); err != nil {
			return have.only(mine[done:]), err
		}
	}
	return roster{}, nil
}
