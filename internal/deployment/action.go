package deployment

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// operatorAction is each of the actions. They differ in what they take and in how they choose their move; finding the scope, the
// check during a plan, the wait with its messages and the errors are the same for all.
type operatorAction struct {
	resourcekit.Configured
	// description is the page's first text, in Markdown.
	description string
	// takes names the attributes of the action, out of all that an order may have.
	takes []string
	// choose holds the action against what the scope runs and decides what to do. Where it cannot be, it adds an error that says
	// why and answers false.
	choose func(ctx context.Context, e *errand, before view) (move, bool)
}

var (
	_ action.ActionWithConfigure      = (*operatorAction)(nil)
	_ action.ActionWithModifyPlan     = (*operatorAction)(nil)
	_ action.ActionWithValidateConfig = (*operatorAction)(nil)
)

func (a *operatorAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = a.TypeName
}

func (a *operatorAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.ConfigureAction(req, resp)
}

func (a *operatorAction) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	o := readOrder(ctx, req.Config, a.takes, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		o.limit(&resp.Diagnostics)
	}
}

// ModifyPlan says what the action would do as things are, or why it would fail. Only a model or a group that does not exist is an error:
// a plan cannot know what the resources that trigger the action change until then, and the action itself looks again.
func (a *operatorAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	o := readOrder(ctx, req.Config, a.takes, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !o.known() || !a.HasClient() || a.announced(o) {
		return
	}
	e, ok := a.errand(ctx, o, &resp.Diagnostics)
	if !ok {
		return
	}
	before, ok := e.look(e.ctx)
	if !ok {
		return
	}
	var found diag.Diagnostics
	e.diags = &found
	if m, ok := a.choose(e.ctx, e, before); ok {
		resp.Diagnostics.AddWarning("The action is to "+m.words, "So it is as things were when it was planned. It looks again before it changes anything.")
	}
	for _, d := range found {
		text := "As things are now, the action would fail: " + d.Detail()
		if at, ok := d.(diag.DiagnosticWithPath); ok {
			resp.Diagnostics.AddAttributeWarning(at.Path(), d.Summary(), text)
			continue
		}
		resp.Diagnostics.AddWarning(d.Summary(), text)
	}
}

// announced is true when the plan under way creates the model or the group.
func (a *operatorAction) announced(o order) bool {
	planned := &a.Provider.Planned
	return planned.Contains("octomil_model", o.Model.ValueString()) ||
		!o.Group.IsNull() && planned.Contains("octomil_device_group", o.Group.ValueString())
}

func (a *operatorAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	o := readOrder(ctx, req.Config, a.takes, &resp.Diagnostics)
	limit := o.limit(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if e, ok := a.errand(limited, o, &resp.Diagnostics); ok {
		e.send = func(message string) { resp.SendProgress(action.InvokeProgressEvent{Message: message}) }
		e.run(a.choose)
	}
}

// errand finds what the order is about.
func (a *operatorAction) errand(ctx context.Context, o order, diags *diag.Diagnostics) (*errand, bool) {
	ctx, client := a.Client(ctx, diags)
	if diags.HasError() {
		return nil, false
	}
	m := &model{Model: o.Model, Group: o.Group, ModelID: types.StringUnknown(), GroupID: types.StringUnknown()}
	if !locate(ctx, client, m, diags) {
		return nil, false
	}
	m.Reason = o.Reason
	e := &errand{ctx: ctx, client: client, order: o, model: m, diags: diags}
	e.fleet = fleetOf(client, m, a.Provider.PollInterval, e.tell)
	e.scope = scopeOf(client, m, a.Provider.PollInterval, e.tell)
	return e, true
}

// look reads what the scope runs. The version that is asked for counts as a group's pin: as long as any member has another one,
// that one is what the group is meant to run.
func (e *errand) look(ctx context.Context) (view, bool) {
	before, err := e.scope.look(ctx, memory{Pin: e.order.ToVersion.ValueString(), Share: 100})
	switch {
	case err == nil:
		return before, true
	case control.NotFound(err):
		missingModel(ctx, e.client, e.order.Model.ValueString(), err, e.diags)
	default:
		resourcekit.AddError(e.diags, path.Empty(), "Could not read what "+e.model.scopeText()+" runs", err)
	}
	return view{}, false
}

// refuse says why the action is not carried out; it is the end of choosing a move.
func (e *errand) refuse(at path.Path, summary, format string, args ...any) (move, bool) {
	e.diags.AddAttributeError(at, summary, fmt.Sprintf(format, args...)+" Nothing was changed.")
	return move{}, false
}
