package control

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
)

// What a change answers
//
// The body of an answer to a change is not documented (CONTRACT.md 1.82): a server may answer the object as it is afterwards, a part of it,
// what it was sent, or nothing. One that has every field which a read of the object has is as good as that read, which is then left out.
// The caller still compares what it gets with what it has sent, and looks again where the two differ.

// answerKeys are all the keys of an object that a read of it answers and the client uses. Several names of one key are separated by "|".
type answerKeys []string

// in reports whether a body is an object that has all of the keys.
func (k answerKeys) in(body []byte) bool {
	var object map[string]json.RawMessage
	if len(k) == 0 || decodeBounded(body, &object) != nil {
		return false
	}
	return !slices.ContainsFunc(k, func(names string) bool {
		return !slices.ContainsFunc(strings.Split(names, "|"), func(name string) bool { return object[name] != nil })
	})
}

// sendChange sends a change of an object. answered is true where the answer has the whole object as it is afterwards; a server that has only
// accepted the change cannot know that.
func sendChange[T any](ctx context.Context, c *Client, r request, keys answerKeys) (object T, answered bool, err error) {
	var none T
	var body []byte
	accepted := false
	r.answer, r.accepted = &body, &accepted
	if err = c.call(ctx, r, nil); err != nil || accepted || !keys.in(body) || json.Unmarshal(body, &object) != nil {
		return none, false, err
	}
	return object, true, nil
}

// change sends a change of an object and returns the object as it is afterwards.
func (k kind[T]) change(ctx context.Context, c *Client, r request, id string) (T, error) {
	o, answered, err := sendChange[T](ctx, c, r, k.answers)
	switch {
	case err != nil:
		return o, err
	case answered:
		return o, k.checkOwner(c, o)
	}
	return k.read(ctx, c, id)
}
