package catalog

import (
	"context"
	"errors"
	"net/http"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// registeredKey is the key of private state that tells a registered version from one that may have been imported: after `terraform import`,
// the state has neither `source` nor `huggingface`, whatever the version was made from.
const registeredKey = "registered"

// repositoryID matches the owner and the name of a repository.
var repositoryID = regexp.MustCompile(`^[^/\s]+/[^/\s]+$`)

func huggingFaceAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "Repository of Hugging Face that the server imports as this version. The import may take minutes, within " +
			"`timeouts.create`. Changing this forces a new resource to be created. The server does not return it: it is null after " +
			"an import of the resource, and setting it then changes the state only.",
		Attributes: map[string]schema.Attribute{
			"repo_id": schema.StringAttribute{
				Required:            true,
				Validators:          []validator.String{stringvalidator.RegexMatches(repositoryID, "must be the owner and the name of a repository, such as `microsoft/phi-4`")},
				MarkdownDescription: "Owner and name of the repository, such as `microsoft/phi-4`.",
			},
			"reference_only": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether the artifact stays at Hugging Face: `true` only refers to it, `false` makes the server store a copy. " +
					"Defaults to `true`.",
			},
		},
	}
}

// huggingFaceModel is the value of `huggingface`.
type huggingFaceModel struct {
	RepoID        types.String `tfsdk:"repo_id"`
	ReferenceOnly types.Bool   `tfsdk:"reference_only"`
}

func (h huggingFaceModel) known() bool { return !h.RepoID.IsUnknown() && !h.ReferenceOnly.IsUnknown() }

// referenceOnly is true unless the configuration says otherwise, as on the server.
func (h huggingFaceModel) referenceOnly() bool {
	return h.ReferenceOnly.IsNull() || h.ReferenceOnly.ValueBool()
}

// huggingFace returns the value of `huggingface`. It is false where that is null or not known as a whole.
func (m *versionModel) huggingFace(ctx context.Context, diags *diag.Diagnostics) (h huggingFaceModel, ok bool) {
	if !resourcekit.Known(m.HuggingFace) {
		return h, false
	}
	diags.Append(m.HuggingFace.As(ctx, &h, basetypes.ObjectAsOptions{})...)
	return h, h.known()
}

// validateImport checks that nothing is set beside `huggingface` which an import cannot set.
func validateImport(config *versionModel, diags *diag.Diagnostics) {
	if !resourcekit.Known(config.HuggingFace) {
		return
	}
	if resourcekit.Known(config.Source) {
		diags.AddAttributeError(path.Root("huggingface"), "The version has two artifacts", "Set `source` to upload a file, or `huggingface` to import "+
			"a repository, and not both.")
	}
	if resourcekit.Known(config.Description) {
		diags.AddAttributeError(path.Root("description"), "An import cannot set the description", "The API takes no description of a version that is "+
			"imported from Hugging Face. Remove `description`; the model has one of its own.")
	}
}

func addImportedError(name string, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root(name), "The version is imported", "With `huggingface`, the server sets `"+name+"` from the repository. Remove it, or "+
		"remove `huggingface` to register an artifact that the server's storage already has.")
}

// planImport replaces a version that is from another repository, or from none.
func (m *versionModel) planImport(ctx context.Context, state *versionModel, private resourcekit.PrivateState, resp *resource.ModifyPlanResponse) {
	var registered bool
	resourcekit.GetPrivate(ctx, private, registeredKey, &registered, &resp.Diagnostics)
	if m.replacesImport(ctx, state, registered, &resp.Diagnostics) {
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("huggingface"))
	}
}

func (m *versionModel) replacesImport(ctx context.Context, state *versionModel, registered bool, diags *diag.Diagnostics) bool {
	switch {
	case m.HuggingFace.IsNull():
		return !state.HuggingFace.IsNull()
	case state.HuggingFace.IsNull():
		return registered || !state.Source.IsNull()
	}
	before, _ := state.huggingFace(ctx, diags)
	planned, known := m.huggingFace(ctx, diags)
	return !known || !planned.RepoID.Equal(before.RepoID) || planned.referenceOnly() != before.referenceOnly()
}

// importVersion first checks that the version does not exist, and reads the name of the model: the server would create a model of any
// other name.
func importVersion(ctx context.Context, op *versionOperation) (control.Version, error) {
	h, known := op.Plan.huggingFace(ctx, op.Diags)
	if !known {
		return control.Version{}, nil
	}
	modelID, version := op.Plan.ModelID.ValueString(), op.Plan.Version.ValueString()
	switch _, err := op.Client.Version(ctx, modelID, version); {
	case err == nil:
		return control.Version{}, existingVersion(version, "nothing was imported")
	case !control.NotFound(err):
		return control.Version{}, err
	}
	model, err := op.Client.Model(ctx, modelID)
	if err != nil {
		return control.Version{}, addArtifactError(op, err)
	}
	return op.Client.ImportVersion(ctx, modelID, control.Import{
		RepoID: h.RepoID.ValueString(), Version: version, ReferenceOnly: h.referenceOnly(), ModelName: model.Name,
	})
}

// addImportError adds an error of an import to the attribute that it is about, which the entity cannot know.
func addImportError(op *versionOperation, err error) error {
	var api *control.APIError
	at := path.Root("huggingface")
	switch {
	case control.Mismatched(err):
		at = path.Root("model_id")
	case errors.As(err, &api) && (api.StatusCode == http.StatusPaymentRequired || control.NotFound(err)):
	default:
		return err
	}
	resourcekit.AddError(op.Diags, at, "Could not import the model version", err)
	return nil
}
