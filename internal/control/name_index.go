package control

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// nameIndex finds the objects of a kind by name or ID. It keeps what it has found, even where reads have to be uncached: during an
// apply hundreds of resources may name the same object.
type nameIndex[T any] struct {
	path     string
	id, name func(T) string
	// owned refuses an object of another organization.
	owned func(T) error
	// lock holds a token while the list is read.
	lock  chan struct{}
	mu    sync.Mutex
	known map[string]T
	// alike finds the objects whose names read the same, by the canonical name.
	alike map[string][]T
	// aliases are names that this server keeps in another spelling, see GroupKnownAs.
	aliases map[string]T
	// own are objects that this client has written lately, which a list may lack.
	own []ownObject[T]
}

// ownObject is an object as a write has left it.
type ownObject[T any] struct {
	object  T
	written time.Time
}

func newNameIndex[T any](c *Client, k kind[T], name func(T) string) *nameIndex[T] {
	owned := func(o T) error { return k.checkOwner(c, o) }
	return &nameIndex[T]{path: k.path, id: k.id, name: name, owned: owned, lock: make(chan struct{}, 1), known: map[string]T{}, alike: map[string][]T{}, aliases: map[string]T{}}
}

func (n *nameIndex[T]) lookUp(nameOrID string) (T, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if object, ok := n.known[nameOrID]; ok {
		return object, true
	}
	if found := n.alike[canonicalText(nameOrID)]; len(found) == 1 {
		return found[0], true
	}
	object, ok := n.aliases[nameOrID]
	return object, ok
}

// lookUpOwn finds an object among those that this client has written lately.
func (n *nameIndex[T]) lookUpOwn(nameOrID string) (object T, found bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, own := range slices.Backward(n.own) {
		if time.Since(own.written) <= SettleTime && (SameText(n.name(own.object), nameOrID) || n.id(own.object) == nameOrID) {
			return own.object, true
		}
	}
	return object, false
}

// deleted forgets an object that this client has deleted.
func (n *nameIndex[T]) deleted(id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.own = slices.DeleteFunc(n.own, func(own ownObject[T]) bool { return n.id(own.object) == id })
	maps.DeleteFunc(n.aliases, func(_ string, o T) bool { return n.id(o) == id })
}

// alias records that a configuration knows an object by a name that the server has answered in another spelling.
func (n *nameIndex[T]) alias(name string, o T) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if name != n.name(o) {
		n.aliases[name] = o
	}
}

// wrote records an object that this client has written with this name, for as long as a list may lack it.
func (n *nameIndex[T]) wrote(name string, o T) {
	n.alias(name, o)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.own = slices.DeleteFunc(n.own, func(own ownObject[T]) bool {
		return n.id(own.object) == n.id(o) || time.Since(own.written) > SettleTime
	})
	n.own = append(n.own, ownObject[T]{o, time.Now()})
}

func (n *nameIndex[T]) add(objects []T) {
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.alike)
	for _, o := range objects {
		n.known[n.id(o)] = o
	}
	// A name that equals the ID of another object wins: names are what people write.
	for _, o := range objects {
		if name := n.name(o); name != "" {
			n.known[name] = o
			n.alike[canonicalText(name)] = append(n.alike[canonicalText(name)], o)
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
	clear(n.alike)
}

// resolve finds the object of a name or an ID; found is false where there is none. One of another organization is an error.
func (n *nameIndex[T]) resolve(ctx context.Context, nameOrID string, list func(context.Context) ([]T, error)) (object T, found bool, err error) {
	object, found, err = n.find(ctx, nameOrID, list)
	if found && err == nil {
		err = n.owned(object)
	}
	return object, found, err
}

func (n *nameIndex[T]) find(ctx context.Context, nameOrID string, list func(context.Context) ([]T, error)) (object T, found bool, err error) {
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
	if object, found = n.lookUp(nameOrID); !found {
		object, found = n.lookUpOwn(nameOrID)
	}
	return object, found, nil
}
