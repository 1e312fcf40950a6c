package resourcekit

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// ListResource returns the list resource of the entity.
func (e *Entity[M, O]) ListResource() list.ListResource {
	l := &ListResource{
		Base:         NewBase(e.TypeName, e.Identity...),
		Description:  "Lists the " + e.Titles + " of the organization. Use it with `terraform query` to import them.",
		ErrorSummary: "Could not list the " + e.Titles,
	}
	l.Filters = e.filters()
	l.Find = func(ctx context.Context, client *control.Client, q ListQuery, yield func(ListItem) bool) error {
		all, err := e.filtered(ctx, client, q.Filters)
		for _, o := range all {
			fill := func(ctx context.Context, state *tfsdk.State, diags *diag.Diagnostics) {
				e.fill(ctx, client, state, o, diags)
			}
			if !yield(ListItem{Name: e.Name(o), Fill: fill}) {
				break
			}
		}
		return err
	}
	return l
}

// filters returns the filters as attributes.
func (e *Entity[M, O]) filters() []ListFilter {
	all := make([]ListFilter, len(e.Filters))
	for i, f := range e.Filters {
		all[i] = ListFilter{Name: f.Name, Description: f.Description, Required: f.Required, OneOf: f.OneOf}
	}
	return all
}

// filtered returns the objects that match the filters.
func (e *Entity[M, O]) filtered(ctx context.Context, client *control.Client, filters map[string]string) ([]O, error) {
	all, err := e.List(ctx, client, filters)
	return slices.DeleteFunc(slices.Clone(all), func(o O) bool {
		return slices.ContainsFunc(e.Filters, func(f Filter[O]) bool {
			want, set := filters[f.Name]
			return set && f.Of != nil && f.Of(o) != want
		})
	}), err
}
