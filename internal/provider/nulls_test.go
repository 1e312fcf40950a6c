package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/provider"
)

// nullCase is a configuration with a null element in one collection.
type nullCase struct {
	// at is the path of the collection, such as rules or rollout.stages.
	at     string
	config tftypes.Value
}

// nullCases returns a case for each collection that a configuration can set, at any depth.
func nullCases(attributes []*tfprotov6.SchemaAttribute) []nullCase {
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}
	for _, a := range attributes {
		object.AttributeTypes[a.Name] = a.ValueType()
	}
	var cases []nullCase
	add := func(name, at string, value tftypes.Value) {
		members := map[string]tftypes.Value{}
		for other, typ := range object.AttributeTypes {
			members[other] = tftypes.NewValue(typ, nil)
		}
		members[name] = value
		cases = append(cases, nullCase{at, tftypes.NewValue(object, members)})
	}
	for _, a := range attributes {
		if !a.Optional && !a.Required || a.WriteOnly { // a write-only null is omitted
			continue
		}
		typ := a.ValueType()
		if element := elementOf(typ); element != nil {
			add(a.Name, a.Name, collectionOf(typ, tftypes.NewValue(element, nil)))
		}
		if a.NestedType == nil {
			continue
		}
		for _, inner := range nullCases(a.NestedType.Attributes) {
			value := inner.config
			if a.NestedType.Nesting != tfprotov6.SchemaObjectNestingModeSingle {
				value = collectionOf(typ, inner.config)
			}
			add(a.Name, a.Name+"."+inner.at, value)
		}
	}
	return cases
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
	server := providerserver.NewProtocol6(provider.New("test")())()
	actions, offersActions := server.(tfprotov6.ProviderServerWithActions)
	lists, offersLists := server.(tfprotov6.ProviderServerWithListResource)
	if !offersActions || !offersLists {
		t.Fatalf("the provider offers actions: %t, list resources: %t", offersActions, offersLists)
	}
	schemas := acctest.Schemas(t)
	met := map[string]int{}
	check := func(kind, name string, schema *tfprotov6.Schema, validate func(*tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error)) {
		for _, c := range nullCases(schema.Block.Attributes) {
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
				expectNullError(t, c.at, found)
			})
		}
	}
	check("provider", "octomil", schemas.Provider, func(v *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
		answer, err := server.ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: v})
		return answer.Diagnostics, err
	})
	for name, schema := range schemas.ResourceSchemas {
		check("resource", name, schema, func(v *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
			answer, err := server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: name, Config: v})
			return answer.Diagnostics, err
		})
	}
	for name, schema := range schemas.DataSourceSchemas {
		check("data", name, schema, func(v *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
			answer, err := server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: name, Config: v})
			return answer.Diagnostics, err
		})
	}
	for name, schema := range schemas.EphemeralResourceSchemas {
		check("ephemeral", name, schema, func(v *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
			answer, err := server.ValidateEphemeralResourceConfig(t.Context(), &tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: name, Config: v})
			return answer.Diagnostics, err
		})
	}
	for name, schema := range schemas.ActionSchemas {
		check("action", name, schema.Schema, func(v *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
			answer, err := actions.ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: name, Config: v})
			return answer.Diagnostics, err
		})
	}
	for name, schema := range schemas.ListResourceSchemas {
		check("list", name, schema, func(v *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
			answer, err := lists.ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: name, Config: v})
			return answer.Diagnostics, err
		})
	}
	if met["resource"] < 10 || met["provider"] == 0 || met["ephemeral"] == 0 {
		t.Errorf("the schemas have these collections: %v", met)
	}
}

func expectNullError(t *testing.T, at string, found []*tfprotov6.Diagnostic) {
	t.Helper()
	named := false
	for _, d := range found {
		text := fmt.Sprintf("%s: %s: %s", d.Attribute, d.Summary, d.Detail)
		if strings.Contains(text, "always an error in the provider") {
			t.Error(text)
		}
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
