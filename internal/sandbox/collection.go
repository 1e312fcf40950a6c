package sandbox

// collection holds the objects of one kind in the order of their creation.
type collection[T any] struct {
	// kind is the name of the kind in error messages.
	kind string
	all  []*T
	byID map[string]*T
}

func newCollection[T any](kind string) *collection[T] {
	return &collection[T]{kind: kind, byID: map[string]*T{}}
}

func (c *collection[T]) add(id string, object *T) {
	c.all = append(c.all, object)
	c.byID[id] = object
}

func (c *collection[T]) find(id string) (*T, error) {
	if object, ok := c.byID[id]; ok {
		return object, nil
	}
	return nil, notFound("%s %q was not found", c.kind, id)
}

func (c *collection[T]) remove(id string) {
	c.all = without(c.all, c.byID[id])
	delete(c.byID, id)
}
