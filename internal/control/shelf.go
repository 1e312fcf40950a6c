package control

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// shelf is what a book holds of one kind.
//
// Whether the entries of a list say as much as single reads do, only a comparison tells: a list that leaves out a description would
// make Terraform "repair" it. So until one object has been read both ways and found the same, requests are made one at a time, and
// nothing is served from the list. A list that says less is never used again.
type shelf[T any] struct {
	kind[T]
	begun time.Time
	// name is the shelf's own among the keys of notes.
	name string

	mu sync.Mutex
	// listed are the entries of the pages that were bought, rented the answers to single reads, both by id.
	listed, rented map[string]T
	// asked are the ids of all single reads, whatever became of them.
	asked map[string]bool
	pages pager[T]
	// turns counts the requests that were made one at a time.
	turns int
	// compared is true once an object was the same in both ways, stuck once the list has failed.
	compared, stuck bool
}

// probe is what a request that was made in turn, by one reader for all who waited, has found: one object, or a page.
type probe[T any] struct {
	single bool
	id     string
	item   T
	err    error
}

// step is how a read goes on.
type step int

const (
	takeIt step = iota
	rentIt
	rentInTurn
	buyPage
)

type shelfKey[T any] struct{ path string }

// shelfOf is the book's shelf of a kind; one that is older than a reader takes is cleared.
func shelfOf[T any](c *Client, b *book, k kind[T], within time.Duration) *shelf[T] {
	c.reads.mu.Lock()
	defer c.reads.mu.Unlock()
	key := shelfKey[T]{k.path}
	if s, ok := b.shelves[key].(*shelf[T]); ok && (within == 0 || time.Since(s.begun) <= within) {
		return s
	}
	c.reads.shelves++
	s := &shelf[T]{
		kind: k, begun: time.Now(), name: fmt.Sprintf("%s#%d", k.path, c.reads.shelves),
		listed: map[string]T{}, rented: map[string]T{}, asked: map[string]bool{},
		pages: pager[T]{listing: k.listing, query: k.query(c)},
	}
	b.shelves[key] = s
	return s
}

// look finds an object, or says what to do about it. turn names the request for all who have to wait for the same one.
func (s *shelf[T]) look(c *Client, id string) (item T, next step, turn string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if item, ok := s.rented[id]; ok {
		return item, takeIt, ""
	}
	listed, onPage := s.listed[id]
	lean := c.reads.isLean(s.path)
	turn = fmt.Sprintf("%s turn %d", s.name, s.turns)
	switch {
	case onPage && s.compared && !lean:
		return listed, takeIt, ""
	case lean || s.stuck || s.pages.ended && !onPage:
	case !onPage && len(s.asked) >= s.price():
		return item, buyPage, turn
	case !s.compared:
		return item, rentInTurn, turn
	}
	s.asked[id] = true
	return item, rentIt, ""
}

// price is how many pages the list has, as far as that is known.
func (s *shelf[T]) price() int {
	p := s.pages
	switch {
	case p.total > 0 && p.read > 0:
		perPage := p.read / p.pages
		return (p.total + perPage - 1) / perPage
	default:
		return p.pages + 1
	}
}

// rent reads one object by itself.
func (s *shelf[T]) rent(ctx context.Context, c *Client, id string) (T, error) {
	item, err := s.one(ctx, c, id)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[id] = true
	if err == nil {
		s.rented[id] = item
		s.compare(c, id)
	}
	return item, err
}

// take makes the request whose turn it is. Everybody who waited for it looks again when it is done.
func (s *shelf[T]) take(ctx context.Context, c *Client, next step, id string) (probe[T], error) {
	var p probe[T]
	if next == buyPage {
		s.buy(ctx, c)
	} else {
		p = probe[T]{single: true, id: id}
		p.item, p.err = s.rent(ctx, c, id)
	}
	if ctx.Err() != nil {
		return probe[T]{}, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turns++
	return p, nil
}

// buy reads one more page.
func (s *shelf[T]) buy(ctx context.Context, c *Client) {
	s.mu.Lock()
	pages := s.pages
	s.mu.Unlock()
	items, err := pages.next(ctx, c)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.stuck = ctx.Err() == nil
		return
	}
	s.pages = pages
	whole := 0
	for _, item := range items {
		if s.whole(item) {
			whole++
			s.listed[s.id(item)] = item
			s.compare(c, s.id(item))
		}
	}
	if whole == 0 && len(items) > 0 {
		c.reads.markLean(s.path)
	}
}

// compare holds the two ways to read an object against each other, the first time that both are there.
func (s *shelf[T]) compare(c *Client, id string) {
	single, asked := s.rented[id]
	listed, onPage := s.listed[id]
	if s.compared || !asked || !onPage {
		return
	}
	if s.compared = s.same(single, listed); !s.compared {
		c.reads.markLean(s.path)
	}
}
