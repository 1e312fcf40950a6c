package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// handler executes one call. A nil body means status 204.
type handler func(*api, *call) (any, error)

// route is one call of the API.
type route struct {
	method, path string
	// operation is the name of the call in the ledger.
	operation string
	// scope is the scope that the key must have. "" means that the call needs no key.
	scope string
	// status is the status of a successful response.
	status int
	handle handler
	// dialect is the only dialect with this call, "" for both.
	dialect Dialect
}

const anyKey = "any"

// call is one request to a route.
type call struct {
	request *http.Request
	body    []byte
}

func (c *call) pathValue(name string) string { return c.request.PathValue(name) }

func (c *call) query(name string) string { return c.request.URL.Query().Get(name) }

// decode reads the body into out. An empty body counts as an empty object.
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
		return badRequest("the request body is not a valid JSON object for this call: %v", err)
	}
	return nil
}

// hasKey reports whether the body contains a key, even if its value is null.
func (c *call) hasKey(key string) bool {
	var object map[string]json.RawMessage
	if json.Unmarshal(c.body, &object) != nil {
		return false
	}
	_, ok := object[key]
	return ok
}

// router finds the route of a request. http.ServeMux matches the patterns; the handlers run outside of it.
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

// routeMatch is the route of a request and the request with its path values.
type routeMatch struct {
	route   route
	request *http.Request
}

// match returns the route of a request below the API root, or the response to a request without one.
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

// statusRecorder records the status that http.ServeMux responds with if it finds no route.
type statusRecorder struct {
	header http.Header
	status int
}

func (s *statusRecorder) Header() http.Header         { return s.header }
func (s *statusRecorder) Write(p []byte) (int, error) { return len(p), nil }
func (s *statusRecorder) WriteHeader(status int)      { s.status = status }

// stripRoot returns the request with the API root removed from its path. ok is false if the path is not below a root.
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
