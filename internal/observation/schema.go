package observation

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func (k kind) schema() schema.Schema {
	useState := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	typeValidators := []validator.String{stringvalidator.LengthAtLeast(1)}
	if k.types != nil {
		typeValidators = []validator.String{stringvalidator.OneOf(k.types...)}
	}
	attributes := map[string]schema.Attribute{
		"id": schema.StringAttribute{
			Computed: true, PlanModifiers: useState, MarkdownDescription: "The id that the server gave to the integration.",
		},
		"org_id": schema.StringAttribute{
			Computed: true, PlanModifiers: useState,
			MarkdownDescription: "The organization of the integration: the `org_id` of the provider block, else that of the API key.",
		},
		"name": schema.StringAttribute{
			Required: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "The name for people. Another one renames the integration in place. Several integrations may have one name; an " +
				"import by the name needs it to be the only one.",
		},
		"integration_type": schema.StringAttribute{
			Required: true, Validators: typeValidators,
			PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			MarkdownDescription: "The type of the integration" + k.typesDescription + " Another one replaces the integration.",
		},
		"enabled": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(true),
			MarkdownDescription: "Whether anything is sent. Default `true`. Another value is written in place.",
		},
		"credentials": schema.MapAttribute{
			ElementType: types.StringType,
			Optional:    true, Sensitive: true, WriteOnly: true,
			MarkdownDescription: "Secrets, texts by name, which are sent and useState neither in the state nor in a plan; they need Terraform 1.11 " +
				"or newer. " +
				k.credentialsDescription + "\n\nOther credentials than those that were sent last are sent in place, and none take away what there was. What " +
				"somebody else has changed on the server cannot be seen. After an import they are sent once, if they are set.",
		},
		"credentials_revision": schema.Int64Attribute{
			Computed:            true,
			PlanModifiers:       []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
			MarkdownDescription: "How often Terraform has sent other credentials. A plan that is going to send some shows it as known after apply.",
		},
	}
	maps.Copy(attributes, k.attributes)
	return schema.Schema{MarkdownDescription: k.description, Attributes: attributes}
}
