package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// server returns a fixed schema. Any other call panics on the nil interface.
type server struct {
	tfprotov6.ProviderServer
	schemas    *tfprotov6.GetProviderSchemaResponse
	identities *tfprotov6.GetResourceIdentitySchemasResponse
}

func (s server) GetProviderSchema(
	context.Context, *tfprotov6.GetProviderSchemaRequest,
) (*tfprotov6.GetProviderSchemaResponse, error) {
	return s.schemas, nil
}

func (s server) GetResourceIdentitySchemas(
	context.Context, *tfprotov6.GetResourceIdentitySchemasRequest,
) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return s.identities, nil
}

func TestDumpWritesWhatTerraformWrites(t *testing.T) {
	block := &tfprotov6.SchemaBlock{
		Description:     "A *rollout*.",
		DescriptionKind: tfprotov6.StringKindMarkdown,
		Attributes: []*tfprotov6.SchemaAttribute{
			{Name: "labels", Type: tftypes.Map{ElementType: tftypes.String}, Optional: true, Computed: true},
			{Name: "secret", Type: tftypes.String, Required: true, Sensitive: true, WriteOnly: true},
			{Name: "stages", Optional: true, NestedType: &tfprotov6.SchemaObject{
				Nesting:    tfprotov6.SchemaObjectNestingModeList,
				Attributes: []*tfprotov6.SchemaAttribute{{Name: "bake", Type: tftypes.Number, Required: true}},
			}},
		},
		BlockTypes: []*tfprotov6.SchemaNestedBlock{{
			TypeName: "timeouts", Nesting: tfprotov6.SchemaNestedBlockNestingModeSingle,
			Block: &tfprotov6.SchemaBlock{Deprecated: true},
		}},
	}
	versions := &tfprotov6.FunctionParameter{Name: "versions", Type: tftypes.List{ElementType: tftypes.String}}
	s := server{
		schemas: &tfprotov6.GetProviderSchemaResponse{
			Provider:            &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{}},
			ResourceSchemas:     map[string]*tfprotov6.Schema{"x_thing": {Version: 2, Block: block}},
			ListResourceSchemas: map[string]*tfprotov6.Schema{"x_thing": {Block: &tfprotov6.SchemaBlock{}}},
			ActionSchemas: map[string]*tfprotov6.ActionSchema{
				"x_act": {Schema: &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{}}},
			},
			Functions: map[string]*tfprotov6.Function{"newest": {
				Summary:           "Picks one.",
				Parameters:        []*tfprotov6.FunctionParameter{versions},
				VariadicParameter: &tfprotov6.FunctionParameter{Name: "rest", Type: tftypes.Bool, AllowNullValue: true},
				Return:            &tfprotov6.FunctionReturn{Type: tftypes.DynamicPseudoType},
			}},
		},
		identities: &tfprotov6.GetResourceIdentitySchemasResponse{
			IdentitySchemas: map[string]*tfprotov6.ResourceIdentitySchema{"x_thing": {
				Version: 1,
				IdentityAttributes: []*tfprotov6.ResourceIdentitySchemaAttribute{
					{Name: "id", Type: tftypes.String, RequiredForImport: true},
				},
			}},
		},
	}

	var out, compact bytes.Buffer
	if err := dump(t.Context(), &out, s, "x"); err != nil {
		t.Fatal(err)
	}
	if err := json.Compact(&compact, out.Bytes()); err != nil {
		t.Fatal(err)
	}
	empty := `{"description_kind":"plain"}`
	want := `{"format_version":"1.0","provider_schemas":{"x":{` +
		`"provider":{"version":0,"block":` + empty + `},` +
		`"resource_schemas":{"x_thing":{"version":2,"block":{"attributes":{` +
		`"labels":{"type":["map","string"],"description_kind":"plain","optional":true,"computed":true},` +
		`"secret":{"type":"string","description_kind":"plain","required":true,"sensitive":true,"write_only":true},` +
		`"stages":{"nested_type":{"attributes":{"bake":{"type":"number","description_kind":"plain","required":true}},` +
		`"nesting_mode":"list"},"description_kind":"plain","optional":true}},` +
		`"block_types":{"timeouts":{"nesting_mode":"single","block":{"description_kind":"plain","deprecated":true}}},` +
		`"description":"A *rollout*.","description_kind":"markdown"}}},` +
		`"action_schemas":{"x_act":{"block":` + empty + `}},` +
		`"functions":{"newest":{"summary":"Picks one.","return_type":"dynamic",` +
		`"parameters":[{"name":"versions","type":["list","string"]}],` +
		`"variadic_parameter":{"name":"rest","is_nullable":true,"type":"bool"}}},` +
		`"resource_identity_schemas":{"x_thing":{"version":1,` +
		`"attributes":{"id":{"type":"string","required_for_import":true}}}},` +
		`"list_resource_schemas":{"x_thing":{"version":0,"block":` + empty + `}}}}}`
	if got := compact.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestDumpFailsOnErrorDiagnostics(t *testing.T) {
	s := server{schemas: &tfprotov6.GetProviderSchemaResponse{Diagnostics: []*tfprotov6.Diagnostic{
		{Severity: tfprotov6.DiagnosticSeverityWarning, Summary: "Old", Detail: "fine"},
		{Severity: tfprotov6.DiagnosticSeverityError, Summary: "Bad schema", Detail: "two of a name"},
	}}}
	var out bytes.Buffer
	err := dump(t.Context(), &out, s, "x")
	if err == nil || err.Error() != "Bad schema: two of a name" {
		t.Errorf("got error %v", err)
	}
	if out.Len() != 0 {
		t.Errorf("wrote %q beside the error", out.String())
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	s := server{
		schemas: &tfprotov6.GetProviderSchemaResponse{DataSourceSchemas: map[string]*tfprotov6.Schema{
			"x_fleet": {Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{{Name: "devices"}}}},
		}},
		identities: &tfprotov6.GetResourceIdentitySchemasResponse{},
	}
	err := dump(t.Context(), &bytes.Buffer{}, s, "x")
	for _, part := range []string{"data source x_fleet", "attribute devices", "no type"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v does not say %q", err, part)
		}
	}
}

func TestCollectionsKeepTheirShape(t *testing.T) {
	in := tftypes.Object{
		AttributeTypes: map[string]tftypes.Type{
			"pair": tftypes.Tuple{ElementTypes: []tftypes.Type{tftypes.String, tftypes.Number}},
			"tags": tftypes.Set{ElementType: tftypes.String},
		},
		OptionalAttributes: map[string]struct{}{"tags": {}},
	}
	converted, err := ctyType(in)
	if err != nil {
		t.Fatal(err)
	}
	got, err := converted.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if want := `["object",{"pair":["tuple",["string","number"]],"tags":["set","string"]},["tags"]]`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
