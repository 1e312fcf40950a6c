package catalog

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func TestVersionsListKeepsTheOrderAndMarksWhatWasDeployed(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	list := versionsList(t.Context(), []control.Version{
		{
			Version: "2.0.0", Status: control.VersionPublished, Format: "onnx", Description: "int4", SizeBytes: 2_400_000_000,
			CreatedAt: "2026-11-01T09:00:00Z",
		},
		{Version: "1.0.0"},
	}, map[string]bool{"1.0.0": true}, &diags)
	var got []versionModel
	diags.Append(list.ElementsAs(t.Context(), &got, false)...)
	if diags.HasError() {
		t.Fatal(diags)
	}
	want := []versionModel{
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

func TestVersionsListOfAModelWithoutVersionsIsEmpty(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	list := versionsList(t.Context(), nil, nil, &diags)
	if diags.HasError() || list.IsNull() || len(list.Elements()) != 0 {
		t.Errorf("got %s %v; want an empty list", list, diags)
	}
}

func TestDeployedVersionsCountsCompletedRolloutsOnly(t *testing.T) {
	t.Parallel()
	got := deployedVersions([]control.Rollout{
		{Version: "5.0.0", Status: control.RolloutPending},
		{Version: "4.0.0", Status: control.RolloutActive, Percentage: 100},
		{Version: "3.0.0", Status: control.RolloutRolledBack},
		{Version: "2.0.0", Status: control.RolloutRollingBack},
		{Version: "1.0.0", Status: control.RolloutCompleted},
		{Version: "1.0.0", Status: control.RolloutRolledBack},
	})
	if diff := cmp.Diff(map[string]bool{"1.0.0": true}, got); diff != "" {
		t.Error(diff)
	}
}
