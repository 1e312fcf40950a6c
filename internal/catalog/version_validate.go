package catalog

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// validateVersion checks that there is exactly one artifact, with everything that it requires.
func validateVersion(_ context.Context, config versionModel, diags *diag.Diagnostics) {
	checkHomePath(config.Source.ValueString(), diags)
	validateImport(&config, diags)
	registers := config.Source.IsNull() && config.HuggingFace.IsNull()
	registered := []struct {
		name  string
		value interface{ IsNull() bool }
		known bool
	}{
		{"storage_path", config.StoragePath, resourcekit.Known(config.StoragePath)},
		{"checksum", config.Checksum, resourcekit.Known(config.Checksum)},
		{"size_bytes", config.SizeBytes, resourcekit.Known(config.SizeBytes)},
		{"format", config.Format, resourcekit.Known(config.Format)},
	}
	for _, a := range registered {
		switch {
		case resourcekit.Known(config.Source) && a.known:
			diags.AddAttributeError(path.Root(a.name), "The version is uploaded", fmt.Sprintf("With `source`, `%s` is computed from the file. Remove it, or remove `source` to register an artifact "+
				"that the server's storage already has.", a.name))
		case resourcekit.Known(config.HuggingFace) && a.known:
			addImportedError(a.name, diags)
		case registers && a.value.IsNull() && a.name == "storage_path":
			diags.AddAttributeError(path.Root("source"), "The version has no artifact", "Set `source` to upload a file, set `huggingface` to import a repository, or set `storage_path`, "+
				"`checksum`, `size_bytes` and `format` to register an artifact that the server's storage already has.")
			return
		case registers && a.value.IsNull():
			diags.AddAttributeError(path.Root(a.name), "Missing attribute of the artifact", fmt.Sprintf("With `storage_path`, %#q is required, because the server does not inspect the artifact.", a.name))
		}
	}
	if config.Deprecated.ValueBool() && resourcekit.Known(config.Published) && !config.Published.ValueBool() {
		addDraftError(diags)
	}
}

func addDraftError(diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("deprecated"), "A draft cannot be deprecated", "Only a published version can be deprecated. Set `published = true` as well, or set neither.")
}
