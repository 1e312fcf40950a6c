package access

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// keyModel is a key as Terraform holds it.
type keyModel struct {
	ID         types.String `tfsdk:"id"`
	Name       types.String `tfsdk:"name"`
	Scopes     types.Set    `tfsdk:"scopes"`
	RotateWhen types.String `tfsdk:"rotate_when"`
	APIKey     types.String `tfsdk:"api_key"`
	Prefix     types.String `tfsdk:"prefix"`
	CreatedAt  types.String `tfsdk:"created_at"`
}

// read takes the key from the server, which tells the secret once: what is known of it stays.
func (m *keyModel) read(ctx context.Context, k control.APIKey, diags *diag.Diagnostics) {
	m.ID = types.StringValue(k.ID)
	if k.Name != "" {
		m.Name = types.StringValue(k.Name)
	}
	if k.Secret != "" {
		m.APIKey = types.StringValue(k.Secret)
	}
	m.Scopes = readScopes(ctx, k.Scopes, m.Scopes, diags)
	m.Prefix = resourcekit.StringOrNull(k.Prefix)
	m.CreatedAt = resourcekit.StringOrNull(k.CreatedAt)
}

// scopesOf are the words of a set; null and unknown are none.
func scopesOf(ctx context.Context, scopes types.Set, diags *diag.Diagnostics) []string {
	if !resourcekit.Known(scopes) {
		return nil
	}
	words := make([]string, 0, len(scopes.Elements()))
	diags.Append(scopes.ElementsAs(ctx, &words, false)...)
	return words
}

// readScopes maps the server's scopes; where it does not say, prior stands, and where it has none, prior decides between null and
// empty.
func readScopes(ctx context.Context, words []string, prior types.Set, diags *diag.Diagnostics) types.Set {
	if words == nil && resourcekit.Known(prior) {
		return prior
	}
	if len(words) == 0 && !resourcekit.Known(prior) {
		return types.SetNull(types.StringType)
	}
	scopes, d := types.SetValueFrom(ctx, types.StringType, words)
	diags.Append(d...)
	return scopes
}

// rotates is true where a change of rotate_when rotates the key, or may do so as far as is known.
func rotates(before, planned types.String) bool { return !planned.IsNull() && !planned.Equal(before) }
