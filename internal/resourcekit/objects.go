package resourcekit

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Object is an object of the control API within the organization of the provider: one that exists, by its ID, or one that is to be
// created, by its name.
type Object struct {
	TypeName string
	// ID are the values of the attributes that identify it; see Kind.
	ID string
	// Name is its value of the attribute that no two objects share, "" if ID is set.
	Name string
}

// Objects is the register of the objects that the resources of a walk manage. In a plan it finds objects that two resources manage,
// or that one resource manages and another one destroys. In an apply it keeps the operations on an object apart, and a destroy away
// from an object that another resource has created or changed. The zero value is ready to use and safe for concurrent use.
type Objects struct {
	mu      sync.Mutex
	objects map[Object]*object
}

// object is what the walk has found of an object.
type object struct {
	// managed are the plans of resources that manage the object.
	managed []managed
	// reads counts the reads of the object by resources.
	reads int
	// held is true if the prior state of a plan has the object.
	held bool
	// destroyed is true if the plan destroys the object.
	destroyed bool
	// written is true if the apply has begun to create or to change the object.
	written bool
	// claimed is closed when a resource manages or writes the object.
	claimed chan struct{}
	// deleting is closed when the apply begins to delete the object, and deleted when that has ended.
	deleting, deleted chan struct{}
	// handedOver is what a deletion leaves to the resource that manages the object from now on.
	handedOver any
	// operation holds a token while an operation on the object runs.
	operation chan struct{}
}

// managed is the plan of a resource that manages an object.
type managed struct {
	config tftypes.Value
	// state is the prior state, null for a create.
	state tftypes.Value
}

func (r *Objects) of(o Object) *object {
	if r.objects == nil {
		r.objects = map[Object]*object{}
	}
	found := r.objects[o]
	if found == nil {
		found = &object{operation: make(chan struct{}, 1)}
		found.reset()
		r.objects[o] = found
	}
	return found
}

// Forget drops what was planned and written before. Operations in progress still exclude each other.
func (r *Objects) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, o := range r.objects {
		o.reset()
	}
}

func (o *object) reset() {
	o.managed, o.reads, o.held, o.destroyed, o.written = nil, 0, false, false, false
	o.claimed, o.deleting, o.deleted = make(chan struct{}), make(chan struct{}), make(chan struct{})
}

// Read records that a resource of the plan has read the object.
func (r *Objects) Read(o Object) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.of(o).reads++
}

// Hold records that the prior state of a plan has the object.
func (r *Objects) Hold(o Object) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.of(o).held = true
}

// Held is true if the walk has met the object in a state: it was read, or planned with it.
func (r *Objects) Held(o Object) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := r.of(o)
	return found.held || found.reads > 0
}

// Manage records that the plan of a resource manages the object, with its configuration and its prior state, null for a create. It
// returns the other configurations, and whether another resource of the plan destroys the object. A configuration that may be the
// same is taken for the same resource: a replacement is planned twice.
func (r *Objects) Manage(o Object, config, state tftypes.Value) (others []tftypes.Value, destroyed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := r.of(o)
	known := false
	for _, other := range found.managed {
		if mayEqual(other.config, config) {
			known = true
		} else {
			others = append(others, other.config)
		}
	}
	if !known {
		found.managed = append(found.managed, managed{config, state})
	}
	closeOnce(found.claimed)
	return others, found.destroyed
}

// Destroy records that the plan of a resource with a state destroys the object. It is true if another resource of the plan manages it.
func (r *Objects) Destroy(o Object, state tftypes.Value) (managed bool) {
	managed = r.Managed(o, state)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.of(o).destroyed = true
	return managed
}

// Managed is true if a resource of the plan manages the object, other than the one with a state. That is the same if its state is the
// same, but two resources may have the same state if both were read.
func (r *Objects) Managed(o Object, state tftypes.Value) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := r.of(o)
	return slices.ContainsFunc(found.managed, func(m managed) bool {
		return found.reads > 1 || !m.state.Equal(state)
	})
}

// Write announces that the apply creates or changes the object.
func (r *Objects) Write(o Object) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := r.of(o)
	found.written = true
	closeOnce(found.claimed)
}

// PlannedBefore is true if the plan of the resource with a state manages the object: its destroy then belongs to another walk, such
// as the end of `terraform test`.
func (r *Objects) PlannedBefore(o Object, state tftypes.Value) bool {
	other := r.Managed(o, state)
	r.mu.Lock()
	defer r.mu.Unlock()
	return !other && len(r.of(o).managed) > 0
}

// AwaitClaims returns those of the objects that a resource of the apply manages or writes. It waits until all are, at most for the
// given time.
func (r *Objects) AwaitClaims(ctx context.Context, within time.Duration, objects ...Object) (claimed []Object) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for _, o := range objects {
		r.mu.Lock()
		c := r.of(o).claimed
		r.mu.Unlock()
		select {
		case <-c:
		case <-ctx.Done():
		}
		if isClosed(c) {
			claimed = append(claimed, o)
		}
	}
	return claimed
}

// Written is true if the apply has begun to create or to change the object.
func (r *Objects) Written(o Object) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.of(o).written
}

// Lock waits until no other operation on the object runs. The caller calls done at the end. The error is that of the context.
func (r *Objects) Lock(ctx context.Context, o Object) (done func(), err error) {
	r.mu.Lock()
	operation := r.of(o).operation
	r.mu.Unlock()
	select {
	case operation <- struct{}{}:
		return func() { <-operation }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// HandOver leaves something of a resource that no longer manages the object to the one that manages it from now on.
func (r *Objects) HandOver(o Object, value any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.of(o).handedOver = value
}

// TakeOver returns what was handed over, nil if nothing was.
func (r *Objects) TakeOver(o Object) any {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := r.of(o)
	value := found.handedOver
	found.handedOver = nil
	return value
}

// Deleting announces that the apply deletes the object. The caller calls done at the end.
func (r *Objects) Deleting(o Object) (done func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := r.of(o)
	deleted := found.deleted
	closeOnce(found.deleting)
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		closeOnce(deleted)
	}
}

// AwaitDelete waits until the deletion of an object has ended that the apply has begun, or begins within the given time. It is false
// if the apply does not delete the object, and after the end of the context.
func (r *Objects) AwaitDelete(ctx context.Context, o Object, within time.Duration) bool {
	r.mu.Lock()
	found := r.of(o)
	deleting, deleted := found.deleting, found.deleted
	r.mu.Unlock()
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-deleting:
	case <-timer.C:
		return false
	case <-ctx.Done():
		return false
	}
	select {
	case <-deleted:
		return true
	case <-ctx.Done():
		return false
	}
}

// closeOnce closes a channel that may be closed already. The caller holds the lock that guards it.
func closeOnce(c chan struct{}) {
	if !isClosed(c) {
		close(c)
	}
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
