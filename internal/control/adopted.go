package control

import (
	"context"
	"fmt"
)

// NamesakeError means that a request may have been executed or not, that an object exists which it may have created, and that this may
// just as well be somebody else's. It was not adopted.
type NamesakeError struct {
	// Title is what was to be created, such as "device group"; ID and Name are those of the object that exists.
	Title, ID, Name string
	// Why it is not certain that the object is ours.
	Why string
	// Err is the error of the request.
	Err error
}

func (e *NamesakeError) Error() string {
	return fmt.Sprintf("%v. A %s named %q exists, with the ID %q, but it may be somebody else's: %s. It was not changed, and is not in the state",
		e.Err, e.Title, e.Name, e.ID, e.Why)
}

// Unwrap keeps the error of the request reachable.
func (e *NamesakeError) Unwrap() error { return e.Err }

// Adoption is an object that a create has taken for its own after the answer was lost. The zero value is none.
type Adoption struct {
	// Title is what it is, such as "device group".
	Title, ID, Name string
}

type adoptionKey struct{}

// WatchAdoption returns a context whose creates note in the Adoption what they have adopted.
func WatchAdoption(ctx context.Context) (context.Context, *Adoption) {
	a := &Adoption{}
	return context.WithValue(ctx, adoptionKey{}, a), a
}

// noteAdoption notes an object that was adopted, for those who watch.
func noteAdoption(ctx context.Context, title, id, name string) {
	if a, ok := ctx.Value(adoptionKey{}).(*Adoption); ok {
		*a = Adoption{Title: title, ID: id, Name: name}
	}
}
