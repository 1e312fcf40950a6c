package catalog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// planVersion compares the file with what was uploaded, and rejects what cannot be undone.
func planVersion(ctx context.Context, _ *resourcekit.Base, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, config versionModel
	var state *versionModel
	if !req.State.Raw.IsNull() {
		state = &versionModel{}
		resp.Diagnostics.Append(req.State.Get(ctx, state)...)
	}
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, artifactKey, nil)...)
		if state != nil && state.keepOnDestroy() {
			warnOfKeptVersion(state, &resp.Diagnostics)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var artifact plannedArtifact
	resourcekit.GetPrivate(ctx, req.Private, artifactKey, &artifact, &resp.Diagnostics)
	artifact = plan.planFile(ctx, state, &config, artifact, &resp.Diagnostics)
	resourcekit.SetPrivate(ctx, resp.Private, artifactKey, artifact, &resp.Diagnostics)
	switch {
	case resp.Diagnostics.HasError():
	case state != nil:
		plan.planImport(ctx, state, req.Private, resp)
		plan.planUpdate(state, &config, resp)
	case plan.Deprecated.ValueBool() && config.Published.IsNull():
		addDraftError(&resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// planFile plans checksum and size of a file, as far as they can be known. before is what the first plan of a replacement has seen.
func (m *versionModel) planFile(
	ctx context.Context, state, config *versionModel, before plannedArtifact, diags *diag.Diagnostics,
) (seen plannedArtifact) {
	if m.Source.IsUnknown() && state != nil { // the file is not known yet
		m.Checksum, m.SizeBytes = types.StringUnknown(), types.Int64Unknown()
	}
	if !resourcekit.Known(m.Source) || config.Checksum.IsUnknown() || config.SizeBytes.IsUnknown() {
		return seen
	}
	at, file := path.Root("source"), m.Source.ValueString()
	checksum, size, err := control.HashFile(ctx, file)
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case missing && state == nil:
		diags.AddAttributeWarning(at, "The file does not exist yet", fmt.Sprintf("%s does not exist. The apply fails unless the file is created before.", file))
	case missing && m.Source.Equal(state.Source): // it was uploaded and is no longer needed
	case err != nil:
		addUnreadableFile(err, diags)
	case state != nil && state.hasFile(checksum, size):
		m.Checksum, m.SizeBytes = state.Checksum, state.SizeBytes
		seen.Uploaded = true
	case state == nil && before.Uploaded: // the replaced version has this file: another one is to come
		m.Checksum, m.SizeBytes = types.StringUnknown(), types.Int64Unknown()
	default:
		m.Checksum, m.SizeBytes = types.StringValue(checksum), types.Int64Value(size)
		seen.File, seen.Checksum = file, checksum
	}
	return seen
}

// hasFile reports whether a version has the file with this checksum and size. A checksum of another algorithm cannot be compared,
// so that the size decides.
func (m *versionModel) hasFile(checksum string, size int64) bool {
	if known := m.Checksum.ValueString(); control.HashesLikeSHA256(known) {
		return control.SameChecksum(known, checksum)
	}
	return m.SizeBytes.ValueInt64() == size
}

// planUpdate plans the change of an existing version.
func (m *versionModel) planUpdate(state, config *versionModel, resp *resource.ModifyPlanResponse) {
	switch {
	case !m.HuggingFace.IsNull(): // the checksum is the server's
	case m.Checksum.IsUnknown(), !control.SameChecksum(m.Checksum.ValueString(), state.Checksum.ValueString()):
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("checksum"))
	default:
		m.Checksum = state.Checksum
	}
	sameVersion := m.ModelID.Equal(state.ModelID) && m.Version.Equal(state.Version)
	replaced := len(resp.RequiresReplace) > 0 || !sameVersion || m.configuredReplacement(state, config)
	switch {
	case replaced && sameVersion && state.keepOnDestroy():
		resp.Diagnostics.AddAttributeError(path.Root("version"), "The version cannot be replaced", fmt.Sprintf("The configuration requires another artifact for %s, but `on_destroy = \"keep\"` forbids deleting the "+
			"existing one. Give the new artifact a version of its own, or first apply `on_destroy = \"delete\"`.", state.Version.ValueString()))
		return
	case replaced:
		return // Terraform plans the replacement next
	}
	checkIrreversible("published", "Publishing cannot be undone", state.Published, m.Published, &resp.Diagnostics)
	checkIrreversible("deprecated", "Deprecating cannot be undone", state.Deprecated, m.Deprecated, &resp.Diagnostics)
	if m.Deprecated.ValueBool() && resourcekit.Known(m.Published) && !m.Published.ValueBool() {
		addDraftError(&resp.Diagnostics)
	}
	if m.Published.Equal(state.Published) && m.Deprecated.Equal(state.Deprecated) {
		m.Status = state.Status
	}
}

// configuredReplacement reports whether a changed attribute requires a replacement.
func (m *versionModel) configuredReplacement(state, config *versionModel) bool {
	return !config.StoragePath.IsNull() && !m.StoragePath.Equal(state.StoragePath) ||
		!config.Format.IsNull() && !m.Format.Equal(state.Format) ||
		!config.SizeBytes.IsNull() && !m.SizeBytes.Equal(state.SizeBytes) ||
		descriptionChanges(config.Description, m.Description, state.Description)
}

func checkIrreversible(name, summary string, before, planned types.Bool, diags *diag.Diagnostics) {
	if before.ValueBool() && resourcekit.Known(planned) && !planned.ValueBool() {
		diags.AddAttributeError(path.Root(name), summary, fmt.Sprintf("`%s` is true on the server, and the API cannot reset it. Set it to `true`, or remove it from the "+
			"configuration.", name))
	}
}

func (m *versionModel) keepOnDestroy() bool { return m.OnDestroy.ValueString() == onDestroyKeep }

func warnOfKeptVersion(m *versionModel, diags *diag.Diagnostics) {
	diags.AddWarning("The model version remains on the server", fmt.Sprintf("`on_destroy = \"keep\"` leaves the version %s on the server, where rollouts and devices continue to "+
		"use it.", m.Version.ValueString()))
}
