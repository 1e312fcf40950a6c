package access

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func memberSchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "A member of the organization. Creating one sends an invitation by e-mail, which is valid for 7 days; whoever has been " +
			"invited and has not joined is invited again, with the role and the name that are configured.\n\n" +
			"The API can invite, and no more. The role of somebody who has joined changes in the dashboard only, and so does their membership " +
			"end: destroying the resource takes the member out of the state, who keeps the role and all access.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "The id that the server gave to the member.",
			},
			"email": schema.StringAttribute{
				Required:      true,
				Validators:    []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers: []planmodifier.String{requiresReplaceIfEmailChanges()},
				MarkdownDescription: "The address, which is unique in the organization; upper and lower case are the same. Another one invites " +
					"somebody else and leaves the first one a member.",
			},
			"role": schema.StringAttribute{
				Optional: true, Computed: true,
				Default:    stringdefault.StaticString(control.RoleMember),
				Validators: []validator.String{stringvalidator.OneOf(control.RoleOwner, control.RoleAdmin, control.RoleMember)},
				MarkdownDescription: "What the member may do: `owner` everything, billing included; `admin` everything but that; `member` (the " +
					"default) look, and use the models that are assigned. Another role changes in place, by another invitation, until the " +
					"invitation is accepted; from then on only in the dashboard.",
			},
			"name": schema.StringAttribute{
				Optional: true, Computed: true,
				Validators:    []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "The name. It is not managed when it is not set; another one changes in place, by another invitation, until " +
					"the invitation is accepted.",
			},
			"status":     computedString("`pending` until the invitation is accepted, then `active`. Null where the server does not say."),
			"invited_at": computedString("When the member was invited last, as the server writes it: RFC 3339. Null where the server does not say."),
			"joined_at":  computedString("When the member joined, as the server writes it: RFC 3339. Null until then."),
		},
	}
}

func computedString(description string) schema.Attribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: description}
}

func requiresReplaceIfEmailChanges() planmodifier.String {
	const text = "Another address replaces the member; another spelling of it does not."
	differs := func(_ context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse) {
		resp.RequiresReplace = !strings.EqualFold(req.StateValue.ValueString(), req.PlanValue.ValueString())
	}
	return stringplanmodifier.RequiresReplaceIf(differs, text, text)
}
