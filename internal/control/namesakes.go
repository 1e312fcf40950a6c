package control

import (
	"context"
	"slices"
)

// namesakes are how objects are made and listed of which several may have one name.
type namesakes[T any] struct {
	// operation is what the creation is called in an error.
	operation string
	post      func(ctx context.Context) (T, error)
	list      func(ctx context.Context) ([]T, error)
	id        func(T) string
	// like is true of an object that may be the one that was asked for.
	like func(T) bool
}

// create creates an object. When the answer is lost, the one that was made is known all the same, as with API keys: it is the only
// one like it that was not there before, since this program makes them one at a time.
func (n namesakes[T]) create(ctx context.Context, c *Client) (T, error) {
	var none T
	done, err := c.turn(ctx, n.operation)
	if err != nil {
		return none, err
	}
	defer done()
	before, err := n.list(ctx)
	if err != nil {
		return none, err
	}
	find := func(ctx context.Context) (T, bool, error) {
		all, err := n.list(ctx)
		i := slices.IndexFunc(all, func(o T) bool {
			old := slices.ContainsFunc(before, func(b T) bool { return n.id(b) == n.id(o) })
			return n.like(o) && !old
		})
		if err != nil || i < 0 {
			return none, false, err
		}
		return all[i], true, nil
	}
	return createOnce(ctx, c, n.post, find)
}
