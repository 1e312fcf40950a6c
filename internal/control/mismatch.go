package control

import (
	"errors"
	"fmt"
	"net/http"
)

// MismatchError is a 2xx response about something else than what was asked for: a read of one object that answers another one, or a
// write that does (CONTRACT.md 1.47).
type MismatchError struct {
	Operation string
	RequestID string
	// Asked and Got name both, such as `the device group "grp_2"` and `"grp_1"`.
	Asked, Got string
}

func (e *MismatchError) Error() string {
	text := fmt.Sprintf("could not %s: asked for %s, but the server answered %s", e.Operation, e.Asked, e.Got)
	if e.RequestID != "" {
		text += " (request " + e.RequestID + ")"
	}
	return text
}

// Mismatched is true of an answer about something else than what was asked for.
func Mismatched(err error) bool {
	var mismatch *MismatchError
	return errors.As(err, &mismatch)
}

// mismatch is the error of a response; secret is masked in all that it quotes.
func (c *Client) mismatch(r request, resp *http.Response, asked, got string) error {
	quote := func(text string) string { return shorten(redact(text, c.apiKey), maxExcerpt) }
	return &MismatchError{Operation: r.operation, RequestID: quote(requestID(resp)), Asked: quote(asked), Got: quote(got)}
}
