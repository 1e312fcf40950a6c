package resourcekit

import (
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func listOf(items ...string) types.List {
	values := make([]attr.Value, len(items))
	for i, item := range items {
		values[i] = types.StringValue(item)
	}
	return types.ListValueMust(types.StringType, values)
}

func TestStringOrNull(t *testing.T) {
	t.Parallel()
	if got := StringOrNull(""); !got.IsNull() {
		t.Errorf("an empty text is %s", got)
	}
	if got := StringOrNull("a"); got.ValueString() != "a" {
		t.Errorf("a text is %s", got)
	}
}

func TestOptionalString(t *testing.T) {
	t.Parallel()
	empty, text := "", "a"
	for _, tc := range []struct {
		name        string
		server      *string
		prior, want types.String
	}{
		{"none, null before", nil, types.StringNull(), types.StringNull()},
		{"none, empty before", nil, types.StringValue(""), types.StringValue("")},
		{"none, a text before", nil, types.StringValue("b"), types.StringNull()},
		{"none, unknown before", nil, types.StringUnknown(), types.StringNull()},
		{"empty, null before", &empty, types.StringNull(), types.StringNull()},
		{"empty, empty before", &empty, types.StringValue(""), types.StringValue("")},
		{"text, null before", &text, types.StringNull(), types.StringValue("a")},
		{"text, empty before", &text, types.StringValue(""), types.StringValue("a")},
	} {
		if got := OptionalString(tc.server, tc.prior); !got.Equal(tc.want) {
			t.Errorf("%s: got %s; want %s", tc.name, got, tc.want)
		}
	}
}

func TestStringPointer(t *testing.T) {
	t.Parallel()
	if StringPointer(types.StringNull()) != nil || StringPointer(types.StringUnknown()) != nil {
		t.Error("null and unknown are not sent")
	}
	if got := StringPointer(types.StringValue("")); got == nil || *got != "" {
		t.Errorf("an empty text is sent as %v", got)
	}
}

func TestStringList(t *testing.T) {
	t.Parallel()
	null, unknown := types.ListNull(types.StringType), types.ListUnknown(types.StringType)
	for _, tc := range []struct {
		name        string
		server      []string
		prior, want types.List
	}{
		{"none, null before", nil, null, null},
		{"none, unknown before", nil, unknown, null},
		{"none, empty before", nil, listOf(), listOf()},
		{"none, some before", nil, listOf("a"), listOf()},
		{"empty, null before", []string{}, null, null},
		{"empty, empty before", []string{}, listOf(), listOf()},
		{"some, null before", []string{"a", "b"}, null, listOf("a", "b")},
	} {
		var diags diag.Diagnostics
		if got := StringList(t.Context(), tc.server, tc.prior, &diags); !got.Equal(tc.want) || diags.HasError() {
			t.Errorf("%s: got %s, %v; want %s", tc.name, got, diags, tc.want)
		}
	}
}

func TestStrings(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		list types.List
		want []string
	}{
		{types.ListNull(types.StringType), nil}, {types.ListUnknown(types.StringType), nil}, {listOf(), []string{}}, {listOf("a", "b"), []string{"a", "b"}},
	} {
		var diags diag.Diagnostics
		got := Strings(t.Context(), tc.list, &diags)
		if diff := cmp.Diff(tc.want, got); diff != "" || diags.HasError() {
			t.Errorf("%s: %v (-want +got):\n%s", tc.list, diags, diff)
		}
	}
	var diags diag.Diagnostics
	Strings(t.Context(), types.ListValueMust(types.StringType, []attr.Value{types.StringUnknown()}), &diags)
	if !diags.HasError() {
		t.Error("an unknown item was accepted")
	}
}

func TestKnown(t *testing.T) {
	t.Parallel()
	if Known(types.StringNull()) || Known(types.StringUnknown()) || !Known(types.StringValue("")) {
		t.Error("a known value is neither null nor unknown")
	}
}

func TestSameNumber(t *testing.T) {
	t.Parallel()
	written, _, err := big.ParseFloat("0.95", 10, 512, big.ToNearestEven)
	if err != nil {
		t.Fatal(err)
	}
	fromState, err := types.Float64Type.ValueFromTerraform(t.Context(), tftypes.NewValue(tftypes.Number, written))
	if err != nil {
		t.Fatal(err)
	}
	kept, ok := fromState.(types.Float64)
	if !ok || kept.Equal(types.Float64Value(0.95)) {
		t.Fatalf("%v is what the framework calls equal", fromState)
	}
	for _, test := range []struct {
		a, b types.Float64
		want bool
	}{
		{kept, types.Float64Value(0.95), true}, {kept, types.Float64Value(0.96), false}, {kept, types.Float64Null(), false},
		{types.Float64Null(), types.Float64Null(), true}, {types.Float64Unknown(), types.Float64Null(), false},
	} {
		if got := SameNumber(test.a, test.b); got != test.want {
			t.Errorf("%s and %s: %v", test.a, test.b, got)
		}
	}
}
