package resourcekit

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// ListResource is the noun as a list resource.
func (n *Noun[M, O]) ListResource() list.ListResource {
	l := &Listing{
		Base:        NewBase(n.TypeName, n.Identity...),
		Description: "Finds the " + n.Titles + " of the organization, to import them with `terraform query`.",
		Failed:      "Could not list the " + n.Titles,
	}
	l.Filters = n.filters()
	l.Find = func(ctx context.Context, client *control.Client, q Query, yield func(Found) bool) error {
		all, err := n.chosen(ctx, client, q.Filters)
		for _, o := range all {
			fill := func(ctx context.Context, state *tfsdk.State, diags *diag.Diagnostics) {
				n.fill(ctx, client, state, o, diags)
			}
			if !yield(Found{Name: n.Name(o), Fill: fill}) {
				break
			}
		}
		return err
	}
	return l
}

// filters are the noun's as attributes.
func (n *Noun[M, O]) filters() []ListFilter {
	all := make([]ListFilter, len(n.Filters))
	for i, f := range n.Filters {
		all[i] = ListFilter{Name: f.Name, Description: f.Description, Required: f.Required, OneOf: f.OneOf}
	}
	return all
}

// chosen are the objects that the filters let pass.
func (n *Noun[M, O]) chosen(ctx context.Context, client *control.Client, filters map[string]string) ([]O, error) {
	all, err := n.List(ctx, client, filters)
	return slices.DeleteFunc(slices.Clone(all), func(o O) bool {
		return slices.ContainsFunc(n.Filters, func(f Filter[O]) bool {
			want, set := filters[f.Name]
			return set && f.Of != nil && f.Of(o) != want
		})
	}), err
}
