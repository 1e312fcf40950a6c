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
		MarkdownDescription: "A federation: organizations that train models together, within a privacy budget. The API can neither delete it " +
			"nor take a member or a model out of it again.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed: true, PlanModifiers: useState, MarkdownDescription: "The id that the server gave to the federation.",
			},
			"org_id": schema.StringAttribute{
				Computed: true, PlanModifiers: useState,
				MarkdownDescription: "The organization that owns the federation: the `org_id` of the provider block, else that of the API key.",
			},
			"name": schema.StringAttribute{
				Required:      true,
				Validators:    []validator.String{stringvalidator.UTF8LengthBetween(1, 128)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "The name, of 1 to 128 characters, which is unique in the organization. Another one makes another federation, " +
					"and the first one stays on the server.",
			},
			"description": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.UTF8LengthAtMost(512)},
				MarkdownDescription: "What the federation is for, in at most 512 characters. The API cannot change it: another one is an error, " +
					"unless the name is another one, too.",
			},
			"models": schema.SetAttribute{
				ElementType: types.StringType, Optional: true, Validators: notEmpty,
				MarkdownDescription: "Models that the federation trains, by name or id. They are added in place. One that leaves the configuration " +
					"stays in the federation, and those that others have added are left alone.",
			},
			"member_org_ids": schema.SetAttribute{
				ElementType: types.StringType, Optional: true, Validators: notEmpty,
				MarkdownDescription: "Organizations that are invited, by id; joining is up to them. They are invited in place. One that leaves the " +
					"configuration stays a member, and those that others have invited are left alone.",
			},
			"total_epsilon_budget": schema.Float64Attribute{
				Optional: true, Computed: true,
				PlanModifiers: []planmodifier.Float64{float64planmodifier.UseStateForUnknown()},
				MarkdownDescription: "How much privacy all training together may spend: the epsilon of differential privacy, more than 0. Changed " +
					"in place. Not managed when it is not set, and then null as long as nobody has set one.",
			},
			"total_delta_budget": schema.Float64Attribute{
				Optional: true, Computed: true,
				PlanModifiers: []planmodifier.Float64{float64planmodifier.UseNonNullStateForUnknown()},
				Validators:    []validator.Float64{float64validator.AlsoRequires(path.MatchRoot("total_epsilon_budget"))},
				MarkdownDescription: "The probability with which the guarantee may fail: the delta of differential privacy, between 0 and 1. " +
					"Without it the server sets 0.00001 together with an epsilon. Changed in place.",
			},
		},
	}
}
