package control

import (
	"context"
	"strings"
	"sync"
)

// names remembers which object of a kind a word means, its name or its id. What was found once is not looked for again, also where
// reads have to be fresh: during an apply hundreds of resources may be about one object.
type names[T any] struct {
	path     string
	id, name func(T) string
	// turn holds a token while nobody is reading the list on behalf of a name.
	turn  chan struct{}
	mu    sync.Mutex
	known map[string]T
}

func newNames[T any](k kind[T], name func(T) string) *names[T] {
	return &names[T]{path: k.path, id: k.id, name: name, turn: make(chan struct{}, 1), known: map[string]T{}}
}

func (n *names[T]) find(word string) (T, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	object, ok := n.known[word]
	return object, ok
}

func (n *names[T]) learn(objects []T) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, o := range objects {
		n.known[n.id(o)] = o
	}
	// A name that looks like another object's id loses to the name: names are what people write.
	for _, o := range objects {
		if name := n.name(o); name != "" {
			n.known[name] = o
		}
	}
}

// forget gives up every name after a write to an object of the kind itself, which may have renamed or deleted it.
func (n *names[T]) forget(path string) {
	words := strings.Split(path, "/")
	if words[0] != n.path || len(words) > 2 {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.known)
}

// resolve finds the object that a word means; found is false where there is none.
func (n *names[T]) resolve(ctx context.Context, word string, list func(context.Context) ([]T, error)) (object T, found bool, err error) {
	if object, found = n.find(word); found {
		return object, true, nil
	}
	select {
	case n.turn <- struct{}{}:
		defer func() { <-n.turn }()
	case <-ctx.Done():
		return object, false, ctx.Err()
	}
	if object, found = n.find(word); found {
		return object, true, nil
	}
	objects, err := list(ctx)
	if err != nil {
		return object, false, err
	}
	n.learn(objects)
	object, found = n.find(word)
	return object, found, nil
}
