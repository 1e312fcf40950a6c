package resourcekit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// StringOrNull returns null for "", which to the server is the same as no value.
func StringOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}

// OptionalString converts an optional text. Servers return "" for null and null for "": if the prior value is one of the
// two, it stays, so that plans do not show a change.
func OptionalString(text *string, prior types.String) types.String {
	if text == nil || *text == "" {
		if !prior.IsNull() && !prior.IsUnknown() && prior.ValueString() == "" {
			return prior
		}
		return types.StringNull()
	}
	return types.StringValue(*text)
}

// StringPointer is the inverse of OptionalString. Null and unknown become nil.
func StringPointer(value types.String) *string {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	text := value.ValueString()
	return &text
}

// StringList converts a list. If it is empty, it stays null if the prior value is null.
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

// Strings is the inverse of StringList. Null and unknown become nil, an empty list becomes an empty slice.
func Strings(ctx context.Context, list types.List, diags *diag.Diagnostics) []string {
	if list.IsNull() || list.IsUnknown() {
		return nil
	}
	items := make([]string, 0, len(list.Elements()))
	diags.Append(list.ElementsAs(ctx, &items, false)...)
	return items
}

// Known is true if the value is neither null nor unknown.
func Known(value interface {
	IsNull() bool
	IsUnknown() bool
}) bool {
	return !value.IsNull() && !value.IsUnknown()
}

// SameNumber is true if both numbers have the same float64. Equal is false for a default and the same number from a state if
// it has no exact float64, such as 0.95.
func SameNumber(a, b types.Float64) bool {
	if !Known(a) || !Known(b) {
		return a.Equal(b)
	}
	return a.ValueFloat64() == b.ValueFloat64()
}
