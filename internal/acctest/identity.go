package acctest

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// identityType returns the type of the identity of a resource type.
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

// Identity returns the identity of the resource, nil without one.
func (c *Core) Identity() map[string]any {
	c.t.Helper()
	if c.identity == nil || c.identity.IdentityData == nil {
		return nil
	}
	return c.identityAttributes(c.identity)
}

func (c *Core) identityAttributes(identity *tfprotov6.ResourceIdentityData) map[string]any {
	c.t.Helper()
	value, err := identity.IdentityData.Unmarshal(identityType(c.t.Context(), c.t, c.process(), c.typeName))
	if err != nil {
		c.t.Fatal(err)
	}
	parts, _ := goValue(c.t, value).(map[string]any)
	return parts
}

// ImportIdentity imports the resource by its identity and reads it. An error leaves no state.
func (c *Core) ImportIdentity(identity map[string]any) Diagnostics {
	c.t.Helper()
	object := identityType(c.t.Context(), c.t, c.process(), c.typeName)
	return c.importBy(&tfprotov6.ImportResourceStateRequest{
		Identity: &tfprotov6.ResourceIdentityData{IdentityData: c.encode(object, tfValue(c.t, object, identity))},
	})
}
