package federation

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// validate looks at the budget as far as it is known.
func validate(_ context.Context, config model, diags *diag.Diagnostics) {
	epsilon, delta := config.TotalEpsilonBudget, config.TotalDeltaBudget
	if resourcekit.Known(epsilon) && epsilon.ValueFloat64() <= 0 {
		diags.AddAttributeError(path.Root("total_epsilon_budget"), "The budget is empty", "total_epsilon_budget must be more than 0.")
	}
	if resourcekit.Known(delta) && (delta.ValueFloat64() <= 0 || delta.ValueFloat64() >= 1) {
		diags.AddAttributeError(path.Root("total_delta_budget"), "The budget is no probability", "total_delta_budget must lie between 0 and 1.")
	}
}
