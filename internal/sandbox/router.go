package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// handler carries out one call. A nil body answers 204.
type handler func(*api, *call) (any, error)

// route is one call of the API.
type route struct {
	method, path string
	// operation is the route's name in the ledger.
	operation string
	// scope is what a key must have; "" means that the call needs no key.
	scope string
	// success is the status of a call that went well.
	status int
	handle handler
	// only is the one dialect that has the route, "" for both.
	dialect Dialect
}

const anyKey = "any"

// call is one request on its way through a route.
type call struct {
	request *http.Request
	body    []byte
}

func (c *call) pathValue(name string) string { return c.request.PathValue(name) }

func (c *call) query(name string) string { return c.request.URL.Query().Get(name) }

// decode reads the body into out. No body is an empty object.
func (c *call) decode(out any) error {
	if len(bytes.TrimSpace(c.body)) == 0 {
		return nil
	}
	err := json.Unmarshal(c.body, out)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		return invalid(wrong.Field, "%s must not be a %s", wrong.Field, wrong.Value)
	}
	if err != nil {
		return badRequest("the body is no JSON object that this call takes: %v", err)
	}
	return nil
}

// has tells whether the body has a key at all, be it null.
func (c *call) hasKey(key string) bool {
	var object map[string]json.RawMessage
	if json.Unmarshal(c.body, &object) != nil {
		return false
	}
	_, ok := object[key]
	return ok
}

// router finds the route of a request. http.ServeMux matches the patterns; the routes themselves run outside of it.
type router struct {
	mux    *http.ServeMux
	routes map[string]route
}

type matchKey struct{}

func newRouter(dialect Dialect, all []route) *router {
	rt := &router{mux: http.NewServeMux(), routes: map[string]route{}}
	for _, r := range all {
		if r.dialect != "" && r.dialect != dialect {
			continue
		}
		pattern := r.method + " " + r.path
		rt.routes[pattern] = r
		rt.mux.HandleFunc(pattern, func(_ http.ResponseWriter, req *http.Request) {
			if match, ok := req.Context().Value(matchKey{}).(*routeMatch); ok {
				match.route, match.request = r, req
			}
		})
	}
	return rt
}

// matched is the route of a request, and the request with the ids of its path.
type routeMatch struct {
	route   route
	request *http.Request
}

// match answers the route of a request below the API's root, or what a request without one gets.
func (rt *router) match(req *http.Request) (routeMatch, *response) {
	var match routeMatch
	recorder := &statusRecorder{header: http.Header{}}
	rt.mux.ServeHTTP(recorder, req.WithContext(context.WithValue(req.Context(), matchKey{}, &match)))
	switch {
	case match.request != nil:
		return match, nil
	case recorder.status == http.StatusMethodNotAllowed:
		return match, &methodNotAllowed
	default:
		return match, &routeNotFound
	}
}

// statusOnly takes the refusal of http.ServeMux, of which only the status is of use.
type statusRecorder struct {
	header http.Header
	status int
}

func (s *statusRecorder) Header() http.Header         { return s.header }
func (s *statusRecorder) Write(p []byte) (int, error) { return len(p), nil }
func (s *statusRecorder) WriteHeader(status int)      { s.status = status }

// belowRoot answers the request with the API's root taken off its path; ok is false where it is not below it.
func stripRoot(req *http.Request) (*http.Request, bool) {
	for _, root := range []string{"/api/v1", "/v1"} {
		rest, ok := strings.CutPrefix(req.URL.EscapedPath(), root)
		if !ok || !strings.HasPrefix(rest, "/") {
			continue
		}
		below := req.Clone(req.Context())
		below.URL.Path = strings.TrimPrefix(req.URL.Path, root)
		if req.URL.RawPath != "" {
			below.URL.RawPath = rest
		}
		return below, true
	}
	return nil, false
}
