package resourcekit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// StringOrNull maps the API's "not given" to null: an empty text and a missing one are the same to the server.
func StringOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}

// OptionalString maps a text that may be missing; where the server answers "" for what the configuration left out, or the
// other way round, prior decides, so that the two never flip.
func OptionalString(text *string, prior types.String) types.String {
	if text == nil || *text == "" {
		if !prior.IsNull() && !prior.IsUnknown() && prior.ValueString() == "" {
			return prior
		}
		return types.StringNull()
	}
	return types.StringValue(*text)
}

// StringPointer is the other way: null and unknown are nil.
func StringPointer(value types.String) *string {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	text := value.ValueString()
	return &text
}

// StringList maps a list; where the server has none, prior decides between null and empty.
func StringList(ctx context.Context, items []string, prior types.List, diags *diag.Diagnostics) types.List {
	if len(items) == 0 && (prior.IsNull() || prior.IsUnknown()) {
		return types.ListNull(types.StringType)
	}
	if items == nil {
		items = []string{}
	}
	list, d := types.ListValueFrom(ctx, types.StringType, items)
	diags.Append(d...)
	return list
}

// Strings is the other way: null and unknown are nil, an empty list is empty and not nil.
func Strings(ctx context.Context, list types.List, diags *diag.Diagnostics) []string {
	if list.IsNull() || list.IsUnknown() {
		return nil
	}
	items := make([]string, 0, len(list.Elements()))
	diags.Append(list.ElementsAs(ctx, &items, false)...)
	return items
}

// Known is true for a value that is neither null nor unknown.
func Known(value interface {
	IsNull() bool
	IsUnknown() bool
}) bool {
	return !value.IsNull() && !value.IsUnknown()
}

// SameNumber is true of two numbers that are one as a float64: a default and the same number from a state are not Equal where it has
// no exact float64, such as 0.95.
func SameNumber(a, b types.Float64) bool {
	if !Known(a) || !Known(b) {
		return a.Equal(b)
	}
	return a.ValueFloat64() == b.ValueFloat64()
}
