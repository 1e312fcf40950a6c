package fleet

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestUniqueDevices(t *testing.T) {
	t.Parallel()
	list := func(names ...string) types.List {
		elements := make([]attr.Value, len(names))
		for i, name := range names {
			elements[i] = types.StringValue(name)
			if name == "?" {
				elements[i] = types.StringUnknown()
			}
		}
		return types.ListValueMust(types.StringType, elements)
	}
	tests := map[string]struct {
		list        types.List
		at, message string
	}{
		"each once":    {list: list("a", "b")},
		"none":         {list: list()},
		"not known":    {list: types.ListUnknown(types.StringType)},
		"two unknowns": {list: list("?", "a", "?")},
		"twice":        {list("a", "?", "b", "a"), "device_ids[3]", "index 0"},
		"empty":        {list("a", ""), "device_ids[1]", "device_identifier"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var resp validator.ListResponse
			uniqueDevices{}.ValidateList(t.Context(), validator.ListRequest{Path: path.Root("device_ids"), ConfigValue: test.list}, &resp)
			expectOne(t, resp.Diagnostics, test.at, test.message)
		})
	}
}

func TestUniqueDevicesStopsAfterAFew(t *testing.T) {
	t.Parallel()
	elements := make([]attr.Value, 5000)
	for i := range elements {
		elements[i] = types.StringValue(fmt.Sprint("dev_", i%2))
	}
	var resp validator.ListResponse
	list := types.ListValueMust(types.StringType, elements)
	uniqueDevices{}.ValidateList(t.Context(), validator.ListRequest{Path: path.Root("device_ids"), ConfigValue: list}, &resp)
	if got := resp.Diagnostics.ErrorsCount(); got != 10 {
		t.Errorf("got %d errors, want 10", got)
	}
}
