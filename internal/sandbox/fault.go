package sandbox

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Where a fault cuts the connection.
const (
	// CutBefore closes it without any answer.
	CutBefore = "before"
	// CutBody closes it in the middle of the answer's body.
	CutBody = "body"
)

// Fault is what goes wrong with certain requests. A fault with neither a status nor a cut lets the request through, late by its
// delay.
type Fault struct {
	// Method is the method to match, "" for any.
	Method string `json:"method"`
	// Path is the path to match, below the API's root: "models/*/rollouts". A "*" is one segment, a last "**" all the rest.
	Path string `json:"path"`
	// Nth is the first matching request that the fault hits, counted from when it was added; 0 means 1, the next one.
	Nth int `json:"nth"`
	// Times is how many matching requests it hits; 0 means 1, -1 all from then on.
	Times int `json:"times"`
	// Execute carries the request out before its answer is replaced, delayed or cut.
	Execute bool `json:"execute"`
	// Status is sent instead of the real answer, with Headers and Body; 0 keeps the real answer. Without a Body the error
	// envelope of the dialect is sent.
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	// DelayMS is how long the answer is held back, in milliseconds.
	DelayMS int `json:"delay_ms"`
	// Cut is "", CutBefore or CutBody.
	Cut string `json:"cut"`
}

// check says what is wrong with a fault, nil for nothing.
func (f Fault) validate() error {
	switch {
	case f.Path == "":
		return invalid("path", "path is required, such as models/*/rollouts")
	case f.Nth < 0:
		return invalid("nth", "nth must not be negative")
	case f.Times < -1:
		return invalid("times", "times must be a number of requests, or -1 for all")
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return invalid("status", "status must be from 200 to 599")
	case f.DelayMS < 0:
		return invalid("delay_ms", "delay_ms must not be negative")
	case f.Cut != "" && f.Cut != CutBefore && f.Cut != CutBody:
		return invalid("cut", "cut must be %q or %q", CutBefore, CutBody)
	}
	return nil
}

func (f Fault) delay() time.Duration { return time.Duration(f.DelayMS) * time.Millisecond }

// runs tells whether the request is carried out at all.
func (f Fault) executes() bool {
	return f.Execute || f.Status == 0 && f.Cut != CutBefore
}

// replace is the answer that the fault puts in the place of the real one.
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
	return &apiError{status: status, code: code, message: "a scripted fault answers " + strconv.Itoa(status)}
}

// armed is a fault that waits for its requests.
type activeFault struct {
	Fault
	seen, fired int
}

// matchFault finds the fault that a request meets, nil for none. Every fault counts the requests that match it; where two are
// due at once the older one hits and the younger one waits for the next request.
func (s *Server) findFault(method, path string) *Fault {
	var hit *Fault
	for _, f := range s.faults {
		if f.Method != "" && !strings.EqualFold(f.Method, method) || !matchPath(f.Path, path) {
			continue
		}
		f.seen++
		times := f.Times
		if times == 0 {
			times = 1
		}
		due := f.seen >= max(f.Nth, 1) && (times < 0 || f.fired < times)
		if hit == nil && due {
			f.fired++
			hit = &f.Fault
		}
	}
	return hit
}

// matchPath compares a path with a pattern, segment by segment.
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
