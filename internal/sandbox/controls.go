package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"time"
)

// control is one of the sandbox's own calls.
type control struct {
	method, path string
	run          func(*http.Request) (any, error)
}

// controls returns the calls below /sandbox that answer with JSON (CONTRACT.md, section 8). The page and its events are in page.go.
func (s *Server) controls() []control {
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	return []control{
		{get, "/sandbox/ledger", func(*http.Request) (any, error) { return map[string]any{"entries": nonNil(s.Ledger())}, nil }},
		{del, "/sandbox/ledger", func(*http.Request) (any, error) { s.ClearLedger(); return nil, nil }},
		{post, "/sandbox/faults", s.postFault},
		{del, "/sandbox/faults", func(*http.Request) (any, error) { s.ClearFaults(); return nil, nil }},
		{get, "/sandbox/fleet", s.getFleet},
		{put, "/sandbox/devices/offline", s.putOffline},
		{put, "/sandbox/versions/{model}/{version}/health", s.putHealth},
		{put, "/sandbox/versions/{model}/{version}/status", s.putStatus},
		{post, "/sandbox/clock", s.postClock},
		{post, "/sandbox/members/{email}/accept", s.acceptInvitation},
	}
}

// controlRoutes returns the handler of the sandbox's own calls. They need no key and are not recorded in the ledger.
func (s *Server) controlRoutes() http.Handler {
	mux := http.NewServeMux()
	for _, c := range s.controls() {
		mux.HandleFunc(c.method+" "+c.path, func(w http.ResponseWriter, r *http.Request) {
			body, err := c.run(r)
			if err != nil {
				writeResponse(w, nil, errorResponse(DialectDocs, "", err))
				return
			}
			writeResponse(w, nil, jsonResponse(http.StatusOK, body))
		})
	}
	for path, handle := range s.pages() {
		mux.HandleFunc(http.MethodGet+" "+path, handle)
	}
	return mux
}

// decodeControl decodes the body of a control. Unknown keys are errors.
func decodeControl(r *http.Request, out any) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return bodyError(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(out); err != nil {
		return badRequest("invalid request body: %v", err)
	}
	return nil
}

func (s *Server) postFault(r *http.Request) (any, error) {
	var f Fault
	if err := decodeControl(r, &f); err != nil {
		return nil, err
	}
	if err := f.validate(); err != nil {
		return nil, err
	}
	s.AddFault(f)
	return f, nil
}

// getFleet returns the fleet of ?model=, limited to the members of ?group= if that is set.
func (s *Server) getFleet(r *http.Request) (any, error) {
	model, group := r.URL.Query().Get("model"), r.URL.Query().Get("group")
	var err error
	s.withWorld(func(w *world) {
		if _, err = w.model(model); err == nil && group != "" {
			_, err = w.groupByIDOrName(group)
		}
	})
	switch {
	case err != nil:
		return nil, err
	case group != "":
		return s.GroupFleet(model, group), nil
	default:
		return s.Fleet(model), nil
	}
}

func (s *Server) putOffline(r *http.Request) (any, error) {
	var body struct {
		Percent *int `json:"percent"`
	}
	if err := decodeControl(r, &body); err != nil {
		return nil, err
	}
	if body.Percent == nil || *body.Percent < 0 || *body.Percent > 100 {
		return nil, invalid("percent", "percent is required and must be between 0 and 100")
	}
	s.SetOffline(*body.Percent)
	return body, nil
}

// maxSkip is the longest time that one call lets pass.
const maxSkip = 31 * 24 * time.Hour

// postClock lets a time pass at once, such as "25h", and answers what time it is then.
func (s *Server) postClock(r *http.Request) (any, error) {
	var body struct {
		Skip string `json:"skip"`
	}
	if err := decodeControl(r, &body); err != nil {
		return nil, err
	}
	d, err := time.ParseDuration(body.Skip)
	if err != nil || d < 0 || d > maxSkip {
		return nil, invalid("skip", "skip must be a duration between \"0s\" and %q, such as \"25h\"", maxSkip)
	}
	s.Skip(d)
	return map[string]any{"now": timestamp(s.now())}, nil
}

// withVersion runs a function on the version in a control's path.
func (s *Server) withVersion(r *http.Request, run func(*model, *version)) error {
	var err error
	s.withWorld(func(w *world) {
		var m *model
		var v *version
		if m, err = w.model(r.PathValue("model")); err != nil {
			return
		}
		if v, err = m.version(r.PathValue("version")); err == nil {
			run(m, v)
		}
	})
	return err
}

func (s *Server) putHealth(r *http.Request) (any, error) {
	var h Health
	if err := decodeControl(r, &h); err != nil {
		return nil, err
	}
	if h.ErrorPercent < 0 || h.ErrorPercent > 100 || h.CrashPercent < 0 || h.CrashPercent > 100 || h.LatencyP95MS < 0 {
		return nil, invalid("error_percent",
			"error_percent and crash_percent must be between 0 and 100, latency_p95_ms must not be negative")
	}
	return h, s.withVersion(r, func(m *model, v *version) { m.health[v.version] = h })
}

// putStatus sets a version status that no call of the API leads to, such as retired.
func (s *Server) putStatus(r *http.Request) (any, error) {
	var body struct {
		Status string `json:"status"`
	}
	if err := decodeControl(r, &body); err != nil {
		return nil, err
	}
	if !slices.Contains(versionStatuses, body.Status) {
		return nil, invalid("status", "status %q is not one of %v", body.Status, versionStatuses)
	}
	return body, s.withVersion(r, func(_ *model, v *version) { v.status = body.Status })
}

// acceptInvitation accepts an invitation for the invited person.
func (s *Server) acceptInvitation(r *http.Request) (any, error) {
	var err error
	s.withWorld(func(w *world) { err = w.accept(r.PathValue("email")) })
	return nil, err
}
