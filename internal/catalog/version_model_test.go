package catalog

import (
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

var hash = strings.Repeat("ab", 32)

func TestVersionFromAPI(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	var m versionModel
	m.fromAPI(control.Version{
		ModelID: "mdl_1", Version: "1.0.0", Status: "deprecated", Format: "onnx", StoragePath: "p", Checksum: "etag-7", SizeBytes: 7,
		Metrics: map[string]float64{"accuracy": 0.9}, CreatedAt: "2026-11-24T12:00:00Z",
	}, &diags)
	want := versionModel{
		ModelID: text("mdl_1"), Version: text("1.0.0"), StoragePath: text("p"), Checksum: text("etag-7"), SizeBytes: types.Int64Value(7), Format: text("onnx"),
		Metrics: numbers(map[string]float64{"accuracy": 0.9}), Published: types.BoolValue(true), Deprecated: types.BoolValue(true),
		OnDestroy: text("delete"), Status: text("deprecated"), CreatedAt: text("2026-11-24T12:00:00Z"),
	}
	if diff := cmp.Diff(want, m); diff != "" || diags.HasError() {
		t.Errorf("after an import %v (-want +got):\n%s", diags, diff)
	}

	// Omitted values keep what the model has.
	before := want
	before.ModelID, before.OnDestroy = text("phi"), text("keep")
	m = before
	m.fromAPI(control.Version{ModelID: "mdl_1", Version: "1.0.0"}, &diags)
	before.Metrics = numbers(map[string]float64{}) // except the metrics: one may have been deleted
	if diff := cmp.Diff(before, m); diff != "" || diags.HasError() {
		t.Errorf("with omitted values: %v (-want +got):\n%s", diags, diff)
	}
}

func numbers(values map[string]float64) types.Map {
	elements := map[string]attr.Value{}
	for name, value := range values {
		elements[name] = types.Float64Value(value)
	}
	return types.MapValueMust(types.Float64Type, elements)
}

// CONTRACT.md 2.32
func TestVersionFromAPIStatus(t *testing.T) {
	t.Parallel()
	for status, want := range map[string][2]bool{
		"draft": {false, false}, "preview": {false, false}, "published": {true, false}, "active": {true, false}, "deprecated": {true, true},
		"retired": {true, true}, "": {false, false},
	} {
		var diags diag.Diagnostics
		m := versionModel{Status: types.StringUnknown(), Published: types.BoolUnknown(), Deprecated: types.BoolUnknown()}
		m.fromAPI(control.Version{Version: "1", Status: status}, &diags)
		if got := [2]bool{m.Published.ValueBool(), m.Deprecated.ValueBool()}; got != want || m.Status.IsUnknown() || m.Published.IsUnknown() {
			t.Errorf("%q: published and deprecated are %v", status, got)
		}
	}
}

func TestChecksumFromAPI(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ server, prior, want string }{
		{"sha256:" + hash, "", "sha256:" + hash},
		{hash, "sha256:" + hash, "sha256:" + hash},
		{"sha256:" + hash, strings.ToUpper(hash), strings.ToUpper(hash)},
		{strings.Repeat("0", 64), "sha256:" + hash, strings.Repeat("0", 64)},
		{"etag-7", "sha256:" + hash, "sha256:" + hash}, // of another kind
		{"", "sha256:" + hash, "sha256:" + hash},
		{"etag-8", "etag-7", "etag-8"},
	} {
		prior := types.StringNull()
		if tc.prior != "" {
			prior = text(tc.prior)
		}
		if got := checksumFromAPI(tc.server, prior).ValueString(); got != tc.want {
			t.Errorf("%q over %q: %q; want %q", tc.server, tc.prior, got, tc.want)
		}
	}
}

// A configured number has more digits than its JSON, and is still the same.
func TestMetricsKeepPrecision(t *testing.T) {
	t.Parallel()
	exact, _, err := big.ParseFloat("0.118", 10, 512, big.ToNearestEven)
	if err != nil {
		t.Fatal(err)
	}
	value, err := types.Float64Type.ValueFromTerraform(t.Context(), tftypes.NewValue(tftypes.Number, exact))
	if err != nil {
		t.Fatal(err)
	}
	var diags diag.Diagnostics
	prior := types.MapValueMust(types.Float64Type, map[string]attr.Value{"kept": value, "changed": value, "gone": value})
	got := metricsFromAPI(map[string]float64{"kept": 0.118, "changed": 0.2, "others": 3}, prior, &diags)
	want := types.MapValueMust(types.Float64Type, map[string]attr.Value{"kept": value, "changed": types.Float64Value(0.2)})
	if diff := cmp.Diff(want, got); diff != "" || diags.HasError() {
		t.Errorf("%v (-want +got):\n%s", diags, diff)
	}
	m := versionModel{Metrics: prior}
	due := m.missingMetrics(control.Version{Metrics: map[string]float64{"kept": 0.118, "changed": 0.2}})
	if diff := cmp.Diff(map[string]float64{"changed": 0.118, "gone": 0.118}, due); diff != "" {
		t.Errorf("due (-want +got):\n%s", diff)
	}
	unmanaged := versionModel{Metrics: types.MapNull(types.Float64Type)}
	if due := unmanaged.missingMetrics(control.Version{}); len(due) > 0 {
		t.Errorf("metrics that are not managed are due: %v", due)
	}
}
