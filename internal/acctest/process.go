package acctest

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Beside returns a Core for another resource of the same configuration, without a state. It joins the process of the plan or apply
// that c has begun last.
func (c *Core) Beside(typeName string) *Core {
	c.t.Helper()
	other := c.sandbox.Core(c.t, typeName)
	other.beside = c
	return other
}

// Begin starts another process, which the Cores beside this one use: each walk of Terraform has its own.
func (c *Core) Begin() { c.startProvider() }

// ForceReplace makes the next plans replace the resource, as -replace does. With createFirst, the configuration has
// create_before_destroy.
func (c *Core) ForceReplace(createFirst bool) { c.replaces, c.createFirst = true, createFirst }

// KeepProcess makes all later commands use one process of the provider, as `terraform test` does from 1.13 on.
func (c *Core) KeepProcess() { c.keepsProcess = true }

// Configure changes the provider block, and with another sandbox the server: s may be nil for the same one. A
// setting that is nil is not set.
func (c *Core) Configure(s *Sandbox, settings map[string]any) {
	c.t.Helper()
	if s != nil {
		c.sandbox = s
	}
	c.settings = settings
	c.startProvider()
}

// startProvider starts and configures a new provider, as Terraform does for each command.
func (c *Core) startProvider() *tfprotov6.GetProviderSchemaResponse {
	c.t.Helper()
	if c.beside != nil || c.keepsProcess {
		return Schemas(c.t)
	}
	c.server = c.sandbox.serve()
	schemas := Schemas(c.t)
	block := objectType(c.t, schemas.Provider.ValueType())
	settings := map[string]any{
		"api_url": c.sandbox.URL, "api_key": c.sandbox.Key, "org_id": c.sandbox.org(), "poll_interval": interval.String(), "max_requests_per_minute": 0,
	}
	maps.Copy(settings, c.settings)
	configured, err := c.server.ConfigureProvider(c.t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.14.0",
		Config:           c.encode(block, tfValue(c.t, block, settings)),
	})
	if err != nil {
		c.t.Fatal(err)
	}
	var diags Diagnostics
	if diags.add(c.t, configured.Diagnostics); diags.Failed() {
		c.t.Fatal(diags.Errors)
	}
	return schemas
}

// process is the provider that the current command uses.
func (c *Core) process() tfprotov6.ProviderServer {
	if c.beside != nil {
		return c.beside.process()
	}
	return c.server
}
