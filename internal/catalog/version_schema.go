package catalog

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// The values of on_destroy.
const (
	onDestroyDelete = "delete"
	onDestroyKeep   = "keep"
)

// latest is not a valid version, because the API reads it as the newest one.
const latest = "latest"

func versionSchema() schema.Schema {
	attributes := artifactAttributes()
	maps.Copy(attributes, lifecycleAttributes())
	return schema.Schema{
		MarkdownDescription: "A version of a model: a file that is uploaded (`source`), a repository of Hugging Face that the server imports " +
			"(`huggingface`), or an artifact that the server's storage already has, which is registered (`storage_path`, `checksum`, " +
			"`size_bytes`, `format`).\n\nA rollback " +
			"needs a version that was deployed before, and the server does not delete such a version. Therefore give " +
			"each release a version of its own beside the older ones, for example with `for_each`, and set `on_destroy " +
			"= \"keep\"` for versions that were deployed.",
		Attributes: attributes,
	}
}

// artifactAttributes returns the attributes of the version's model, number and artifact.
func artifactAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"model_id": schema.StringAttribute{
			Required: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			MarkdownDescription: "ID of the model, such as `octomil_model.phi.id`. Changing this forces a new resource to be created.",
		},
		"version": schema.StringAttribute{
			Required:      true,
			Validators:    []validator.String{stringvalidator.LengthBetween(1, control.MaxIDLength), stringvalidator.NoneOf(latest, ".", "..")},
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			MarkdownDescription: "Version, such as `1.0.0`, that an `octomil_model_deployment` pins. Use semantic versions where possible. " +
				"Changing this forces a new resource to be created, which deletes this version.",
		},
		"source": schema.StringAttribute{
			Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "Path of a local file to upload. The file is hashed in each plan: changed content forces a new resource to " +
				"be created; another path or modification time of the same content does not. A file that no longer exists " +
				"counts as unchanged once it has been uploaded. If another resource of the same apply makes the file, refer to an " +
				"attribute of that resource which is only known after apply, such as `terraform_data.build.output`, so that the plan shows " +
				"the change. Terraform does not expand `~`: use `pathexpand`.",
		},
		"huggingface": huggingFaceAttribute(),
		"storage_path": registeredAttribute("Path of the artifact in the server's storage. Set it for a registered version; for an uploaded or " +
			"imported one the server sets it."),
		"checksum": schema.StringAttribute{
			Optional: true, Computed: true,
			Validators:    []validator.String{stringvalidator.LengthAtLeast(1)},
			PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			MarkdownDescription: "SHA-256 of the artifact, as `sha256:` and 64 hexadecimal digits. Set it for a registered version; for an " +
				"uploaded one it is computed from the file. Null for an imported one as long as the server does not report it. Changing this forces " +
				"a new resource to be created.",
		},
		"size_bytes": schema.Int64Attribute{
			Optional: true, Computed: true,
			Validators:    []validator.Int64{int64validator.AtLeast(0)},
			PlanModifiers: []planmodifier.Int64{int64planmodifier.UseStateForUnknown(), int64planmodifier.RequiresReplaceIfConfigured()},
			MarkdownDescription: "Size of the artifact in bytes. Set it for a registered version; for an uploaded one it is taken from the " +
				"file. Null for an imported one as long as the server does not report it. Changing this forces a new resource to be created.",
		},
		"format": registeredAttribute("Format of the artifact, such as `onnx`, `gguf` or `coreml`. Set it for a registered version; for an " +
			"uploaded one the server derives it from the file name, for an imported one from the repository."),
	}
}

// lifecycleAttributes returns the attributes of the version's status, metrics and lifecycle.
func lifecycleAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"description": schema.StringAttribute{
			Optional: true, Computed: true,
			PlanModifiers: []planmodifier.String{
				stringplanmodifier.UseStateForUnknown(),
				stringplanmodifier.RequiresReplaceIf(replaceIfDescriptionChanges, replaceDescription, replaceDescription),
			},
			MarkdownDescription: "Description of the version. Changing this forces a new resource to be created. Left unchanged if not set. " +
				"An import from Hugging Face cannot set it.",
		},
		"metrics": schema.MapAttribute{
			ElementType: types.Float64Type, Optional: true, Computed: true,
			PlanModifiers: []planmodifier.Map{mapplanmodifier.UseStateForUnknown()},
			MarkdownDescription: "Metrics of the version by name, such as `{ accuracy = 0.93 }`. Changed in place. Only the configured " +
				"metrics are managed; a metric that is removed from the configuration remains on the server.",
		},
		"published": schema.BoolAttribute{
			Optional: true, Computed: true, PlanModifiers: []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
			MarkdownDescription: "Whether devices may get the version: `true` publishes it, which cannot be undone. Left unchanged if not " +
				"set; a new version is a draft on most servers.",
		},
		"deprecated": schema.BoolAttribute{
			Optional: true, Computed: true, PlanModifiers: []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
			MarkdownDescription: "Whether the version should no longer be rolled out: `true` deprecates it, which cannot be undone. Only a " +
				"published version can be deprecated. Left unchanged if not set.",
		},
		"on_destroy": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(onDestroyDelete),
			Validators: []validator.String{stringvalidator.OneOf(onDestroyDelete, onDestroyKeep)},
			MarkdownDescription: "What a destroy does: `delete` deletes the version, which the server refuses while a rollout, a device or " +
				"an experiment uses it; `keep` leaves it on the server. Defaults to `delete`.",
		},
		"status": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "Status of the version: `draft`, `published`, `deprecated`, or another value that the server returns. Null " +
				"if the server does not report it.",
		},
		"created_at": schema.StringAttribute{
			Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			MarkdownDescription: "Time at which the version was created, in RFC 3339. Null if the server does not report it.",
		},
		"timeouts": resourcekit.Timeouts(context.Background(), timeouts.Opts{
			Create: true, CreateDescription: "Time limit of the creation, including the upload or the import, such as `2h`. Defaults to `60m`.",
		}),
	}
}

// registeredAttribute returns an attribute that a registered version sets and the server computes for an uploaded one.
func registeredAttribute(description string) schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, Computed: true,
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplaceIfConfigured()},
		MarkdownDescription: description + " Changing this forces a new resource to be created.",
	}
}

const replaceDescription = "If the text changes, Terraform will destroy and recreate the resource."

// replaceIfDescriptionChanges replaces the version if the text changes.
func replaceIfDescriptionChanges(_ context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse) {
	resp.RequiresReplace = descriptionChanges(req.ConfigValue, req.PlanValue, req.StateValue)
}

// descriptionChanges reports whether a text changes or may change. The server does not distinguish null from empty.
func descriptionChanges(config, planned, before types.String) bool {
	return !config.IsNull() && (planned.IsUnknown() || planned.ValueString() != before.ValueString())
}
