package fleet

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// uniqueDevices rejects duplicate and empty elements. It stops after 10 errors, because one mistake in a generated list causes
// thousands.
type uniqueDevices struct{}

func (uniqueDevices) Description(context.Context) string { return "must list each device once" }

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
			resp.Diagnostics.AddAttributeError(at, "Invalid device", "An element must not be empty: it is the `id` or the `device_identifier` of a device.")
		case twice:
			resp.Diagnostics.AddAttributeError(at, "Duplicate device",
				fmt.Sprintf("The device %q is already listed at index %d. Remove one of the two elements.", name, earlier))
		default:
			first[name] = i
		}
		if resp.Diagnostics.ErrorsCount() >= maxErrors {
			return
		}
	}
}
