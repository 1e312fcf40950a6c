package sandbox

import (
	"fmt"
	"net/http"
)

// apiError is an error of the API: the status, a machine-readable code, and a message for people.
type apiError struct {
	status  int
	code    string
	message string
	// field is the field of the request that is wrong, "" if it is none in particular.
	field string
	// inQuery is true of a field that is a query parameter; all others are in the body.
	inQuery bool
}

func (p *apiError) Error() string { return p.message }

// notFound is the error for an object that does not exist. The message always names the object: a bare "Not Found" means
// that the route does not exist (CONTRACT.md, section 1).
func notFound(format string, args ...any) *apiError {
	return &apiError{status: http.StatusNotFound, code: "not_found", message: fmt.Sprintf(format, args...)}
}

// conflict is the error for a request that the state of an object forbids.
func conflict(format string, args ...any) *apiError {
	return &apiError{status: http.StatusConflict, code: "conflict", message: fmt.Sprintf(format, args...)}
}

// invalid is the error for a field with a wrong value.
func invalid(field, format string, args ...any) *apiError {
	return &apiError{
		status: http.StatusUnprocessableEntity, code: "validation_error",
		message: fmt.Sprintf(format, args...), field: field,
	}
}

// badRequest is the error for a request that cannot be read.
func badRequest(format string, args ...any) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "bad_request", message: fmt.Sprintf(format, args...)}
}

// policyDenied is the error for a request that the organization's policy forbids (CONTRACT.md, section 6).
func policyDenied(format string, args ...any) *apiError {
	return &apiError{status: http.StatusForbidden, code: "policy_denied", message: fmt.Sprintf(format, args...)}
}
