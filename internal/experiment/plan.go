package experiment

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// requiresReplaceIfVariantsChange replaces the experiment if a variant or its version changes: the API can change allocations only.
var requiresReplaceIfVariantsChange = mapplanmodifier.RequiresReplaceIf(
	func(ctx context.Context, req planmodifier.MapRequest, resp *mapplanmodifier.RequiresReplaceIfFuncResponse) {
		resp.RequiresReplace = variantsChange(ctx, req.StateValue, req.PlanValue, &resp.Diagnostics)
	},
	"Other variants or versions destroy and recreate the experiment.", "Other variants or versions destroy and recreate the experiment.",
)

// variantsChange reports whether names or versions differ. An unknown version may differ.
func variantsChange(ctx context.Context, a, b types.Map, diags *diag.Diagnostics) bool {
	before, after := variantsByName(ctx, a, diags), variantsByName(ctx, b, diags)
	if len(before) != len(after) {
		return true
	}
	for name, v := range after {
		if prior, ok := before[name]; !ok || !prior.ModelVersion.Equal(v.ModelVersion) {
			return true
		}
	}
	return false
}

// planExperiment rejects changes that the API cannot make in the status of the experiment.
func planExperiment(ctx context.Context, r *resourcekit.Base, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var planned, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &planned)...)
	if req.State.Raw.IsNull() {
		checkInitialStatus(planned.Status, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !planned.Model.Equal(state.Model) {
		if !sameModel(ctx, r, planned.Model, state.ModelID.ValueString(), &resp.Diagnostics) {
			resp.RequiresReplace = append(resp.RequiresReplace, path.Root("model"))
			warnOfReplacement(state, &resp.Diagnostics)
			return
		}
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("model"), state.Model)...)
	}
	if !planned.Control.Equal(state.Control) || variantsChange(ctx, state.Variants, planned.Variants, &resp.Diagnostics) {
		warnOfReplacement(state, &resp.Diagnostics)
		return
	}
	if status := state.Status.ValueString(); isFinal(status) {
		checkUnchanged(ctx, status, planned, state, &resp.Diagnostics)
		return
	}
	checkStatus(state.Status.ValueString(), planned.Status, &resp.Diagnostics)
}

// warnOfReplacement warns that the replaced experiment continues beside its replacement.
func warnOfReplacement(state model, diags *diag.Diagnostics) {
	if state.OnDestroy.ValueString() == onDestroyKeep && !isFinal(state.Status.ValueString()) {
		diags.AddWarning("The replaced experiment stays open", fmt.Sprintf("%q with the ID %s is %s and remains so beside its replacement, because the API cannot delete it. To "+
			"end it, first apply `on_destroy = \"complete\"` or `\"cancel\"`.",
			state.Name.ValueString(), state.ID.ValueString(), state.Status.ValueString()))
	}
}

// sameModel reports whether the configuration switches between the name and the ID of one model.
func sameModel(ctx context.Context, r *resourcekit.Base, nameOrID types.String, id string, diags *diag.Diagnostics) bool {
	if !resourcekit.Known(nameOrID) || !r.HasClient() {
		return false
	}
	ctx, client := r.Reader(ctx, diags)
	found, _, err := client.ResolveModel(ctx, nameOrID.ValueString())
	if err != nil {
		resourcekit.AddError(diags, path.Root("model"), "Could not look up the model", err)
	}
	return err == nil && found.ID == id
}

// checkInitialStatus adds an error if a new experiment is planned in a status that it cannot be created in.
func checkInitialStatus(planned types.String, diags *diag.Diagnostics) {
	switch status := planned.ValueString(); status {
	case "", control.ExperimentDraft, control.ExperimentRunning:
	default:
		diags.AddAttributeError(path.Root("status"), "A new experiment cannot be "+status, "A new experiment is a draft or is started immediately. Set another status after it has been created.")
	}
}

func checkStatus(from string, to types.String, diags *diag.Diagnostics) {
	if !resourcekit.Known(to) {
		return
	}
	if why := whyUnreachable(from, to.ValueString()); why != "" {
		diags.AddAttributeError(path.Root("status"), fmt.Sprintf("An experiment cannot go from %s to %s", from, to.ValueString()), why)
	}
}

// checkUnchanged adds an error on each attribute that differs from an experiment that has ended.
func checkUnchanged(ctx context.Context, status string, planned, state model, diags *diag.Diagnostics) {
	changed := map[string]bool{
		"name":               !planned.Name.Equal(state.Name),
		"description":        planned.Description.ValueString() != state.Description.ValueString(),
		"variants":           !planned.Variants.Equal(state.Variants),
		"traffic_percentage": !resourcekit.SameNumber(planned.TrafficPercentage, state.TrafficPercentage),
		"min_sample_size":    !planned.MinSampleSize.Equal(state.MinSampleSize),
		"confidence_level":   !resourcekit.SameNumber(planned.ConfidenceLevel, state.ConfidenceLevel),
		"primary_metric":     !planned.PrimaryMetric.Equal(state.PrimaryMetric),
		"target_group_ids":   !slices.Equal(targetIDs(ctx, planned.TargetGroupIDs, diags), targetIDs(ctx, state.TargetGroupIDs, diags)),
		"status":             resourcekit.Known(planned.Status) && !planned.Status.Equal(state.Status),
	}
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		if changed[name] {
			diags.AddAttributeError(path.Root(name), "The experiment is "+status, fmt.Sprintf("This is final: %q can no longer change, but the configuration has another value for `%s`. Restore "+
				"the value and set `status = %q`. For another experiment, use another resource, or destroy this one "+
				"first.", state.Name.ValueString(), name, status))
		}
	}
}
