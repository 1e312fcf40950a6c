package deployment

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

// Delete writes nothing unless on_destroy asks for it: a fleet cannot run no version at all, and what runs well must not change
// because Terraform no longer manages it. A deployment whose first apply never succeeded is always kept, so that a tainted one can be
// replaced without harm: the replacement attaches to what runs.
func (r *deploymentResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	var private rollout.Private
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resourcekit.GetPrivate(ctx, req.Private, privateKey, &private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	mode := state.OnDestroy.ValueString()
	if mode != onDestroyCancel && mode != onDestroyRollback || !private.EverSucceeded {
		warnOfKeptDeployment(&state, &resp.Diagnostics)
		return
	}
	timeout, d := state.Timeouts.Delete(ctx, defaultTimeout)
	resp.Diagnostics.Append(d...)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	done := r.DeleteObject(ctx, req.State.Raw, req.Private, &resp.Diagnostics)
	if done == nil {
		return
	}
	defer done()
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	c := checks{client: client, config: &state, private: private, devices: &r.Provider.Devices, diags: &resp.Diagnostics}
	if mode == onDestroyCancel {
		c.cancelManaged(limited)
		return
	}
	if !state.Group.IsNull() { // it may have another name now
		if g, err := client.Group(limited, state.GroupID.ValueString()); err == nil {
			state.Group = types.StringValue(g.Name)
		}
	}
	c.rollBack(limited, r.target(client, &state))
}

// planDestroy says how many devices a destroy gives another version, and guards that as it guards an apply.
func (r *deploymentResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state model
	var private rollout.Private
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resourcekit.GetPrivate(ctx, req.Private, privateKey, &private, &resp.Diagnostics)
	changes := slices.Contains([]string{onDestroyCancel, onDestroyRollback}, state.OnDestroy.ValueString())
	if resp.Diagnostics.HasError() || !changes || !private.EverSucceeded || !r.HasClient() || r.Applying() ||
		r.ManagedElsewhere(req.State.Raw) {
		return
	}
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	scope := presentName(ctx, client, state.scope())
	now, err := r.target(client, &state).Read(ctx, private) // which is cached, unless nothing was refreshed
	switch {
	case control.NotFound(err):
		return
	case err != nil:
		addReadError(ctx, client, &state, err, &resp.Diagnostics)
		return
	}
	c := checks{client: client, config: &state, private: private, devices: &r.Provider.Devices, diags: &resp.Diagnostics}
	switch previous := state.PreviousVersion.ValueString(); state.OnDestroy.ValueString() {
	case onDestroyCancel:
		if now.Open = c.cancelable(ctx, now.Open); now.Open != nil {
			c.destroy(ctx, rollout.ProposeCancel(scope, now))
		}
	case onDestroyRollback:
		if p := rollout.Propose(scope, now, rollout.RollbackTo(previous)); previous != "" && p.Operation.Kind != rollout.None {
			c.destroy(ctx, p)
		}
	}
}

// cancelable is the rollout that this resource has started, as long as it assigns devices; nil where it does not. The open one is that of
// the state: another one can be newer on a server that allows several, and leaves the resource's own one its devices.
func (c checks) cancelable(ctx context.Context, open *rollout.Record) *rollout.Record {
	switch {
	case open == nil || !c.config.Group.IsNull():
		return nil
	case open.ID == c.private.RolloutID:
		return open
	}
	rollouts, err := c.client.Rollouts(ctx, c.config.ModelID.ValueString())
	if err != nil { // the destroy would need them too
		resourcekit.AddError(c.diags, path.Root("on_destroy"), "Could not cancel the rollout", err)
		return nil
	}
	if own, found := rollout.History(rollouts).Find(c.private.RolloutID); found && own.Status.Open() {
		return rollout.RecordOf(own)
	}
	return nil
}

// cancelManaged ends the rollout that this resource has started, if it is still open.
func (c checks) cancelManaged(ctx context.Context) {
	state := c.config
	if !state.Group.IsNull() {
		warnOfUncancelableGroup(state, c.diags)
		return
	}
	if c.private.RolloutID == "" {
		return
	}
	open, err := cancelableUpTo(ctx, c.client, state.ModelID.ValueString(), c.private.RolloutID)
	if err == nil && len(open) > 0 {
		p := rollout.ProposeCancel(state.scope(), rollout.State{Open: rollout.RecordOf(open[len(open)-1])})
		if c.checkMaxAffectedOf(ctx, &p); c.diags.HasError() {
			return
		}
	}
	for _, r := range open {
		if err == nil {
			err = c.client.DeleteRollout(ctx, state.ModelID.ValueString(), r.ID, true)
		}
	}
	if err != nil && !control.NotFound(err) {
		resourcekit.AddError(c.diags, path.Root("on_destroy"), "Could not cancel the rollout", err)
	}
}

// cancelableUpTo is the rollout with this ID if it is open, after the older ones that are: on a server that allows several, they would
// assign devices again. The list may not have the rollout yet.
func cancelableUpTo(ctx context.Context, client *control.Client, modelID, id string) ([]control.Rollout, error) {
	rollouts, err := client.Rollouts(ctx, modelID)
	if err != nil {
		return nil, err
	}
	own, listed := rollout.History(rollouts).Find(id)
	if !listed {
		if own, err = client.Rollout(ctx, modelID, id); err != nil {
			return nil, err
		}
		rollouts = slices.Insert(rollouts, 0, own)
	}
	if !own.Status.Open() {
		return nil, nil
	}
	open := rollout.History(rollouts).AllOpen()
	at := slices.IndexFunc(open, func(r control.Rollout) bool { return r.ID == id })
	return open[:at+1], nil
}

// rollBack returns the target to its previous version, and waits for it.
func (c checks) rollBack(ctx context.Context, target rollout.Target) {
	state, diags := c.config, c.diags
	previous := state.PreviousVersion.ValueString()
	if previous == "" {
		addNoPreviousVersion(state, diags)
		return
	}
	before, err := target.Read(ctx, c.private)
	if control.NotFound(err) {
		return
	}
	if err == nil {
		p := rollout.Propose(state.scope(), before, rollout.RollbackTo(previous))
		if p.Operation.Kind == rollout.None {
			return
		}
		if c.checkMaxAffectedOf(ctx, &p); diags.HasError() {
			return
		}
		var r rollout.Result
		if r, err = target.Start(ctx, p); err == nil {
			_, err = rollout.Wait(ctx, target, r)
		}
	}
	var incomplete *rollout.IncompleteError
	switch {
	case err == nil:
	case errors.As(err, &incomplete):
		addIncomplete(path.Root("on_destroy"), incomplete, diags)
	default:
		resourcekit.AddError(diags, path.Root("on_destroy"), fmt.Sprintf("Could not roll back to %s", previous), err)
	}
}
