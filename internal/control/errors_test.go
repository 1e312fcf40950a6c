package control

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// CONTRACT.md 1.41, 1.42, 1.43, 1.44, 1.56, 1.57, 2.3
func TestErrorEnvelopes(t *testing.T) {
	t.Parallel()
	html := "<html>\n <h1>502 Bad Gateway</h1></html>"
	for name, tc := range map[string]struct {
		status int
		header map[string]string
		body   string
		want   APIError
	}{
		"documented": {
			status: 403, header: map[string]string{"X-Request-Id": "req_1"},
			body: `{"error":"forbidden","message":"The key lacks models:write","status_code":403}`,
			want: APIError{Code: "forbidden", Message: "The key lacks models:write", RequestID: "req_1"},
		},
		"detail": {
			status: 409, body: `{"detail":"A rollout is already active"}`,
			want: APIError{Message: "A rollout is already active"},
		},
		"FastAPI's list": {
			status: 422,
			body:   `{"detail":[{"loc":["body","rules",0,"field"],"msg":"unknown field"},{"loc":[],"msg":"no"}]}`,
			want: APIError{Message: "body.rules.0.field: unknown field; no",
				Fields: []FieldError{{Name: "field", Message: "unknown field"}}},
		},
		"contract": {
			status: 409, body: `{"code":"policy_denied","message":"Too soon","request_id":"req_2","retryable":false,"category":"policy"}`,
			want: APIError{Code: "policy_denied", Message: "Too soon", RequestID: "req_2"},
		},
		"the header's request id wins": {
			status: 400, header: map[string]string{"X-Request-Id": "req_h"}, body: `{"code":"invalid_input","message":"No","request_id":"req_b"}`,
			want: APIError{Code: "invalid_input", Message: "No", RequestID: "req_h"},
		},
		"an object where a word belongs": {
			status: 400, body: `{"error":{"why":"no"}}`, want: APIError{Message: `{"error":{"why":"no"}}`},
		},
		"HTML":  {status: 502, body: html, want: APIError{Message: "<html> <h1>502 Bad Gateway</h1></html>"}},
		"empty": {status: 500, want: APIError{Message: "an empty body"}},
		"a miss of the object": {
			status: 404, body: `{"error":"not_found","message":"No such model","status_code":404}`,
			want: APIError{Code: "not_found", Message: "No such model"},
		},
		"a miss of the object, FastAPI": {status: 404, body: `{"detail":"Model not found"}`, want: APIError{Message: "Model not found"}},
		"bare 404, JSON":                {status: 404, body: `{"detail":"Not Found"}`, want: APIError{Message: "Not Found", NoSuchRoute: true}},
		"bare 404, text":                {status: 404, body: "Not Found\n", want: APIError{Message: "Not Found", NoSuchRoute: true}},
		"404 of a web server":           {status: 404, body: "<h1>Nothing here</h1>", want: APIError{Message: "<h1>Nothing here</h1>", NoSuchRoute: true}},
		"404 without a body":            {status: 404, want: APIError{Message: "an empty body", NoSuchRoute: true}},
		"405":                           {status: 405, body: `{"detail":"Method Not Allowed"}`, want: APIError{Message: "Method Not Allowed", NoSuchRoute: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := scriptedWith(t, Config{}, reply{status: tc.status, header: tc.header, body: tc.body})
			_, err := c.Model(t.Context(), "m")
			tc.want.Operation, tc.want.Method, tc.want.Path, tc.want.StatusCode = "read the model", "GET", "models/m", tc.status
			if diff := cmp.Diff(&tc.want, asError[*APIError](t, err), cmpopts.IgnoreUnexported(APIError{})); diff != "" {
				t.Errorf("decoded (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnErrorQuotesTheServer(t *testing.T) {
	t.Parallel()
	err := &APIError{Operation: "create the rollout", StatusCode: 403, Code: "forbidden", Message: "No", RequestID: "req_9"}
	want := "could not create the rollout: the server answered 403 Forbidden (forbidden): No (request req_9)"
	if err.Error() != want {
		t.Errorf("got %q; want %q", err, want)
	}
	if got := (&APIError{StatusCode: 401}).Answer(); got != "401 Unauthorized" {
		t.Errorf("an answer without words reads %q", got)
	}
}

// CONTRACT.md 1.45
func TestALongBodyIsQuotedInPart(t *testing.T) {
	t.Parallel()
	c, _ := scriptedWith(t, Config{}, answer(400, strings.Repeat("ä", maxExcerpt+1)))
	_, err := c.Model(t.Context(), "m")
	if got := asError[*APIError](t, err).Message; got != strings.Repeat("ä", maxExcerpt)+"…" {
		t.Errorf("quoted %d characters: %q", len([]rune(got)), got)
	}
}

// CONTRACT.md 1.8
func TestNoErrorContainsTheKey(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]reply{
		"message":     answer(401, `{"error":"unauthorized","message":"bad key `+testKey+`"}`),
		"code":        answer(401, `{"error":"bad key `+testKey+`"}`),
		"detail":      answer(401, `{"detail":"bad key `+testKey+`"}`),
		"field":       answer(422, `{"detail":[{"loc":["header","`+testKey+`"],"msg":"bad `+testKey+`"}]}`),
		"text":        answer(401, "bad key "+testKey),
		"request id":  {status: 401, header: map[string]string{"X-Request-Id": testKey}, body: `{"detail":"no"}`},
		"body's id":   answer(401, `{"detail":"no","request_id":"`+testKey+`"}`),
		"redirect":    {status: 302, header: map[string]string{"Location": "https://elsewhere.test/?key=" + testKey}},
		"success":     ok(`"` + testKey + `"`),
		"number":      ok(`{"id":"m","version":"1","status":"active","percentage":"` + testKey + `"}`),
		"success, id": {header: map[string]string{"X-Request-Id": testKey}, body: `[]`},
		"transport":   failing(errors.New("proxy says: bad key " + testKey)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := scriptedWith(t, Config{}, r)
			_, err := c.Rollout(t.Context(), "m", "5")
			if err == nil {
				t.Fatal("no error")
			}
			var api *APIError
			if errors.As(err, &api) {
				for _, f := range api.Fields {
					if strings.Contains(f.Name+f.Message, testKey) {
						t.Errorf("a field holds the key: %+v", f)
					}
				}
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				if strings.Contains(e.Error(), testKey) {
					t.Errorf("the key is in %T: %v", e, e)
				}
			}
		})
	}
}

// CONTRACT.md 1.55, 1.60
func TestErrorPredicates(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err                                            error
		notFound, noSuchRoute, ambiguous, transientErr bool
	}{
		"nothing":          {err: nil},
		"miss":             {err: &APIError{StatusCode: 404}, notFound: true},
		"no such route":    {err: &APIError{StatusCode: 404, NoSuchRoute: true}, noSuchRoute: true},
		"refused":          {err: &APIError{StatusCode: 409}},
		"fault":            {err: &APIError{StatusCode: 500}, ambiguous: true, transientErr: true},
		"not implemented":  {err: &APIError{StatusCode: 501}},
		"gateway":          {err: &APIError{StatusCode: 504}, ambiguous: true, transientErr: true},
		"cut":              {err: &TransportError{Err: errCut}, ambiguous: true, transientErr: true},
		"never sent":       {err: &TransportError{Err: errCut, NotExecuted: true}, transientErr: true},
		"not understood":   {err: &BodyError{Err: errCut}, ambiguous: true, transientErr: true},
		"rate limit":       {err: &RateLimitError{APIError: &APIError{StatusCode: 429}}},
		"own rate limit":   {err: &RateLimitError{}},
		"something else":   {err: errCut},
		"context is over":  {err: context.Canceled},
		"unavailable (LB)": {err: &APIError{StatusCode: http.StatusServiceUnavailable}, ambiguous: true, transientErr: true},
	} {
		got := []bool{NotFound(tc.err), NoSuchRoute(tc.err), Ambiguous(tc.err), Transient(tc.err)}
		if want := []bool{tc.notFound, tc.noSuchRoute, tc.ambiguous, tc.transientErr}; !cmp.Equal(want, got) {
			t.Errorf("%s: not found, no such route, ambiguous, transient: got %v; want %v", name, got, want)
		}
	}
	if !HasStatus(&RateLimitError{APIError: &APIError{StatusCode: 429}}, 429) || HasStatus(errCut, 429) {
		t.Error("HasStatus does not find the status of the wrapped response")
	}
}

// CONTRACT.md 1.46
func TestResponseThatIsNotJSON(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"HTML": "<html>hello</html>", "empty": "", "cut off": `{"id":"5","version":`, "null": "null",
		"wrong type": `{"id":"5","version":"1","status":"active","percentage":[]}`, "array": "[]", "no id": "{}",
	} {
		c, w := scripted(t, reply{header: map[string]string{"X-Request-Id": "req_7"}, body: body})
		_, err := c.Rollout(t.Context(), "m", "5")
		failed := asError[*BodyError](t, err)
		mustContain(t, failed.Error(), "could not read the rollout", "request req_7", failed.Excerpt)
		if errors.Unwrap(failed) == nil || len(w.sent) != 1 {
			t.Errorf("%s: cause %v after %d requests; an answer that came whole is not asked for again", name, failed.Err, len(w.sent))
		}
	}
}
