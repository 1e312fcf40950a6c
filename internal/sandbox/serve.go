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

// maxRequestBody caps what is read of one request, in bytes.
const maxRequestBody = 16 << 20

// ServeHTTP serves the API below /api/v1 and /v1, uploads below /uploads, and the sandbox's own controls below /sandbox.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/sandbox/") {
		s.controls.ServeHTTP(w, r)
		return
	}
	if token, ok := strings.CutPrefix(r.URL.Path, uploadRoot); ok {
		s.serveUpload(w, r, token)
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
	// unlimited is true where no limit of requests holds.
	unlimited bool
	// headers go with whatever is answered.
	headers map[string]string
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, body []byte) {
	v := &visitor{request: r, body: body}
	v.match, v.refusal = s.router.match(r)
	s.attend(w, v, func() answer { return s.execute(v) })
}

// attend carries a request out, in the way that the fault it meets leaves it, and answers it.
func (s *Server) attend(w http.ResponseWriter, v *visitor, execute func() answer) {
	fault := s.admit(v)
	if fault == nil {
		s.finish(w, v, nil, execute())
		return
	}
	var actual answer
	if fault.Execute {
		actual = execute()
	}
	if !pause(v.request, fault.delay()) {
		s.note(v, 0) // the client has gone
		return
	}
	if !fault.Execute && fault.runs() {
		actual = execute()
	}
	s.sendFaulty(w, v, fault, fault.replace(s.options.Dialect, v.entry.RequestID, actual))
}

// admit numbers a request, counts it against the limit of its key, and finds the fault that it meets. One over the limit meets
// none.
func (s *Server) admit(v *visitor) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nextID++
	v.entry = Entry{
		Operation: v.match.route.operation, Method: v.request.Method,
		Path: strings.Trim(v.request.URL.EscapedPath(), "/"), Query: v.request.URL.RawQuery,
		At: s.options.Now(), RequestID: fmt.Sprintf("req_%08d", s.nextID), Caller: caller(v.request),
	}
	v.headers = map[string]string{"X-Request-Id": v.entry.RequestID}
	if refusal := s.overLimit(v); refusal != nil {
		v.refusal = refusal
		return nil
	}
	return s.matchFault(v.entry.Method, strings.Trim(v.request.URL.Path, "/"))
}

// overLimit counts a request, and answers the refusal of one over the limit.
func (s *Server) overLimit(v *visitor) *answer {
	if v.unlimited {
		return nil
	}
	headers, err := s.limits.admit(v.request.Header.Get("Authorization"), v.entry.At)
	maps.Copy(v.headers, headers)
	if err == nil {
		return nil
	}
	refusal := answerError(s.options.Dialect, v.entry.RequestID, err)
	return &refusal
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
	limits, known := s.world.secrets[key]
	if !isBearer || !known {
		return &problem{status: http.StatusUnauthorized, code: "unauthorized", message: "the API key is missing or not valid"}
	}
	if !limits.allow(scope) {
		return &problem{status: http.StatusForbidden, code: "forbidden", message: "the API key lacks the scope " + scope}
	}
	return nil
}

// finish sends an answer and notes the request. headers win over the ones that the answer would have.
func (s *Server) finish(w http.ResponseWriter, v *visitor, headers map[string]string, a answer) {
	s.note(v, a.status)
	if a.status == 0 {
		panic(http.ErrAbortHandler) // nobody is there to answer
	}
	v.setHeaders(w)
	send(w, headers, a)
}

// setHeaders writes the headers that every answer to the request has; a fault may overwrite them.
func (v *visitor) setHeaders(w http.ResponseWriter) {
	for name, value := range v.headers {
		w.Header().Set(name, value)
	}
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
	if fault.Cut == "" {
		s.finish(w, v, fault.Headers, a)
		return
	}
	s.note(v, 0)
	// An answer without a body cannot be cut in its body: then nothing of it is sent.
	if half := a.body[:len(a.body)/2]; fault.Cut == CutBody && len(half) > 0 {
		v.setHeaders(w)
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
