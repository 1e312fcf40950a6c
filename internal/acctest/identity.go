package acctest

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// identityType is the type of the identity of resources of a type.
func identityType(ctx context.Context, t testing.TB, server tfprotov6.ProviderServer, typeName string) tftypes.Object {
	t.Helper()
	schemas, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	schema := schemas.IdentitySchemas[typeName]
	if schema == nil {
		t.Fatalf("%s has no identity", typeName)
	}
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}
	for _, a := range schema.IdentityAttributes {
		object.AttributeTypes[a.Name] = a.Type
	}
	return object
}

// Identity are the parts of the resource's identity, nil where it has none.
func (c *Core) Identity() map[string]any {
	c.t.Helper()
	if c.identity == nil || c.identity.IdentityData == nil {
		return nil
	}
	return c.parts(c.identity)
}

func (c *Core) parts(identity *tfprotov6.ResourceIdentityData) map[string]any {
	c.t.Helper()
	value, err := identity.IdentityData.Unmarshal(identityType(c.t.Context(), c.t, c.server, c.typeName))
	if err != nil {
		c.t.Fatal(err)
	}
	parts, _ := plain(c.t, value).(map[string]any)
	return parts
}

// ImportIdentity imports the resource by its identity and reads it. An error leaves no state.
func (c *Core) ImportIdentity(identity map[string]any) Report {
	c.t.Helper()
	object := identityType(c.t.Context(), c.t, c.server, c.typeName)
	return c.importBy(&tfprotov6.ImportResourceStateRequest{
		Identity: &tfprotov6.ResourceIdentityData{IdentityData: c.encode(object, valueOf(c.t, object, identity))},
	})
}

// Listed is one result of a list resource.
type Listed struct {
	Name     string
	Identity map[string]any
	// Attributes are those of the resource, nil where they were not asked for.
	Attributes map[string]any
}

// Query plays "terraform query" for a list block of a type; limit 0 is Terraform's own.
func (s *Sandbox) Query(t testing.TB, typeName string, filters map[string]any, limit int64, whole bool) (found []Listed, said Report) {
	t.Helper()
	c := s.Core(t, typeName)
	server, ok := c.server.(tfprotov6.ListResourceServer)
	schemas := Schemas(t)
	if !ok || schemas.ListResourceSchemas[typeName] == nil {
		t.Fatalf("the provider has no list resource %q", typeName)
	}
	object := objectType(t, schemas.ListResourceSchemas[typeName].ValueType())
	config := c.encode(object, valueOf(t, object, filters))
	validated, err := server.ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: typeName, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	if said.add(validated.Diagnostics); said.Failed() {
		return nil, said
	}
	if limit == 0 {
		limit = 100
	}
	stream, err := server.ListResource(t.Context(), &tfprotov6.ListResourceRequest{TypeName: typeName, Config: config, Limit: limit, IncludeResource: whole})
	if err != nil {
		t.Fatal(err)
	}
	for result := range stream.Results {
		if said.add(result.Diagnostics); result.Identity == nil {
			continue
		}
		one := Listed{Name: result.DisplayName, Identity: c.parts(result.Identity)}
		if whole {
			one.Attributes, _ = plain(t, c.decode(result.Resource)).(map[string]any)
		}
		found = append(found, one)
	}
	return found, said
}
