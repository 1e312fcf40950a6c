package sandbox

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRequestBody caps what is read of one request, in bytes.
const maxRequestBody = 16 << 20

// ServeHTTP serves the API below /api/v1 and /v1, and the sandbox's own controls below /sandbox.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/sandbox/") {
		s.controls.ServeHTTP(w, r)
		return
	}
	below, ok := belowRoot(r)
	if !ok {
		send(w, nil, noSuchRoute)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	if err != nil {
		return // the client has gone, or sends more than any call takes
	}
	s.serveAPI(w, below, body)
}

// visitor is one request of the API on its way through.
type visitor struct {
	request *http.Request
	body    []byte
	entry   Entry
	match   matched
	refusal *answer
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, body []byte) {
	v := &visitor{request: r, body: body}
	v.match, v.refusal = s.router.match(r)
	fault := s.admit(v)
	if fault == nil {
		s.finish(w, v, s.execute(v))
		return
	}
	var actual answer
	if fault.Execute {
		actual = s.execute(v)
	}
	if !pause(r, fault.delay()) {
		s.note(v, 0) // the client has gone
		return
	}
	if !fault.Execute && fault.runs() {
		actual = s.execute(v)
	}
	s.sendFaulty(w, v, fault, fault.replace(s.options.Dialect, v.entry.RequestID, actual))
}

// admit numbers a request and finds the fault that it meets.
func (s *Server) admit(v *visitor) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nextID++
	v.entry = Entry{
		Operation: v.match.route.operation, Method: v.request.Method,
		Path: strings.Trim(v.request.URL.EscapedPath(), "/"), Query: v.request.URL.RawQuery,
		At: s.options.Now(), RequestID: fmt.Sprintf("req_%08d", s.nextID), Caller: caller(v.request),
	}
	return s.matchFault(v.entry.Method, strings.Trim(v.request.URL.Path, "/"))
}

// execute carries a request out. The fleet is brought to the present first.
func (s *Server) execute(v *visitor) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.advance(s.options.Now())
	if v.refusal != nil {
		return *v.refusal
	}
	body, err := s.dispatch(v)
	s.world.report()
	if err != nil {
		return answerError(s.options.Dialect, v.entry.RequestID, err)
	}
	return answerJSON(v.match.route.success, body)
}

func (s *Server) dispatch(v *visitor) (any, error) {
	if err := s.authorize(v); err != nil {
		return nil, err
	}
	if err := s.world.ownOrg(v.request.URL.Query().Get("org_id")); err != nil {
		return nil, err
	}
	return v.match.route.handle(&api{s.world}, &call{request: v.match.request, body: v.body})
}

func (s *Server) authorize(v *visitor) error {
	scope := v.match.route.scope
	if scope == "" {
		return nil
	}
	key, isBearer := strings.CutPrefix(v.request.Header.Get("Authorization"), "Bearer ")
	limits, known := s.keys[key]
	if !isBearer || !known {
		return &problem{status: http.StatusUnauthorized, code: "unauthorized", message: "the API key is missing or not valid"}
	}
	if !limits.allow(scope) {
		return &problem{status: http.StatusForbidden, code: "forbidden", message: "the API key lacks the scope " + scope}
	}
	return nil
}

// finish sends an answer and notes the request.
func (s *Server) finish(w http.ResponseWriter, v *visitor, a answer) {
	s.note(v, a.status)
	w.Header().Set("X-Request-Id", v.entry.RequestID)
	send(w, nil, a)
}

// note enters a request in the ledger, before its answer is sent: who has the answer finds the request there.
func (s *Server) note(v *visitor, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v.entry.Status = status
	s.ledger = append(s.ledger, v.entry)
}

// sendFaulty sends an answer as a fault wants it.
func (s *Server) sendFaulty(w http.ResponseWriter, v *visitor, fault *Fault, a answer) {
	w.Header().Set("X-Request-Id", v.entry.RequestID)
	if fault.Cut == "" {
		s.note(v, a.status)
		send(w, fault.Headers, a)
		return
	}
	s.note(v, 0)
	// An answer without a body cannot be cut in its body: then nothing of it is sent.
	if half := a.body[:len(a.body)/2]; fault.Cut == CutBody && len(half) > 0 {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
		send(w, fault.Headers, answer{a.status, half})
		_ = http.NewResponseController(w).Flush()
	}
	panic(http.ErrAbortHandler)
}

// send writes an answer; headers win over the ones that it would have.
func send(w http.ResponseWriter, headers map[string]string, a answer) {
	if a.body != nil {
		w.Header().Set("Content-Type", "application/json")
	}
	for name, value := range headers {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// pause holds a request back; it is false when the client went away meanwhile.
func pause(r *http.Request, d time.Duration) bool {
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
