package policy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// NewList returns the list resource of octomil_rollback_policy: the one of the provider's organization.
func NewList() list.ListResource {
	return &resourcekit.Listing{
		Base:        resourcekit.NewBase(typeName),
		Description: "Finds the rollback policy of the provider's organization, to import it with `terraform query`.",
		Failed:      "Could not read the rollback policy",
		Find:        findPolicy,
	}
}

func findPolicy(ctx context.Context, client *control.Client, _ resourcekit.Query, yield func(resourcekit.Found) bool) error {
	org := client.OrgID()
	if org == "" {
		return nil // whose policy it would be is not known
	}
	settings, err := client.Settings(ctx, org)
	if err != nil {
		return err
	}
	yield(resourcekit.Found{Name: org, Fill: func(ctx context.Context, state *tfsdk.State, diags *diag.Diagnostics) {
		var m model
		diags.Append(state.Get(ctx, &m)...)
		shown := m.guardrails(ctx, diags)
		shown.read(settings)
		m.setGuardrails(ctx, shown, diags)
		m.ID, m.OrgID = types.StringValue(org), types.StringValue(org)
		diags.Append(state.Set(ctx, &m)...)
	}})
	return nil
}
