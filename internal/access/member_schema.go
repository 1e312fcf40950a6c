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
		MarkdownDescription: "A member of the organization. Creating one sends an invitation by email, which is valid for 7 days. A person who has " +
			"been invited and has not joined is invited again, with the configured role and name.\n\n" +
			"The API can only invite members. The dashboard is the only place to change the role of a member who has joined, or to remove a " +
			"member. Destroying the resource removes the member from the state only: the member keeps the role and all access.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "ID of the member, assigned by the server.",
			},
			"email": schema.StringAttribute{
				Required:      true,
				Validators:    []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers: []planmodifier.String{requiresReplaceIfEmailChanges()},
				MarkdownDescription: "Email address, unique in the organization and not case-sensitive. Changing this forces a new resource to be " +
					"created: the new address is invited, and the old one remains a member. Changing only the case does not.",
			},
			"role": schema.StringAttribute{
				Optional: true, Computed: true,
				Default:    stringdefault.StaticString(control.RoleMember),
				Validators: []validator.String{stringvalidator.OneOf(control.RoleOwner, control.RoleAdmin, control.RoleMember)},
				MarkdownDescription: "Role of the member. An `owner` can do everything, including billing. An `admin` can do everything except " +
					"billing. A `member` can view, and can use the models that are assigned. Defaults to `member`. Changed in place by another " +
					"invitation until the invitation is accepted, and only in the dashboard after that.",
			},
			"name": schema.StringAttribute{
				Optional: true, Computed: true,
				Validators:    []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "Name of the member. Not managed if it is not set. Changed in place by another invitation until the invitation " +
					"is accepted, and only in the dashboard after that.",
			},
			"status": computedString("Status of the member: `pending` until the invitation is accepted, then `active`. Null if the server does not " +
				"report it."),
			"invited_at": computedString("Time of the last invitation, in RFC 3339. Null if the server does not report it."),
			"joined_at":  computedString("Time at which the member joined, in RFC 3339. Null until then."),
		},
	}
}

func computedString(description string) schema.Attribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: description}
}

func requiresReplaceIfEmailChanges() planmodifier.String {
	const text = "Changing this forces a new resource to be created. Changing only the case of the address does not."
	differs := func(_ context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse) {
		resp.RequiresReplace = !strings.EqualFold(req.StateValue.ValueString(), req.PlanValue.ValueString())
	}
	return stringplanmodifier.RequiresReplaceIf(differs, text, text)
}
