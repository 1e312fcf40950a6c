package readcache

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"time"
)

// listCache is what a store holds of one kind.
//
// Only a comparison tells whether the entries of a list say as much as single reads do: a list that omits a description would make
// Terraform "repair" it. Until one object was read both ways and found equal, requests are made one at a time, and nothing is
// served from the list. A list that says less is never used again.
type listCache[T any] struct {
	Kind[T]
	begun time.Time
	// key is the list cache's own among the keys of entries.
	key string

	mu sync.Mutex
	// listed are the entries of the pages that were read, single the answers to single reads, both by ID.
	listed, single map[string]T
	// requested are the IDs of all single reads, whatever their result.
	requested map[string]bool
	pages     pages[T]
	// exclusive counts the requests that were made one at a time.
	exclusive int
	// compared is true once an object was equal both ways, failed once the list has failed.
	compared, failed bool
}

// pages is how far a list was read.
type pages[T any] struct {
	// next reads the next page, nil at the end of the list.
	next func(ctx context.Context) (Page[T], error)
	// items is the number of entries read so far, pages in how many pages.
	items, pages int
	// total is what the last page said of the whole list; see Page.
	total int
}

// fetched is the result of a request that one reader made for all who needed it: one object, or a page.
type fetched[T any] struct {
	single bool
	id     string
	item   T
	err    error
}

// step is how a read goes on.
type step int

const (
	useItem step = iota
	readOne
	readOneExclusively
	readPage
)

type listKey[T any] struct{ name string }

// listCacheOf is the store's list cache of a kind, an empty one where that is older than a reader accepts.
func listCacheOf[T any](c *Cache, s *store, k Kind[T], maxAge time.Duration) *listCache[T] {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := listKey[T]{k.Name}
	if l, ok := s.lists[key].(*listCache[T]); ok && (maxAge == 0 || time.Since(l.begun) <= maxAge) {
		return l
	}
	c.lists++
	l := &listCache[T]{
		Kind: k, begun: time.Now(), key: fmt.Sprintf("%s#%d", k.Name, c.lists),
		listed: map[string]T{}, single: map[string]T{}, requested: map[string]bool{},
		pages: pages[T]{next: k.FirstPage},
	}
	s.lists[key] = l
	return l
}

// lookUp finds an object, or says what to do instead. key names the request that all who need the same one join.
func (l *listCache[T]) lookUp(c *Cache, id string) (item T, next step, key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if item, ok := l.single[id]; ok {
		return item, useItem, ""
	}
	listed, isListed := l.listed[id]
	partial := c.isPartial(l.Name)
	key = fmt.Sprintf("%s request %d", l.key, l.exclusive)
	switch {
	case isListed && l.compared && !partial:
		return listed, useItem, ""
	case partial || l.failed || l.pages.next == nil && !isListed:
	case !isListed && len(l.requested) >= l.pages.estimated():
		return item, readPage, key
	case !l.compared:
		return item, readOneExclusively, key
	}
	l.requested[id] = true
	return item, readOne, ""
}

// estimated is the number of pages that the list has, as far as that is known.
func (p pages[T]) estimated() int {
	if p.total <= 0 || p.items <= 0 {
		return p.pages + 1
	}
	perPage := p.items / p.pages
	return (p.total + perPage - 1) / perPage
}

// readOne reads one object by itself.
func (l *listCache[T]) readOne(ctx context.Context, c *Cache, id string) (T, error) {
	item, err := l.One(ctx, id)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requested[id] = true
	if err == nil {
		l.single[id] = item
		l.compare(c, id)
	}
	return item, err
}

// readExclusively makes one of the requests that are made one at a time. All who waited for it look up their object again.
func (l *listCache[T]) readExclusively(ctx context.Context, c *Cache, next step, id string) (fetched[T], error) {
	var f fetched[T]
	if next == readPage {
		l.readPage(ctx, c)
	} else {
		f = fetched[T]{single: true, id: id}
		f.item, f.err = l.readOne(ctx, c, id)
	}
	if ctx.Err() != nil {
		return fetched[T]{}, ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.exclusive++
	return f, nil
}

// readPage reads one more page.
func (l *listCache[T]) readPage(ctx context.Context, c *Cache) {
	l.mu.Lock()
	at := l.pages
	l.mu.Unlock()
	if at.next == nil {
		return // another reader has read the last page meanwhile
	}
	page, err := at.next(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.failed = ctx.Err() == nil
		return
	}
	l.pages = pages[T]{next: page.Next, items: at.items + len(page.Items), pages: at.pages + 1, total: page.Total}
	complete := 0
	for _, item := range page.Items {
		if l.Complete == nil || l.Complete(item) {
			complete++
			l.listed[l.ID(item)] = item
			l.compare(c, l.ID(item))
		}
	}
	if complete == 0 && len(page.Items) > 0 {
		c.markPartial(l.Name)
	}
}

// compare compares the two ways to read an object, as soon as both are known for the first one.
func (l *listCache[T]) compare(c *Cache, id string) {
	single, hasSingle := l.single[id]
	listed, isListed := l.listed[id]
	if l.compared || !hasSingle || !isListed {
		return
	}
	if l.Equal != nil {
		l.compared = l.Equal(single, listed)
	} else {
		l.compared = reflect.DeepEqual(single, listed)
	}
	if !l.compared {
		c.markPartial(l.Name)
	}
}
