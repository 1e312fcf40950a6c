package fleet

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// uniqueDevices refuses devices that are named twice, and empty names. It stops after a few: one mistake in a generator makes
// thousands of them.
type uniqueDevices struct{}

func (uniqueDevices) Description(context.Context) string { return "each device once" }

func (v uniqueDevices) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (uniqueDevices) ValidateList(_ context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	const maxErrors = 10
	first := map[string]int{}
	for i, element := range req.ConfigValue.Elements() {
		text, ok := element.(types.String)
		if !ok || text.IsUnknown() {
			continue
		}
		name, at := text.ValueString(), req.Path.AtListIndex(i)
		earlier, twice := first[name]
		switch {
		case name == "":
			resp.Diagnostics.AddAttributeError(at, "The device is empty", "A member is named by the id or the device_identifier of a device.")
		case twice:
			resp.Diagnostics.AddAttributeError(at, "The device is listed twice",
				fmt.Sprintf("The device %q is in the list already, at index %d. Remove one of the two.", name, earlier))
		default:
			first[name] = i
		}
		if resp.Diagnostics.ErrorsCount() >= maxErrors {
			return
		}
	}
}
