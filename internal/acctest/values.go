package acctest

import (
	"fmt"
	"math/big"
	"strconv"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Unknown stands for a value that is only known after apply.
const Unknown = "(known after apply)"

// tfValue makes a value of Go's: nil is null, Unknown is unknown, numbers may be int or float64, an object is a map that may
// leave attributes out. Where any type fits, the value has the one that it has in an expression.
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

// numberPrecision is that of Terraform's numbers, in bits: 0.95 in a configuration is nearer to 0.95 than any float64.
const numberPrecision = 512

func numberOf(t testing.TB, text string) *big.Float {
	t.Helper()
	number, _, err := big.ParseFloat(text, 10, numberPrecision, big.ToNearestEven)
	if err != nil {
		t.Fatal(err)
	}
	return number
}

// normalizeNumbers is a value with its numbers as they are written. Two numbers that are written alike are one to Terraform, however
// precisely they were sent.
func normalizeNumbers(t testing.TB, value tftypes.Value) tftypes.Value {
	t.Helper()
	out, err := tftypes.Transform(value, func(_ *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		var number big.Float
		if !v.Type().Is(tftypes.Number) || v.IsNull() || !v.IsKnown() {
			return v, nil
		}
		if err := v.As(&number); err != nil {
			return v, err
		}
		return tftypes.NewValue(tftypes.Number, numberOf(t, number.Text('f', -1))), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// expressionValue is a value of the type that an expression such as { port = 8125 } has by itself.
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

// goValue is the way back.
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

// members opens an object or a map that is known and not null.
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

// proposedNewState is what Terraform proposes before it asks the provider: what is configured, and the prior value of what is computed.
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
		case configured[a.Name].IsNull() && a.Computed:
			out[a.Name] = was
		case a.NestedType != nil && a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
			out[a.Name] = proposedNewState(t, a.NestedType.Attributes, objectType(t, typ), was, configured[a.Name])
		default:
			out[a.Name] = configured[a.Name]
		}
	}
	return tftypes.NewValue(object, out)
}

// planViolations lists what Terraform refuses of a plan: what is configured must be planned as it is, or stay as it was.
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

// inconsistencies lists where a later value is not what an earlier one had announced: only what was unknown may change.
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
