package catalog

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestValidateVersion(t *testing.T) {
	t.Parallel()
	registered := func() versionModel {
		return versionModel{StoragePath: text("p"), Checksum: text(hash), SizeBytes: types.Int64Value(1), Format: text("onnx")}
	}
	uploaded := versionModel{Source: text("f")}
	for name, tc := range map[string]struct {
		config func() versionModel
		at     string
	}{
		"registered":         {registered, ""},
		"uploaded":           {func() versionModel { return uploaded }, ""},
		"nothing":            {func() versionModel { return versionModel{} }, "source"},
		"both":               {func() versionModel { m := uploaded; m.StoragePath = text("p"); return m }, "storage_path"},
		"a format of a file": {func() versionModel { m := uploaded; m.Format = text("onnx"); return m }, "format"},
		"without a checksum": {func() versionModel { m := registered(); m.Checksum = types.StringNull(); return m }, "checksum"},
		"without a size":     {func() versionModel { m := registered(); m.SizeBytes = types.Int64Null(); return m }, "size_bytes"},
		"perhaps both":       {func() versionModel { m := registered(); m.Source = types.StringUnknown(); return m }, ""},
		"perhaps a path":     {func() versionModel { m := uploaded; m.StoragePath = types.StringUnknown(); return m }, ""},
		"a deprecated draft": {func() versionModel {
			m := uploaded
			m.Published, m.Deprecated = types.BoolValue(false), types.BoolValue(true)
			return m
		}, "deprecated"},
		"perhaps published": {func() versionModel {
			m := uploaded
			m.Published, m.Deprecated = types.BoolUnknown(), types.BoolValue(true)
			return m
		}, ""},
		"a path without the rest": {func() versionModel { return versionModel{StoragePath: types.StringUnknown()} }, "checksum"},
	} {
		var diags diag.Diagnostics
		validateVersion(t.Context(), tc.config(), &diags)
		at := ""
		if len(diags) > 0 {
			if on, ok := diags[0].(diag.DiagnosticWithPath); ok {
				at = on.Path().String()
			}
		}
		if at != tc.at {
			t.Errorf("%s: the error is on %q, want %q: %v", name, at, tc.at, diags)
		}
	}
}
