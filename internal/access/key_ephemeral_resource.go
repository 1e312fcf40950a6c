package access

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// ephemeralKey creates a key for one run of Terraform and revokes it at the end of the run.
type ephemeralKey struct {
	resourcekit.Configured
}

var (
	_ ephemeral.EphemeralResourceWithConfigure = (*ephemeralKey)(nil)
	_ ephemeral.EphemeralResourceWithClose     = (*ephemeralKey)(nil)
)

// NewEphemeralKey returns the ephemeral resource octomil_api_key.
func NewEphemeralKey() ephemeral.EphemeralResource {
	return &ephemeralKey{resourcekit.Configured{TypeName: keyTypeName}}
}

// ephemeralKeyModel is the result of an open ephemeral resource.
type ephemeralKeyModel struct {
	ID     types.String `tfsdk:"id"`
	Name   types.String `tfsdk:"name"`
	Scopes types.Set    `tfsdk:"scopes"`
	APIKey types.String `tfsdk:"api_key"`
}

func (e *ephemeralKey) Metadata(_ context.Context, _ ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = e.TypeName
}

func (e *ephemeralKey) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.ConfigureEphemeral(req, resp)
}

func (e *ephemeralKey) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "An API key for one run of Terraform. It is created when the run needs it, during a plan as well as during an apply, " +
			"and revoked at the end of the run, also of one that fails or is interrupted. It stays valid if the process of the provider is killed, " +
			"or if the control plane does not answer within the last 2 seconds of such a run: then revoke it with `octomil keys revoke`. It is " +
			"stored neither in the state nor in the plan. Use it for another provider block, a " +
			"provisioner, or a write-only attribute whose receiver uses it before the run ends.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the key, assigned by the server."},
			"name": schema.StringAttribute{
				Required: true, Validators: nameValidators(),
				MarkdownDescription: nameDescription + " The records of revoked keys keep it, so that they can be told apart later.",
			},
			"scopes": schema.SetAttribute{
				ElementType: types.StringType, Optional: true, MarkdownDescription: scopesDescription,
				Validators: append(scopeValidators(), setvalidator.NoNullValues()), // a resource has it from resourcekit.Guard
			},
			"api_key": schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "Secret of the key."},
		},
	}
}

// idKey is the key of the ID in the private data, where Close reads it.
const idKey = "id"

func (e *ephemeralKey) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	if e.Defers(req.ClientCapabilities.DeferralAllowed) {
		resp.Result.Raw = tftypes.NewValue(resp.Result.Schema.Type().TerraformType(ctx), tftypes.UnknownValue)
		resp.Deferred = resourcekit.DeferredEphemeral()
		return
	}
	var m ephemeralKeyModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	scopes := scopesToAPI(ctx, m.Scopes, &resp.Diagnostics)
	ctx, client := e.Client(control.WithinPlan(ctx), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	k, err := client.CreateAPIKey(ctx, m.Name.ValueString(), scopes)
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not create the ephemeral API key", err)
		return
	}
	e.Provider.Ephemerals.Opened(k.ID, func(ctx context.Context) error { return client.RevokeAPIKey(control.WithinPlan(ctx), k.ID) })
	m.ID, m.APIKey = types.StringValue(k.ID), types.StringValue(k.Secret)
	resourcekit.SetPrivate(ctx, resp.Private, idKey, k.ID, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Result.Set(ctx, &m)...)
}

// closeTimeout limits a close: the run has ended, and waits for nothing else.
const closeTimeout = 30 * time.Second

func (e *ephemeralKey) Close(ctx context.Context, req ephemeral.CloseRequest, resp *ephemeral.CloseResponse) {
	var id string
	known := resourcekit.GetPrivate(ctx, req.Private, idKey, &id, &resp.Diagnostics)
	ctx, client := e.Client(control.WithinPlan(ctx), &resp.Diagnostics)
	if !known || resp.Diagnostics.HasError() {
		return
	}
	limited, cancel := context.WithTimeout(ctx, closeTimeout)
	defer cancel()
	err := client.RevokeAPIKey(limited, id)
	if err == nil {
		e.Provider.Ephemerals.Closed(id)
	} else {
		resp.Diagnostics.AddError("Could not revoke the ephemeral API key", fmt.Sprintf("%s\n\nThe key `%s` works until it is revoked. "+
			"Revoke it in the dashboard, or run `octomil keys revoke %[2]s`.", resourcekit.ErrorDetail(err), id))
	}
}
