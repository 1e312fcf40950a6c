package access

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func set(names ...string) types.Set {
	elements := []attr.Value{}
	for _, word := range names {
		elements = append(elements, types.StringValue(word))
	}
	return types.SetValueMust(types.StringType, elements)
}

// Null and empty keep what the configuration has as long as they mean the same.
func TestScopesFromAPI(t *testing.T) {
	t.Parallel()
	null, unknown := types.SetNull(types.StringType), types.SetUnknown(types.StringType)
	for name, tc := range map[string]struct {
		names       []string
		prior, want types.Set
	}{
		"none, none before":       {[]string{}, null, null},
		"none, unknown before":    {[]string{}, unknown, null},
		"none, empty before":      {[]string{}, set(), set()},
		"none, some before":       {[]string{}, set("models:read"), set()},
		"some, none before":       {[]string{"models:read"}, null, set("models:read")},
		"some, others before":     {[]string{"a:read", "b:read"}, set("models:read"), set("b:read", "a:read")},
		"omitted, none before":    {nil, null, null},
		"omitted, empty before":   {nil, set(), set()},
		"omitted, some before":    {nil, set("models:read"), set("models:read")},
		"omitted, unknown before": {nil, unknown, null},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			if got := scopesFromAPI(t.Context(), tc.names, tc.prior, &diags); !got.Equal(tc.want) || diags.HasError() {
				t.Errorf("got %s, want %s; %v", got, tc.want, diags)
			}
		})
	}
}

func TestScopesToAPI(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	for _, none := range []types.Set{types.SetNull(types.StringType), types.SetUnknown(types.StringType)} {
		if got := scopesToAPI(t.Context(), none, &diags); got != nil {
			t.Errorf("%s is %q", none, got)
		}
	}
	if diff := cmp.Diff([]string{"models:read"}, scopesToAPI(t.Context(), set("models:read"), &diags)); diff != "" || diags.HasError() {
		t.Errorf("scopes (-want +got), %v:\n%s", diags, diff)
	}
}

// A response without the secret, which is every one but the first, does not lose it.
func TestKeyFromAPIKeepsSecret(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	m := keyModel{Name: types.StringValue("ci"), Scopes: set("models:read"), RotateWhen: types.StringValue("1"), APIKey: types.StringUnknown()}
	m.fromAPI(t.Context(), control.APIKey{ID: "1", Secret: "edg_1", Prefix: "edg"}, &diags)
	m.fromAPI(t.Context(), control.APIKey{ID: "1", Name: "ci", CreatedAt: "now"}, &diags)
	want := keyModel{
		ID: types.StringValue("1"), Name: types.StringValue("ci"), Scopes: set("models:read"), RotateWhen: types.StringValue("1"),
		APIKey: types.StringValue("edg_1"), Prefix: types.StringNull(), CreatedAt: types.StringValue("now"),
	}
	if diff := cmp.Diff(want, m); diff != "" || diags.HasError() {
		t.Errorf("key (-want +got), %v:\n%s", diags, diff)
	}
}

func TestRotates(t *testing.T) {
	t.Parallel()
	null, unknown, a, b := types.StringNull(), types.StringUnknown(), types.StringValue("a"), types.StringValue("b")
	for _, tc := range []struct {
		before, planned types.String
		want            bool
	}{
		{null, null, false}, {null, a, true}, {a, a, false}, {a, b, true}, {a, null, false}, {a, unknown, true}, {null, unknown, true},
	} {
		if got := rotates(tc.before, tc.planned); got != tc.want {
			t.Errorf("from %s to %s rotates: %t", tc.before, tc.planned, got)
		}
	}
}
