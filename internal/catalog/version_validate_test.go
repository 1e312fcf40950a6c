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
	imported := versionModel{HuggingFace: repository("microsoft/phi-4")}
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
		"imported":                    {func() versionModel { return imported }, ""},
		"imported and uploaded":       {func() versionModel { m := imported; m.Source = text("f"); return m }, "huggingface"},
		"imported, perhaps uploaded":  {func() versionModel { m := imported; m.Source = types.StringUnknown(); return m }, ""},
		"imported with a path":        {func() versionModel { m := imported; m.StoragePath = text("p"); return m }, "storage_path"},
		"imported with a checksum":    {func() versionModel { m := imported; m.Checksum = text(hash); return m }, "checksum"},
		"imported with a size":        {func() versionModel { m := imported; m.SizeBytes = types.Int64Value(1); return m }, "size_bytes"},
		"imported with a format":      {func() versionModel { m := imported; m.Format = text("gguf"); return m }, "format"},
		"imported with a description": {func() versionModel { m := imported; m.Description = text("d"); return m }, "description"},
		"perhaps imported": {func() versionModel {
			return versionModel{HuggingFace: types.ObjectUnknown(repository("a/b").AttributeTypes(t.Context()))}
		}, ""},
		"perhaps imported, and registered": {func() versionModel {
			m := registered()
			m.HuggingFace = types.ObjectUnknown(repository("a/b").AttributeTypes(t.Context()))
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
