package main

import (
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octomil/terraform-provider-octomil/internal/provider"
)

// Without a description, docs/ has a blank.
func TestEveryTypeAndAttributeIsDescribed(t *testing.T) {
	t.Parallel()
	server := providerserver.NewProtocol6(provider.New("test")())()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if err := diagnosticsError(schemas.Diagnostics); err != nil {
		t.Fatal(err)
	}
	doc, err := document("octomil", schemas, &tfprotov6.GetResourceIdentitySchemasResponse{})
	if err != nil {
		t.Fatal(err)
	}
	all := doc.Schemas["octomil"]
	checkBlock(t, "provider", all.ConfigSchema.Block)
	for kind, members := range map[string]map[string]*tfjson.Schema{
		"resource": all.ResourceSchemas, "data source": all.DataSourceSchemas,
		"ephemeral resource": all.EphemeralResourceSchemas, "list resource": all.ListResourceSchemas,
	} {
		for name, s := range members {
			checkBlock(t, kind+" "+name, s.Block)
		}
	}
	for name, action := range all.ActionSchemas {
		checkBlock(t, "action "+name, action.Block)
	}
}

func checkBlock(t *testing.T, place string, b *tfjson.SchemaBlock) {
	t.Helper()
	if b.Description == "" {
		t.Errorf("%s has no description", place)
	}
	checkAttributes(t, place, b.Attributes)
	for name, nested := range b.NestedBlocks {
		checkBlock(t, place+"."+name, nested.Block)
	}
}

func checkAttributes(t *testing.T, place string, attributes map[string]*tfjson.SchemaAttribute) {
	t.Helper()
	for name, a := range attributes {
		if a.Description == "" && name != "timeouts" { // whose library describes the attributes in it only
			t.Errorf("%s.%s has no description", place, name)
		}
		if a.AttributeNestedType != nil {
			checkAttributes(t, place+"."+name, a.AttributeNestedType.Attributes)
		}
	}
}
