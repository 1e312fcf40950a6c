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

// ListResource is a list resource: what "terraform query" finds of a type.
type ListResource struct {
	Base
	// Description is the documentation's.
	Description string
	Filters     []ListFilter
	// Find yields what there is, as far as the filters choose, until yield says that it is enough. It is told whether states are
	// wanted whole or only what the identity needs.
	Find func(ctx context.Context, client *control.Client, q ListQuery, yield func(ListItem) bool) error
	// ErrorSummary is the summary of an error, such as "Could not list the models".
	ErrorSummary string
}

// ListFilter is an attribute of a list block.
type ListFilter struct {
	Name        string
	Description string
	Required    bool
	OneOf       []string
}

// ListQuery is what a list block asks for.
type ListQuery struct {
	// Filters are those that the block sets.
	Filters map[string]string
	// IncludeResource asks for all attributes of each object.
	IncludeResource bool
}

// ListItem is one object of a list.
type ListItem struct {
	Name string
	// Fill puts the object into an empty state.
	Fill func(ctx context.Context, state *tfsdk.State, diags *diag.Diagnostics)
}

// ListResourceConfigSchema has an attribute for each filter.
func (l *ListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	attributes := map[string]schema.Attribute{}
	for _, f := range l.Filters {
		attributes[f.Name] = schema.StringAttribute{
			Required: f.Required, Optional: !f.Required, Validators: f.validators(), MarkdownDescription: f.Description,
		}
	}
	resp.Schema = schema.Schema{MarkdownDescription: l.Description, Attributes: attributes}
}

// List yields the objects and the error that ended the search, if one did; there are no more than the limit.
func (l *ListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var diags diag.Diagnostics
	q := ListQuery{Filters: asked(ctx, req.Config, l.Filters, &diags), IncludeResource: req.IncludeResource}
	ctx, client := l.Reader(ctx, &diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		pushed, stopped := int64(0), false
		yield := func(found ListItem) bool {
			stopped = !push(l.result(ctx, req, found))
			pushed++
			return !stopped && (req.Limit <= 0 || pushed < req.Limit)
		}
		if err := l.Find(ctx, client, q, yield); err != nil && !stopped {
			AddError(&diags, path.Empty(), l.ErrorSummary, err)
			push(list.ListResult{Diagnostics: diags})
		}
	}
}

func (l *ListResource) result(ctx context.Context, req list.ListRequest, found ListItem) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = found.Name
	state := tfsdk.State{Schema: result.Resource.Schema, Raw: result.Resource.Raw}
	state.Raw = nothing(ctx, state)
	if found.Fill(ctx, &state, &result.Diagnostics); result.Diagnostics.HasError() {
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

// asked are the filters that a block sets.
func asked(ctx context.Context, config tfsdk.Config, filters []ListFilter, diags *diag.Diagnostics) map[string]string {
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
