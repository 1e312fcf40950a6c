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
	nameDescription   = "Name by which to find the key again. Names need not be unique."
	scopesDescription = "Scopes of the key, in the form `resource:permission`, such as `models:read`, `devices:write` or `rollouts:write`. " +
		"The server defines the list of scopes. A key without scopes can only be used to check that it is valid."
)

// scopePattern accepts scopes that the provider does not know: the server defines their list.
var scopePattern = regexp.MustCompile(`^[a-z_]+:[a-z_]+$`)

func nameValidators() []validator.String {
	return []validator.String{stringvalidator.LengthAtLeast(1)}
}

func scopeValidators() []validator.Set {
	return []validator.Set{setvalidator.ValueStringsAre(
		stringvalidator.RegexMatches(scopePattern, "must have the form `resource:permission`, such as `models:read`"),
	)}
}

func keySchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "An API key of the organization, such as one for a pipeline.\n\n" +
			"The server returns the secret only once, so Terraform stores it in the state. Protect the state, or use the ephemeral resource " +
			"`octomil_api_key`, which stores nothing there. The API cannot change a key, so changing its name or scopes forces a new " +
			"resource to be created. The old key is revoked first unless `lifecycle { create_before_destroy = true }` is set, which is " +
			"recommended. A key that was revoked outside of Terraform is created again. If the response with the secret is lost, the key is " +
			"revoked and another one is created.",
		Attributes: map[string]schema.Attribute{
			"id": computedUntilRotated("ID of the key, assigned by the server. A rotation changes it."),
			"name": schema.StringAttribute{
				Required:            true,
				Validators:          nameValidators(),
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: nameDescription + " Changing this forces a new resource to be created.",
			},
			"scopes": schema.SetAttribute{
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          scopeValidators(),
				PlanModifiers:       []planmodifier.Set{setplanmodifier.RequiresReplace()},
				MarkdownDescription: scopesDescription + " Changing this forces a new resource to be created.",
			},
			"rotate_when": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Arbitrary text, such as the `id` of a `time_rotating` resource or a month (`2026-11`). Changing this rotates the " +
					"key in place: the key gets a new `api_key` and `id`, and the old secret stops working immediately. Setting it for the " +
					"first time rotates the key too, which is how an imported key gets a secret; the plan warns of it. Removing it does not rotate the key.",
			},
			"api_key": sensitive(computedUntilRotated("Secret of the key. Null after an import, because the server does not return it again. Set `rotate_when` to " +
				"get a new one.")),
			"prefix": computedUntilRotated("Beginning of the secret, which is not confidential and which lists of keys show. Null if the server does not " +
				"report it."),
			"created_at": computedUntilRotated("Time at which the key was created or last rotated, in RFC 3339. Null if the server does not " +
				"report it."),
		},
	}
}

// computedUntilRotated returns a computed attribute that only a rotation changes.
func computedUntilRotated(description string) schema.StringAttribute {
	return schema.StringAttribute{
		Computed: true, MarkdownDescription: description, PlanModifiers: []planmodifier.String{useStateUnlessRotated{}},
	}
}

func sensitive(a schema.StringAttribute) schema.StringAttribute {
	a.Sensitive = true
	return a
}

// useStateUnlessRotated is a plan modifier that keeps the value in state unless the plan rotates the key.
type useStateUnlessRotated struct{}

func (useStateUnlessRotated) Description(context.Context) string {
	return "Keeps the value in state unless the key is rotated."
}

func (m useStateUnlessRotated) MarkdownDescription(ctx context.Context) string {
	return m.Description(ctx)
}

// KeepsUnchanged implements resourcekit.KeepsUnchanged.
func (useStateUnlessRotated) KeepsUnchanged() {}

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
