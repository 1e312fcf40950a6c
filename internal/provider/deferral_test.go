package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// textsOf returns values for the attributes of a schema that are texts: the required ones, and with ids those that are an ID.
func textsOf(schema *tfprotov6.Schema, ids bool) values {
	set := values{}
	if schema.Block == nil {
		return set
	}
	for _, a := range schema.Block.Attributes {
		if (a.Required || ids && strings.HasSuffix(a.Name, "id")) && a.Type != nil && a.Type.Is(tftypes.String) {
			set[a.Name] = text("x")
		}
	}
	return set
}

// While the provider block is not known, each request is answered by a deferral if it allows one, and never else: Terraform takes an
// unexpected deferral for a bug.
func TestDeferralIsAnsweredOnlyWhereItIsAllowed(t *testing.T) {
	for _, allowed := range []bool{true, false} {
		server := serve(t)
		all := schemas(t, server)
		configure(t, server, true, values{"api_key": tftypes.NewValue(tftypes.String, tftypes.UnknownValue)})
		check := func(what string, deferred bool, err error) {
			t.Helper()
			if err != nil || deferred != allowed {
				t.Errorf("%s, deferral allowed: %t: deferred is %t, %v", what, allowed, deferred, err)
			}
		}
		for name, schema := range all.ResourceSchemas {
			config := object(t, schema, textsOf(schema, false))
			read, err := server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
				TypeName: name, CurrentState: object(t, schema, textsOf(schema, true)), ClientCapabilities: &tfprotov6.ReadResourceClientCapabilities{DeferralAllowed: allowed},
			})
			check("read "+name, read.Deferred != nil, err)
			if allowed && len(read.Diagnostics) > 0 {
				t.Errorf("read %s: %s", name, read.Diagnostics[0].Detail)
			}
			plan, err := server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
				TypeName: name, PriorState: null(t, schema), ProposedNewState: config, Config: config,
				ClientCapabilities: &tfprotov6.PlanResourceChangeClientCapabilities{DeferralAllowed: allowed},
			})
			check("plan "+name, plan.Deferred != nil, err)
			imported, err := server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
				TypeName: name, ID: "x", ClientCapabilities: &tfprotov6.ImportResourceStateClientCapabilities{DeferralAllowed: allowed},
			})
			check("import "+name, imported.Deferred != nil, err)
			if allowed && len(imported.Diagnostics) > 0 {
				t.Errorf("import %s: %s", name, imported.Diagnostics[0].Detail)
			}
		}
		for name, schema := range all.DataSourceSchemas {
			read, err := server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
				TypeName: name, Config: object(t, schema, textsOf(schema, false)),
				ClientCapabilities: &tfprotov6.ReadDataSourceClientCapabilities{DeferralAllowed: allowed},
			})
			check("data source "+name, read.Deferred != nil, err)
		}
		for name, schema := range all.EphemeralResourceSchemas {
			opened, err := server.OpenEphemeralResource(t.Context(), &tfprotov6.OpenEphemeralResourceRequest{
				TypeName: name, Config: object(t, schema, textsOf(schema, false)),
				ClientCapabilities: &tfprotov6.OpenEphemeralResourceClientCapabilities{DeferralAllowed: allowed},
			})
			check("ephemeral "+name, opened.Deferred != nil, err)
			if allowed == (len(opened.Diagnostics) > 0) {
				t.Errorf("ephemeral %s, deferral allowed: %t: %d diagnostics", name, allowed, len(opened.Diagnostics))
			}
		}
		actions, ok := server.(tfprotov6.ActionServer)
		if !ok {
			t.Fatal("the provider has no actions")
		}
		for name, schema := range all.ActionSchemas {
			plan, err := actions.PlanAction(t.Context(), &tfprotov6.PlanActionRequest{
				ActionType: name, Config: object(t, schema.Schema, textsOf(schema.Schema, false)),
				ClientCapabilities: &tfprotov6.PlanActionClientCapabilities{DeferralAllowed: allowed},
			})
			check("action "+name, plan.Deferred != nil, err)
		}
	}
}

// null encodes a null object of a schema.
func null(t *testing.T, schema *tfprotov6.Schema) *tfprotov6.DynamicValue {
	t.Helper()
	value, err := tfprotov6.NewDynamicValue(schema.ValueType(), tftypes.NewValue(schema.ValueType(), nil))
	if err != nil {
		t.Fatal(err)
	}
	return &value
}
