package acctest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The rules are those of objchange.ProposedNew in Terraform.
func TestProposedNewState(t *testing.T) {
	t.Parallel()
	element := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"name": tftypes.String, "id": tftypes.String}}
	nested := func(nesting tfprotov6.SchemaObjectNestingMode) *tfprotov6.SchemaObject {
		return &tfprotov6.SchemaObject{Nesting: nesting, Attributes: []*tfprotov6.SchemaAttribute{
			{Name: "name", Type: tftypes.String, Optional: true}, {Name: "id", Type: tftypes.String, Computed: true},
		}}
	}
	schema := []*tfprotov6.SchemaAttribute{
		{Name: "text", Type: tftypes.String, Optional: true},
		{Name: "kept", Type: tftypes.String, Optional: true, Computed: true},
		{Name: "one", Optional: true, Computed: true, NestedType: nested(tfprotov6.SchemaObjectNestingModeSingle)},
		{Name: "list", Optional: true, NestedType: nested(tfprotov6.SchemaObjectNestingModeList)},
		{Name: "map", Optional: true, NestedType: nested(tfprotov6.SchemaObjectNestingModeMap)},
	}
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"text": tftypes.String, "kept": tftypes.String, "one": element,
		"list": tftypes.List{ElementType: element}, "map": tftypes.Map{ElementType: element},
	}}
	type values = map[string]any
	prior := values{
		"text": "a", "kept": "b", "one": values{"name": "x", "id": "1"},
		"list": []any{values{"name": "x", "id": "2"}}, "map": values{"k": values{"name": "x", "id": "3"}},
	}
	for name, tc := range map[string]struct{ prior, config, want values }{
		"without a prior state": {nil, values{"text": "a"}, values{"text": "a", "kept": nil, "one": nil, "list": nil, "map": nil}},
		"nothing is configured": {prior, values{}, values{"text": nil, "kept": "b", "one": nil, "list": nil, "map": nil}},
		"an object that the provider has computed": {
			values{"one": values{"name": nil, "id": "1"}}, values{}, values{"text": nil, "kept": nil, "one": values{"name": nil, "id": "1"}, "list": nil, "map": nil},
		},
		"nested attributes": {
			prior,
			values{"one": values{"name": "y"}, "list": []any{values{"name": "y"}, values{"name": "z"}}, "map": values{"k": values{"name": "y"}, "l": values{"name": "z"}}},
			values{
				"text": nil, "kept": "b", "one": values{"name": "y", "id": "1"},
				"list": []any{values{"name": "y", "id": "2"}, values{"name": "z", "id": nil}},
				"map":  values{"k": values{"name": "y", "id": "3"}, "l": values{"name": "z", "id": nil}},
			},
		},
		"what is unknown": {prior, values{"list": Unknown}, values{"text": nil, "kept": "b", "one": nil, "list": Unknown, "map": nil}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := tftypes.NewValue(object, nil)
			if tc.prior != nil {
				before = tfValue(t, object, tc.prior)
			}
			if diff := cmp.Diff(any(tc.want), goValue(t, proposedNewState(t, schema, object, before, tfValue(t, object, tc.config)))); diff != "" {
				t.Errorf("proposed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnyChanged(t *testing.T) {
	t.Parallel()
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"a": tftypes.String, "b": tftypes.String}}
	prior := tfValue(t, object, map[string]any{"a": "x", "b": "x"})
	planned := tfValue(t, object, map[string]any{"a": "x", "b": Unknown})
	for name, want := range map[string]bool{"a": false, "b": true} {
		if got := anyChanged([]*tftypes.AttributePath{tftypes.NewAttributePath().WithAttributeName(name)}, prior, planned); got != want {
			t.Errorf("%s: got %t, want %t", name, got, want)
		}
	}
}
