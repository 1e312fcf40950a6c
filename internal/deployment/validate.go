package deployment

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// ValidateConfig checks the stages of a rollout against each other. It gives no verdict on what is not known yet.
func (r *deploymentResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || !resourcekit.Known(config.Rollout) {
		return
	}
	var block rolloutModel
	resp.Diagnostics.Append(config.Rollout.As(ctx, &block, basetypes.ObjectAsOptions{})...)
	stages, known := block.stages(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !known || len(stages) == 0 {
		return
	}
	at := path.Root("rollout").AtName("stages")
	if config.WaitFor.ValueString() == waitForAccepted {
		resp.Diagnostics.AddAttributeError(path.Root("wait_for"), "Stages need to be waited for",
			"With wait_for = \"accepted\" an apply ends before the first stage is reached. Remove the stages, or wait_for.")
	}
	for i, s := range stages {
		if s.Bake < 0 {
			resp.Diagnostics.AddAttributeError(at.AtListIndex(i).AtName("bake"), "The duration is not usable", "A stage cannot bake for less than no time.")
		}
		if i > 0 && s.Percentage <= stages[i-1].Percentage {
			resp.Diagnostics.AddAttributeError(at.AtListIndex(i).AtName("percentage"), "The stages do not rise",
				fmt.Sprintf("Stage %d is at %g percent and the one before at %g: each must be above the last.", i+1, s.Percentage, stages[i-1].Percentage))
		}
	}
	last, end := stages[len(stages)-1].Percentage, 100.0
	if block.Percentage.IsUnknown() {
		return
	}
	if !block.Percentage.IsNull() {
		end = block.Percentage.ValueFloat64()
	}
	if last >= end {
		resp.Diagnostics.AddAttributeError(at.AtListIndex(len(stages)-1).AtName("percentage"), "The last stage is too high",
			fmt.Sprintf("The last stage is at %g percent. The rollout itself ends at %g, its percentage, which needs no stage.", last, end))
	}
}
