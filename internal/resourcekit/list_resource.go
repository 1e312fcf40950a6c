package resourcekit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// ListResource is a list resource: the objects of a type that `terraform query` finds.
type ListResource struct {
	Base
	Description string
	Filters     []ListFilter
	// Find yields the objects that match the query until yield returns false.
	Find func(ctx context.Context, client *control.Client, q ListQuery, yield func(ListItem) bool) error
	// ErrorSummary is the summary of an error, such as "Could not list the models".
	ErrorSummary string
}

// ListFilter is an attribute of a list block or of a plural data source.
type ListFilter struct {
	Name        string
	Description string
	Required    bool
	OneOf       []string
}

// ListQuery is one run of a list resource.
type ListQuery struct {
	// Filters are the filters that the block sets, by name.
	Filters map[string]string
	// IncludeResource is true if all attributes are wanted, and not only those of the identity.
	IncludeResource bool
}

// ListItem is one object of a list.
type ListItem struct {
	Name string
	// Fill sets an empty state from the object.
	Fill func(ctx context.Context, state *tfsdk.State, diags *diag.Diagnostics)
}

// limitNote is what the page of every list resource says of the number of results.
const limitNote = " Terraform shows at most 100 results unless the `list` block sets another `limit`."

// ListResourceConfigSchema returns a schema with an attribute for each filter.
func (l *ListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	attributes := map[string]schema.Attribute{}
	for _, f := range l.Filters {
		attributes[f.Name] = schema.StringAttribute{
			Required: f.Required, Optional: !f.Required, Validators: f.validators(), MarkdownDescription: f.Description,
		}
	}
	resp.Schema = schema.Schema{MarkdownDescription: l.Description + limitNote, Attributes: attributes}
}

// List streams the objects, up to the limit, and the error that ended the search, if any.
func (l *ListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var diags diag.Diagnostics
	q := ListQuery{Filters: configuredFilters(ctx, req.Config, l.Filters, &diags), IncludeResource: req.IncludeResource}
	ctx, client := l.Reader(ctx, &diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		pushed, stopped := int64(0), false
		yield := func(item ListItem) bool {
			stopped = !push(l.result(ctx, req, item))
			pushed++
			return !stopped && (req.Limit <= 0 || pushed < req.Limit)
		}
		if err := l.Find(ctx, client, q, yield); err != nil && !stopped {
			AddError(&diags, path.Empty(), l.ErrorSummary, err)
			push(list.ListResult{Diagnostics: diags})
		}
	}
}

func (l *ListResource) result(ctx context.Context, req list.ListRequest, item ListItem) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = item.Name
	state := tfsdk.State{Schema: result.Resource.Schema, Raw: result.Resource.Raw}
	state.Raw = emptyObject(ctx, state)
	if item.Fill(ctx, &state, &result.Diagnostics); result.Diagnostics.HasError() {
		return result
	}
	l.SetIdentity(ctx, state, result.Identity, &result.Diagnostics)
	if req.IncludeResource {
		result.Resource.Raw = state.Raw
	}
	return result
}

func (f ListFilter) validators() []validator.String {
	if f.OneOf == nil {
		return nil
	}
	return []validator.String{stringvalidator.OneOf(f.OneOf...)}
}

// configuredFilters returns the filters that a block sets.
func configuredFilters(ctx context.Context, config tfsdk.Config, filters []ListFilter, diags *diag.Diagnostics) map[string]string {
	set := map[string]string{}
	for _, f := range filters {
		var value types.String
		diags.Append(config.GetAttribute(ctx, path.Root(f.Name), &value)...)
		if Known(value) {
			set[f.Name] = value.ValueString()
		}
	}
	return set
}
