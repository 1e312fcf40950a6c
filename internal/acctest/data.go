package acctest

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// ReadData plays Terraform's part of the plugin protocol for a data source: it validates the configuration and reads. An error leaves no
// attributes.
func (s *Sandbox) ReadData(t testing.TB, typeName string, config map[string]any) (attributes map[string]any, diags Diagnostics) {
	t.Helper()
	c := &Core{t: t, sandbox: s, typeName: typeName}
	schemas := c.startProvider()
	if schemas.DataSourceSchemas[typeName] == nil {
		t.Fatalf("the provider has no data source %q", typeName)
	}
	c.object = objectType(t, schemas.DataSourceSchemas[typeName].ValueType())
	encoded := c.encode(c.object, tfValue(t, c.object, config))
	validated, err := c.server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: typeName, Config: encoded})
	if err != nil {
		t.Fatal(err)
	}
	if diags.add(t, validated.Diagnostics); diags.Failed() {
		return nil, diags
	}
	answer, err := c.server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: encoded})
	if err != nil {
		t.Fatal(err)
	}
	if diags.add(t, answer.Diagnostics); diags.Failed() {
		return nil, diags
	}
	attributes, _ = goValue(t, c.decode(answer.State)).(map[string]any)
	return attributes, diags
}
