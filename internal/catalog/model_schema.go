package catalog

import (
	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// defaultUseCase is the use case of a model of which nothing else is said.
const defaultUseCase = "other"

func modelSchema() schema.Schema {
	kept := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	notEmpty := []validator.String{stringvalidator.LengthAtLeast(1)}
	contract := func(what string) schema.StringAttribute {
		return schema.StringAttribute{
			CustomType: jsontypes.NormalizedType{}, Optional: true,
			MarkdownDescription: what + ", a JSON object, best written with `jsonencode`. Changes in place; without it, or with `{}`, the model " +
				"has none.",
		}
	}
	return schema.Schema{
		MarkdownDescription: "A model of the organization's registry. Its artifacts are versions, each an " +
			"`octomil_model_version`.\n\n" +
			"**Deleting a model deletes all its versions**, also those that Terraform does not manage. So a destroy, and a change that replaces " +
			"the model, fail until `deletion_protection = false` was applied.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed: true, PlanModifiers: kept, MarkdownDescription: "The id that the server gave to the model.",
			},
			"org_id": schema.StringAttribute{
				Computed: true, PlanModifiers: kept,
				MarkdownDescription: "The organization of the model: the `org_id` of the provider block, else that of the API key.",
			},
			"name": schema.StringAttribute{
				Required: true, Validators: notEmpty,
				MarkdownDescription: "The name, which is unique in the organization. Another one renames the model in place; a deployment that " +
					"refers to it, by `name` or by `id`, goes on.",
			},
			"description": schema.StringAttribute{
				Optional: true, MarkdownDescription: "What the model is for, in your own words. Changes in place.",
			},
			"framework": schema.StringAttribute{
				Required: true, Validators: notEmpty,
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "The framework that the model comes from, such as `pytorch`, `tensorflow`, `onnx` or `coreml`. Another one " +
					"replaces the model, with all its versions.",
			},
			"use_case": schema.StringAttribute{
				Optional: true, Computed: true, Validators: notEmpty, Default: stringdefault.StaticString(defaultUseCase),
				MarkdownDescription: "What the model does, such as `text_generation` or `image_classification`. Default `" + defaultUseCase +
					"`. Changes in place.",
			},
			"model_contract": contract("What the model takes and gives, for its users"),
			"data_contract":  contract("What the data look like that the model is for"),
			"created_at": schema.StringAttribute{
				Computed: true, PlanModifiers: kept,
				MarkdownDescription: "When the model was created, an RFC 3339 time. Null where the server does not say.",
			},
			"deletion_protection": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether Terraform refuses to delete the model, be it to destroy or to replace it. Default `true`. It " +
					"protects from Terraform alone: the server knows nothing of it.",
			},
		},
	}
}
