package resourcekit

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// answers are the values that the server has answered to the last write, by attribute and encoded, where the state keeps what was
// planned although the two would not mean the same if anybody else had written them. A later read that finds this very answer has
// found no change.
type answers map[string][]byte

// answersKey is the private state key of answers.
const answersKey = "answers"

// objectType is the type of a resource's state.
type objectType struct {
	tftypes.Object
	// exact are the attributes to which the server adds nothing by itself.
	exact []string
}

// written is what a write leaves.
type written struct {
	// state has what was planned, and the server's values for what the plan left unknown.
	state tftypes.Value
	// answers are what the server has made of it.
	answers answers
	// rounded are the attributes of which the server keeps whole percents only, different those that it has not set as planned.
	rounded, different []string
}

// afterWrite compares the planned object with the answer. before is the object before the write, null for a create.
func (o objectType) afterWrite(planned, got, before tftypes.Value) written {
	plannedAttributes, gotAttributes, beforeAttributes := attributesOf(planned), attributesOf(got), attributesOf(before)
	w := written{answers: answers{}}
	state := make(map[string]tftypes.Value, len(gotAttributes))
	for _, name := range slices.Sorted(maps.Keys(gotAttributes)) {
		answer := gotAttributes[name]
		value := fillUnknown(plannedAttributes[name], answer)
		state[name] = value
		prior, ok := beforeAttributes[name]
		if !ok {
			prior = tftypes.NewValue(answer.Type(), nil)
		}
		switch {
		case sameValue(value, answer):
		case mayBecome(name, value, answer, prior, !slices.Contains(o.exact, name)):
			if encoded, err := tfprotov6.NewDynamicValue(o.AttributeTypes[name], answer); err == nil {
				w.answers[name] = encoded.MsgPack
			}
			if losesFractions(value, answer) {
				w.rounded = append(w.rounded, name)
			}
		default:
			w.different = append(w.different, name)
		}
	}
	w.state = tftypes.NewValue(o.Object, state)
	return w
}

// losesFractions is true of an answer that mayBecome accepts for nothing but its whole percents.
func losesFractions(planned, answer tftypes.Value) bool {
	exact := comparison{answer: true, adds: true, noPercents: true}
	return !exact.same(plainValue(planned), plainValue(answer))
}

// afterRead returns what a read leaves in the state: what was there where the server's value means the same, or is the very answer to
// our last write; else the server's value.
func (o objectType) afterRead(state, got tftypes.Value, kept answers) tftypes.Value {
	prior, now := attributesOf(state), attributesOf(got)
	merged := make(map[string]tftypes.Value, len(now))
	for name, value := range now {
		merged[name] = value
		before, ok := prior[name]
		if !ok {
			continue
		}
		merged[name] = before
		if sameValue(before, value) {
			continue
		}
		merged[name] = value
		if encoded, ok := kept[name]; ok {
			dynamic := tfprotov6.DynamicValue{MsgPack: encoded}
			if answer, err := dynamic.Unmarshal(o.AttributeTypes[name]); err == nil {
				merged[name] = respell(before, answer, value)
			}
		}
	}
	return tftypes.NewValue(o.Object, merged)
}

// respell returns the value of a server in the spelling of ours, which the server has once answered so. What has changed since
// is the server's.
func respell(ours, answer, now tftypes.Value) tftypes.Value {
	if sameValue(answer, now) {
		return ours
	}
	if ours.IsNull() || answer.IsNull() || now.IsNull() || !ours.IsFullyKnown() {
		return now
	}
	switch {
	case now.Type().Is(tftypes.Map{}), now.Type().Is(tftypes.Object{}) && now.Type().Equal(ours.Type()):
		members := respellMembers(attributesOf(ours), attributesOf(answer), attributesOf(now))
		if now.Type().Is(tftypes.Object{}) && len(members) != len(attributesOf(now)) {
			return now
		}
		return tftypes.NewValue(now.Type(), members)
	case now.Type().Is(tftypes.Set{}):
		return tftypes.NewValue(now.Type(), respellElements(elementsOf(ours), elementsOf(answer), elementsOf(now)))
	}
	return now
}

func respellMembers(ours, answer, now map[string]tftypes.Value) map[string]tftypes.Value {
	members := map[string]tftypes.Value{}
	keys := make(map[string]bool, len(ours))
	for key := range ours {
		keys[key] = true
	}
	for key, value := range now {
		answered, known := answer[key]
		ourKey, isOurs := comparison{answer: true}.findKey(key, keys)
		switch {
		case known && isOurs:
			members[ourKey] = respell(ours[ourKey], answered, value)
		case known && sameValue(answered, value): // the server has added it by itself
		default:
			members[key] = value
		}
	}
	return members
}

func respellElements(ours, answer, now []tftypes.Value) []tftypes.Value {
	elements := []tftypes.Value{}
	for _, value := range now {
		same := func(other tftypes.Value) bool { return sameValue(value, other) }
		may := func(other tftypes.Value) bool {
			return mayBecome("", other, value, tftypes.NewValue(value.Type(), nil), false)
		}
		if !slices.ContainsFunc(answer, same) {
			elements = append(elements, value)
			continue
		}
		if i := slices.IndexFunc(ours, may); i >= 0 { // one that is not ours, the server has added by itself
			elements = append(elements, ours[i])
		}
	}
	return elements
}

// fillUnknown replaces what is unknown in a planned value by the answer.
func fillUnknown(planned, answer tftypes.Value) tftypes.Value {
	switch {
	case planned.IsFullyKnown():
		return planned
	case !planned.IsKnown() || answer.IsNull() || !planned.Type().Equal(answer.Type()):
		return answer
	}
	switch {
	case planned.Type().Is(tftypes.Object{}), planned.Type().Is(tftypes.Map{}):
		members, answered := attributesOf(planned), attributesOf(answer)
		for key, member := range members {
			value, ok := answered[key]
			if !ok {
				return answer
			}
			members[key] = fillUnknown(member, value)
		}
		return tftypes.NewValue(planned.Type(), members)
	case planned.Type().Is(tftypes.List{}):
		elements, answered := elementsOf(planned), elementsOf(answer)
		if len(elements) != len(answered) {
			return answer
		}
		for i := range elements {
			elements[i] = fillUnknown(elements[i], answered[i])
		}
		return tftypes.NewValue(planned.Type(), elements)
	}
	return answer
}

// attributesOf returns a copy of the members of an object or a map, nil for anything else.
func attributesOf(v tftypes.Value) map[string]tftypes.Value {
	var members map[string]tftypes.Value
	if v.IsNull() || !v.IsKnown() || v.As(&members) != nil {
		return nil
	}
	return maps.Clone(members)
}

// elementsOf returns a copy of the elements of a list or a set, nil for anything else.
func elementsOf(v tftypes.Value) []tftypes.Value {
	var elements []tftypes.Value
	if v.IsNull() || !v.IsKnown() || v.As(&elements) != nil {
		return nil
	}
	return slices.Clone(elements)
}

func loadAnswers(ctx context.Context, private PrivateState, diags *diag.Diagnostics) answers {
	var kept answers
	GetPrivate(ctx, private, answersKey, &kept, diags)
	return kept
}

// save keeps the answers, and forgets those of an earlier write.
func (a answers) save(ctx context.Context, private PrivateState, diags *diag.Diagnostics) {
	if len(a) == 0 && len(loadAnswers(ctx, private, diags)) == 0 {
		return
	}
	SetPrivate(ctx, private, answersKey, a, diags)
}
