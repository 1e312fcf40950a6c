package sandbox

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Values of Fault.Cut.
const (
	// CutBefore closes the connection without a response.
	CutBefore = "before"
	// CutBody closes the connection in the middle of the response body.
	CutBody = "body"
)

// Fault is a scripted failure of requests. A fault without Status and Cut only delays the response.
type Fault struct {
	// Method is the HTTP method to match, "" for any.
	Method string `json:"method"`
	// Path is the path to match, below the API root, such as "models/*/rollouts". "*" matches one segment, a final "**" all
	// remaining ones.
	Path string `json:"path"`
	// Nth is the first matching request that the fault applies to, counted from the creation of the fault. 0 means 1, the next one.
	Nth int `json:"nth"`
	// Times is the number of matching requests that the fault applies to. 0 means 1, -1 all from Nth on.
	Times int `json:"times"`
	// Execute executes the request before the response is replaced, delayed or cut.
	Execute bool `json:"execute"`
	// Status replaces the response, with Headers and Body. 0 keeps the real one. Without Body the error envelope of the
	// dialect is sent.
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	// DelayMS delays the response, in milliseconds.
	DelayMS int `json:"delay_ms"`
	// Cut is "", CutBefore or CutBody.
	Cut string `json:"cut"`
}

// validate returns an error if a fault is invalid.
func (f Fault) validate() error {
	switch {
	case f.Path == "":
		return invalid("path", "path is required, such as models/*/rollouts")
	case f.Nth < 0:
		return invalid("nth", "nth must not be negative")
	case f.Times < -1:
		return invalid("times", "times must be a number of requests or -1 for all")
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return invalid("status", "status must be between 200 and 599")
	case f.DelayMS < 0:
		return invalid("delay_ms", "delay_ms must not be negative")
	case f.Cut != "" && f.Cut != CutBefore && f.Cut != CutBody:
		return invalid("cut", "cut must be %q or %q", CutBefore, CutBody)
	}
	return nil
}

func (f Fault) delay() time.Duration { return time.Duration(f.DelayMS) * time.Millisecond }

// executes reports whether the request is executed at all.
func (f Fault) executes() bool {
	return f.Execute || f.Status == 0 && f.Cut != CutBefore
}

// replace returns the response to send instead of the real one.
func (f Fault) replace(dialect Dialect, requestID string, actual response) response {
	if f.Status == 0 {
		return actual
	}
	if f.Body != "" {
		return response{f.Status, []byte(f.Body)}
	}
	return errorResponse(dialect, requestID, faultError(f.Status))
}

func faultError(status int) *apiError {
	codes := map[int]string{
		http.StatusBadRequest: "bad_request", http.StatusUnauthorized: "unauthorized", http.StatusForbidden: "forbidden",
		http.StatusNotFound: "not_found", http.StatusConflict: "conflict", http.StatusUnprocessableEntity: "validation_error",
		http.StatusTooManyRequests: "rate_limited", http.StatusServiceUnavailable: "service_unavailable",
	}
	code, known := codes[status]
	if !known {
		code = "internal_error"
	}
	return &apiError{status: status, code: code, message: "scripted fault with status " + strconv.Itoa(status)}
}

// activeFault is a fault, with the numbers of requests that it has matched and applied to.
type activeFault struct {
	Fault
	matched, applied int
}

// findFault returns the fault that applies to a request, nil for none. Every fault counts the requests that it matches. If
// two faults are due, the older one applies and the newer one waits for the next request.
func (s *Server) findFault(method, path string) *Fault {
	var hit *Fault
	for _, f := range s.faults {
		if f.Method != "" && !strings.EqualFold(f.Method, method) || !matchPath(f.Path, path) {
			continue
		}
		f.matched++
		times := f.Times
		if times == 0 {
			times = 1
		}
		due := f.matched >= max(f.Nth, 1) && (times < 0 || f.applied < times)
		if hit == nil && due {
			f.applied++
			hit = &f.Fault
		}
	}
	return hit
}

// matchPath compares a path with a pattern segment by segment.
func matchPath(pattern, path string) bool {
	want, have := segments(pattern), segments(path)
	for i, segment := range want {
		if segment == "**" && i == len(want)-1 {
			return true
		}
		if i >= len(have) || segment != "*" && segment != have[i] {
			return false
		}
	}
	return len(want) == len(have)
}

func segments(path string) []string { return strings.Split(strings.Trim(path, "/"), "/") }
