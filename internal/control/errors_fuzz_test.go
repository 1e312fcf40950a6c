package control

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// maxErrorText is what an error about one answer may come to, in characters: the server's message, its code and request id, and
// the words around them.
const maxErrorText = maxMessage + 2*maxExcerpt + 200

// Whatever a server sends, the error about it is short enough to be read, is free of the key, and says of a missing object only
// what an envelope of the API has said.
func FuzzErrorEnvelope(f *testing.F) {
	for _, body := range []string{
		`{"error":"forbidden","message":"The key lacks models:write","status_code":403}`,
		`{"detail":"Not Found"}`,
		`{"detail":[{"loc":["body","rules",0,"field"],"msg":"unknown field"},{"loc":[],"msg":"no"}]}`,
		`{"code":"policy_denied","message":"Too soon","request_id":"req_2","retryable":false,"category":"policy"}`,
		`{"error":{"why":"bad key ` + testKey + `"}}`,
		`{"message":7,"error":null,"detail":{}}`,
		`<h1>Nothing here</h1> ` + testKey,
		`{"detail":[{"loc":["header","` + testKey + `"],"msg":"bad"}]}`,
		`"` + strings.Repeat("ä", maxExcerpt+1) + `"`,
		`{"message":"` + strings.Repeat("long ", maxMessage) + `"}`,
		``,
	} {
		f.Add(404, "req_1", "https://elsewhere.test/?key="+testKey, []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, id, location string, body []byte) {
		resp := &http.Response{StatusCode: status, Header: http.Header{"X-Request-Id": {id}, "Location": {location}}}
		e := newAPIError(request{operation: "read the model", method: http.MethodGet, path: "models/m"}, resp, body, testKey)

		text := e.Error()
		if n := utf8.RuneCountInString(text); n > maxErrorText {
			t.Errorf("the error has %d characters", n)
		}
		if strings.Contains(text, testKey) || strings.Contains(strings.Join(fieldTexts(e), "\n"), testKey) {
			t.Errorf("the error holds the key: %q %v", text, e.Fields)
		}
		if e.Message == "" && e.Code == "" {
			t.Error("the error quotes nothing")
		}
		if NotFound(e) && NoSuchRoute(e) {
			t.Error("the error says of both the object and the call that there is none")
		}
		var envelope map[string]any
		if NotFound(e) && json.Unmarshal(body, &envelope) != nil {
			t.Errorf("%q counts as the miss of an object", body)
		}
		if again := newAPIError(request{operation: e.Operation, method: e.Method, path: e.Path}, resp, body, testKey); !cmp.Equal(e, again, cmpopts.IgnoreUnexported(APIError{})) {
			t.Errorf("decoded twice:\n%s", cmp.Diff(e, again, cmpopts.IgnoreUnexported(APIError{})))
		}
	})
}

func fieldTexts(e *APIError) []string {
	var texts []string
	for _, field := range e.Fields {
		texts = append(texts, field.Name, field.Message)
	}
	return texts
}

// What is said of an answer that was not understood is short and free of the key, however the key is spelled in it.
func FuzzBodyError(f *testing.F) {
	for _, body := range []string{
		`{"id":"m","version":"1","status":"active","percentage":"` + testKey + `"}`,
		`{"id":"m","version":"1","status":"active","percentage":"` + strings.Repeat("9", maxExcerpt) + `x"}`,
		`{"id":"m","version":"1","status":"active","percentage":{"a":[` + strings.Repeat("1,", maxMessage) + `1]}}`,
		`[` + strings.Repeat("1", maxMessage) + `]`,
		`{`, `null`, `"` + testKey + `"`,
	} {
		f.Add("req_1", []byte(body))
	}
	f.Fuzz(func(t *testing.T, id string, body []byte) {
		var r Rollout
		err := json.Unmarshal(body, &r)
		if err == nil {
			return
		}
		resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{"X-Request-Id": {id}}}
		e := newBodyError(request{operation: "read the rollout"}, resp, body, testKey, err)
		if n := utf8.RuneCountInString(e.Error()); n > maxErrorText {
			t.Errorf("the error has %d characters", n)
		}
		if strings.Contains(e.Error(), testKey) {
			t.Errorf("the error holds the key: %s", e)
		}
		if !Ambiguous(e) || NotFound(e) {
			t.Errorf("%v does not count as an answer that was not understood", e)
		}
	})
}

// A server that repeats the key may escape it as JSON or a URL does.
func TestAKeyIsMaskedInEverySpelling(t *testing.T) {
	t.Parallel()
	const key = `oct/7f+3a&9c"é`
	for name, body := range map[string]string{
		"as it is":            key,
		"JSON":                `{"why":{"key":"oct/7f+3a&9c\"é"}}`,
		"JSON for HTML":       `{"why":{"key":"oct/7f+3a\u00269c\"é"}}`,
		"JSON, slash escaped": `{"why":{"key":"oct\/7f+3a&9c\"é"}}`,
		"a query":             `/login?key=oct%2F7f%2B3a%269c%22%C3%A9`,
		"a path":              `/keys/oct%2F7f+3a&9c%22%C3%A9`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := request{}.excerpt([]byte(body), key)
			if strings.Contains(got, "7f") || !strings.Contains(got, "***") {
				t.Errorf("%s is quoted as %s", body, got)
			}
		})
	}
}

// CONTRACT.md 1.45
func TestALongMessageIsQuotedInPart(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 1<<20)
	c, _ := scriptedWith(t, Config{}, answer(400, `{"error":"`+long+`","message":"`+long+`","request_id":"`+long+`"}`))
	_, err := c.Model(t.Context(), "m")
	e := asError[*APIError](t, err)
	if want := strings.Repeat("ä", maxMessage) + "…"; e.Message != want {
		t.Errorf("the message has %d characters", utf8.RuneCountInString(e.Message))
	}
	if n := utf8.RuneCountInString(e.Error()); n > maxErrorText {
		t.Errorf("the error has %d characters", n)
	}
	c, _ = scriptedWith(t, Config{}, ok(`{"id":"r","version":"1","status":"active","percentage":"`+long+`"}`))
	_, err = c.Rollout(t.Context(), "m", "r")
	body := asError[*BodyError](t, err)
	if n := utf8.RuneCountInString(err.Error()); n > maxErrorText || errors.Unwrap(body) == nil {
		t.Errorf("the error about a body has %d characters and wraps %v", n, errors.Unwrap(body) != nil)
	}
}
