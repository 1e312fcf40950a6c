package control

import (
	"context"
	"strings"
	"sync"
)

// nameIndex finds the objects of a kind by name or ID. It keeps what it has found, even where reads have to be uncached: during an
// apply hundreds of resources may name the same object.
type nameIndex[T any] struct {
	path     string
	id, name func(T) string
	// lock holds a token while the list is read.
	lock  chan struct{}
	mu    sync.Mutex
	known map[string]T
}

func newNameIndex[T any](k kind[T], name func(T) string) *nameIndex[T] {
	return &nameIndex[T]{path: k.path, id: k.id, name: name, lock: make(chan struct{}, 1), known: map[string]T{}}
}

func (n *nameIndex[T]) lookUp(nameOrID string) (T, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	object, ok := n.known[nameOrID]
	return object, ok
}

func (n *nameIndex[T]) add(objects []T) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, o := range objects {
		n.known[n.id(o)] = o
	}
	// A name that equals the ID of another object wins: names are what people write.
	for _, o := range objects {
		if name := n.name(o); name != "" {
			n.known[name] = o
		}
	}
}

// invalidate drops all names after a write to an object of the kind itself, which may have renamed or deleted it.
func (n *nameIndex[T]) invalidate(path string) {
	parts := strings.Split(path, "/")
	if parts[0] != n.path || len(parts) > 2 {
		return
	}
	n.forget()
}

// forget drops all names.
func (n *nameIndex[T]) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.known)
}

// resolve finds the object of a name or an ID; found is false where there is none.
func (n *nameIndex[T]) resolve(ctx context.Context, nameOrID string, list func(context.Context) ([]T, error)) (object T, found bool, err error) {
	if object, found = n.lookUp(nameOrID); found {
		return object, true, nil
	}
	select {
	case n.lock <- struct{}{}:
		defer func() { <-n.lock }()
	case <-ctx.Done():
		return object, false, ctx.Err()
	}
	if object, found = n.lookUp(nameOrID); found {
		return object, true, nil
	}
	objects, err := list(ctx)
	if err != nil {
		return object, false, err
	}
	n.add(objects)
	object, found = n.lookUp(nameOrID)
	return object, found, nil
}
