package deployment

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// application is one apply of one deployment, be it a create or an update.
type application struct {
	scope      scope
	client     *control.Client
	plan       *model
	remembered memory
	limit      time.Duration
	// save writes state and private state; it is called as soon as the server has accepted something, and again with the truth
	// at the end.
	save  func(m model, remembered memory, v view)
	diags *diag.Diagnostics
}

// run does what the situation at this moment asks for, and stops before any write where that is not what the plan had shown.
func (a *application) run(ctx context.Context) {
	before, err := a.scope.look(ctx, a.remembered)
	if err != nil {
		a.lookFailed(ctx, err)
		return
	}
	w, _ := a.plan.wish(ctx, a.remembered, a.diags)
	op := a.decide(ctx, before, w)
	if a.diags.HasError() {
		return
	}
	if op.Kind == operationRollback {
		w.share, w.paused = 100, nil // a rollback is for all devices, at once
	}
	limited, cancel := context.WithTimeout(ctx, a.limit)
	defer cancel()

	var done receipt
	if op.Kind == operationAdopt {
		done.id = before.Targeted.ID
	} else if done, err = a.scope.execute(limited, op, w, before); err != nil && !done.written {
		a.refused(ctx, op, err)
		return
	}
	for _, warning := range done.warnings {
		a.diags.AddWarning("The control plane warns", warning)
	}
	a.remembered = a.remembered.pinned(w, done)
	a.plan.setOperation(ctx, op, a.diags)
	last := a.scope.after(op, w, before, done)
	a.show(ctx, op, last)
	if err == nil && done.written && a.plan.WaitFor.ValueString() == waitForComplete {
		err = a.scope.await(limited, w, done)
		var late *unfinished
		if errors.As(err, &late) {
			done.rollout = late.rollout
			last = a.scope.after(op, w, before, done)
		}
	}
	a.finish(ctx, op, w, last, err)
}

// decide chooses the operation anew and holds it against the plan's.
func (a *application) decide(ctx context.Context, before view, w wish) operation {
	op := decide(before.situation, w)
	planned, known := a.plan.operation(ctx, a.diags)
	switch {
	case known && op.Kind == operationNone && !planned.replaces():
		return planned // it has got there by itself since
	case known && op != planned:
		a.diags.AddAttributeError(path.Root("version"), "The plan is out of date",
			fmt.Sprintf("Since this plan was made, %s has changed: the plan was to %s, and now it would be to %s. Nothing was written. "+
				"Plan again and review what it shows.", a.plan.scopeText(), planned.words(), op.words()))
	case op.Kind == operationNone:
		op.Kind = operationAdopt
	}
	refuseForeign(before.situation, op, a.remembered, a.diags)
	return op
}

// refuseForeign stops a deploy that would have to cancel a rollout which this resource did not start. A rollback may.
func refuseForeign(s situation, op operation, remembered memory, diags *diag.Diagnostics) {
	if op.Kind != operationDeploy || s.Open == nil || remembered.Rollout == s.Open.ID {
		return
	}
	diags.AddAttributeError(path.Root("version"), "Another rollout is under way",
		fmt.Sprintf("Rollout %s of %s is %s at %g percent and was not started by this resource. A model has one rollout at a time. "+
			"Wait until it has ended, cancel it, or pin %s to take it over.", s.Open.ID, s.Open.Version, s.Open.Status, s.Open.Percentage, s.Open.Version))
}

// show takes a view into the state and saves it.
func (a *application) show(ctx context.Context, op operation, v view) {
	planned := a.plan.PreviousVersion
	a.plan.show(ctx, v, a.diags)
	switch {
	case v.target() != op.To:
	case op.replaces():
		a.plan.PreviousVersion = resourcekit.StringOrNull(op.From)
	case !planned.IsUnknown():
		a.plan.PreviousVersion = planned
	}
	if v.groupDeployment != "" {
		a.plan.RolloutID = types.StringValue(v.groupDeployment)
	}
	a.save(*a.plan, a.remembered, v)
}

// finish leaves the truth in the state, however the wait has ended. last is what is known without a further look, which is all
// there is after an interrupt, and enough where nothing was waited for.
func (a *application) finish(ctx context.Context, op operation, w wish, last view, err error) {
	if err != nil || a.plan.WaitFor.ValueString() == waitForComplete {
		if v, lookErr := a.scope.look(ctx, a.remembered); lookErr == nil {
			v.groupDeployment = last.groupDeployment
			last = v
		}
	}
	if err == nil && last.target() != w.version {
		err = &verdict{kind: verdictOvertaken, progress: progress{rollout: control.Rollout{Version: w.version}}}
	}
	a.remembered.Settled = err == nil
	a.show(ctx, op, last)
	if err != nil {
		a.failed(op, last, err)
	}
}

// failed reports an operation that the server had accepted.
func (a *application) failed(op operation, v view, err error) {
	at := path.Root("version")
	var ended *verdict
	var late *unfinished
	switch {
	case errors.As(err, &ended):
		summary, detail := ended.explain(v.target())
		a.diags.AddAttributeError(at, summary, detail)
	case errors.As(err, &late):
		summary, detail := late.explain()
		a.diags.AddAttributeError(at, summary, detail)
	default:
		resourcekit.AddError(a.diags, path.Empty(), "Could not finish to "+op.words(), err)
	}
}

// lookFailed reports that nothing could be read before the first write.
func (a *application) lookFailed(ctx context.Context, err error) {
	if control.NotFound(err) {
		missingModel(ctx, a.client, a.plan.Model.ValueString(), err, a.diags)
		return
	}
	resourcekit.AddError(a.diags, path.Empty(), "Could not read what "+a.plan.scopeText()+" runs", err)
}

// refused reports that the server took nothing; the reason is often the version.
func (a *application) refused(ctx context.Context, op operation, err error) {
	var api *control.APIError
	if !errors.As(err, &api) {
		resourcekit.AddError(a.diags, path.Empty(), "Could not "+op.words(), err)
		return
	}
	switch api.StatusCode {
	case http.StatusNotFound, http.StatusBadRequest, http.StatusUnprocessableEntity:
		versions, listErr := a.client.Versions(ctx, a.plan.ModelID.ValueString(), "")
		if listErr == nil && missingVersion(a.plan, versions, a.diags) {
			return
		}
	}
	at := path.Root("version")
	switch {
	case op.Kind == operationAdvance:
		at = path.Root("rollout").AtName("percentage")
	case op.Kind == operationPause:
		at = path.Root("paused")
	case api.StatusCode == http.StatusUnauthorized || api.StatusCode == http.StatusForbidden && !resourcekit.PolicyDenied(err):
		at = path.Empty()
	}
	resourcekit.AddError(a.diags, at, "Could not "+op.words(), err)
}
