package control

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// maxExcerpt limits how much of a body that cannot be decoded an error quotes, in characters (CONTRACT.md, section 1).
const maxExcerpt = 300

// maxMessage limits how much an error keeps of a message in an envelope, in characters.
const maxMessage = 2000

// APIError is a response of the server other than 2xx, in any of its three envelopes (CONTRACT.md, section 1).
type APIError struct {
	// Operation is what was attempted: "create the rollout".
	Operation string
	// Method and Path name the call on the wire.
	Method, Path string
	StatusCode   int
	// Code is the machine-readable code of the server, or "".
	Code string
	// Message is the server's text, or an excerpt of a body that could not be decoded.
	Message string
	// Fields are the parts of the request that the server refused, where it names them.
	Fields []FieldError
	// RequestID is what the vendor's support asks for, or "".
	RequestID string
	// NoSuchRoute is true where the status says nothing about the object: for the bare 404 and the 405 of a server that does not
	// have the call, and for a 404 without an envelope of the API, which comes from a proxy or a web server.
	NoSuchRoute bool
	// NoOrg is true where the server refused because it wants `org_id`, and the client has no organization to send.
	NoOrg bool

	// unheard is that of the client, nil of an error that no client returned.
	unheard *unheard
}

// FieldError is one part of a request that the server refused.
type FieldError struct {
	// Name is the last element of the server's location of it: the JSON key.
	Name    string
	Message string
}

func (e *APIError) Error() string {
	return fmt.Sprintf("could not %s: the server answered %s%s", e.Operation, e.Answer(), e.requestSuffix())
}

// Answer is the status, code and message of the response.
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

// TransportError means that there was no complete response: the connection failed, was cut, or took too long.
type TransportError struct {
	Operation string
	Host      string
	Err       error
	// NotExecuted is true when the request cannot have reached the server.
	NotExecuted bool
}

func (e *TransportError) Error() string {
	return fmt.Sprintf("could not %s: no complete response from %s: %v", e.Operation, e.Host, e.Err)
}

func (e *TransportError) Unwrap() error { return e.Err }

// BodyError is a 2xx response whose body does not match the contract.
type BodyError struct {
	Operation string
	RequestID string
	// Excerpt is the beginning of the body, "" where the body is not the problem.
	Excerpt string
	Err     error
}

func (e *BodyError) Error() string {
	text := fmt.Sprintf("could not %s: the server's response was not understood", e.Operation)
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

// plainJSON replaces the decoder's error about a wrong type, which prints the Go type: for a struct that fills a screen.
func plainJSON(err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case !errors.As(err, &wrong):
		return err
	case wrong.Field == "":
		return fmt.Errorf("unexpected JSON %s", wrong.Value)
	default:
		return fmt.Errorf("unexpected JSON %s for %q", wrong.Value, wrong.Field)
	}
}

// RateLimitError means that the wait for the rate limit would have outlasted the operation, so that nothing was executed.
type RateLimitError struct {
	Operation string
	// Hint is the time that a request would have had to wait, Left the time that the operation had.
	Hint, Left time.Duration
	// Unlimited is true of an operation without a time limit of its own: Left is then what remains of the time for which a server may
	// answer nothing but 429.
	Unlimited bool
	// APIError is the server's last response; nil when the client's own limit required the wait.
	APIError *APIError
}

func (e *RateLimitError) Error() string {
	text := fmt.Sprintf("the rate limit requires a wait of %s, but the operation has only %s left",
		e.Hint.Round(time.Second), e.Left.Round(time.Second))
	switch {
	case e.Unlimited && e.Left == 0:
		text = fmt.Sprintf("the server has answered nothing but 429 for %s, and a request waits no longer", longestLimit)
	case e.Unlimited:
		text = fmt.Sprintf("the rate limit requires a wait of %s, but a request waits at most %s", e.Hint.Round(time.Second), e.Left.Round(time.Second))
	}
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

// MissingError means that the list of all objects of a kind, which is the only way to read one of them, does not contain this one.
type MissingError struct {
	Operation string
	// Titles names the kind: "API keys".
	Titles, ID string
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("could not %s: the server's list of %s has no %q", e.Operation, e.Titles, e.ID)
}

// NotFound is true when the object does not exist. A bare 404, which means that the call does not exist, does not count (CONTRACT.md, section 1).
func NotFound(err error) bool {
	var missing *MissingError
	if errors.As(err, &missing) {
		return true
	}
	var api *APIError
	return errors.As(err, &api) && api.StatusCode == http.StatusNotFound && !api.NoSuchRoute
}

// NoSuchRoute is true when this server does not have the call.
func NoSuchRoute(err error) bool {
	var api *APIError
	return errors.As(err, &api) && api.NoSuchRoute
}

// HasStatus is true when the server responded with that status.
func HasStatus(err error, status int) bool {
	var api *APIError
	return errors.As(err, &api) && api.StatusCode == status
}

// PolicyDenied is true if the organization's policy refused the request (CONTRACT.md, section 6).
func PolicyDenied(err error) bool {
	var api *APIError
	return errors.As(err, &api) && api.Code == "policy_denied"
}

// Ambiguous is true when a request may have been executed although its response is missing or says otherwise.
func Ambiguous(err error) bool {
	var transport *TransportError
	if errors.As(err, &transport) {
		return !transport.NotExecuted
	}
	var body *BodyError
	if errors.As(err, &body) || Mismatched(err) {
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

// wantsOrg is true of a refusal that is about a missing `org_id`, in whichever envelope.
func (e *APIError) wantsOrg() bool {
	if e.StatusCode != http.StatusBadRequest && e.StatusCode != http.StatusUnprocessableEntity {
		return false
	}
	for _, field := range e.Fields {
		if field.Name == orgParameter {
			return true
		}
	}
	return strings.Contains(e.Message, orgParameter)
}

// newAPIError decodes whichever envelope the body has; secret is masked in all that it keeps of the response.
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
	if decodeBounded(body, &envelope) != nil {
		return
	}
	e.Code = cmp.Or(string(envelope.Code), string(envelope.Error))
	e.RequestID = cmp.Or(e.RequestID, string(envelope.RequestID))
	var detail string
	detail, e.Fields = decodeDetail(envelope.Detail)
	e.Message = cmp.Or(string(envelope.Message), detail)
}

// shorten keeps the error readable, whatever the server sends. It comes after redact, which has to see the whole key.
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

// bareNotFound recognizes the response of a server that has no such route.
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
		return "a body that is not shown because it may contain a secret"
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

// concise shortens an error whose text, which may quote the body, is too long to be read.
func concise(err error) error {
	if text := shorten(err.Error(), maxMessage); text != err.Error() {
		return errors.New(text)
	}
	return err
}

// FieldOf is the JSON key of the first part of the request that the server refused, "" where it names none.
func FieldOf(err error) string {
	var api *APIError
	if !errors.As(err, &api) || len(api.Fields) == 0 {
		return ""
	}
	return api.Fields[0].Name
}
