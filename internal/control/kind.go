package control

import (
	"context"
	"net/http"

	"github.com/octomil/terraform-provider-octomil/internal/control/readcache"
)

// kind is a kind of objects of the API that can be read one by one and as a list. Naming both calls here is all that it takes for a
// refresh of many objects to cost few requests.
type kind[T any] struct {
	// listing is the call that lists all objects of the organization.
	listing
	// unscoped is true of a list that takes no organization: it belongs to an object that names its own.
	unscoped bool
	// one reads a single object.
	one func(ctx context.Context, c *Client, id string) (T, error)
	// id is the ID that single reads name the object by.
	id func(T) string
	// org is the organization that the object belongs to, "" where the server does not say; nil where that need not be the client's.
	org func(T) string
	// answers are the keys by which the answer to a change is recognized as the object; nil where every change is followed by a read.
	answers answerKeys
	// complete is false of a list entry that leaves out what a single read says; nil where no entry does.
	complete func(T) bool
	// equal compares a single read with the list entry of the same object; nil is reflect.DeepEqual.
	equal func(single, listed T) bool
}

// read reads one object, from the cache as ctx allows.
func (k kind[T]) read(ctx context.Context, c *Client, id string) (T, error) {
	o, err := readcache.ReadOne(ctx, c.cache, readcache.Kind[T]{
		Name:      k.path,
		One:       func(ctx context.Context, id string) (T, error) { return k.one(ctx, c, id) },
		FirstPage: func(ctx context.Context) (readcache.Page[T], error) { return k.pages(c).page(ctx, c) },
		ID:        k.id, Complete: k.complete, Equal: k.equal,
	}, id)
	if err == nil {
		err = k.checkOwner(c, o)
	}
	return o, err
}

// checkOwner refuses an object of another organization, which a list may contain.
func (k kind[T]) checkOwner(c *Client, o T) error {
	if k.org == nil {
		return nil
	}
	return c.checkOwner(k.operation, k.id(o), k.org(o))
}

func (k kind[T]) pages(c *Client) pager[T] {
	p := pager[T]{listing: k.listing}
	if !k.unscoped {
		p.query = c.scoped(nil)
	}
	return p
}

// delete deletes one object. One that was deleted already is not an error. Where the server has only accepted the request, delete
// returns once the object is gone, or SettleTime has passed.
func (k kind[T]) delete(ctx context.Context, c *Client, operation, id string) error {
	err := k.remove(ctx, c, operation, id)
	if NotFound(err) {
		return nil
	}
	return err
}

// remove is delete with an error where the object does not exist.
func (k kind[T]) remove(ctx context.Context, c *Client, operation, id string) error {
	accepted := false
	err := c.call(ctx, request{
		operation: operation, method: http.MethodDelete, path: k.path + "/" + join(id), accepted: &accepted,
	}, nil)
	if err == nil && accepted {
		_, _ = LookAgain(ctx, func(ctx context.Context) (T, error) { return k.one(ctx, c, id) },
			func(_ T, err error) bool { return err != nil })
	}
	return err
}
