package deployment

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// Delete writes nothing unless on_destroy asks for it: a fleet cannot run no version at all, and what runs well must not change
// because Terraform lets go of it. What never ended well after its creation is always kept, so that a tainted one can be replaced
// without harm: the replacement attaches to what runs.
func (r *deploymentResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	var remembered memory
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resourcekit.GetPrivate(ctx, req.Private, memoryKey, &remembered, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	mode := state.OnDestroy.ValueString()
	if mode != onDestroyCancel && mode != onDestroyRollback || !remembered.Lasting {
		resp.Diagnostics.AddWarning("The deployment goes on without Terraform",
			fmt.Sprintf("%s of %s stays on %s as it is (%s). Only the resource is gone.", state.Version.ValueString(), state.Model.ValueString(),
				state.scopeText(), state.Status.ValueString()))
		return
	}
	limit, d := state.Timeouts.Delete(ctx, defaultTimeout)
	resp.Diagnostics.Append(d...)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if mode == onDestroyCancel {
		cancelOwn(limited, client, &state, remembered, &resp.Diagnostics)
		return
	}
	goBack(limited, r.scope(client, &state), &state, remembered, &resp.Diagnostics)
}

// cancelOwn ends the rollout that this resource has started, if it is still open.
func cancelOwn(ctx context.Context, client *control.Client, state *model, remembered memory, diags *diag.Diagnostics) {
	if !state.Group.IsNull() {
		diags.AddWarning("A deployment to a group cannot be cancelled",
			fmt.Sprintf("The API has no call for it: %s stays on %s. Only the resource is gone.", state.Version.ValueString(), state.scopeText()))
		return
	}
	if remembered.Rollout == "" {
		return
	}
	rollout, err := client.Rollout(ctx, state.ModelID.ValueString(), remembered.Rollout)
	if err == nil && rollout.Status.Open() {
		err = client.DeleteRollout(ctx, state.ModelID.ValueString(), remembered.Rollout, true)
	}
	if err != nil && !control.NotFound(err) {
		resourcekit.AddError(diags, path.Root("on_destroy"), "Could not cancel the rollout", err)
	}
}

// goBack returns the scope to the version before, and waits for it.
func goBack(ctx context.Context, s scope, state *model, remembered memory, diags *diag.Diagnostics) {
	at := path.Root("on_destroy")
	if state.PreviousVersion.ValueString() == "" {
		diags.AddAttributeError(at, "There is no version to go back to",
			fmt.Sprintf("%s is the first version on %s, as far as it is known, and on_destroy is \"rollback\". Set on_destroy = \"keep\", "+
				"apply, and destroy again.", state.Version.ValueString(), state.scopeText()))
		return
	}
	before, err := s.look(ctx, remembered)
	if control.NotFound(err) {
		return
	}
	var done receipt
	w := wish{version: state.PreviousVersion.ValueString()}.atOnce()
	if err == nil {
		op := decide(before.situation, w)
		if op.Kind == operationNone {
			return
		}
		if done, err = s.execute(ctx, op, w, before); err == nil {
			_, err = s.await(ctx, w, done)
		}
	}
	if err == nil {
		return
	}
	var late *unfinished
	if errors.As(err, &late) {
		summary, detail := late.explain()
		diags.AddAttributeError(at, summary, detail)
		return
	}
	resourcekit.AddError(diags, at, fmt.Sprintf("Could not roll back to %s", w.version), err)
}
