package sandbox

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ServeHTTP serves the API below /api/v1 and /v1, file uploads below /uploads, the sandbox's own controls below /sandbox, and
// a page that shows the fleet at /. It refuses what a web page of another site may have sent.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := checkCaller(r); err != nil {
		refuseUnread(w, errorResponse(s.options.Dialect, "", err))
		return
	}
	if r.URL.Path == "/" || strings.HasPrefix(r.URL.Path, "/sandbox/") {
		r.Body = limitedBody(w, r)
		s.ownRoutes.ServeHTTP(w, r)
		return
	}
	if token, ok := strings.CutPrefix(r.URL.Path, uploadRoot); ok {
		r.Body = timedBody{r.Body, http.NewResponseController(w)}
		s.serveUpload(w, r, token)
		return
	}
	below, ok := stripRoot(r)
	if !ok {
		writeResponse(w, nil, routeNotFound)
		return
	}
	body, err := io.ReadAll(limitedBody(w, r))
	if err != nil {
		refuseUnread(w, errorResponse(s.options.Dialect, "", bodyError(err)))
		return
	}
	endOfBody(w)
	s.serveAPI(w, below, body)
}

// exchange is one request to the API and what is known about its response.
type exchange struct {
	request   *http.Request
	body      []byte
	entry     Entry
	match     routeMatch
	rejection *response
	// unlimited exempts the request from the rate limit.
	unlimited bool
	// headers are sent with every response.
	headers map[string]string
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, body []byte) {
	x := &exchange{request: r, body: body}
	x.match, x.rejection = s.router.match(r)
	s.respond(w, x, func() response { return s.execute(x) })
}

// respond executes a request as its fault allows, if it has one, and sends the response.
func (s *Server) respond(w http.ResponseWriter, x *exchange, execute func() response) {
	fault := s.admit(x)
	if fault == nil {
		s.sendResponse(w, x, nil, execute())
		return
	}
	var actual response
	if fault.Execute {
		actual = execute()
	}
	if !sleep(x.request, fault.delay()) {
		s.record(x, 0) // the client disconnected
		return
	}
	if !fault.Execute && fault.executes() {
		actual = execute()
	}
	s.sendWithFault(w, x, fault, fault.replace(s.options.Dialect, x.entry.RequestID, actual))
}

// admit assigns a request ID, counts the request against the rate limit, and returns the fault that applies. None applies to
// a rejected request.
func (s *Server) admit(x *exchange) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nextID++
	x.entry = Entry{
		Operation: x.match.route.operation, Method: x.request.Method,
		Path: strings.Trim(x.request.URL.EscapedPath(), "/"), Query: x.request.URL.RawQuery,
		At: s.now(), RequestID: fmt.Sprintf("req_%08d", s.nextID), Caller: caller(x.request),
	}
	x.headers = map[string]string{"X-Request-Id": x.entry.RequestID}
	if rejection := s.checkRateLimit(x); rejection != nil {
		x.rejection = rejection
		return nil
	}
	return s.findFault(x.entry.Method, strings.Trim(x.request.URL.Path, "/"))
}

// checkRateLimit counts a request and returns the error response if it exceeds the limit.
func (s *Server) checkRateLimit(x *exchange) *response {
	if x.unlimited {
		return nil
	}
	headers, err := s.limits.admit(x.request.Header.Get("Authorization"), x.entry.At)
	maps.Copy(x.headers, headers)
	if err == nil {
		return nil
	}
	rejection := errorResponse(s.options.Dialect, x.entry.RequestID, err)
	return &rejection
}

// execute runs a request, after the simulation has been advanced to the present.
func (s *Server) execute(x *exchange) response {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.advance(s.now())
	if x.rejection != nil {
		return *x.rejection
	}
	body, err := s.dispatch(x)
	s.world.logProgress()
	if err != nil {
		return errorResponse(s.options.Dialect, x.entry.RequestID, err)
	}
	return jsonResponse(x.match.route.status, body)
}

func (s *Server) dispatch(x *exchange) (any, error) {
	if err := s.authorize(x); err != nil {
		return nil, err
	}
	if err := s.world.ownOrg(x.request.URL.Query().Get("org_id")); err != nil {
		return nil, err
	}
	return x.match.route.handle(&api{s.world}, &call{request: x.match.request, body: x.body})
}

func (s *Server) authorize(x *exchange) error {
	scope := x.match.route.scope
	if scope == "" {
		return nil
	}
	key, isBearer := strings.CutPrefix(x.request.Header.Get("Authorization"), "Bearer ")
	limits, known := s.world.secrets[key]
	if !isBearer || !known {
		return &apiError{status: http.StatusUnauthorized, code: "unauthorized", message: "the API key is missing or not valid"}
	}
	if !limits.allows(scope) {
		return &apiError{status: http.StatusForbidden, code: "forbidden", message: "the API key lacks the scope " + scope}
	}
	return nil
}

// sendResponse records the request and sends the response. headers override those of the response.
func (s *Server) sendResponse(w http.ResponseWriter, x *exchange, headers map[string]string, resp response) {
	s.record(x, resp.status)
	if resp.status == 0 {
		panic(http.ErrAbortHandler) // the client disconnected
	}
	s.setHeaders(w, x)
	writeResponse(w, headers, resp)
}

// setHeaders writes the headers of every response; a fault may override them. The Date is that of the sandbox's own clock.
func (s *Server) setHeaders(w http.ResponseWriter, x *exchange) {
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
	for name, value := range x.headers {
		w.Header().Set(name, value)
	}
}

// record adds a request to the ledger before its response is sent, so that a client that has the response finds the entry.
func (s *Server) record(x *exchange, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x.entry.Status = status
	s.ledger = append(s.ledger, x.entry)
}

// sendWithFault sends a response as a fault demands.
func (s *Server) sendWithFault(w http.ResponseWriter, x *exchange, fault *Fault, resp response) {
	if fault.Cut == "" {
		s.sendResponse(w, x, fault.Headers, resp)
		return
	}
	s.record(x, 0)
	// A response without a body cannot be cut in its body, so nothing of it is sent.
	if half := resp.body[:len(resp.body)/2]; fault.Cut == CutBody && len(half) > 0 {
		s.setHeaders(w, x)
		w.Header().Set("Content-Length", strconv.Itoa(len(resp.body)))
		writeResponse(w, fault.Headers, response{resp.status, half})
		_ = http.NewResponseController(w).Flush()
	}
	panic(http.ErrAbortHandler)
}

// writeResponse sends a response. headers override those of the response.
func writeResponse(w http.ResponseWriter, headers map[string]string, resp response) {
	if resp.body != nil {
		w.Header().Set("Content-Type", "application/json")
	}
	for name, value := range headers {
		w.Header().Set(name, value)
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(bodyTimeout)) // a recorder in memory has none
	w.WriteHeader(resp.status)
	_, _ = w.Write(resp.body)
}

// sleep delays a request. It is false if the client disconnects meanwhile.
func sleep(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}
