package policy

import (
	"math"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// binding converts between one attribute and the JSON value of its key.
type binding interface {
	IsNull() bool
	IsUnknown() bool
	// toJSON returns the JSON value of a known attribute.
	toJSON() any
	// fromJSON sets the attribute to a JSON value, or to null if the value is nil or of an unexpected type.
	fromJSON(json any)
	// equals reports whether a JSON value is equivalent to the attribute.
	equals(json any) bool
	// setUnknown makes the attribute unknown.
	setUnknown()
}

type boolean struct{ *types.Bool }

func (b boolean) toJSON() any { return b.ValueBool() }
func (b boolean) setUnknown() { *b.Bool = types.BoolUnknown() }

func (b boolean) fromJSON(json any) {
	*b.Bool = types.BoolNull()
	if truth, ok := json.(bool); ok {
		*b.Bool = types.BoolValue(truth)
	}
}

func (b boolean) equals(json any) bool {
	truth, ok := json.(bool)
	return ok && truth == b.ValueBool()
}

type number struct{ *types.Float64 }

func (n number) toJSON() any { return n.ValueFloat64() }
func (n number) setUnknown() { *n.Float64 = types.Float64Unknown() }

func (n number) fromJSON(json any) {
	*n.Float64 = types.Float64Null()
	if value, ok := json.(float64); ok {
		*n.Float64 = types.Float64Value(value)
	}
}

func (n number) equals(json any) bool {
	value, ok := json.(float64)
	return ok && value == n.ValueFloat64()
}

type integer struct{ *types.Int64 }

func (n integer) toJSON() any { return float64(n.ValueInt64()) }
func (n integer) setUnknown() { *n.Int64 = types.Int64Unknown() }

func (n integer) fromJSON(json any) {
	*n.Int64 = types.Int64Null()
	if value, ok := wholeNumber(json); ok {
		*n.Int64 = types.Int64Value(value)
	}
}

func (n integer) equals(json any) bool {
	value, ok := wholeNumber(json)
	return ok && value == n.ValueInt64()
}

// wholeNumber returns a number without a fraction. ok is false for any other value, and for numbers above 2^53, which a float64 does
// not hold exactly.
func wholeNumber(json any) (value int64, ok bool) {
	number, ok := json.(float64)
	return int64(number), ok && number == math.Trunc(number) && math.Abs(number) <= 1<<53
}

// milliseconds is a duration that the server stores as a number of milliseconds.
type milliseconds struct{ *timetypes.GoDuration }

func (m milliseconds) toJSON() any {
	return float64(toDuration(*m.GoDuration)) / float64(time.Millisecond)
}
func (m milliseconds) setUnknown() { *m.GoDuration = timetypes.NewGoDurationUnknown() }

func (m milliseconds) fromJSON(json any) {
	*m.GoDuration = timetypes.NewGoDurationNull()
	if d, ok := millisecondsToDuration(json); ok {
		*m.GoDuration = timetypes.NewGoDurationValue(d)
	}
}

func (m milliseconds) equals(json any) bool {
	d, ok := millisecondsToDuration(json)
	return ok && d == toDuration(*m.GoDuration)
}

// millisecondsToDuration converts a number of milliseconds, rounded to nanoseconds. ok is false for numbers that a duration cannot
// hold.
func millisecondsToDuration(json any) (d time.Duration, ok bool) {
	value, ok := json.(float64)
	nanoseconds := math.Round(value * float64(time.Millisecond))
	if !ok || math.Abs(nanoseconds) > 1<<62 {
		return 0, false
	}
	return time.Duration(nanoseconds), true
}

// durationString is a duration that the server stores as a string. Different spellings of a duration are equal.
type durationString struct{ *timetypes.GoDuration }

func (d durationString) toJSON() any { return d.ValueString() }
func (d durationString) setUnknown() { *d.GoDuration = timetypes.NewGoDurationUnknown() }

func (d durationString) fromJSON(json any) {
	*d.GoDuration = timetypes.NewGoDurationNull()
	text, ok := json.(string)
	if _, err := time.ParseDuration(text); ok && err == nil {
		*d.GoDuration = timetypes.GoDuration{StringValue: types.StringValue(text)}
	}
}

func (d durationString) equals(json any) bool {
	text, ok := json.(string)
	if !ok {
		return false
	}
	other, err := time.ParseDuration(text)
	return err == nil && other == toDuration(*d.GoDuration)
}

// toDuration returns 0 for a string that is not a duration, which the validation of the type rejects earlier.
func toDuration(d timetypes.GoDuration) time.Duration {
	parsed, err := time.ParseDuration(d.ValueString())
	if err != nil {
		return 0
	}
	return parsed
}

// stringMap is an object of strings. The server treats an empty object and null as equal.
type stringMap struct{ *types.Map }

func (m stringMap) setUnknown() { *m.Map = types.MapUnknown(types.StringType) }

func (m stringMap) toJSON() any {
	words := map[string]any{}
	for key, value := range m.Elements() {
		if text, ok := value.(types.String); ok {
			words[key] = text.ValueString()
		}
	}
	return words
}

func (m stringMap) fromJSON(json any) {
	theirs, ok := stringMembers(json)
	if len(theirs) == 0 && !m.IsNull() && !m.IsUnknown() && len(m.Elements()) == 0 {
		return
	}
	if !ok {
		*m.Map = types.MapNull(types.StringType)
		return
	}
	elements := make(map[string]attr.Value, len(theirs))
	for key, word := range theirs {
		elements[key] = types.StringValue(word)
	}
	*m.Map = types.MapValueMust(types.StringType, elements)
}

func (m stringMap) equals(json any) bool {
	theirs, _ := stringMembers(json)
	if len(theirs) != len(m.Elements()) {
		return false
	}
	for key, value := range m.Elements() {
		text, ok := value.(types.String)
		if word, there := theirs[key]; !ok || !there || word != text.ValueString() {
			return false
		}
	}
	return true
}

// stringMembers returns the members of an object that are strings or numbers: a server may return the version 17 as a number.
func stringMembers(json any) (words map[string]string, ok bool) {
	object, ok := json.(map[string]any)
	words = make(map[string]string, len(object))
	for key, value := range object {
		switch v := value.(type) {
		case string:
			words[key] = v
		case float64:
			words[key] = strconv.FormatFloat(v, 'f', -1, 64)
		}
	}
	return words, ok
}
