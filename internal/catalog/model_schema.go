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

const defaultUseCase = "other"

func modelSchema() schema.Schema {
	useState := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	notEmpty := []validator.String{stringvalidator.LengthAtLeast(1)}
	contract := func(what string) schema.StringAttribute {
		return schema.StringAttribute{
			CustomType: jsontypes.NormalizedType{}, Optional: true,
			MarkdownDescription: what + ", as a JSON object. Use `jsonencode` to write it. Changed in place. If it is not set, or is `{}`, the " +
				"model has none.",
		}
	}
	return schema.Schema{
		MarkdownDescription: "A model in the organization's registry. Its artifacts are versions, each of which is an " +
			"`octomil_model_version`.\n\n" +
			"**Deleting a model deletes all its versions**, including those that Terraform does not manage. Destroying or replacing a model " +
			"therefore fails until `deletion_protection = false` has been applied.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed: true, PlanModifiers: useState, MarkdownDescription: "ID of the model, assigned by the server.",
			},
			"org_id": schema.StringAttribute{
				Computed: true, PlanModifiers: useState,
				MarkdownDescription: "ID of the organization of the model: the provider's `org_id`, or the organization of the API key.",
			},
			"name": schema.StringAttribute{
				Required: true, Validators: notEmpty,
				MarkdownDescription: "Name of the model, unique in the organization. Changing this renames the model in place. A deployment " +
					"that refers to the model, by `name` or by `id`, continues.",
			},
			"description": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Description of the model. Changed in place.",
			},
			"framework": schema.StringAttribute{
				Required: true, Validators: notEmpty,
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "Framework of the model, such as `pytorch`, `tensorflow`, `onnx` or `coreml`. Changing this forces a new " +
					"resource to be created, which deletes the model with all its versions.",
			},
			"use_case": schema.StringAttribute{
				Optional: true, Computed: true, Validators: notEmpty, Default: stringdefault.StaticString(defaultUseCase),
				MarkdownDescription: "Use case of the model, such as `text_generation` or `image_classification`. Defaults to `" +
					defaultUseCase + "`. Changed in place.",
			},
			"model_contract": contract("Inputs and outputs of the model, for its users"),
			"data_contract":  contract("Structure of the data that the model is for"),
			"created_at": schema.StringAttribute{
				Computed: true, PlanModifiers: useState,
				MarkdownDescription: "Time at which the model was created, in RFC 3339. Null if the server does not report it.",
			},
			"deletion_protection": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether Terraform refuses to delete the model, either to destroy or to replace it. Defaults to `true`. It " +
					"protects only against Terraform: the server does not know the setting. In a configuration that `terraform test` " +
					"runs, set it to `false`, or the teardown fails.",
			},
		},
	}
}
