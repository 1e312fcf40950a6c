package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// defaultCreateTimeout is how long a creation may take where the configuration does not say.
const defaultCreateTimeout = time.Hour

type versionOperation = resourcekit.Operation[versionModel, control.Version]

var versionEntity = resourcekit.Entity[versionModel, control.Version]{
	TypeName: "octomil_model_version",
	Title:    "model version", Titles: "model versions",
	Schema: versionSchema(),
	Identity: resourcekit.Identity{
		{Name: "model_id", Description: "ID of the model."}, {Name: "version", Description: "Version, such as `1.0.0`."},
	},
	Unique:       "version",
	ProviderOnly: []string{"source", "on_destroy", "timeouts"},

	Create: createVersion,
	Read: func(ctx context.Context, client *control.Client, m *versionModel) (control.Version, error) {
		return client.Version(ctx, m.ModelID.ValueString(), m.Version.ValueString())
	},
	Update: func(ctx context.Context, op *versionOperation) (control.Version, error) {
		current, err := op.Client.Version(ctx, op.Plan.ModelID.ValueString(), op.Plan.Version.ValueString())
		if err != nil {
			return current, err
		}
		return completeVersion(ctx, op, current), nil
	},
	Delete: deleteVersion,
	FromAPI: func(_ context.Context, _ *control.Client, m *versionModel, v control.Version, diags *diag.Diagnostics) {
		m.fromAPI(v, diags)
	},

	List: listVersions,
	Filters: []resourcekit.Filter[control.Version]{
		{Name: "model", Description: "Model whose versions are listed, by name or ID.", Required: true},
		{
			Name: "status", Description: "Only versions with this status, such as `published`.",
			Of: func(v control.Version) string { return v.Status },
		},
	},
	Name:   func(v control.Version) string { return v.Version },
	ID:     func(v control.Version) string { return v.ModelID + "/" + v.Version },
	Lookup: findVersion,

	ModifyPlan: planVersion,
	PlannedName: func(planned versionModel) string {
		if !resourcekit.Known(planned.ModelID) || !resourcekit.Known(planned.Version) {
			return ""
		}
		return planned.ModelID.ValueString() + "/" + planned.Version.ValueString()
	},
	Validate: validateVersion,
}

// createVersion uploads or registers, and does the rest once that is in state.
func createVersion(ctx context.Context, op *versionOperation) (control.Version, error) {
	limit, d := op.Plan.Timeouts.Create(ctx, defaultCreateTimeout)
	op.Diags.Append(d...)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var created control.Version
	var err error
	if op.Plan.Source.IsNull() {
		created, err = op.Client.RegisterVersion(ctx, op.Plan.ModelID.ValueString(), op.Plan.registration())
	} else {
		created, err = upload(ctx, op)
	}
	if created.Version == "" {
		return created, addArtifactError(op, err)
	}
	op.SaveState(ctx, created)
	if err != nil {
		return created, addArtifactError(op, err)
	}
	after := completeVersion(ctx, op, created)
	if op.Diags.HasError() {
		op.Diags.AddWarning("The version was created", fmt.Sprintf("%s of the model was created before the error. The next apply replaces it, and uploads it again if it "+
			"was uploaded. To keep it, run `terraform untaint` on the resource first: the next apply then does "+
			"only what is missing.",
			created.Version))
	}
	return after, nil
}

// completeVersion does what a version that is there still lacks. An error is on the attribute that asks for it.
func completeVersion(ctx context.Context, op *versionOperation, current control.Version) control.Version {
	client, modelID, version := op.Client, op.Plan.ModelID.ValueString(), op.Plan.Version.ValueString()
	missing := op.Plan.missingMetrics(current)
	for _, step := range []struct {
		attribute string
		needed    bool
		run       func() (control.Version, error)
	}{
		{"metrics", len(missing) > 0, func() (control.Version, error) { return client.UpdateVersionMetrics(ctx, modelID, version, missing) }},
		{"published", op.Plan.Published.ValueBool() && !current.Published(), func() (control.Version, error) {
			return client.PublishVersion(ctx, modelID, version)
		}},
		{"deprecated", op.Plan.Deprecated.ValueBool() && !current.Deprecated(), func() (control.Version, error) {
			return client.DeprecateVersion(ctx, modelID, version)
		}},
	} {
		if !step.needed {
			continue
		}
		after, err := step.run()
		if err != nil {
			resourcekit.AddError(op.Diags, path.Root(step.attribute), "Could not update the model version", err)
			return current
		}
		current = after
	}
	return current
}

// upload looks first whether the version exists already: the server would say so only after the file was sent.
func upload(ctx context.Context, op *versionOperation) (control.Version, error) {
	modelID, request := op.Plan.ModelID.ValueString(), op.Plan.upload()
	if request.Checksum == "" { // the file was not there when the plan looked
		checksum, _, err := control.HashFile(ctx, request.File)
		if err != nil {
			op.Diags.AddAttributeError(path.Root("source"), "The file cannot be read", resourcekit.Sentence(err.Error()))
			return control.Version{}, nil
		}
		request.Checksum = checksum
	}
	_, err := op.Client.Version(ctx, modelID, request.Version)
	if err == nil {
		op.Diags.AddAttributeError(path.Root("version"), "Could not create the model version", fmt.Sprintf("The model already has a version %s, and the file was not uploaded.\n\nChoose another version, or "+
			"import the existing one at its address in the configuration:\n\n    terraform import "+
			"octomil_model_version.<address> %q", request.Version, modelID+"/"+request.Version))
		return control.Version{}, nil
	}
	if !control.NotFound(err) {
		return control.Version{}, err
	}
	// Some servers would create a model for a name that they do not know, such as a misspelled one.
	if _, err := op.Client.Model(ctx, modelID); err != nil && !control.NoSuchRoute(err) {
		return control.Version{}, err
	}
	return op.Client.UploadVersion(ctx, modelID, request)
}

// addArtifactError puts an error on the attribute that it is about, where the entity would not know.
func addArtifactError(op *versionOperation, err error) error {
	var storage *control.StorageError
	var changed *control.FileChangedError
	at := path.Root("source")
	switch {
	case errors.As(err, &storage), errors.As(err, &changed):
	case control.NotFound(err):
		at = path.Root("model_id")
	default:
		return err
	}
	resourcekit.AddError(op.Diags, at, "Could not create the model version", err)
	return nil
}

// deleteVersion deletes the version unless it is to be kept.
func deleteVersion(ctx context.Context, op *versionOperation) error {
	if op.State.keepOnDestroy() {
		warnOfKeptVersion(op.State, op.Diags)
		return nil
	}
	err := op.Client.DeleteVersion(ctx, op.State.ModelID.ValueString(), op.State.Version.ValueString())
	if resourcekit.IsConflict(err) {
		op.Diags.AddAttributeError(path.Root("on_destroy"), "The version is in use", resourcekit.Sentence(err.Error())+"\n\nTo remove the version from the state only and leave it on the server, apply `on_destroy = "+
			"\"keep\"`. It is deleted together with its model.")
		return nil
	}
	return err
}

// listVersions lists the versions of one model; without a model there is nothing to list.
func listVersions(ctx context.Context, client *control.Client, filters map[string]string) ([]control.Version, error) {
	nameOrID := filters["model"]
	if nameOrID == "" {
		return nil, nil
	}
	model, _, err := client.ResolveModel(ctx, nameOrID)
	if err != nil {
		return nil, err
	}
	return client.Versions(ctx, model.ID, filters["status"])
}

// findVersion takes a model, by name or id, and a version with a slash between. Names of models may hold slashes themselves.
func findVersion(ctx context.Context, client *control.Client, importID string) (control.Version, bool, error) {
	slash := strings.LastIndexByte(importID, '/')
	if slash < 1 || slash == len(importID)-1 {
		return control.Version{}, false, nil
	}
	model, _, err := client.ResolveModel(ctx, importID[:slash])
	if err != nil {
		return control.Version{}, false, err
	}
	return resourcekit.FoundOrNot(client.Version(ctx, model.ID, importID[slash+1:]))
}
