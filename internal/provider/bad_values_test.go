package provider_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/provider"
)

// badValue is a configuration with one bad value.
type badValue struct {
	// at is the path of the attribute, such as rules or rollout.stages.
	at     string
	config tftypes.Value
}

// badValues returns a configuration for each bad value of each attribute that a configuration can set, at any depth. bad returns the bad
// values of an attribute.
func badValues(attributes []*tfprotov6.SchemaAttribute, bad func(*tfprotov6.SchemaAttribute) []tftypes.Value) []badValue {
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}
	for _, a := range attributes {
		object.AttributeTypes[a.Name] = a.ValueType()
	}
	var cases []badValue
	add := func(name, at string, value tftypes.Value) {
		members := map[string]tftypes.Value{}
		for other, typ := range object.AttributeTypes {
			members[other] = tftypes.NewValue(typ, nil)
		}
		members[name] = value
		cases = append(cases, badValue{at, tftypes.NewValue(object, members)})
	}
	for _, a := range attributes {
		if !a.Optional && !a.Required || a.WriteOnly { // a write-only null is omitted
			continue
		}
		for _, value := range bad(a) {
			add(a.Name, a.Name, value)
		}
		if a.NestedType == nil {
			continue
		}
		for _, inner := range badValues(a.NestedType.Attributes, bad) {
			value := inner.config
			if a.NestedType.Nesting != tfprotov6.SchemaObjectNestingModeSingle {
				value = collectionOf(a.ValueType(), inner.config)
			}
			add(a.Name, a.Name+"."+inner.at, value)
		}
	}
	return cases
}

// nullElement is a collection with a null element.
func nullElement(a *tfprotov6.SchemaAttribute) []tftypes.Value {
	if element := elementOf(a.ValueType()); element != nil {
		return []tftypes.Value{collectionOf(a.ValueType(), tftypes.NewValue(element, nil))}
	}
	return nil
}

// oddNumbers are numbers that no attribute has a use for, or only one with fractions.
func oddNumbers(a *tfprotov6.SchemaAttribute) []tftypes.Value {
	var values []tftypes.Value
	for _, text := range []string{"1.5", "-1", "1e30", "-1e30", "1e400", "1e-400", "0.1000000000000000000001"} {
		number, _, err := big.ParseFloat(text, 10, 512, big.ToNearestEven)
		if err != nil {
			panic(err)
		}
		value := tftypes.NewValue(tftypes.Number, number)
		switch typ := a.ValueType(); {
		case typ.Is(tftypes.Number):
			values = append(values, value)
		case elementOf(typ) != nil && elementOf(typ).Is(tftypes.Number):
			values = append(values, collectionOf(typ, value))
		}
	}
	return values
}

// elementOf is the type of the elements of a collection, nil for another type.
func elementOf(typ tftypes.Type) tftypes.Type {
	switch typ := typ.(type) {
	case tftypes.List:
		return typ.ElementType
	case tftypes.Set:
		return typ.ElementType
	case tftypes.Map:
		return typ.ElementType
	}
	return nil
}

// collectionOf is a collection of one element.
func collectionOf(typ tftypes.Type, element tftypes.Value) tftypes.Value {
	if typ.Is(tftypes.Map{}) {
		return tftypes.NewValue(typ, map[string]tftypes.Value{"key": element})
	}
	return tftypes.NewValue(typ, []tftypes.Value{element})
}

// A null element of a collection is an error on that collection, wherever a configuration can have one.
func TestNullElements(t *testing.T) {
	t.Parallel()
	met := eachBadValue(t, nullElement, expectNullError)
	if met["resource"] < 10 || met["provider"] == 0 || met["ephemeral"] == 0 {
		t.Errorf("the schemas have these collections: %v", met)
	}
}

// A number that an attribute cannot have is its error, and never one of the provider.
func TestOddNumbers(t *testing.T) {
	t.Parallel()
	met := eachBadValue(t, oddNumbers, expectNoConversionError)
	if met["resource"] < 50 || met["provider"] == 0 || met["action"] == 0 {
		t.Errorf("the schemas have these numbers: %v", met)
	}
}

// eachBadValue validates the bad values of all types, and checks the diagnostics. It returns the number of values by kind.
func eachBadValue(
	t *testing.T, bad func(*tfprotov6.SchemaAttribute) []tftypes.Value, check func(t *testing.T, at string, found []*tfprotov6.Diagnostic),
) (met map[string]int) {
	t.Helper()
	server := provider.NewServer(provider.New("test"))()
	actions, offersActions := server.(tfprotov6.ActionServer)
	lists, offersLists := server.(tfprotov6.ListResourceServer)
	if !offersActions || !offersLists {
		t.Fatalf("the provider offers actions: %t, list resources: %t", offersActions, offersLists)
	}
	schemas := acctest.Schemas(t)
	met = map[string]int{}
	each := func(kind, name string, schema *tfprotov6.Schema, validate func(*tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error)) {
		for _, c := range badValues(schema.Block.Attributes, bad) {
			met[kind]++
			t.Run(strings.Join([]string{kind, name, c.at}, "/"), func(t *testing.T) {
				t.Parallel()
				value, err := tfprotov6.NewDynamicValue(schema.ValueType(), c.config)
				if err != nil {
					t.Fatal(err)
				}
				found, err := validate(&value)
				if err != nil {
					t.Fatal(err)
				}
				expectNoConversionError(t, c.at, found)
				check(t, c.at, found)
			})
		}
	}
	each("provider", "octomil", schemas.Provider, func(v *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
		answer, err := server.ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: v})
		return answer.Diagnostics, err
	})
	for name, schema := range schemas.ResourceSchemas {
		each("resource", name, schema, func(v *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
			answer, err := server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: name, Config: v})
			return answer.Diagnostics, err
		})
	}
	for name, schema := range schemas.DataSourceSchemas {
		each("data", name, schema, func(v *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
			answer, err := server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: name, Config: v})
			return answer.Diagnostics, err
		})
	}
	for name, schema := range schemas.EphemeralResourceSchemas {
		each("ephemeral", name, schema, func(v *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
			answer, err := server.ValidateEphemeralResourceConfig(t.Context(), &tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: name, Config: v})
			return answer.Diagnostics, err
		})
	}
	for name, schema := range schemas.ActionSchemas {
		each("action", name, schema.Schema, func(v *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
			answer, err := actions.ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: name, Config: v})
			return answer.Diagnostics, err
		})
	}
	for name, schema := range schemas.ListResourceSchemas {
		each("list", name, schema, func(v *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
			answer, err := lists.ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: name, Config: v})
			return answer.Diagnostics, err
		})
	}
	return met
}

// expectNoConversionError checks that no diagnostic blames the provider.
func expectNoConversionError(t *testing.T, _ string, found []*tfprotov6.Diagnostic) {
	t.Helper()
	for _, d := range found {
		if text := d.Summary + ": " + d.Detail; strings.Contains(text, "error in the provider") || strings.Contains(text, "Conversion Error") {
			t.Errorf("%s: %s", d.Attribute, text)
		}
	}
}

func expectNullError(t *testing.T, at string, found []*tfprotov6.Diagnostic) {
	t.Helper()
	named := false
	for _, d := range found {
		text := fmt.Sprintf("%s: %s: %s", d.Attribute, d.Summary, d.Detail)
		var names []string
		if d.Attribute != nil {
			for _, step := range d.Attribute.Steps() {
				if name, ok := step.(tftypes.AttributeName); ok {
					names = append(names, string(name))
				}
			}
		}
		named = named || strings.Join(names, ".") == at && strings.Contains(text, "null")
	}
	if !named {
		t.Errorf("no error names `%s` and its null: %v", at, found)
	}
}
