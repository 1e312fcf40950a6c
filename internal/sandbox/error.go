package sandbox

import (
	"fmt"
	"net/http"
)

// problem is a refusal: the status that the control API answers, its machine-readable word, and the text for people.
type apiError struct {
	status  int
	code    string
	message string
	// field is the key of the request that is wrong, "" where it is none in particular.
	field string
}

func (p *apiError) Error() string { return p.message }

// missing says that an object does not exist. Its text always names the object: the bare words "Not Found" would mean that the
// route does not exist (the control API contract, section 1).
func notFound(format string, args ...any) *apiError {
	return &apiError{status: http.StatusNotFound, code: "not_found", message: fmt.Sprintf(format, args...)}
}

// conflict says that the state of things forbids the request.
func conflict(format string, args ...any) *apiError {
	return &apiError{status: http.StatusConflict, code: "conflict", message: fmt.Sprintf(format, args...)}
}

// invalid says that a key of the request is well formed and wrong.
func invalid(field, format string, args ...any) *apiError {
	return &apiError{
		status: http.StatusUnprocessableEntity, code: "validation_error",
		message: fmt.Sprintf(format, args...), field: field,
	}
}

// malformed says that the request cannot be read at all.
func badRequest(format string, args ...any) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "bad_request", message: fmt.Sprintf(format, args...)}
}

// denied says that the organization's policy refuses (the control API contract, section 6).
func policyDenied(format string, args ...any) *apiError {
	return &apiError{status: http.StatusForbidden, code: "policy_denied", message: fmt.Sprintf(format, args...)}
}
