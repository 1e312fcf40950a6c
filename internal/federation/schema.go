package federation

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/float64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func federationSchema() schema.Schema {
	useState := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	notEmpty := []validator.Set{setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))}
	return schema.Schema{
		MarkdownDescription: "Manages a federation: organizations that train models together, within a privacy budget. The API cannot delete a " +
			"federation and cannot remove a member or a model from it.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed: true, PlanModifiers: useState, MarkdownDescription: "ID of the federation, assigned by the server.",
			},
			"org_id": schema.StringAttribute{
				Computed: true, PlanModifiers: useState,
				MarkdownDescription: "ID of the organization that owns the federation: the provider's `org_id`, or the organization of the API key.",
			},
			"name": schema.StringAttribute{
				Required:      true,
				Validators:    []validator.String{stringvalidator.UTF8LengthBetween(1, 128)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "Name of the federation, unique in the organization, between 1 and 128 characters. Changing this forces a new " +
					"resource to be created; the old federation remains on the server.",
			},
			"description": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.UTF8LengthAtMost(512)},
				MarkdownDescription: "Description of the federation, at most 512 characters. The API cannot change it: changing this is an error, " +
					"unless `name` changes as well.",
			},
			"models": schema.SetAttribute{
				ElementType: types.StringType, Optional: true, Validators: notEmpty,
				MarkdownDescription: "Names or IDs of the models that the federation trains. New models are added in place. A model that is removed " +
					"from the configuration stays in the federation. Models that were added outside of Terraform are ignored.",
			},
			"member_org_ids": schema.SetAttribute{
				ElementType: types.StringType, Optional: true, Validators: notEmpty,
				MarkdownDescription: "IDs of the organizations to invite; joining is up to them. New organizations are invited in place. An " +
					"organization that is removed from the configuration stays a member. Organizations that were invited outside of Terraform are ignored.",
			},
			"total_epsilon_budget": schema.Float64Attribute{
				Optional: true, Computed: true,
				PlanModifiers: []planmodifier.Float64{float64planmodifier.UseStateForUnknown()},
				MarkdownDescription: "Total privacy budget of all training: the epsilon of differential privacy, greater than 0. Updated in place. " +
					"If omitted, the budget is not managed; it is null until one is set on the server.",
			},
			"total_delta_budget": schema.Float64Attribute{
				Optional: true, Computed: true,
				PlanModifiers: []planmodifier.Float64{float64planmodifier.UseNonNullStateForUnknown()},
				Validators:    []validator.Float64{float64validator.AlsoRequires(path.MatchRoot("total_epsilon_budget"))},
				MarkdownDescription: "Probability with which the privacy guarantee may fail: the delta of differential privacy, greater than 0 and " +
					"less than 1. Updated in place. Requires `total_epsilon_budget`. If omitted, the server sets `0.00001` together with an epsilon.",
			},
		},
	}
}
