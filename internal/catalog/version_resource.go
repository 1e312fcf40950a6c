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

// defaultCreateTimeout limits a create for which the configuration sets no timeout.
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
	Fields:       map[string]string{"repo_id": "huggingface", "reference_only": "huggingface"},
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

// createVersion uploads, imports or registers the version, saves it in the state, and completes it.
func createVersion(ctx context.Context, op *versionOperation) (control.Version, error) {
	limit, d := op.Plan.Timeouts.Create(ctx, defaultCreateTimeout)
	op.Diags.Append(d...)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var created control.Version
	var err error
	addError := addArtifactError
	switch {
	case !op.Plan.HuggingFace.IsNull():
		created, err = importVersion(ctx, op)
		addError = addImportError
	case op.Plan.Source.IsNull():
		created, err = op.Client.RegisterVersion(ctx, op.Plan.ModelID.ValueString(), op.Plan.registration())
		resourcekit.SetPrivate(ctx, op.Private, registeredKey, true, op.Diags)
	default:
		created, err = upload(ctx, op)
	}
	if created.Version == "" {
		return created, addError(op, err)
	}
	op.SaveState(ctx, created)
	op.Diags.Append(op.Private.SetKey(ctx, artifactKey, nil)...)
	if err != nil {
		return created, addError(op, err)
	}
	after := completeVersion(ctx, op, created)
	if op.Diags.HasError() && !op.Adopted() {
		op.Diags.AddWarning("The version was created", fmt.Sprintf("%s of the model was created before the error. The next apply replaces it, and uploads or imports it again if it "+
			"was uploaded or imported. To keep it, run `terraform untaint` on the resource first: the next apply then does "+
			"only what is missing.",
			created.Version))
	}
	return after, nil
}

// completeVersion makes the changes that an existing version still needs, and reads it after the last one. An error is on the attribute
// that requires the change.
func completeVersion(ctx context.Context, op *versionOperation, current control.Version) control.Version {
	client, modelID, version := op.Client, op.Plan.ModelID.ValueString(), current.Version
	missing := op.Plan.missingMetrics(current)
	unread := false // whether metrics were written that current does not show
	for _, step := range []struct {
		attribute string
		needed    bool
		run       func() (control.Version, error)
	}{
		{"metrics", len(missing) > 0, func() (control.Version, error) {
			after, answered, err := client.UpdateVersionMetrics(ctx, modelID, version, missing)
			if unread = !answered; unread {
				after = current
			}
			return after, err
		}},
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
			break
		}
		unread = unread && step.attribute == "metrics"
		current = after
	}
	if !unread {
		return current
	}
	after, err := client.Version(ctx, modelID, version)
	if err != nil {
		resourcekit.AddError(op.Diags, path.Root("metrics"), "Could not update the model version", err)
		return current
	}
	return after
}

// upload first checks that the model exists and the version does not: the server would reject it only after the whole file was sent.
func upload(ctx context.Context, op *versionOperation) (control.Version, error) {
	modelID, request := op.Plan.ModelID.ValueString(), op.Plan.upload()
	if request.Checksum == "" { // the file did not exist during the plan
		checksum, _, err := control.HashFile(ctx, request.File)
		if err != nil {
			addUnreadableFile(err, op.Diags)
			return control.Version{}, nil
		}
		request.Checksum = checksum
	}
	// Some servers would create a model for a name that they do not know, such as a misspelled one.
	has, err := op.Client.HasVersion(ctx, modelID, request.Version)
	if err != nil {
		return control.Version{}, err
	}
	if has {
		return control.Version{}, existingVersion(request.Version, "the file was not uploaded")
	}
	return op.Client.UploadVersion(ctx, modelID, request)
}

// existingVersion is the error of a version that exists already; otherwise tells what was not done for that.
func existingVersion(version, otherwise string) error {
	return &resourcekit.ConflictError{Message: fmt.Sprintf("the model already has a version %s, and %s", version, otherwise)}
}

// addArtifactError adds an error of the artifact to the attribute that it is about, which the entity cannot know.
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

// deleteVersion deletes the version unless it is to be kept, or the file that replaces it has changed since the plan.
func deleteVersion(ctx context.Context, op *versionOperation) error {
	if !checkArtifact(ctx, op) {
		return nil
	}
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

// listVersions lists the versions of one model. Without a model the list is empty.
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

// findVersion finds a version by `<model>/<version>`, with the model by name or ID. The name of a model may contain slashes.
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
