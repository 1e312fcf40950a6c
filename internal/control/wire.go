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

// flexText is an id or a word that servers write as a JSON string or as a number; `5` and `"5"` are the same
// (the control API contract, section 1). Anything else decodes to "".
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
		return nil //nolint:nilerr // an object or a bool where a word belongs means that the word is not given
	}
	*t = flexText(wholeNumber(number.String()))
	return nil
}

// plainText reads a string of ASCII without an escape in it, as nearly all are, and spares the general decoder's allocations.
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

// wholeNumber writes 5.0 as 5 and leaves any other number as it came.
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

// flexTime is an RFC 3339 time; FastAPI servers may leave the zone away, which means UTC. Anything else is the zero time.
type flexTime struct{ time.Time }

func (t *flexTime) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		t.Time, _ = parseTime(text)
	}
	return nil
}

func parseTime(text string) (at time.Time, ok bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00"} {
		at, err := time.Parse(layout, text)
		if at = at.UTC(); err == nil && at.Year() >= 0 && at.Year() <= 9999 { // beyond it RFC 3339 could not write it again
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

// decodeValid decodes what a decoder has found to be valid already, without a second look at all of it.
func decodeValid(data []byte, out any) error {
	if own, ok := out.(json.Unmarshaler); ok {
		return own.UnmarshalJSON(data)
	}
	return json.Unmarshal(data, out)
}
