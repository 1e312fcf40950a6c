package policy

import (
	"math"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// binding maps one attribute to the JSON value of its key and back.
type binding interface {
	IsNull() bool
	IsUnknown() bool
	// toJSON is the JSON value of an attribute that is known.
	toJSON() any
	// fromJSON takes a JSON value; one that is missing, null or of another kind is null.
	fromJSON(json any)
	// equals is true when a JSON value means what the attribute says.
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

// wholeNumber is a number without a fraction; ok is false for anything else, and for what JSON's numbers cannot hold exactly.
func wholeNumber(json any) (value int64, ok bool) {
	number, ok := json.(float64)
	return int64(number), ok && number == math.Trunc(number) && math.Abs(number) <= 1<<53
}

// milliseconds is a duration that the server keeps as a number.
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

// millisecondsToDuration is a number of milliseconds, to the nanosecond; ok is false for what no duration can hold.
func millisecondsToDuration(json any) (d time.Duration, ok bool) {
	value, ok := json.(float64)
	nanoseconds := math.Round(value * float64(time.Millisecond))
	if !ok || math.Abs(nanoseconds) > 1<<62 {
		return 0, false
	}
	return time.Duration(nanoseconds), true
}

// durationString is a duration that the server keeps as a text; two spellings of one duration are the same.
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

// toDuration is 0 for a text that is no duration: the type's own validation has refused it long before.
func toDuration(d timetypes.GoDuration) time.Duration {
	parsed, err := time.ParseDuration(d.ValueString())
	if err != nil {
		return 0
	}
	return parsed
}

// stringMap is an object of words; an empty one and none are the same to the server.
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

// stringMembers are the members of an object that are words; servers may write a version such as 17 as a number.
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
