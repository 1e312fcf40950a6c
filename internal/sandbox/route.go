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
	success int
	handle  handler
	// only is the one dialect that has the route, "" for both.
	only Dialect
}

const anyKey = "any"

// routes are the calls of the control API contract, sections 2 to 6, below the API's root.
func routes() []route {
	const (
		ok      = http.StatusOK
		created = http.StatusCreated

		get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete

		readModels, writeModels     = "models:read", "models:write"
		readRollouts, writeRollouts = "rollouts:read", "rollouts:write"
		readDevices, writeDevices   = "devices:read", "devices:write"
		readSettings, writeSettings = "settings:read", "settings:write"

		oneRollout = "/models/{model}/rollouts/{rollout}"
		oneVersion = "/models/{model}/versions/{version}"
		oneGroup   = "/device-groups/{group}"
		oneDevice  = "/devices/{device}"
	)
	return []route{
		{get, "/health", "health", "", ok, healthy, ""},
		{get, "/status", "status", anyKey, ok, healthy, ""},

		{get, "/models", "list models", readModels, ok, (*api).listModels, ""},
		{post, "/models", "create model", writeModels, created, (*api).createModel, ""},
		{get, "/models/{model}", "get model", readModels, ok, (*api).getModel, ""},
		{patch, "/models/{model}", "update model", writeModels, ok, (*api).updateModel, ""},
		{del, "/models/{model}", "delete model", writeModels, ok, (*api).deleteModel, ""},

		{get, "/models/{model}/versions", "list versions", readModels, ok, (*api).listVersions, ""},
		{post, "/models/{model}/versions", "create version", writeModels, created, (*api).createVersion, ""},
		{get, oneVersion, "get version", readModels, ok, (*api).getVersion, ""},
		{del, oneVersion, "delete version", writeModels, ok, (*api).deleteVersion, ""},
		{post, oneVersion + "/publish", "publish version", writeModels, ok, (*api).publishVersion, ""},
		{post, oneVersion + "/deprecate", "deprecate version", writeModels, ok, (*api).deprecateVersion, ""},
		{patch, oneVersion + "/metrics", "update metrics", writeModels, ok, (*api).updateMetrics, ""},

		{get, "/rollouts/active", "list active rollouts", readRollouts, ok, (*api).listActiveRollouts, ""},
		{get, "/models/{model}/rollouts", "list rollouts", readRollouts, ok, (*api).listRollouts, ""},
		{post, "/models/{model}/rollouts", "create rollout", writeRollouts, created, (*api).createRollout, ""},
		{get, "/models/{model}/rollouts/active", "list active rollouts of model", readRollouts, ok, (*api).listModelActiveRollouts, ""},
		{get, oneRollout, "get rollout", readRollouts, ok, (*api).getRollout, ""},
		{del, oneRollout, "cancel rollout", writeRollouts, ok, (*api).cancelRollout, ""},
		{post, oneRollout + "/start", "start rollout", writeRollouts, ok, changeRollout("start", pending, active), ""},
		{post, oneRollout + "/pause", "pause rollout", writeRollouts, ok, changeRollout("pause", active, paused), ""},
		{post, oneRollout + "/resume", "resume rollout", writeRollouts, ok, changeRollout("resume", paused, active), ""},
		{post, oneRollout + "/advance", "advance rollout", writeRollouts, ok, (*api).advanceRollout, ""},
		{post, oneRollout + "/update-percentage", "update percentage", writeRollouts, ok, (*api).updatePercentage, ""},
		{get, oneRollout + "/status-history", "get status history", readRollouts, ok, (*api).rolloutHistory, ""},
		{get, oneRollout + "/affected-devices", "get affected devices", readRollouts, ok, (*api).affectedDevices, ""},
		{post, "/models/{model}/rollback", "roll back", writeRollouts, ok, (*api).rollback, DialectDocs},

		{post, "/deploy/prepare", "prepare deployment", readDevices, ok, (*api).prepareDeployment, ""},
		{post, "/deploy/execute", "execute deployment", writeRollouts, ok, (*api).executeDeployment, ""},
		{post, "/deploy/check-compatibility", "check compatibility", readDevices, ok, (*api).checkCompatibility, ""},

		{get, "/device-groups", "list groups", readDevices, ok, (*api).listGroups, ""},
		{post, "/device-groups", "create group", writeDevices, created, (*api).createGroup, ""},
		{get, oneGroup, "get group", readDevices, ok, (*api).getGroup, ""},
		{put, oneGroup, "update group", writeDevices, ok, (*api).updateGroup, ""},
		{del, oneGroup, "delete group", writeDevices, ok, (*api).deleteGroup, ""},
		{get, oneGroup + "/devices", "list group members", readDevices, ok, (*api).listMembers, ""},
		{post, oneGroup + "/devices", "add group members", writeDevices, ok, (*api).addMembers, ""},
		{post, oneGroup + "/devices/{device}", "add group member", writeDevices, ok, (*api).addMember, ""},
		{del, oneGroup + "/devices/{device}", "remove group member", writeDevices, ok, (*api).removeMember, ""},

		{get, "/devices", "list devices", readDevices, ok, (*api).listDevices, ""},
		{get, oneDevice, "get device", readDevices, ok, (*api).getDevice, ""},
		{patch, oneDevice, "update device", writeDevices, ok, (*api).updateDevice, ""},
		{get, oneDevice + "/groups", "get device groups", readDevices, ok, (*api).deviceGroups, ""},
		{get, oneDevice + "/assignments", "get device assignments", readDevices, ok, (*api).deviceAssignments, ""},

		{post, "/devices/register", "register device", "", created, (*api).registerDevice, ""},
		{put, oneDevice + "/heartbeat", "heartbeat", anyKey, ok, (*api).heartbeat, ""},
		{post, oneDevice + "/heartbeat", "heartbeat", anyKey, ok, (*api).heartbeat, ""},
		{get, oneDevice + "/desired-state", "get desired state", anyKey, ok, (*api).desiredState, ""},
		{post, oneDevice + "/desired-state", "get desired state", anyKey, ok, (*api).desiredState, ""},
		{post, oneDevice + "/sync", "sync device", anyKey, ok, (*api).syncDevice, ""},
		{post, oneDevice + "/observed-state", "report observed state", anyKey, ok, (*api).observedState, ""},
		{get, oneDevice + "/models/{model}/version", "resolve version", anyKey, ok, (*api).resolveVersion, ""},

		{get, "/settings/{org}", "get settings", readSettings, ok, (*api).getSettings, ""},
		{put, "/settings/{org}", "update settings", writeSettings, ok, (*api).updateSettings, ""},
	}
}

func healthy(*api, *call) (any, error) { return map[string]string{"status": "ok"}, nil }

// call is one request on its way through a route.
type call struct {
	request *http.Request
	body    []byte
}

func (c *call) id(name string) string { return c.request.PathValue(name) }

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
		return malformed("the body is no JSON object that this call takes: %v", err)
	}
	return nil
}

// has tells whether the body has a key at all, be it null.
func (c *call) has(key string) bool {
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
		if r.only != "" && r.only != dialect {
			continue
		}
		pattern := r.method + " " + r.path
		rt.routes[pattern] = r
		rt.mux.HandleFunc(pattern, func(_ http.ResponseWriter, req *http.Request) {
			if match, ok := req.Context().Value(matchKey{}).(*matched); ok {
				match.route, match.request = r, req
			}
		})
	}
	return rt
}

// matched is the route of a request, and the request with the ids of its path.
type matched struct {
	route   route
	request *http.Request
}

// match answers the route of a request below the API's root, or what a request without one gets.
func (rt *router) match(req *http.Request) (matched, *answer) {
	var match matched
	refusal := &statusOnly{header: http.Header{}}
	rt.mux.ServeHTTP(refusal, req.WithContext(context.WithValue(req.Context(), matchKey{}, &match)))
	switch {
	case match.request != nil:
		return match, nil
	case refusal.status == http.StatusMethodNotAllowed:
		return match, &methodNotAllowed
	default:
		return match, &noSuchRoute
	}
}

// statusOnly takes the refusal of http.ServeMux, of which only the status is of use.
type statusOnly struct {
	header http.Header
	status int
}

func (s *statusOnly) Header() http.Header         { return s.header }
func (s *statusOnly) Write(p []byte) (int, error) { return len(p), nil }
func (s *statusOnly) WriteHeader(status int)      { s.status = status }

// belowRoot answers the request with the API's root taken off its path; ok is false where it is not below it.
func belowRoot(req *http.Request) (*http.Request, bool) {
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
