package control

import (
	"context"
	"net/url"
)

// kind is a noun of the API that can be read one by one and as a list. Naming both calls here is all that it takes for a refresh
// of many objects to cost few requests.
//
// It is the problem of renting or buying skis: single reads are rented, until their number reaches the pages that the list has;
// then pages are bought and serve the rest. That costs at most twice of what it would have cost to know beforehand.
type kind[T any] struct {
	// listing is the call that lists all of the organization's.
	listing
	// unscoped is true of a list that takes no organization: it belongs to something that names its own.
	unscoped bool
	// one reads a single object.
	one func(ctx context.Context, c *Client, id string) (T, error)
	// id is what single reads name the object by.
	id func(T) string
	// whole is false of an entry of the list that leaves out what a single read would say.
	whole func(T) bool
	// same holds a single read against its entry of the list.
	same func(single, listed T) bool
}

// query is what the list is asked with.
func (k kind[T]) query(c *Client) url.Values {
	if k.unscoped {
		return nil
	}
	return c.scoped(nil)
}

// read reads one object. What no page shows is asked for by itself, so an error is always the server's answer to exactly that.
func (k kind[T]) read(ctx context.Context, c *Client, id string) (T, error) {
	b, within := c.reads.book(ctx)
	if b == nil || c.reads.isLean(k.path) {
		return k.one(ctx, c, id)
	}
	s := shelfOf(c, b, k, within)
	for {
		item, next, turn := s.look(c, id)
		switch next {
		case takeIt:
			return item, nil
		case rentIt:
			return s.rent(ctx, c, id)
		case rentInTurn, buyPage:
			p, _ := share(ctx, c, turn, func(ctx context.Context) (probe[T], error) { return s.take(ctx, c, next, id) })
			if p.single && p.id == id {
				return p.item, p.err
			}
			// Where the list has failed there are still the single reads, which fail in their own words.
		}
		if ctx.Err() != nil {
			return k.one(ctx, c, id)
		}
	}
}
