package experiment

import (
	"context"
	"fmt"
	"math"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// validate checks the variants as far as they are known.
func validate(ctx context.Context, config model, diags *diag.Diagnostics) {
	if !resourcekit.Known(config.Variants) {
		return
	}
	variants := variantsByName(ctx, config.Variants, diags)
	if name := config.Control; resourcekit.Known(name) {
		if _, ok := variants[name.ValueString()]; !ok {
			diags.AddAttributeError(path.Root("control"), "Invalid `control`", fmt.Sprintf("`variants` has no variant named %q. `control` must be the name of the variant that the others are "+
				"compared with.", name.ValueString()))
		}
	}
	sum := 0.0
	for _, v := range variants {
		if v.TrafficAllocation.IsUnknown() {
			return
		}
		sum += v.TrafficAllocation.ValueFloat64()
	}
	if math.Abs(sum-100) > tolerance {
		diags.AddAttributeError(path.Root("variants"), "Traffic allocations do not add up to 100",
			fmt.Sprintf("The `traffic_allocation` values of all variants must add up to 100 percent, but add up to %g.", math.Round(sum*100)/100))
	}
}

// tolerance allows for the rounding of numbers such as 33.3, in percentage points. How much a server tolerates is not known.
const tolerance = 0.001
