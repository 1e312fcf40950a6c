package acctest

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Unknown stands for a value that is only known after apply.
const Unknown = "(known after apply)"

// tfValue converts a Go value: nil is null, Unknown is unknown, a number is an int or a float64, an object is a map that may omit
// attributes. Where the schema allows any type, the value has the type that it would have in an expression.
func tfValue(t testing.TB, typ tftypes.Type, in any) tftypes.Value {
	t.Helper()
	if in == Unknown {
		return tftypes.NewValue(typ, tftypes.UnknownValue)
	}
	if in != nil && typ.Is(tftypes.DynamicPseudoType) {
		return expressionValue(t, in)
	}
	switch v := in.(type) {
	case nil:
		return tftypes.NewValue(typ, nil)
	case int:
		return tftypes.NewValue(typ, big.NewFloat(float64(v)))
	case float64:
		return tftypes.NewValue(typ, numberOf(t, strconv.FormatFloat(v, 'g', -1, 64)))
	case map[string]any:
		if m, ok := typ.(tftypes.Map); ok {
			elements := map[string]tftypes.Value{}
			for key, element := range v {
				elements[key] = tfValue(t, m.ElementType, element)
			}
			return tftypes.NewValue(typ, elements)
		}
		attributes := map[string]tftypes.Value{}
		for name, attribute := range objectType(t, typ).AttributeTypes {
			attributes[name] = tfValue(t, attribute, v[name])
		}
		for name := range v {
			if _, ok := attributes[name]; !ok {
				t.Fatalf("there is no attribute %q", name)
			}
		}
		return tftypes.NewValue(typ, attributes)
	case []any:
		elements := make([]tftypes.Value, len(v))
		for i, element := range v {
			elements[i] = tfValue(t, elementType(t, typ), element)
		}
		return tftypes.NewValue(typ, elements)
	}
	return tftypes.NewValue(typ, in)
}

// numberPrecision is the precision of Terraform's numbers, in bits. No float64 is as close to 0.95 as 0.95 in a configuration is.
const numberPrecision = 512

func numberOf(t testing.TB, text string) *big.Float {
	t.Helper()
	number, _, err := big.ParseFloat(text, 10, numberPrecision, big.ToNearestEven)
	if err != nil {
		t.Fatal(err)
	}
	return number
}

// normalizeNumbers parses the numbers of a value from their decimal form. To Terraform, numbers with the same decimal form are equal,
// whatever the precision that they were sent with.
func normalizeNumbers(t testing.TB, value tftypes.Value) tftypes.Value {
	t.Helper()
	typ := value.Type()
	if value.IsNull() || !value.IsKnown() || typ.Is(tftypes.String) || typ.Is(tftypes.Bool) {
		return value
	}
	if typ.Is(tftypes.Number) {
		var number big.Float
		if err := value.As(&number); err != nil {
			t.Fatal(err)
		}
		return tftypes.NewValue(tftypes.Number, numberOf(t, number.Text('f', -1)))
	}
	if parts, ok := members(value); ok {
		normalized := make(map[string]tftypes.Value, len(parts))
		for name, part := range parts {
			normalized[name] = normalizeNumbers(t, part)
		}
		return tftypes.NewValue(typ, normalized)
	}
	var elements []tftypes.Value
	if err := value.As(&elements); err != nil {
		t.Fatal(err)
	}
	normalized := make([]tftypes.Value, len(elements))
	for i, element := range elements {
		normalized[i] = normalizeNumbers(t, element)
	}
	return tftypes.NewValue(typ, normalized)
}

// expressionValue converts a Go value to the type that an expression such as { port = 8125 } has.
func expressionValue(t testing.TB, in any) tftypes.Value {
	t.Helper()
	switch v := in.(type) {
	case map[string]any:
		typ, members := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}, map[string]tftypes.Value{}
		for name, member := range v {
			members[name] = tfValue(t, tftypes.DynamicPseudoType, member)
			typ.AttributeTypes[name] = members[name].Type()
		}
		return tftypes.NewValue(typ, members)
	case []any:
		typ, elements := tftypes.Tuple{}, make([]tftypes.Value, len(v))
		for i, element := range v {
			elements[i] = tfValue(t, tftypes.DynamicPseudoType, element)
			typ.ElementTypes = append(typ.ElementTypes, elements[i].Type())
		}
		return tftypes.NewValue(typ, elements)
	case bool:
		return tfValue(t, tftypes.Bool, v)
	case string:
		return tfValue(t, tftypes.String, v)
	default:
		return tfValue(t, tftypes.Number, v)
	}
}

func elementType(t testing.TB, typ tftypes.Type) tftypes.Type {
	t.Helper()
	switch collection := typ.(type) {
	case tftypes.List:
		return collection.ElementType
	case tftypes.Set:
		return collection.ElementType
	}
	t.Fatalf("%s has no elements", typ)
	return nil
}

// goValue converts a value to Go, the reverse of tfValue.
func goValue(t testing.TB, value tftypes.Value) any {
	t.Helper()
	if !value.IsKnown() {
		return Unknown
	}
	if value.IsNull() {
		return nil
	}
	if object, ok := members(value); ok {
		out := make(map[string]any, len(object))
		for name, attribute := range object {
			out[name] = goValue(t, attribute)
		}
		return out
	}
	var list []tftypes.Value
	var number big.Float
	var text string
	var truth bool
	switch {
	case value.As(&list) == nil:
		out := make([]any, len(list))
		for i, element := range list {
			out[i] = goValue(t, element)
		}
		return out
	case value.Type().Is(tftypes.Number) && value.As(&number) == nil:
		float, _ := number.Float64()
		return float
	case value.Type().Is(tftypes.Bool) && value.As(&truth) == nil:
		return truth
	case value.As(&text) == nil:
		return text
	}
	t.Fatalf("%s cannot be read", value)
	return nil
}

// members returns the members of an object or a map, unless it is null or unknown.
func members(value tftypes.Value) (map[string]tftypes.Value, bool) {
	if value.IsNull() || !value.IsKnown() {
		return nil, false
	}
	if !value.Type().Is(tftypes.Object{}) && !value.Type().Is(tftypes.Map{}) {
		return nil, false
	}
	var object map[string]tftypes.Value
	return object, value.As(&object) == nil
}

// proposedNewState is the state that Terraform proposes to the provider: configured values, and prior values of computed attributes.
func proposedNewState(t testing.TB, schema []*tfprotov6.SchemaAttribute, object tftypes.Object, prior, config tftypes.Value) tftypes.Value {
	t.Helper()
	configured, ok := members(config)
	if !ok {
		return config
	}
	before, _ := members(prior)
	out := make(map[string]tftypes.Value, len(configured))
	for _, a := range schema {
		typ := object.AttributeTypes[a.Name]
		was, had := before[a.Name]
		if !had {
			was = tftypes.NewValue(typ, nil)
		}
		switch {
		case configured[a.Name].IsNull() && a.Computed && (!a.Optional || !wasConfigured(a.NestedType, was)):
			out[a.Name] = was
		case a.NestedType != nil:
			out[a.Name] = proposedNested(t, a.NestedType, typ, was, configured[a.Name])
		default:
			out[a.Name] = configured[a.Name]
		}
	}
	return tftypes.NewValue(object, out)
}

// proposedNested is proposedNewState for a nested attribute. Elements of lists and maps take computed values from the prior element at
// the same index or key. Sets are taken as configured: no schema of this provider has computed attributes in one.
func proposedNested(t testing.TB, nested *tfprotov6.SchemaObject, typ tftypes.Type, prior, config tftypes.Value) tftypes.Value {
	t.Helper()
	if config.IsNull() || !config.IsKnown() {
		return config
	}
	switch collection := typ.(type) {
	case tftypes.Object:
		return proposedNewState(t, nested.Attributes, collection, prior, config)
	case tftypes.Map:
		before, _ := members(prior)
		elements, _ := members(config)
		for key, element := range elements {
			if was, had := before[key]; had {
				elements[key] = proposedNewState(t, nested.Attributes, objectType(t, collection.ElementType), was, element)
			}
		}
		return tftypes.NewValue(typ, elements)
	case tftypes.List:
		var before, elements []tftypes.Value
		if err := config.As(&elements); err != nil {
			t.Fatal(err)
		}
		if prior.IsKnown() && !prior.IsNull() {
			if err := prior.As(&before); err != nil {
				t.Fatal(err)
			}
		}
		for i := range min(len(before), len(elements)) {
			elements[i] = proposedNewState(t, nested.Attributes, objectType(t, collection.ElementType), before[i], elements[i])
		}
		return tftypes.NewValue(typ, elements)
	}
	return config
}

// wasConfigured reports whether the prior value of a nested attribute has a part that only a configuration can have set. Terraform
// proposes null for such an attribute when the configuration no longer has it, although it is computed.
func wasConfigured(nested *tfprotov6.SchemaObject, prior tftypes.Value) bool {
	if nested == nil || prior.IsNull() || !prior.IsKnown() {
		return false
	}
	objects := []tftypes.Value{prior}
	if nested.Nesting != tfprotov6.SchemaObjectNestingModeSingle {
		objects = nil
		if elements, ok := members(prior); ok {
			objects = slices.Collect(maps.Values(elements))
		} else if prior.As(&objects) != nil {
			return false
		}
	}
	return slices.ContainsFunc(objects, func(object tftypes.Value) bool {
		attributes, _ := members(object)
		return slices.ContainsFunc(nested.Attributes, func(a *tfprotov6.SchemaAttribute) bool {
			value, had := attributes[a.Name]
			return had && !value.IsNull() && (!a.Computed || wasConfigured(a.NestedType, value))
		})
	})
}

// anyChanged reports whether the value at one of the paths changes. Otherwise Terraform ignores that the path requires replacement.
func anyChanged(paths []*tftypes.AttributePath, prior, planned tftypes.Value) bool {
	return slices.ContainsFunc(paths, func(path *tftypes.AttributePath) bool {
		before, _, err := tftypes.WalkAttributePath(prior, path)
		if err != nil {
			return true
		}
		after, _, err := tftypes.WalkAttributePath(planned, path)
		if err != nil {
			return true
		}
		was, ok := before.(tftypes.Value)
		is, okAfter := after.(tftypes.Value)
		return !ok || !okAfter || !was.Equal(is)
	})
}

// planViolations lists why Terraform would reject a plan: a configured value must be planned as configured, or keep its prior value.
func planViolations(t testing.TB, schema []*tfprotov6.SchemaAttribute, prior, config, planned tftypes.Value) []string {
	t.Helper()
	configured, ok := members(config)
	if !ok {
		return nil
	}
	before, _ := members(prior)
	after, _ := members(planned)
	var problems []string
	for _, a := range schema {
		want, got := configured[a.Name], after[a.Name]
		was, had := before[a.Name]
		switch {
		case a.WriteOnly && !got.IsNull():
			problems = append(problems, fmt.Sprintf("%s is write-only and planned as %s", a.Name, got))
		case a.WriteOnly, had && got.Equal(was), got.Equal(want):
		case want.IsNull() && a.Computed:
		case a.NestedType != nil && !want.IsNull() && want.IsKnown():
			problems = append(problems, planViolations(t, a.NestedType.Attributes, was, want, got)...)
		default:
			problems = append(problems, fmt.Sprintf("%s is %s in the configuration and planned as %s", a.Name, want, got))
		}
	}
	return problems
}

// inconsistencies lists where a later value differs from an earlier one. Only unknown values may change.
func inconsistencies(t testing.TB, at string, announced, later tftypes.Value) []string {
	t.Helper()
	if !announced.IsKnown() || announced.Equal(later) {
		return nil
	}
	before, okBefore := members(announced)
	after, okAfter := members(later)
	if !okBefore || !okAfter {
		return []string{fmt.Sprintf("%s was %v and is %v", at, goValue(t, announced), goValue(t, later))}
	}
	var problems []string
	for name, value := range before {
		problems = append(problems, inconsistencies(t, at+"."+name, value, after[name])...)
	}
	return problems
}
