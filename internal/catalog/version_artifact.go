package catalog

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// artifactKey is the key of private state in which the plan of a version leaves what it has seen of the file.
const artifactKey = "artifact"

// plannedArtifact is what a plan has seen of the file. A replacement is planned twice: first as a change of the version that is there, then
// as a creation, which gets the private state of the first plan, as does the deletion of the old version.
type plannedArtifact struct {
	// Uploaded is true of a file that is still the one of the version in the state. If the version is replaced all the same, the file is
	// probably made by another resource of the same apply, so that its checksum is not known before.
	Uploaded bool `json:"uploaded,omitempty"`
	// File is the path of the file that replaces the version, "" where its checksum is not known.
	File string `json:"file,omitempty"`
	// Checksum is the planned checksum of the file that replaces the version, "" where it is not known.
	Checksum string `json:"checksum,omitempty"`
}

// checkArtifact stops the deletion of a version that is replaced by a file which has changed since the plan: Terraform would refuse the
// creation only after the deletion.
func checkArtifact(ctx context.Context, op *versionOperation) bool {
	var planned plannedArtifact
	resourcekit.GetPrivate(ctx, op.Private, artifactKey, &planned, op.Diags)
	if planned.Checksum == "" || op.Diags.HasError() {
		return !op.Diags.HasError()
	}
	checksum, _, err := control.HashFile(ctx, planned.File)
	switch {
	case err != nil:
		addUnreadableFile(err, op.Diags)
	case !control.SameChecksum(checksum, planned.Checksum):
		op.Diags.AddAttributeError(path.Root("source"), "The file has changed since the plan", fmt.Sprintf("%s was planned with the checksum %s and has %s now. "+
			"The version was not replaced. Run `terraform plan` again. If another resource of the same apply makes the file, refer to an attribute "+
			"of that resource in `source` which is only known after apply, such as `terraform_data.build.output`.", planned.File, planned.Checksum, checksum))
	}
	return !op.Diags.HasError()
}

func addUnreadableFile(err error, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("source"), "The file cannot be read", resourcekit.Sentence(err.Error()))
}

// checkHomePath refuses a path that only a shell would expand.
func checkHomePath(file string, diags *diag.Diagnostics) {
	if file == "~" || strings.HasPrefix(file, "~/") {
		diags.AddAttributeError(path.Root("source"), "The path begins with `~`", fmt.Sprintf("Terraform does not expand `~` in %q. Set `source = "+
			"pathexpand(%[1]q)`.", file))
	}
}
