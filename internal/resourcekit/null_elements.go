package resourcekit

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// expectNoNullElements adds an error for each collection of a configuration that has a null element, and is false if there is one: it
// would mean nothing to the API. Only a write-only collection may have one, which is omitted: it is no part of a state that could differ
// from the configuration. What is not known yet is looked at again in the apply.
func expectNoNullElements(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) bool {
	if config.Schema == nil {
		return true
	}
	var found []path.Path
	values := attributesOf(config.Raw)
	attributes := config.Schema.GetAttributes() // a copy each time
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if attribute, ok := attributes[name]; ok && !attribute.IsWriteOnly() && mayHaveElements(values[name]) {
			found = append(found, nullElements(path.Root(name), attribute.GetType().TerraformType(ctx), values[name])...)
		}
	}
	for _, at := range found {
		diags.AddAttributeError(at, "An element is null", fmt.Sprintf("%#q is null, or has an element that is. Leave out what has no value, for example "+
			"with `compact(...)` or `{ for key, value in ... : key => value if value != null }`.", at))
	}
	return len(found) == 0
}

// mayHaveElements is false of a value without any parts.
func mayHaveElements(value tftypes.Value) bool {
	typ := value.Type()
	return !value.IsNull() && value.IsKnown() && !typ.Is(tftypes.String) && !typ.Is(tftypes.Number) && !typ.Is(tftypes.Bool)
}

// nullElements returns where a value of this type has a null element. An element of a set has no place of its own.
func nullElements(at path.Path, typ tftypes.Type, value tftypes.Value) []path.Path {
	if value.IsNull() || !value.IsKnown() {
		return nil
	}
	var found []path.Path
	visit := func(typ tftypes.Type, element tftypes.Value, at func() path.Path) { // most elements need no path
		switch {
		case element.IsNull():
			found = append(found, at())
		case !typ.Is(tftypes.String) && !typ.Is(tftypes.Number) && !typ.Is(tftypes.Bool):
			found = append(found, nullElements(at(), typ, element)...)
		}
	}
	switch typ := typ.(type) {
	case tftypes.Object:
		members := attributesOf(value)
		for _, name := range slices.Sorted(maps.Keys(members)) {
			found = append(found, nullElements(at.AtName(name), typ.AttributeTypes[name], members[name])...)
		}
	case tftypes.Map:
		elements := attributesOf(value)
		for _, key := range slices.Sorted(maps.Keys(elements)) {
			visit(typ.ElementType, elements[key], func() path.Path { return at.AtMapKey(key) })
		}
	case tftypes.List:
		for i, element := range elementsOf(value) {
			visit(typ.ElementType, element, func() path.Path { return at.AtListIndex(i) })
		}
	case tftypes.Set:
		for _, element := range elementsOf(value) {
			visit(typ.ElementType, element, func() path.Path { return at })
		}
	}
	return found
}
