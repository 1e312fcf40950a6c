package deployment

import (
	"context"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// scope is where a version is pinned: the whole fleet, or one device group. The two have nothing in common on the wire.
type scope interface {
	// look reads what the scope runs.
	look(ctx context.Context, remembered memory) (view, error)
	// execute sends an operation that was decided from before. What the server has accepted is in the receipt, also beside an
	// error that came later.
	execute(ctx context.Context, op operation, w wish, before view) (receipt, error)
	// after is the view once an operation has been accepted, as far as it follows from the receipt without a further look.
	after(op operation, w wish, before view, accepted receipt) view
	// raise brings more of the scope to the version of an operation that was accepted.
	raise(ctx context.Context, w wish, accepted receipt) (receipt, error)
	// await returns when what was accepted has reached the wish, or with an error that says why it has not. The receipt says what it
	// has seen.
	await(ctx context.Context, w wish, accepted receipt) (receipt, error)
	// watch returns after a time during which what was reached has lasted, or at once with an error that says what has ended it. The
	// receipt says what it has seen.
	watch(ctx context.Context, w wish, accepted receipt, bake time.Duration) (receipt, error)
}

// receipt is what the server has accepted of an operation.
type receipt struct {
	// id is the rollout's or the deployment's, "" where nothing was accepted or the server gives none.
	id string
	// rollout is the fleet's record, as far as it is known.
	rollout control.Rollout
	// activated is the number of a group's members that were assigned the version.
	activated int
	// members is what a wait has counted last of a group, nil where none has.
	members assignments
	// nobody is true of a group without members: there is nothing to do.
	nobody bool
	// written is true as soon as anything may have changed on the server.
	written bool
}
