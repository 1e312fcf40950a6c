package access

import (
	"context"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

const (
	nameDescription   = "The name, by which people find the key again. Names need not be unique."
	scopesDescription = "What the key may do: words of the form `resource:permission`, such as `models:read`, `devices:write` or `rollouts:write`. " +
		"The server has the list of them. Without any, the key may only say that it is valid."
)

// scopePattern is loose, for the list of scopes grows on the server.
var scopePattern = regexp.MustCompile(`^[a-z_]+:[a-z_]+$`)

func nameValidators() []validator.String {
	return []validator.String{stringvalidator.LengthAtLeast(1)}
}

func scopeValidators() []validator.Set {
	return []validator.Set{setvalidator.ValueStringsAre(
		stringvalidator.RegexMatches(scopePattern, "must be of the form resource:permission, such as models:read"),
	)}
}

func keySchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "An API key of the organization, such as one for a pipeline.\n\n" +
			"The server tells the secret once, so Terraform keeps it in the state: protect the state, or use the ephemeral resource " +
			"`octomil_api_key`, which leaves nothing there. A key cannot be changed: another name or other scopes replace it. The old key is " +
			"revoked first then, unless `lifecycle { create_before_destroy = true }` is set, which does well here. A key that was revoked " +
			"outside of Terraform is made anew. Where the secret is lost on its way, the key that was made is revoked, and another one made.",
		Attributes: map[string]schema.Attribute{
			"id": computedUntilRotated("The id that the server gave to the key. A rotated key has another one."),
			"name": schema.StringAttribute{
				Required:            true,
				Validators:          nameValidators(),
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: nameDescription + " Another name replaces the key.",
			},
			"scopes": schema.SetAttribute{
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          scopeValidators(),
				PlanModifiers:       []planmodifier.Set{setplanmodifier.RequiresReplace()},
				MarkdownDescription: scopesDescription + " Other scopes replace the key.",
			},
			"rotate_when": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Any text. Another one than before rotates the key in place: it gets another `api_key` and `id`, and the secret " +
					"from before stops at once. The first text rotates a key that had none, which is how an imported key gets a secret; " +
					"taking the text away rotates nothing. The `id` of a `time_rotating` or a month such as `2026-11` do well.",
			},
			"api_key": sensitive(computedUntilRotated("The secret. Null after an import, for the server does not tell it again: set `rotate_when` to get a new one.")),
			"prefix":  computedUntilRotated("How the secret begins, as far as that is no secret; lists of keys show it. Null where the server does not say."),
			"created_at": computedUntilRotated("When the key was made, or rotated last, as the server writes it: RFC 3339. Null where the server does " +
				"not say."),
		},
	}
}

// computedUntilRotated is a computed attribute that only a rotation changes.
func computedUntilRotated(description string) schema.StringAttribute {
	return schema.StringAttribute{
		Computed: true, MarkdownDescription: description, PlanModifiers: []planmodifier.String{useStateUnlessRotated{}},
	}
}

func sensitive(a schema.StringAttribute) schema.StringAttribute {
	a.Sensitive = true
	return a
}

// useStateUnlessRotated keeps the value in state unless the plan rotates the key.
type useStateUnlessRotated struct{}

func (useStateUnlessRotated) Description(context.Context) string {
	return "Stays until the key is rotated."
}

func (m useStateUnlessRotated) MarkdownDescription(ctx context.Context) string {
	return m.Description(ctx)
}

func (useStateUnlessRotated) PlanModifyString(ctx context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if req.State.Raw.IsNull() || !req.PlanValue.IsUnknown() {
		return
	}
	var before, planned types.String
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("rotate_when"), &before)...)
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root("rotate_when"), &planned)...)
	if !rotates(before, planned) {
		resp.PlanValue = req.StateValue
	}
}
