package resourcekit

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// What means the same
//
// Servers keep texts without the blanks at their ends, compose letters, fold the case of names, keep whole percents, or add tags of
// their own. A state that took such an answer over would differ from its configuration in every plan. There is one comparison for
// all resources, in two strengths:
//
//   - sameValue: the two mean the same, whoever wrote them. What was there before keeps its spelling.
//   - mayBecome: a server may make the one of the other. That is accepted only of the answer to our own write, which is then kept in
//     private state: a later answer that differs from that one is drift. See answers.
//
// Everything else is a difference.

// sameValue reports whether two values mean the same.
func sameValue(a, b tftypes.Value) bool {
	// Equal compares the elements of sets each with each.
	return !a.Type().Is(tftypes.Set{}) && a.Equal(b) || comparison{}.same(plainValue(a), plainValue(b))
}

// mayBecome reports whether a server may answer got to a write of planned. before is what it answered last: what was to go and
// has not is a difference. Without adds, nothing may be there beside what was planned.
func mayBecome(name string, planned, got, before tftypes.Value, adds bool) bool {
	c := comparison{answer: true, percent: isPercentage(name), adds: adds}
	return c.sameExcept(plainValue(planned), plainValue(got), plainValue(before))
}

// SameJSON is sameValue for JSON values as encoding/json decodes them.
func SameJSON(a, b any) bool { return comparison{}.same(plainJSON(a), plainJSON(b)) }

// MayBecomeJSON is mayBecome for JSON values: whether a server may answer got to a write of planned. rounded is true where it may only
// because the server keeps whole percentages.
func MayBecomeJSON(name string, planned, got, before any) (may, rounded bool) {
	planned, got, before = plainJSON(planned), plainJSON(got), plainJSON(before)
	c := comparison{answer: true, percent: isPercentage(name), adds: planned != nil}
	may = c.sameExcept(planned, got, before)
	c.noPercents = true
	return may, may && !c.sameExcept(planned, got, before)
}

// comparison compares values as plainValue returns them.
type comparison struct {
	// answer is true of the answer to our own write.
	answer bool
	// percent is true of a number that is a percentage, adds where the server may add members.
	percent, adds bool
	// noPercents is true where whole percents count as a difference.
	noPercents bool
	// left is how many values may still be compared, shared by all parts of one comparison.
	left *int
}

// maxComparisons is how many pairs of values one comparison looks at. Lists whose order means nothing are compared each with each, on
// every level: without an end, a few bytes of nested lists would take days. What is not found alike by then counts as a difference.
const maxComparisons = 2_000_000

// begun is a comparison with all of its budget.
func (c comparison) begun() comparison {
	left := maxComparisons
	c.left = &left
	return c
}

// isPercentage goes by the name of an attribute or of a member.
func isPercentage(name string) bool {
	return strings.Contains(name, "percent") || strings.Contains(name, "allocation")
}

// unordered are the elements of a set.
type unordered []any

// plainValue turns a value into texts, *big.Float, bools, nil, map[string]any, []any and unordered. Nothing, an empty text and an empty
// collection are the same to every server, so all of them are nil.
func plainValue(v tftypes.Value) any {
	if v.IsNull() || !v.IsKnown() {
		return nil
	}
	var text string
	var number big.Float
	var truth bool
	var list []tftypes.Value
	var members map[string]tftypes.Value
	switch {
	case v.As(&text) == nil:
		return plainText(text)
	case v.As(&number) == nil:
		return &number
	case v.As(&truth) == nil:
		return truth
	case v.As(&list) == nil && len(list) > 0:
		plain := make([]any, len(list))
		for i := range list {
			plain[i] = plainValue(list[i])
		}
		if v.Type().Is(tftypes.Set{}) {
			return unordered(plain)
		}
		return plain
	case v.As(&members) == nil:
		plain := map[string]any{}
		for name, member := range members {
			if value := plainValue(member); value != nil {
				plain[name] = value
			}
		}
		return orNil(plain)
	}
	return nil
}

func orNil(members map[string]any) any {
	if len(members) == 0 {
		return nil
	}
	return members
}

// plainText opens a text that is a JSON object, such as a contract of a model.
func plainText(text string) any {
	trimmed := strings.TrimSpace(text)
	if strings.HasPrefix(trimmed, "{") && control.CheckJSON(trimmed) == nil {
		decoder := json.NewDecoder(strings.NewReader(trimmed))
		decoder.UseNumber()
		var object map[string]any
		if decoder.Decode(&object) == nil && !decoder.More() {
			return plainJSON(object)
		}
	}
	if trimmed == "" {
		return nil
	}
	return text
}

// plainJSON is plainValue for decoded JSON.
func plainJSON(value any) any {
	switch v := value.(type) {
	case string:
		return plainText(v)
	case float64:
		return big.NewFloat(v)
	case json.Number:
		if control.CheckNumber(v.String()) == nil {
			if number, _, err := big.ParseFloat(v.String(), 10, 512, big.ToNearestEven); err == nil {
				return number
			}
		}
		return v.String()
	case map[string]any:
		plain := map[string]any{}
		for name, member := range v {
			if value := plainJSON(member); value != nil {
				plain[name] = value
			}
		}
		return orNil(plain)
	case []any:
		if len(v) == 0 {
			return nil
		}
		plain := make([]any, len(v))
		for i, element := range v {
			plain[i] = plainJSON(element)
		}
		return plain
	}
	return value
}

func (c comparison) same(a, b any) bool { return c.sameExcept(a, b, nil) }

// sameExcept compares what was planned with what was answered. What was there before does not count as added.
func (c comparison) sameExcept(planned, got, before any) bool {
	if c.left == nil {
		c = c.begun()
	}
	if *c.left--; *c.left < 0 {
		return false
	}
	switch p := planned.(type) {
	case nil:
		return got == nil || c.mayAdd(got, before)
	case string:
		g, ok := got.(string)
		return ok && (control.SameText(p, g) || c.answer && control.SameFoldedText(p, g))
	case *big.Float:
		g, ok := got.(*big.Float)
		return ok && c.sameNumber(p, g)
	case map[string]any:
		g, _ := got.(map[string]any)
		b, _ := before.(map[string]any)
		return c.sameMembers(p, g, b)
	case unordered:
		g, _ := got.(unordered)
		b, _ := before.(unordered)
		return c.sameElements(p, g, b)
	case []any:
		g, _ := got.([]any)
		return c.sameList(p, g)
	}
	return planned == got
}

// mayAdd is true of something that the server has added in its answer to our write.
func (c comparison) mayAdd(got, before any) bool {
	return c.answer && c.adds && (before == nil || !comparison{answer: true, left: c.left}.same(before, got))
}

func (c comparison) sameNumber(planned, got *big.Float) bool {
	p, _ := planned.Float64()
	g, _ := got.Float64()
	switch {
	case planned.Cmp(got) == 0:
		return true
	case math.IsInf(p, 0) || math.IsInf(g, 0): // too large for a float, and not the same
		return false
	case p == g:
		return true
	case planned.IsInt():
		return false
	}
	return float32(p) == float32(g) || c.answer && c.percent && !c.noPercents && control.WholePercents(p, g)
}

// sameMembers compares maps and objects. A server that folds case does so with the keys, too.
func (c comparison) sameMembers(planned, got, before map[string]any) bool {
	left := make(map[string]bool, len(got))
	for key := range got {
		left[key] = true
	}
	for key, value := range planned {
		match, found := c.findKey(key, left)
		if !found {
			return false
		}
		delete(left, match)
		member := c
		member.percent = isPercentage(key)
		if !member.sameExcept(value, got[match], before[key]) {
			return false
		}
	}
	for key := range left {
		if !c.mayAdd(got[key], before[key]) {
			return false
		}
	}
	return true
}

func (c comparison) findKey(key string, keys map[string]bool) (match string, found bool) {
	if keys[key] {
		return key, true
	}
	for other := range keys {
		if c.same(key, other) {
			return other, true
		}
	}
	return "", false
}

// sameElements compares sets: each planned element has one of its own in the answer.
func (c comparison) sameElements(planned, got, before []any) bool {
	matched, ok := c.match(planned, got)
	if !ok {
		return false
	}
	for i, element := range got {
		if !matched[i] && (!c.answer || !c.adds || c.contains(before, element)) {
			return false
		}
	}
	return true
}

func (c comparison) contains(list []any, element any) bool {
	for _, other := range list {
		if c.same(other, element) {
			return true
		}
	}
	return false
}

// sameList compares lists. Their order is that of the server where it has no meaning to it.
func (c comparison) sameList(planned, got []any) bool {
	if len(planned) != len(got) {
		return false
	}
	inOrder := true
	for i := 0; i < len(planned) && inOrder; i++ {
		inOrder = c.same(planned[i], got[i])
	}
	if inOrder || !c.answer || len(planned) == 1 {
		return inOrder
	}
	_, ok := c.match(planned, got)
	return ok
}

// match finds another element of got for each one of planned.
func (c comparison) match(planned, got []any) (matched []bool, ok bool) {
	matched = make([]bool, len(got))
	planned = matchTexts(planned, got, matched)
	for _, exact := range []bool{true, false} { // those that are equal first, so that they are not taken by one that is alike
		var rest []any
		for _, element := range planned {
			if i := c.findElement(element, got, matched, exact); i >= 0 {
				matched[i] = true
			} else {
				rest = append(rest, element)
			}
		}
		planned = rest
	}
	return matched, len(planned) == 0
}

// matchTexts matches the texts that are equal, which needs no comparison of each with each, and returns the rest of planned.
func matchTexts(planned, got []any, matched []bool) (rest []any) {
	at := map[string][]int{}
	for i, element := range got {
		if text, ok := element.(string); ok {
			at[text] = append(at[text], i)
		}
	}
	for _, element := range planned {
		text, ok := element.(string)
		if free := at[text]; ok && len(free) > 0 {
			matched[free[0]], at[text] = true, free[1:]
			continue
		}
		rest = append(rest, element)
	}
	return rest
}

func (c comparison) findElement(element any, got []any, taken []bool, exact bool) int {
	if exact {
		c = comparison{left: c.left}
	}
	for i := range got {
		if !taken[i] && c.same(element, got[i]) {
			return i
		}
	}
	return -1
}
