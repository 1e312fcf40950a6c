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
	// wire is the JSON value of an attribute that is known.
	wire() any
	// read takes a JSON value; one that is missing, null or of another kind is null.
	read(json any)
	// same is true when a JSON value means what the attribute says.
	same(json any) bool
	// forget makes the attribute unknown.
	forget()
}

type boolean struct{ *types.Bool }

func (b boolean) wire() any { return b.ValueBool() }
func (b boolean) forget()   { *b.Bool = types.BoolUnknown() }

func (b boolean) read(json any) {
	*b.Bool = types.BoolNull()
	if truth, ok := json.(bool); ok {
		*b.Bool = types.BoolValue(truth)
	}
}

func (b boolean) same(json any) bool {
	truth, ok := json.(bool)
	return ok && truth == b.ValueBool()
}

type number struct{ *types.Float64 }

func (n number) wire() any { return n.ValueFloat64() }
func (n number) forget()   { *n.Float64 = types.Float64Unknown() }

func (n number) read(json any) {
	*n.Float64 = types.Float64Null()
	if value, ok := json.(float64); ok {
		*n.Float64 = types.Float64Value(value)
	}
}

func (n number) same(json any) bool {
	value, ok := json.(float64)
	return ok && value == n.ValueFloat64()
}

type integer struct{ *types.Int64 }

func (n integer) wire() any { return float64(n.ValueInt64()) }
func (n integer) forget()   { *n.Int64 = types.Int64Unknown() }

func (n integer) read(json any) {
	*n.Int64 = types.Int64Null()
	if value, ok := whole(json); ok {
		*n.Int64 = types.Int64Value(value)
	}
}

func (n integer) same(json any) bool {
	value, ok := whole(json)
	return ok && value == n.ValueInt64()
}

// whole is a number without a fraction; ok is false for anything else, and for what JSON's numbers cannot hold exactly.
func whole(json any) (value int64, ok bool) {
	number, ok := json.(float64)
	return int64(number), ok && number == math.Trunc(number) && math.Abs(number) <= 1<<53
}

// milliseconds is a duration that the server keeps as a number.
type milliseconds struct{ *timetypes.GoDuration }

func (m milliseconds) wire() any { return float64(length(*m.GoDuration)) / float64(time.Millisecond) }
func (m milliseconds) forget()   { *m.GoDuration = timetypes.NewGoDurationUnknown() }

func (m milliseconds) read(json any) {
	*m.GoDuration = timetypes.NewGoDurationNull()
	if d, ok := span(json); ok {
		*m.GoDuration = timetypes.NewGoDurationValue(d)
	}
}

func (m milliseconds) same(json any) bool {
	d, ok := span(json)
	return ok && d == length(*m.GoDuration)
}

// span is a number of milliseconds, to the nanosecond; ok is false for what no duration can hold.
func span(json any) (d time.Duration, ok bool) {
	value, ok := json.(float64)
	nanoseconds := math.Round(value * float64(time.Millisecond))
	if !ok || math.Abs(nanoseconds) > 1<<62 {
		return 0, false
	}
	return time.Duration(nanoseconds), true
}

// durationText is a duration that the server keeps as a text; two spellings of one duration are the same.
type durationText struct{ *timetypes.GoDuration }

func (d durationText) wire() any { return d.ValueString() }
func (d durationText) forget()   { *d.GoDuration = timetypes.NewGoDurationUnknown() }

func (d durationText) read(json any) {
	*d.GoDuration = timetypes.NewGoDurationNull()
	text, ok := json.(string)
	if _, err := time.ParseDuration(text); ok && err == nil {
		*d.GoDuration = timetypes.GoDuration{StringValue: types.StringValue(text)}
	}
}

func (d durationText) same(json any) bool {
	text, ok := json.(string)
	if !ok {
		return false
	}
	other, err := time.ParseDuration(text)
	return err == nil && other == length(*d.GoDuration)
}

// length is 0 for a text that is no duration: the type's own validation has refused it long before.
func length(d timetypes.GoDuration) time.Duration {
	parsed, err := time.ParseDuration(d.ValueString())
	if err != nil {
		return 0
	}
	return parsed
}

// textMap is an object of words; an empty one and none are the same to the server.
type textMap struct{ *types.Map }

func (m textMap) forget() { *m.Map = types.MapUnknown(types.StringType) }

func (m textMap) wire() any {
	words := map[string]any{}
	for key, value := range m.Elements() {
		if text, ok := value.(types.String); ok {
			words[key] = text.ValueString()
		}
	}
	return words
}

func (m textMap) read(json any) {
	theirs, ok := texts(json)
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

func (m textMap) same(json any) bool {
	theirs, _ := texts(json)
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

// texts are the members of an object that are words; servers may write a version such as 17 as a number.
func texts(json any) (words map[string]string, ok bool) {
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
