package catalog

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func TestVersionsFromAPI(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	list := versionsFromAPI(t.Context(), []control.Version{
		{
			Version: "2.0.0", Status: control.VersionPublished, Format: "onnx", Description: "int4", SizeBytes: 2_400_000_000,
			CreatedAt: "2026-11-01T09:00:00Z",
		},
		{Version: "1.0.0"},
	}, []string{"1.0.0"}, &diags)
	var got []listedVersion
	diags.Append(list.ElementsAs(t.Context(), &got, false)...)
	if diags.HasError() {
		t.Fatal(diags)
	}
	want := []listedVersion{
		{
			Version: types.StringValue("2.0.0"), Status: types.StringValue("published"), Format: types.StringValue("onnx"),
			Description: types.StringValue("int4"), SizeBytes: types.Int64Value(2_400_000_000),
			CreatedAt: types.StringValue("2026-11-01T09:00:00Z"), Deployed: types.BoolValue(false),
		},
		{Version: types.StringValue("1.0.0"), Deployed: types.BoolValue(true)}, // the zero value of the others is null
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestVersionsFromAPIEmpty(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	list := versionsFromAPI(t.Context(), nil, nil, &diags)
	if diags.HasError() || list.IsNull() || len(list.Elements()) != 0 {
		t.Errorf("got %s %v; want an empty list", list, diags)
	}
}
