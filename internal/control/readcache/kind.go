package readcache

import "context"

// Kind is a kind of objects that can be read one by one and as a list.
type Kind[T any] struct {
	// Name identifies the list among all lists of a cache.
	Name string
	// One reads a single object. It should use Read, so that identical reads are one request.
	One func(ctx context.Context, id string) (T, error)
	// FirstPage begins the list.
	FirstPage func(ctx context.Context) (Page[T], error)
	// ID is the ID that single reads name the object by.
	ID func(T) string
	// Complete is false of a list entry that leaves out what a single read says; nil where no entry does.
	Complete func(T) bool
	// Equal compares a single read with the list entry of the same object; nil is reflect.DeepEqual.
	Equal func(single, listed T) bool
}

// Page is one page of a list.
type Page[T any] struct {
	Items []T
	// Total is the number of objects in the whole list, not positive where the server does not say.
	Total int
	// Next reads the page after this one, nil after the last one.
	Next func(ctx context.Context) (Page[T], error)
}

// ReadOne reads one object, from the list where ctx allows cached reads and that costs fewer requests. An object that no page holds
// is read by itself, so an error is always the server's answer to exactly that read.
func ReadOne[T any](ctx context.Context, c *Cache, k Kind[T], id string) (T, error) {
	s, maxAge := c.store(ctx)
	if s == nil || c.isPartial(k.Name) {
		return k.One(ctx, id)
	}
	l := listCacheOf(c, s, k, maxAge)
	for {
		item, next, key := l.lookUp(c, id)
		switch next {
		case useItem:
			return item, nil
		case readOne:
			return l.readOne(ctx, c, id)
		case readOneExclusively, readPage:
			f, _ := Read(ctx, c, key, func(ctx context.Context) (fetched[T], error) { return l.readExclusively(ctx, c, next, id) })
			if f.single && f.id == id {
				return f.item, f.err
			}
			// After an error of the list, single reads remain, which fail with errors of their own.
		}
		if ctx.Err() != nil {
			return k.One(ctx, id)
		}
	}
}
