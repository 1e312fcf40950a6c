package policy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// newListResource returns the list resource, which finds the settings of the provider's organization.
func (s *section[M]) newListResource() list.ListResource {
	return &resourcekit.ListResource{
		Base:         resourcekit.NewBase(s.typeName),
		Description:  "Lists the " + s.title + " of the provider's organization, to import it with `terraform query`.",
		ErrorSummary: "Could not read the " + s.title,
		Find:         s.find,
	}
}

func (s *section[M]) find(ctx context.Context, client *control.Client, _ resourcekit.ListQuery, yield func(resourcekit.ListItem) bool) error {
	org := client.OrgID()
	if org == "" {
		return nil // the organization is unknown
	}
	settings, err := client.Settings(ctx, org)
	if err != nil {
		return err
	}
	yield(resourcekit.ListItem{Name: org, Fill: func(ctx context.Context, state *tfsdk.State, diags *diag.Diagnostics) {
		var m M
		diags.Append(state.Get(ctx, &m)...)
		s.fromAPI(ctx, &m, org, settings, nil, diags)
		diags.Append(state.Set(ctx, &m)...)
	}})
	return nil
}
