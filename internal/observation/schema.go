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
			Computed: true, PlanModifiers: useState, MarkdownDescription: "ID of the integration, assigned by the server.",
		},
		"org_id": schema.StringAttribute{
			Computed: true, PlanModifiers: useState,
			MarkdownDescription: "ID of the organization of the integration: the provider's `org_id`, or the organization of the API key.",
		},
		"name": schema.StringAttribute{
			Required: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "Display name. Changing this renames the integration in place. Names are not unique, but an import by name requires " +
				"that only one integration has the name.",
		},
		"integration_type": schema.StringAttribute{
			Required: true, Validators: typeValidators,
			PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			MarkdownDescription: "Type of the integration" + k.typesDescription + " Changing this forces a new resource to be created.",
		},
		"enabled": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(true),
			MarkdownDescription: "Whether the integration sends data. Updated in place. Defaults to `true`.",
		},
		"credentials": schema.MapAttribute{
			ElementType: types.StringType,
			Optional:    true, Sensitive: true, WriteOnly: true,
			MarkdownDescription: "Secrets, as a map of strings. This write-only attribute is stored neither in the state nor in a plan, and requires " +
				"Terraform 1.11 or later. " + k.credentialsDescription + "\n\nCredentials that differ from those that were sent last are updated " +
				"in place; removing them from the configuration removes them from the server. Changes that are made outside of Terraform are not " +
				"detected. After an import, the credentials are sent once if they are set.",
		},
		"credentials_revision": schema.Int64Attribute{
			Computed:      true,
			PlanModifiers: []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
			MarkdownDescription: "Number of times that Terraform has sent new credentials. A plan that will send credentials shows it as known after " +
				"apply.",
		},
	}
	maps.Copy(attributes, k.attributes)
	return schema.Schema{MarkdownDescription: k.description, Attributes: attributes}
}
