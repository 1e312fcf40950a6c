package readcache

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

var (
	errNotFound = errors.New("no such object")
	errNoLists  = errors.New("lists are refused")
)

// object is what the server has: each write raises the revision.
type object struct {
	id       string
	revision int
}

// server counts the requests for its objects, which change.
type server struct {
	// pageSize is the number of objects on a page.
	pageSize int
	// partial leaves revisions out of the list, broken refuses it.
	partial, broken bool
	// latency is the longest that a request takes on its way, in both directions.
	latency time.Duration
	// queue is the longest that a request waits before it is sent.
	queue time.Duration

	mu        sync.Mutex
	revisions map[string]int
	ids       []string
	requests  []string
}

func newServer(objects int) *server {
	s := &server{pageSize: 1000, revisions: map[string]int{}}
	for i := range objects {
		id := fmt.Sprintf("o%d", i)
		s.ids = append(s.ids, id)
		s.revisions[id] = 1
	}
	return s
}

// newCache is an empty cache whose requests all have enough time.
func newCache() *Cache { return New(func(error) bool { return false }) }

// kind is how a cache reads the server's objects.
func (s *server) kind(c *Cache) Kind[object] {
	return Kind[object]{
		Name: "objects",
		One: func(ctx context.Context, id string) (object, error) {
			return Read(ctx, c, "objects/"+id, func(ctx context.Context) (object, error) { return s.one(ctx, id) })
		},
		FirstPage: func(ctx context.Context) (Page[object], error) { return s.page(ctx, 0) },
		ID:        func(o object) string { return o.id },
	}
}

// request lets answer run on the server, unless ctx ends on the way.
func (s *server) request(ctx context.Context, name string, answer func()) error {
	if s.queue > 0 {
		time.Sleep(rand.N(s.queue))
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	Sent(ctx)
	s.travel()
	s.mu.Lock()
	s.requests = append(s.requests, name)
	answer()
	s.mu.Unlock()
	s.travel()
	return ctx.Err()
}

func (s *server) travel() {
	if s.latency > 0 {
		time.Sleep(rand.N(s.latency))
	}
}

func (s *server) one(ctx context.Context, id string) (object, error) {
	var known bool
	o := object{id: id}
	err := s.request(ctx, id, func() { o.revision, known = s.revisions[id] })
	if err == nil && !known {
		err = errNotFound
	}
	return o, err
}

func (s *server) page(ctx context.Context, offset int) (Page[object], error) {
	p := Page[object]{Total: len(s.ids)}
	err := s.request(ctx, "list", func() {
		for _, id := range s.ids[offset:min(offset+s.pageSize, len(s.ids))] {
			o := object{id: id, revision: s.revisions[id]}
			if s.partial {
				o.revision = 0
			}
			p.Items = append(p.Items, o)
		}
	})
	if err == nil && s.broken {
		err = errNoLists
	}
	if next := offset + len(p.Items); next < len(s.ids) {
		p.Next = func(ctx context.Context) (Page[object], error) { return s.page(ctx, next) }
	}
	return p, err
}

// write changes an object.
func (s *server) write(ctx context.Context, id string) error {
	return s.request(ctx, "write "+id, func() { s.revisions[id]++ })
}

// modify changes an object as another client of the server would.
func (s *server) modify(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revisions[id]++
}

func (s *server) now() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.revisions)
}

// sent returns the requests so far and forgets them.
func (s *server) sent() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := s.requests
	s.requests = nil
	return requests
}

func distinct(ids []string) int {
	sorted := slices.Sorted(slices.Values(ids))
	return len(slices.Compact(sorted))
}
