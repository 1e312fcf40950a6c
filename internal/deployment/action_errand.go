package deployment

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// errand is one run of one action.
type errand struct {
	// ctx names the action to the server and ends with its time limit.
	ctx    context.Context
	client *control.Client
	order  order
	// model is the scope's: of a resource's attributes only the names and ids are filled in.
	model *model
	scope scope
	// fleet is the scope of the actions on a rollout, which only the whole fleet has.
	fleet fleet
	diags *diag.Diagnostics
	// send shows a message to whoever runs Terraform; nil during a plan.
	send func(message string)
	said string
}

// move is what an action does, once it is decided.
type move struct {
	// words say it: "roll 2.0.0 back to 1.0.0".
	words string
	// at is the attribute to blame where the server refuses.
	at path.Path
	// send makes the change; await returns when it has taken effect.
	send  func(ctx context.Context) (receipt, error)
	await func(ctx context.Context, accepted receipt) (receipt, error)
	// outcome says at the end what has been reached.
	outcome func(ctx context.Context, accepted receipt) string
}

func (e *errand) run(choose func(context.Context, *errand, view) (move, bool)) {
	before, ok := e.look(e.ctx)
	if !ok {
		return
	}
	m, ok := choose(e.ctx, e, before)
	if !ok {
		return
	}
	e.say("Going to " + m.words)
	done, err := m.send(e.ctx)
	switch {
	case err != nil && !done.written:
		e.refused(m, err)
		return
	case done.nobody:
		e.diags.AddAttributeError(path.Root("group"), "The group has no devices", "There is nobody to "+m.words+". Nothing was changed.")
		return
	}
	if err == nil && e.order.waits() {
		done, err = m.await(e.ctx, done)
	}
	if err != nil {
		e.failed(m, err)
		return
	}
	e.say(m.outcome(e.ctx, done))
}

// say shows a message, unless it is the one that was shown last.
func (e *errand) say(message string) {
	if e.send == nil || message == e.said {
		return
	}
	e.said = message
	e.send(message)
}

// tell shows how far a wait has come, as long as devices follow; how it ends is the outcome's to say.
func (e *errand) tell(p progress) {
	if p.rollout.Status == control.RolloutActive || p.rollout.Status == control.RolloutRollingBack {
		e.say(e.words(p))
	}
}

// words of progress are of devices where the server counts them. Of a group it tells what its members are assigned, and not what
// they run.
func (e *errand) words(p progress) string {
	if p.affected.Total == nil || p.affected.Updated == nil {
		return fmt.Sprintf("Rollout %s of %s is %s at %g percent", p.rollout.ID, p.rollout.Version, p.rollout.Status, p.rollout.Percentage)
	}
	verb := "run"
	if !e.model.Group.IsNull() {
		verb = "are assigned"
	}
	return fmt.Sprintf("%d of %s %s %s", *p.affected.Updated, devices(*p.affected.Total), verb, p.rollout.Version)
}

// tally counts the devices once more at the end: a rollback is complete when all that can be reached have followed, and others may
// be left.
func (e *errand) tally(ctx context.Context, done receipt) string {
	r, err := e.fleet.client.Rollout(ctx, e.fleet.modelID, done.id)
	if err != nil {
		r = done.rollout
	}
	affected, err := e.fleet.affected(ctx, r.ID)
	if err != nil {
		affected = control.AffectedDevices{}
	}
	text := e.words(progress{rollout: r, affected: affected})
	if r.Status == control.RolloutCompleted && affected.Updated != nil && !affected.AllUpdated() {
		text += "; the others follow when they can be reached"
	}
	return text
}

// refused reports that the server took nothing.
func (e *errand) refused(m move, err error) {
	var api *control.APIError
	at := m.at
	switch {
	case !errors.As(err, &api), api.StatusCode == http.StatusUnauthorized, api.StatusCode >= http.StatusInternalServerError:
		at = path.Empty()
	case api.StatusCode == http.StatusForbidden && !resourcekit.PolicyDenied(err):
		at = path.Empty()
	}
	resourcekit.AddError(e.diags, at, "Could not "+m.words, err)
}

// failed reports a change that the server had accepted and that did not get where it was meant to.
func (e *errand) failed(m move, err error) {
	var ended *verdict
	var late *unfinished
	switch {
	case errors.As(err, &late):
		summary, detail := late.happened()
		e.diags.AddAttributeError(m.at, summary, detail+
			"\n\nIt goes on at the server without Terraform. The data source octomil_rollout_status shows how far it comes.")
	case errors.As(err, &ended):
		detail := resourcekit.Sentence(ended.Error())
		if now, lookErr := e.scope.look(e.ctx, memory{}); lookErr == nil && now.target() != "" {
			detail += fmt.Sprintf(" What %s is meant to run now is %s.", e.model.scopeText(), now.target())
		}
		e.diags.AddAttributeError(m.at, "Could not "+m.words, detail)
	default:
		resourcekit.AddError(e.diags, path.Empty(), "Could not "+m.words, err)
	}
}
