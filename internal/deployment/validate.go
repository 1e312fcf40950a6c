package deployment

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// ValidateConfig records which version the configuration writes, and checks the stages of a rollout against each other. It skips what is
// not known yet.
func (r *deploymentResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	r.Base.ValidateConfig(ctx, req, resp)
	var config model
	models.Config(ctx, req.Config, &config, &resp.Diagnostics)
	if r.Provider != nil && !config.Model.IsUnknown() && !config.Group.IsUnknown() {
		r.Provider.Written.Write(config.writtenScope(), config.Version.ValueString())
	}
	if resp.Diagnostics.HasError() || !resourcekit.Known(config.Rollout) {
		return
	}
	var block rolloutModel
	resp.Diagnostics.Append(config.Rollout.As(ctx, &block, basetypes.ObjectAsOptions{})...)
	stages, known := block.stages(ctx)
	if resp.Diagnostics.HasError() || !known || len(stages) == 0 {
		return
	}
	at := path.Root("rollout").AtName("stages")
	if config.WaitFor.ValueString() == waitForAccepted {
		resp.Diagnostics.AddAttributeError(path.Root("wait_for"), "`rollout.stages` requires `wait_for = \"complete\"`",
			"With `wait_for = \"accepted\"`, an apply ends before the first stage is reached. Remove `rollout.stages` or `wait_for`.")
	}
	for i, s := range stages {
		if i > 0 && s.Percentage <= stages[i-1].Percentage {
			resp.Diagnostics.AddAttributeError(at.AtListIndex(i).AtName("percentage"), "The stages do not increase",
				fmt.Sprintf("Stage %d has %g percent and the one before %g: `percentage` must increase from stage to stage.", i+1, s.Percentage, stages[i-1].Percentage))
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
			fmt.Sprintf("The last stage has %g percent, but `rollout.percentage` is %g. The stages must end below it; it needs no stage itself.", last, end))
	}
}
