package catalog

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// objectFromAPI maps the server's JSON object, nil if it has none. An equivalent value keeps its spelling; the server does not
// distinguish no object from an empty one.
func objectFromAPI(object json.RawMessage, prior jsontypes.Normalized) jsontypes.Normalized {
	text := string(object)
	switch {
	case resourcekit.Known(prior) && sameJSON(objectOrEmpty(prior), textOrEmptyObject(text)):
		return prior
	case sameJSON(textOrEmptyObject(text), emptyObject):
		return jsontypes.NewNormalizedNull()
	}
	return jsontypes.NewNormalizedValue(text)
}

const emptyObject = "{}"

// objectOrEmpty returns what is sent for a value: an empty object for null.
func objectOrEmpty(value jsontypes.Normalized) string { return textOrEmptyObject(value.ValueString()) }

func textOrEmptyObject(object string) string {
	if object == "" {
		return emptyObject
	}
	return object
}

// sameJSON reports whether two texts are the same JSON value. Order of keys, spacing and spelling of numbers make no difference.
func sameJSON(a, b string) bool {
	x, okX := decodeJSON(a)
	y, okY := decodeJSON(b)
	return okX && okY && reflect.DeepEqual(x, y)
}

func decodeJSON(text string) (value any, ok bool) {
	if control.CheckJSON(text) != nil {
		return nil, false
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil {
		return nil, false
	}
	return normalizeNumbers(value), true
}

// normalizeNumbers gives equal numbers one spelling: a server may return 1.0 or 1e0 for 1.
func normalizeNumbers(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			v[name] = normalizeNumbers(member)
		}
	case []any:
		for i, member := range v {
			v[i] = normalizeNumbers(member)
		}
	case json.Number:
		if !strings.ContainsAny(v.String(), ".eE") {
			return v // a float would lose digits
		}
		number, err := v.Float64()
		switch {
		case err != nil:
			return v
		case number == math.Trunc(number) && math.Abs(number) < 1<<53:
			return json.Number(strconv.FormatInt(int64(number), 10))
		}
		return json.Number(strconv.FormatFloat(number, 'g', -1, 64))
	}
	return value
}

// isObject reports whether a text is a JSON object. It is true of invalid JSON, too, which the attribute's type rejects.
func isObject(text string) bool {
	value, ok := decodeJSON(text)
	_, object := value.(map[string]any)
	return object || !ok
}
