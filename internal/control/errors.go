package control

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// maxExcerpt is how much of a body that is not understood an error quotes, in characters (the control API contract, section 1).
const maxExcerpt = 300

// maxMessage is how much an error keeps of what the server says in an envelope, in characters.
const maxMessage = 2000

// APIError is an answer of the server other than 2xx, in any of its three envelopes (the control API contract, section 1).
type APIError struct {
	// Operation is what was attempted, in words: "create the rollout".
	Operation string
	// Method and Path name the call on the wire.
	Method, Path string
	StatusCode   int
	// Code is the machine-readable word of the server, or "".
	Code string
	// Message is the server's text, or an excerpt of a body that could not be understood.
	Message string
	// Fields are the parts of the request that the server found wrong, where it names them.
	Fields []FieldError
	// RequestID is what the vendor's support asks for, or "".
	RequestID string
	// NoSuchRoute is true where nothing is said of the object: for the bare 404 and the 405 of a server that does not know the
	// call, and for a 404 in no envelope of the API, which some proxy or web server has answered.
	NoSuchRoute bool
}

// FieldError is one part of a request that the server found wrong.
type FieldError struct {
	// Name is the last word of the server's location of it: the JSON key.
	Name    string
	Message string
}

func (e *APIError) Error() string {
	return fmt.Sprintf("could not %s: the server answered %s%s", e.Operation, e.Answer(), e.requestSuffix())
}

// Answer is what the server said: status, code and message.
func (e *APIError) Answer() string {
	status := fmt.Sprintf("%d %s", e.StatusCode, http.StatusText(e.StatusCode))
	if e.Code != "" {
		status += " (" + e.Code + ")"
	}
	if e.Message == "" {
		return status
	}
	return status + ": " + e.Message
}

func (e *APIError) requestSuffix() string {
	if e.RequestID == "" {
		return ""
	}
	return " (request " + e.RequestID + ")"
}

// TransportError means that there was no whole answer: the connection failed, was cut, or took too long.
type TransportError struct {
	Operation string
	Host      string
	Err       error
	// NotExecuted is true when the request cannot have reached the server.
	NotExecuted bool
}

func (e *TransportError) Error() string {
	return fmt.Sprintf("could not %s: no whole answer from %s: %v", e.Operation, e.Host, e.Err)
}

func (e *TransportError) Unwrap() error { return e.Err }

// BodyError is a 2xx answer whose body is not what the contract promises.
type BodyError struct {
	Operation string
	RequestID string
	// Excerpt is the beginning of the body, "" where the body is not what is wrong.
	Excerpt string
	Err     error
}

func (e *BodyError) Error() string {
	text := fmt.Sprintf("could not %s: the server's answer was not understood", e.Operation)
	if e.RequestID != "" {
		text += " (request " + e.RequestID + ")"
	}
	text += fmt.Sprintf(": %v", e.Err)
	if e.Excerpt != "" {
		text += ". It began with: " + e.Excerpt
	}
	return text
}

func (e *BodyError) Unwrap() error { return e.Err }

func newBodyError(r request, resp *http.Response, body []byte, secret string, err error) *BodyError {
	return &BodyError{
		Operation: r.operation, RequestID: shorten(redact(requestID(resp), secret), maxExcerpt), Excerpt: r.excerpt(body, secret),
		Err: concise(withoutSecret(plainJSON(err), secret)),
	}
}

// plainJSON replaces the decoder's complaint about a wrong type: it prints the Go type, which for a struct fills a screen.
func plainJSON(err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case !errors.As(err, &wrong):
		return err
	case wrong.Field == "":
		return fmt.Errorf("a JSON %s does not fit there", wrong.Value)
	default:
		return fmt.Errorf("a JSON %s does not fit %q", wrong.Value, wrong.Field)
	}
}

// RateLimitError means that waiting for the rate limit would have outlasted the operation, so that nothing was executed.
type RateLimitError struct {
	Operation string
	// Hint is the time that a request would have had to wait, Left the time that the operation had.
	Hint, Left time.Duration
	// APIError is the server's last answer; nil when the client's own limit made it wait.
	APIError *APIError
}

func (e *RateLimitError) Error() string {
	text := fmt.Sprintf("the rate limit asks to wait %s, and the operation has only %s left",
		e.Hint.Round(time.Second), e.Left.Round(time.Second))
	if e.APIError != nil {
		return e.APIError.Error() + "; " + text
	}
	return fmt.Sprintf("could not %s: %s", e.Operation, text)
}

func (e *RateLimitError) Unwrap() error {
	if e.APIError == nil {
		return nil
	}
	return e.APIError
}

// MissingError means that the list of all objects of a kind, which is the only way to read one of them, has not this one.
type MissingError struct {
	Operation string
	// Titles names the kind: "API keys".
	Titles, ID string
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("could not %s: the server's list of %s has no %q", e.Operation, e.Titles, e.ID)
}

// NotFound is true when the server says that the object does not exist. A bare 404, which says that the call does not exist,
// is not one (the control API contract, section 1).
func NotFound(err error) bool {
	var missing *MissingError
	if errors.As(err, &missing) {
		return true
	}
	var api *APIError
	return errors.As(err, &api) && api.StatusCode == http.StatusNotFound && !api.NoSuchRoute
}

// NoSuchRoute is true when this server does not know the call at all.
func NoSuchRoute(err error) bool {
	var api *APIError
	return errors.As(err, &api) && api.NoSuchRoute
}

// HasStatus is true when the server answered with that status.
func HasStatus(err error, status int) bool {
	var api *APIError
	return errors.As(err, &api) && api.StatusCode == status
}

// Ambiguous is true when a request may have been executed although its answer is missing or says otherwise.
func Ambiguous(err error) bool {
	var transport *TransportError
	if errors.As(err, &transport) {
		return !transport.NotExecuted
	}
	var body *BodyError
	if errors.As(err, &body) {
		return true
	}
	var api *APIError
	return errors.As(err, &api) && serverFault(api.StatusCode)
}

// Transient is true when the same read may succeed a moment later.
func Transient(err error) bool {
	var transport *TransportError
	return errors.As(err, &transport) || Ambiguous(err)
}

// newAPIError decodes whichever envelope the body has; secret is removed from all that it keeps of the answer.
func newAPIError(r request, resp *http.Response, body []byte, secret string) *APIError {
	e := &APIError{
		Operation:  r.operation,
		Method:     r.method,
		Path:       r.path,
		StatusCode: resp.StatusCode,
		RequestID:  requestID(resp),
	}
	e.decodeEnvelope(body)
	understood := e.Message != "" || e.Code != ""
	e.NoSuchRoute = resp.StatusCode == http.StatusMethodNotAllowed ||
		resp.StatusCode == http.StatusNotFound && (!understood || bareNotFound(body))
	if !understood {
		e.Message = r.excerpt(body, secret)
		if location := resp.Header.Get("Location"); location != "" && resp.StatusCode/100 == 3 {
			e.Message = "it redirects to " + location + ", which is not followed"
		}
	}
	e.redact(secret)
	e.shorten()
	return e
}

func (e *APIError) decodeEnvelope(body []byte) {
	var envelope struct {
		Error     flexText        `json:"error"`
		Code      flexText        `json:"code"`
		Message   flexText        `json:"message"`
		RequestID flexText        `json:"request_id"`
		Detail    json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(body, &envelope) != nil {
		return
	}
	e.Code = cmp.Or(string(envelope.Code), string(envelope.Error))
	e.RequestID = cmp.Or(e.RequestID, string(envelope.RequestID))
	var detail string
	detail, e.Fields = decodeDetail(envelope.Detail)
	e.Message = cmp.Or(string(envelope.Message), detail)
}

// redact removes the secret from every text: a server may echo it anywhere.
func (e *APIError) redact(secret string) {
	for _, text := range []*string{&e.Code, &e.Message, &e.RequestID} {
		*text = redact(*text, secret)
	}
	for i, f := range e.Fields {
		e.Fields[i] = FieldError{Name: redact(f.Name, secret), Message: redact(f.Message, secret)}
	}
}

// shorten keeps the error readable: a server may say any number of words. It comes after redact, which has to see the whole key.
func (e *APIError) shorten() {
	e.Message = shorten(e.Message, maxMessage)
	e.Code, e.RequestID = shorten(e.Code, maxExcerpt), shorten(e.RequestID, maxExcerpt)
	for i, f := range e.Fields {
		e.Fields[i] = FieldError{Name: shorten(f.Name, maxExcerpt), Message: shorten(f.Message, maxMessage)}
	}
}

// decodeDetail reads FastAPI's detail: a text, or a list of problems each with the location of its field.
func decodeDetail(detail json.RawMessage) (string, []FieldError) {
	var text string
	if json.Unmarshal(detail, &text) == nil {
		return text, nil
	}
	var problems []struct {
		Loc []any  `json:"loc"`
		Msg string `json:"msg"`
	}
	if json.Unmarshal(detail, &problems) != nil {
		return "", nil
	}
	var texts []string
	var fields []FieldError
	for _, p := range problems {
		if len(p.Loc) == 0 {
			texts = append(texts, p.Msg)
			continue
		}
		where := make([]string, len(p.Loc))
		for i, step := range p.Loc {
			where[i] = fmt.Sprint(step)
		}
		texts = append(texts, strings.Join(where, ".")+": "+p.Msg)
		fields = append(fields, FieldError{Name: where[len(where)-1], Message: p.Msg})
	}
	return strings.Join(texts, "; "), fields
}

// bareNotFound recognises the answer of a server that has no such route.
func bareNotFound(body []byte) bool {
	text := strings.TrimSpace(string(body))
	if strings.EqualFold(text, "not found") || strings.EqualFold(text, "404 page not found") {
		return true
	}
	var envelope map[string]any
	if json.Unmarshal(body, &envelope) != nil || len(envelope) != 1 {
		return false
	}
	return envelope["detail"] == "Not Found"
}

func requestID(resp *http.Response) string { return resp.Header.Get("X-Request-Id") }

// excerpt is the beginning of a body, on one line and without the secret.
func (r request) excerpt(body []byte, secret string) string {
	if r.secret {
		return "a body that is not shown, since it may hold a secret"
	}
	text := strings.Join(strings.Fields(redact(strings.ToValidUTF8(string(body), "�"), secret)), " ")
	if text == "" {
		return "an empty body"
	}
	return shorten(text, maxExcerpt)
}

// shorten is the beginning of a text that has more than limit characters.
func shorten(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit]) + "…"
}

// concise keeps an error as it is unless its text, which may quote the body, is too long to be read.
func concise(err error) error {
	if text := shorten(err.Error(), maxMessage); text != err.Error() {
		return errors.New(text)
	}
	return err
}

// redact removes the secret, in each spelling that JSON and URLs have for it.
func redact(text, secret string) string {
	if secret == "" {
		return text
	}
	text = strings.ReplaceAll(text, secret, "***")
	quoted, err := json.Marshal(secret)
	if err != nil {
		return text
	}
	forHTML := string(quoted[1 : len(quoted)-1])
	plain := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(secret)
	for _, spelling := range []string{
		forHTML, plain, strings.ReplaceAll(plain, "/", `\/`), url.QueryEscape(secret), url.PathEscape(secret),
	} {
		text = strings.ReplaceAll(text, spelling, "***")
	}
	return text
}

// withoutSecret keeps an error as it is unless its text holds the secret.
func withoutSecret(err error, secret string) error {
	if text := redact(err.Error(), secret); text != err.Error() {
		return errors.New(text)
	}
	return err
}

// FieldOf is the first part of the request that an answer finds wrong by its JSON key, "" where it names none.
func FieldOf(err error) string {
	var api *APIError
	if !errors.As(err, &api) || len(api.Fields) == 0 {
		return ""
	}
	return api.Fields[0].Name
}
