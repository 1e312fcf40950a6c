package acctest

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// EphemeralResource is an open ephemeral resource.
type EphemeralResource struct {
	// Result are the attributes.
	Result map[string]any

	core    *Core
	server  tfprotov6.EphemeralResourceServer
	private []byte
}

// Open plays Terraform's part of the plugin protocol for an ephemeral resource: it validates the configuration and opens the resource.
// The first error ends it.
func (s *Sandbox) Open(t testing.TB, typeName string, config map[string]any) (opened *EphemeralResource, diags Diagnostics) {
	t.Helper()
	c := &Core{t: t, sandbox: s, typeName: typeName}
	schemas := c.startProvider()
	server, ok := c.process().(tfprotov6.EphemeralResourceServer)
	if !ok || schemas.EphemeralResourceSchemas[typeName] == nil {
		t.Fatalf("the provider has no ephemeral resource %q", typeName)
	}
	c.object = objectType(t, schemas.EphemeralResourceSchemas[typeName].ValueType())
	encoded := c.encode(c.object, tfValue(t, c.object, config))
	validated, err := server.ValidateEphemeralResourceConfig(t.Context(), &tfprotov6.ValidateEphemeralResourceConfigRequest{
		TypeName: typeName, Config: encoded,
	})
	if err != nil {
		t.Fatal(err)
	}
	if diags.add(t, validated.Diagnostics); diags.Failed() {
		return nil, diags
	}
	answer, err := server.OpenEphemeralResource(t.Context(), &tfprotov6.OpenEphemeralResourceRequest{TypeName: typeName, Config: encoded})
	if err != nil {
		t.Fatal(err)
	}
	if diags.add(t, answer.Diagnostics); diags.Failed() {
		return nil, diags
	}
	opened = &EphemeralResource{core: c, server: server, private: answer.Private}
	opened.Result, _ = goValue(t, c.decode(answer.Result)).(map[string]any)
	return opened, diags
}

// Close closes the resource.
func (o *EphemeralResource) Close() Diagnostics {
	o.core.t.Helper()
	var diags Diagnostics
	answer, err := o.server.CloseEphemeralResource(o.core.t.Context(), &tfprotov6.CloseEphemeralResourceRequest{
		TypeName: o.core.typeName, Private: o.private,
	})
	if err != nil {
		o.core.t.Fatal(err)
	}
	diags.add(o.core.t, answer.Diagnostics)
	return diags
}
