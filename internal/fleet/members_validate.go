package fleet

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// uniqueDevices rejects duplicate and empty elements. It stops after 10 errors, because one mistake in a generated list causes
// thousands.
type uniqueDevices struct{}

const maxErrors = 10

func (uniqueDevices) Description(context.Context) string { return "must list each device once" }

func (v uniqueDevices) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (uniqueDevices) ValidateList(_ context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	first := map[string]int{}
	for i, element := range req.ConfigValue.Elements() {
		checkDevice(first, element, i, req.Path.AtListIndex(i), "at index %d", &resp.Diagnostics)
		if resp.Diagnostics.ErrorsCount() >= maxErrors {
			return
		}
	}
}

func (uniqueDevices) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	first, elements := map[string]string{}, req.ConfigValue.Elements()
	for _, key := range slices.Sorted(maps.Keys(elements)) {
		checkDevice(first, elements[key], key, req.Path.AtMapKey(key), "under the key %q", &resp.Diagnostics)
		if resp.Diagnostics.ErrorsCount() >= maxErrors {
			return
		}
	}
}

// checkDevice checks an element. First has where each device is listed first, which a text describes.
func checkDevice[Place any](first map[string]Place, element attr.Value, place Place, at path.Path, where string, diags *diag.Diagnostics) {
	text, ok := element.(types.String)
	if !ok || text.IsUnknown() {
		return
	}
	name := text.ValueString()
	earlier, twice := first[name]
	switch {
	case name == "":
		diags.AddAttributeError(at, "Invalid device", "An element must not be empty: it is the `id` or the `device_identifier` of a device.")
	case twice:
		diags.AddAttributeError(at, "Duplicate device",
			fmt.Sprintf("The device %q is already listed "+where+". Remove one of the two elements.", name, earlier))
	default:
		first[name] = place
	}
}
