package access

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// keyModel is the state of octomil_api_key.
type keyModel struct {
	ID         types.String `tfsdk:"id"`
	Name       types.String `tfsdk:"name"`
	Scopes     types.Set    `tfsdk:"scopes"`
	RotateWhen types.String `tfsdk:"rotate_when"`
	APIKey     types.String `tfsdk:"api_key"`
	Prefix     types.String `tfsdk:"prefix"`
	CreatedAt  types.String `tfsdk:"created_at"`
}

// fromAPI sets the model from a response. A secret that is known is kept: the API returns it only on create and rotation.
func (m *keyModel) fromAPI(ctx context.Context, k control.APIKey, diags *diag.Diagnostics) {
	m.ID = types.StringValue(k.ID)
	if k.Name != "" {
		m.Name = types.StringValue(k.Name)
	}
	if k.Secret != "" {
		m.APIKey = types.StringValue(k.Secret)
	}
	m.Scopes = scopesFromAPI(ctx, k.Scopes, m.Scopes, diags)
	m.Prefix = resourcekit.StringOrNull(k.Prefix)
	m.CreatedAt = resourcekit.StringOrNull(k.CreatedAt)
}

// scopesToAPI returns the scopes of a set, nil if it is null or unknown.
func scopesToAPI(ctx context.Context, scopes types.Set, diags *diag.Diagnostics) []string {
	if !resourcekit.Known(scopes) {
		return nil
	}
	names := make([]string, 0, len(scopes.Elements()))
	diags.Append(scopes.ElementsAs(ctx, &names, false)...)
	return names
}

// scopesFromAPI returns the server's scopes. If the response omits them, it returns prior; if there are none, prior decides between
// null and empty.
func scopesFromAPI(ctx context.Context, names []string, prior types.Set, diags *diag.Diagnostics) types.Set {
	if names == nil && resourcekit.Known(prior) {
		return prior
	}
	if len(names) == 0 && !resourcekit.Known(prior) {
		return types.SetNull(types.StringType)
	}
	scopes, d := types.SetValueFrom(ctx, types.StringType, names)
	diags.Append(d...)
	return scopes
}

// rotates returns whether a change of rotate_when rotates the key, or may do so because its value is not known yet.
func rotates(before, planned types.String) bool { return !planned.IsNull() && !planned.Equal(before) }
