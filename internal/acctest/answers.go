package acctest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Exchange is a request to the API with its answer, as it passes a transport of Intercept. Path is below the API root.
type Exchange struct {
	Method, Path string
	Request      []byte
	Status       int
	Answer       []byte
}

// Intercept returns the sandbox as it is reached by a client whose answers change passes on, or replaces.
func (s *Sandbox) Intercept(change func(x Exchange) (answer []byte)) *Sandbox {
	return s.Through(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			x := Exchange{Method: request.Method, Path: strings.TrimPrefix(strings.Trim(request.URL.EscapedPath(), "/"), "api/v1/")}
			if request.Body != nil {
				body, err := io.ReadAll(request.Body)
				if err != nil {
					return nil, err
				}
				request = request.Clone(request.Context())
				x.Request, request.Body = body, io.NopCloser(bytes.NewReader(body))
			}
			response, err := next.RoundTrip(request)
			if err != nil {
				return nil, err
			}
			body, err := io.ReadAll(response.Body)
			if err != nil {
				return response, nil //nolint:nilerr // a body that was cut off is passed on as far as it came
			}
			x.Status, x.Answer = response.StatusCode, body
			body = change(x)
			response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			response.Header.Del("Content-Length")
			return response, nil
		})
	})
}

// OtherSuffix is how the names and IDs of the other object end that AnotherObject makes.
const OtherSuffix = "-of-another"

// identifying are the keys by which an answer tells what it is about.
var identifying = []string{"id", "rollout_id", "model_id", "device_id", "device_identifier", "federation_id", "user_id", "version", "name", "email"}

// AnotherObject returns an answer as it would be about another object of the same kind, nil where it does not tell what it is about.
func AnotherObject(answer []byte) []byte {
	var object map[string]any
	if json.Unmarshal(answer, &object) != nil {
		return nil
	}
	changed := false
	for _, key := range identifying {
		if text, ok := object[key].(string); ok && text != "" {
			object[key], changed = text+OtherSuffix, true
		}
	}
	if !changed {
		return nil
	}
	other, err := json.Marshal(object)
	if err != nil {
		return nil
	}
	return other
}

// Requests counts the requests of one method and path.
type Requests struct {
	mu sync.Mutex
	n  int
}

// Next reports whether this is the n-th one.
func (r *Requests) Next(n int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n++
	return r.n == n
}
