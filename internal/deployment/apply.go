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
		w = w.atOnce()
	}
	a.review(ctx, before, op, w)
	if a.diags.HasError() {
		return
	}
	a.climb(ctx, op, w, before)
}

// climb executes the operation for its first step and raises the share from step to step.
func (a *application) climb(ctx context.Context, op operation, w wish, before view) {
	steps := stepsOf(ctx, a.client, a.plan, before.situation, op, w)
	limited, cancel := context.WithTimeout(ctx, a.limit+pauses(steps))
	defer cancel()

	var done receipt
	var last view
	var err error
	at := w
	for i, s := range steps {
		at = w.at(s.share)
		if i == 0 {
			done, err = a.scope.execute(limited, op, at, before)
			if err != nil && !done.written {
				a.refused(ctx, op, err)
				return
			}
			a.plan.setOperation(ctx, op, a.diags)
		} else {
			done, err = a.scope.raise(limited, at, done)
		}
		if err == nil || i == 0 {
			a.remembered = a.remembered.pinned(at, done)
			last = a.scope.after(op, at, before, done)
			a.show(ctx, op, last)
		}
		if done.nobody {
			a.diags.AddAttributeWarning(path.Root("group"), "The group has no devices", fmt.Sprintf("Nothing was deployed to %s. Devices that join "+
				"it later show as a difference in the next plan.", a.plan.scopeText()))
			break
		}
		if err == nil && done.written && a.plan.waits() {
			done, err = a.scope.await(limited, at, done)
		}
		if err == nil && s.bake > 0 {
			done, err = a.scope.watch(limited, at, done, s.bake)
		}
		if err != nil {
			break
		}
	}
	var late *unfinished
	if errors.As(err, &late) || err == nil && done.members != nil {
		last = a.scope.after(op, at, before, done)
	}
	a.finish(ctx, op, w, last, err, done.members != nil)
}

// stepsOf is the way to the wanted share. Only an apply that waits can go it in steps.
func stepsOf(ctx context.Context, client *control.Client, m *model, s situation, op operation, w wish) []step {
	switch {
	case !m.waits(), op.Kind == operationRollback, op.Kind == operationAdopt, op.Kind == operationPause, w.wantsPause():
		return []step{{share: w.share}}
	}
	reached := 0.0
	if op.Kind != operationDeploy && s.target() == w.version {
		reached = s.Targeted.Percentage
	}
	var allowed limits
	if m.Group.IsNull() {
		allowed = limitsOf(ctx, client)
	}
	return w.ladder(reached, !w.settled, allowed)
}

// decide chooses the operation anew and holds it against the plan's.
func (a *application) decide(ctx context.Context, before view, w wish) operation {
	op := decide(before.situation, w)
	planned, known := a.plan.operation(ctx, a.diags)
	if op.Kind == operationNone && known && planned.Kind == operationAdopt {
		return planned
	}
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
	return op
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
// there is after an interrupt, and enough where nothing was waited for, or where the wait has counted a group's members.
func (a *application) finish(ctx context.Context, op operation, w wish, last view, err error, counted bool) {
	if err != nil || a.plan.waits() && !counted {
		if v, lookErr := a.scope.look(ctx, a.remembered); lookErr == nil {
			v.groupDeployment = last.groupDeployment
			last = v
		}
	}
	if err == nil && last.target() != w.version {
		err = &verdict{kind: verdictOvertaken, progress: progress{rollout: control.Rollout{Version: w.version}}}
	}
	var ended *verdict
	if errors.As(err, &ended) {
		ended.because(last.rolledBack)
	}
	a.remembered.Settled = err == nil
	a.remembered.Lasting = a.remembered.Lasting || err == nil
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
		summary, detail := ended.explain(a.plan.scopeText(), v.target())
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
