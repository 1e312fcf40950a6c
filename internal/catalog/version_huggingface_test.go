package catalog

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var repositoryTypes = map[string]attr.Type{"repo_id": types.StringType, "reference_only": types.BoolType}

// repository is a value of `huggingface`; without referenceOnly, `reference_only` is null.
func repository(id string, referenceOnly ...bool) types.Object {
	only := types.BoolNull()
	for _, value := range referenceOnly {
		only = types.BoolValue(value)
	}
	return types.ObjectValueMust(repositoryTypes, map[string]attr.Value{"repo_id": types.StringValue(id), "reference_only": only})
}

func TestRepositoryID(t *testing.T) {
	t.Parallel()
	for id, valid := range map[string]bool{
		"microsoft/phi-4": true, "a/b.c_d-1": true, "phi-4": false, "a/b/c": false, "/b": false, "a/": false, "a /b": false, "": false,
	} {
		if repositoryID.MatchString(id) != valid {
			t.Errorf("%q is valid: %t", id, !valid)
		}
	}
}

func TestReplacesImport(t *testing.T) {
	t.Parallel()
	none := types.ObjectNull(repositoryTypes)
	unknownID := types.ObjectValueMust(repositoryTypes, map[string]attr.Value{"repo_id": types.StringUnknown(), "reference_only": types.BoolNull()})
	for name, tc := range map[string]struct {
		state, planned types.Object
		source         string
		registered     bool
		want           bool
	}{
		"nothing is imported":         {none, none, "", false, false},
		"the same":                    {repository("a/b"), repository("a/b"), "", false, false},
		"the default is written":      {repository("a/b"), repository("a/b", true), "", false, false},
		"the default is left out":     {repository("a/b", true), repository("a/b"), "", false, false},
		"a copy":                      {repository("a/b"), repository("a/b", false), "", false, true},
		"another repository":          {repository("a/b"), repository("a/c"), "", false, true},
		"one that is not known":       {repository("a/b"), types.ObjectUnknown(repositoryTypes), "", false, true},
		"an ID that is not known":     {repository("a/b"), unknownID, "", false, true},
		"imported no longer":          {repository("a/b"), none, "", false, true},
		"after an import of state":    {none, repository("a/b"), "", false, false},
		"an uploaded version":         {none, repository("a/b"), "f", false, true},
		"a registered version":        {none, repository("a/b"), "", true, true},
		"registered, and remains so":  {none, none, "", true, false},
		"uploaded, and remains so":    {none, none, "f", false, false},
		"not known after such import": {none, types.ObjectUnknown(repositoryTypes), "", false, false},
	} {
		state, planned := &versionModel{HuggingFace: tc.state}, &versionModel{HuggingFace: tc.planned}
		if tc.source != "" {
			state.Source = text(tc.source)
		}
		var diags diag.Diagnostics
		if got := planned.replacesImport(t.Context(), state, tc.registered, &diags); got != tc.want || diags.HasError() {
			t.Errorf("%s: replaced: %t, %v", name, got, diags)
		}
	}
}
