package control

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// flexText is an ID or a text that servers write as a JSON string or as a number; `5` and `"5"` are the same (CONTRACT.md,
// section 1). Anything else decodes to "".
type flexText string

func (t *flexText) UnmarshalJSON(data []byte) error {
	if plain, ok := plainText(data); ok {
		*t = flexText(plain)
		return nil
	}
	var text string
	if json.Unmarshal(data, &text) == nil {
		*t = flexText(text)
		return nil
	}
	var number json.Number
	if err := json.Unmarshal(data, &number); err != nil {
		*t = ""
		return nil //nolint:nilerr // an object or a bool in place of a text means that there is none
	}
	*t = flexText(wholeNumber(number.String()))
	return nil
}

// plainText decodes an ASCII string without escapes, as nearly all are, without the allocations of the general decoder.
func plainText(data []byte) (string, bool) {
	if len(data) < 2 || data[0] != '"' || data[len(data)-1] != '"' {
		return "", false
	}
	inside := data[1 : len(data)-1]
	for _, char := range inside {
		if char < ' ' || char == '"' || char == '\\' || char >= utf8.RuneSelf {
			return "", false
		}
	}
	return string(inside), true
}

// wholeNumber writes 5.0 as 5 and any other number unchanged.
func wholeNumber(number string) string {
	if head, tail, ok := strings.Cut(number, "."); ok && strings.Trim(tail, "0") == "" {
		return head
	}
	return number
}

// flexNumber is a number that servers write as 10, 10.0 or "10".
type flexNumber float64

func (n *flexNumber) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
		return fmt.Errorf("%s is not a number", data)
	}
	*n = flexNumber(value)
	return nil
}

// flexTime is an RFC 3339 time; FastAPI servers may omit the zone, which means UTC. Anything else is the zero time.
type flexTime struct{ time.Time }

func (t *flexTime) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		t.Time, _ = ParseTime(text)
	}
	return nil
}

// ParseTime reads a time as servers write it: RFC 3339, or UTC without a zone (CONTRACT.md, section 1). It is false of any other text.
func ParseTime(text string) (at time.Time, ok bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00"} {
		at, err := time.Parse(layout, text)
		if at = at.UTC(); err == nil && at.Year() >= 0 && at.Year() <= 9999 { // RFC 3339 has no other years
			return at, true
		}
	}
	return time.Time{}, false
}

// firstOf returns the first value that the server gave, for fields that have several names, and the zero value where none is.
func firstOf[T any](values ...*T) T {
	for _, value := range values {
		if value != nil {
			return *value
		}
	}
	var none T
	return none
}

// decodeValid decodes JSON that was validated already, without a second validation.
func decodeValid(data []byte, out any) error {
	if own, ok := out.(json.Unmarshaler); ok {
		return own.UnmarshalJSON(data)
	}
	return json.Unmarshal(data, out)
}
