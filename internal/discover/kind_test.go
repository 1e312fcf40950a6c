package discover_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/discover"
	"github.com/octomil/terraform-provider-octomil/internal/provider"
)

// Each type that the provider lists is a kind, and the attributes of a kind exist.
func TestKinds(t *testing.T) {
	t.Parallel()
	schemas := acctest.Schemas(t)
	identities, err := provider.NewServer(provider.New("test"))().GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for name := range schemas.ListResourceSchemas {
		if rank(name) < 0 {
			t.Errorf("%s is no kind", name)
		}
	}
	for i, k := range discover.Kinds() {
		if schemas.ListResourceSchemas[k.TypeName] == nil {
			t.Errorf("the provider does not list %s", k.TypeName)
			continue
		}
		parts := attributesOf(t, identities.IdentitySchemas[k.TypeName].ValueType())
		for _, part := range k.ImportID {
			if !slices.Contains(parts, part) {
				t.Errorf("the identity of %s has no %s", k.TypeName, part)
			}
		}
		if len(k.ImportID) != max(1, len(parts)-1) {
			t.Errorf("the import ID of %s has %v; its identity has %v", k.TypeName, k.ImportID, parts)
		}
		attributes := attributesOf(t, schemas.ResourceSchemas[k.TypeName].ValueType())
		for _, part := range k.ImportID {
			if !slices.Contains(attributes, part) {
				t.Errorf("%s has no %s, by which its objects are found in a state", k.TypeName, part)
			}
		}
		for name, of := range k.References {
			if !slices.Contains(attributes, name) || rank(of) < 0 || rank(of) >= i {
				t.Errorf("%s.%s does not refer to %s", k.TypeName, name, of)
			}
		}
	}
	for typeName, name := range discover.NameAttributes {
		if !slices.Contains(attributesOf(t, schemas.ResourceSchemas[typeName].ValueType()), name) {
			t.Errorf("%s has no %s", typeName, name)
		}
	}
}

// An attribute that is named like one which refers is among the references.
func TestKindsHaveAllReferences(t *testing.T) {
	t.Parallel()
	words := []string{"model", "models", "group", "groups", "device", "devices", "federation", "experiment"}
	for _, k := range discover.Kinds() {
		for _, a := range acctest.Schemas(t).ResourceSchemas[k.TypeName].Block.Attributes {
			noun := strings.TrimSuffix(strings.TrimSuffix(a.Name, "_ids"), "_id")
			noun = noun[strings.LastIndexByte(noun, '_')+1:]
			isReference := slices.Contains(words, noun) && (a.Required || a.Optional) && !a.Type.Is(tftypes.Number)
			if isReference && k.References[a.Name] == "" {
				t.Errorf("%s.%s is not among the references", k.TypeName, a.Name)
			}
		}
	}
}

// rank is the position of a type among the kinds, -1 for none.
func rank(typeName string) int {
	return slices.IndexFunc(discover.Kinds(), func(k discover.Kind) bool { return k.TypeName == typeName })
}

func attributesOf(t *testing.T, typ tftypes.Type) []string {
	t.Helper()
	object, ok := typ.(tftypes.Object)
	if !ok {
		t.Fatalf("%s is no object", typ)
	}
	var names []string
	for name := range object.AttributeTypes {
		names = append(names, name)
	}
	return names
}
