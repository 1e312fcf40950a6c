package acctest

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// ListResult is one result of a query.
type ListResult struct {
	Name     string
	Identity map[string]any
	// Attributes are the attributes of the resource, nil unless the query includes them.
	Attributes map[string]any
}

// Query plays `terraform query` for a list block of a type. A limit of 0 is Terraform's default of 100.
func (s *Sandbox) Query(t testing.TB, typeName string, filters map[string]any, limit int64, includeResource bool) (found []ListResult, diags Diagnostics) {
	t.Helper()
	c := s.Core(t, typeName)
	server, ok := c.process().(tfprotov6.ListResourceServer)
	schemas := Schemas(t)
	if !ok || schemas.ListResourceSchemas[typeName] == nil {
		t.Fatalf("the provider has no list resource %q", typeName)
	}
	object := objectType(t, schemas.ListResourceSchemas[typeName].ValueType())
	config := c.encode(object, tfValue(t, object, filters))
	validated, err := server.ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: typeName, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	if diags.add(t, validated.Diagnostics); diags.Failed() {
		return nil, diags
	}
	if limit == 0 {
		limit = 100
	}
	stream, err := server.ListResource(t.Context(), &tfprotov6.ListResourceRequest{TypeName: typeName, Config: config, Limit: limit, IncludeResource: includeResource})
	if err != nil {
		t.Fatal(err)
	}
	for result := range stream.Results {
		if diags.add(t, result.Diagnostics); result.Identity == nil {
			continue
		}
		expectPrintable(t, result.DisplayName)
		one := ListResult{Name: result.DisplayName, Identity: c.identityAttributes(result.Identity)}
		if includeResource {
			one.Attributes, _ = goValue(t, c.decode(result.Resource)).(map[string]any)
		}
		found = append(found, one)
	}
	return found, diags
}
