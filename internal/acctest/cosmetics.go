package acctest

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Cosmetic is a habit of a server that keeps what it is sent in another form which means the same.
type Cosmetic struct {
	Name string
	// Text, Number and Object change what a request sets; nil keeps it. key is the JSON key of a number, and that of the object of
	// which path is the request's path.
	Text   func(text string) string
	Number func(key string, number float64) float64
	Object func(path string, object map[string]any)
}

// Cosmetics returns the habits that a resource must not take for a change.
func Cosmetics() []Cosmetic {
	return []Cosmetic{
		{Name: "trims", Text: strings.TrimSpace},
		{Name: "folds case", Text: strings.ToLower},
		{Name: "composes", Text: norm.NFC.String},
		{Name: "decomposes", Text: norm.NFD.String},
		{Name: "keeps whole percents", Number: func(key string, number float64) float64 {
			if strings.Contains(key, "percent") || strings.Contains(key, "allocation") {
				return math.Floor(number)
			}
			return number
		}},
		{Name: "keeps single precision", Number: func(_ string, number float64) float64 { return float64(float32(number)) }},
		{Name: "adds a tag and a label", Object: func(_ string, object map[string]any) {
			if tags, ok := object["tags"].([]any); ok {
				object["tags"] = append(tags, "managed-by:server")
			}
			if labels, ok := object["labels"].(map[string]any); ok {
				labels["managed-by"] = "server"
			}
			if limits, ok := object["min_os_version"].(map[string]any); ok {
				limits["harmonyos"] = "4.0"
			}
		}},
		{Name: "adds a default", Object: func(path string, object map[string]any) {
			if _, named := object["name"]; named && !strings.Contains(path, "members") && blank(object["description"]) {
				object["description"] = "described by the server"
			}
		}},
	}
}

func blank(value any) bool { return value == nil || value == "" }

// Through returns the sandbox as it is reached through a transport in between: by Core and by Do.
func (s *Sandbox) Through(wrap func(next http.RoundTripper) http.RoundTripper) *Sandbox {
	through := *s
	through.transport = wrap(s.transport)
	return &through
}

// WithCosmetic returns the sandbox as a server with this habit.
func (s *Sandbox) WithCosmetic(c Cosmetic) *Sandbox {
	return s.Through(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			if request.Method != http.MethodGet && request.Body != nil && strings.Contains(request.Header.Get("Content-Type"), "json") {
				body, err := io.ReadAll(request.Body)
				if err != nil {
					return nil, err
				}
				request = request.Clone(request.Context())
				body = c.change(request.URL.Path, body)
				request.Body, request.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			}
			return next.RoundTrip(request)
		})
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// change returns the body of a request as the server keeps it.
func (c Cosmetic) change(path string, body []byte) []byte {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return body
	}
	value = c.value("", value)
	if object, ok := value.(map[string]any); ok && c.Object != nil {
		c.Object(path, object)
	}
	changed, err := json.Marshal(value)
	if err != nil {
		return body
	}
	return changed
}

func (c Cosmetic) value(key string, value any) any {
	switch v := value.(type) {
	case string:
		if c.Text != nil {
			return c.Text(v)
		}
	case json.Number:
		if number, err := v.Float64(); err == nil && c.Number != nil {
			return json.Number(strconv.FormatFloat(c.Number(key, number), 'f', -1, 64))
		}
	case map[string]any:
		for name, member := range v {
			v[name] = c.value(name, member)
		}
	case []any:
		for i, element := range v {
			v[i] = c.value(key, element)
		}
	}
	return value
}
