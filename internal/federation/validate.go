package federation

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// validate checks the known parts of the budget.
func validate(_ context.Context, config model, diags *diag.Diagnostics) {
	epsilon, delta := config.TotalEpsilonBudget, config.TotalDeltaBudget
	if resourcekit.Known(epsilon) && epsilon.ValueFloat64() <= 0 {
		diags.AddAttributeError(path.Root("total_epsilon_budget"), "Invalid privacy budget", "`total_epsilon_budget` must be greater than 0.")
	}
	if resourcekit.Known(delta) && (delta.ValueFloat64() <= 0 || delta.ValueFloat64() >= 1) {
		diags.AddAttributeError(path.Root("total_delta_budget"), "Invalid privacy budget",
			"`total_delta_budget` must be greater than 0 and less than 1.")
	}
}
