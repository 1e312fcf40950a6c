package review

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// What stands for a value that is not shown, as Terraform writes it.
const (
	unknownText   = "(known after apply)"
	sensitiveText = "(sensitive value)"
)

// value is a part of an object of a plan, with what Terraform says about it: whether it, or a part of it, is unknown or sensitive.
type value struct {
	raw, unknown, sensitive any
	// absent is true of an attribute that the object does not have, as in the plan of another version of the provider.
	absent bool
}

// at is the attribute at a path. Where a mask covers the whole, it covers every part.
func (v value) at(path ...string) value {
	for _, name := range path {
		part, has := attribute(v.raw, name)
		v = value{raw: part, unknown: maskOf(v.unknown, name), sensitive: maskOf(v.sensitive, name), absent: !has}
	}
	return v
}

func attribute(raw any, name string) (part any, has bool) {
	object, _ := raw.(map[string]any) // what is no object has no attributes
	part, has = object[name]
	return part, has
}

func maskOf(mask any, name string) any {
	if mask == true {
		return true
	}
	part, _ := attribute(mask, name)
	return part
}

func (v value) isUnknown() bool { return v.unknown == true }

func (v value) isNull() bool { return v.raw == nil && !v.isUnknown() }

// hasUnknown reports whether the value or any part of it is unknown.
func (v value) hasUnknown() bool { return marks(v.unknown) }

// hasSensitive reports whether the value or any part of it is sensitive.
func (v value) hasSensitive() bool { return marks(v.sensitive) }

// marks reports whether a mask marks anything.
func marks(mask any) bool {
	switch mask := mask.(type) {
	case bool:
		return mask
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(mask)), marks)
	case []any:
		return slices.ContainsFunc(mask, marks)
	default:
		return false
	}
}

// text is the value for a reader. One that is sensitive, even in part, is not shown.
func (v value) text() string {
	switch {
	case v.hasSensitive():
		return sensitiveText
	case v.hasUnknown():
		return unknownText
	}
	return plainText(v.raw)
}

// optionalText is text, or "" for null.
func (v value) optionalText() string {
	if v.isNull() && !v.hasSensitive() {
		return ""
	}
	return v.text()
}

func plainText(raw any) string {
	switch raw := raw.(type) {
	case nil:
		return "null"
	case string:
		return raw
	case json.Number:
		return raw.String()
	case float64:
		return strconv.FormatFloat(raw, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(raw)
	default:
		encoded, err := json.Marshal(raw)
		if err != nil {
			return unknownText
		}
		return string(encoded)
	}
}

// str is a string, or "".
func (v value) str() string {
	text, _ := v.raw.(string) // anything else is no text
	return text
}

func (v value) isTrue() bool { return v.raw == true }

// number is a number, if the value is one.
func (v value) number() (float64, bool) {
	switch raw := v.raw.(type) {
	case float64:
		return raw, true
	case json.Number:
		n, err := raw.Float64()
		return n, err == nil
	default:
		return 0, false
	}
}

// count is a whole number, nil if the value is none or must not be shown.
func (v value) count() *int {
	n, ok := v.number()
	if !ok || v.hasSensitive() {
		return nil
	}
	whole := int(n)
	return &whole
}

// list is the strings of a list or set, or of a map in the order of its keys, without those that are unknown.
func (v value) list() []string {
	elements, _ := v.raw.([]any) // anything else has no elements
	byKey, _ := v.raw.(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		elements = append(elements, byKey[key])
	}
	var texts []string
	for _, e := range elements {
		if text, ok := e.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// without returns what is in a and not in b, in the order of a.
func without(a, b []string) []string {
	known := make(map[string]bool, len(b))
	for _, text := range b {
		known[text] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(text string) bool { return known[text] })
}

// same reports whether two values are equal and known.
func same(a, b value) bool {
	return !a.hasUnknown() && !b.hasUnknown() && plainText(a.raw) == plainText(b.raw)
}
