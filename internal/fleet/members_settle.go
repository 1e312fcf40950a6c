package fleet

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// lastWrite is what private state keeps of the last change of a membership, so that a read a moment later recognizes a list from before it.
type lastWrite struct {
	At time.Time `json:"at"`
	// Added has refs, Removed IDs; as many as maxRemembered of both.
	Added   []string `json:"added,omitempty"`
	Removed []string `json:"removed,omitempty"`
}

const (
	// lastWriteKey is the private state key of lastWrite.
	lastWriteKey = "written"
	// maxRemembered limits the size of private state: one device of each request is enough to recognize a list as old.
	maxRemembered = 100
)

// remember keeps in private state what a later read needs to know of the change.
func (r *applyResult) remember(ctx context.Context, private resourcekit.PrivateState, diags *diag.Diagnostics) {
	var added []string
	for i, ref := range r.due.add {
		if len(r.due.add) <= maxRemembered || i%control.MemberBatch == 0 {
			added = append(added, ref)
		}
	}
	removed := r.due.remove[max(len(r.due.remove)-maxRemembered, 0):]
	resourcekit.SetPrivate(ctx, private, lastWriteKey, lastWrite{At: time.Now(), Added: added, Removed: removed}, diags)
}

// readSettled lists the members of a group, again where the list is from before our last change of it.
func readSettled(
	ctx context.Context, client *control.Client, group string, private resourcekit.PrivateState, diags *diag.Diagnostics,
) ([]control.Device, error) {
	var last lastWrite
	resourcekit.GetPrivate(ctx, private, lastWriteKey, &last, diags)
	written := changes{add: last.Added, remove: last.Removed}
	return control.WithinSettleTime(ctx, last.At, func(ctx context.Context) ([]control.Device, error) { return client.GroupDevices(ctx, group) },
		func(members []control.Device, err error) bool {
			if err != nil {
				return !control.NotFound(err)
			}
			return written.appliedTo(newMembership(members))
		})
}
