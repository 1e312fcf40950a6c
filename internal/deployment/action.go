package deployment

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

// operatorAction is each of the actions. They differ in the attributes that they take and in what they plan to do; finding the
// target, the check during a plan, the wait with its messages and the errors are the same for all.
type operatorAction struct {
	resourcekit.Configured
	// description is the page's first text, in Markdown.
	description string
	// takes names the attributes of the action, out of all that an action model has.
	takes []string
	// plan compares the action with what the target runs and decides what to do. Where it cannot be done, it adds an error that says
	// why and is not ok.
	plan func(ctx context.Context, i *invocation, before rollout.State) (p actionPlan, ok bool)
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
	readActionModel(ctx, req.Config, a.takes, &resp.Diagnostics)
}

// ModifyPlan says what the action would do as things are, or why it would fail. Only a model or a group that does not exist is an error:
// a plan cannot know what the resources that trigger the action change until then, and the action itself looks again. Where the same plan
// changes a deployment of the model, the present state says nothing.
func (a *operatorAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	m := readActionModel(ctx, req.Config, a.takes, &resp.Diagnostics)
	if a.Defers(req.ClientCapabilities.DeferralAllowed) {
		resp.Deferred = resourcekit.DeferredAction()
		return
	}
	if resp.Diagnostics.HasError() || !m.known() || !a.HasClient() || a.isPlanned(m) {
		return
	}
	ctx, i, ok := a.invocation(ctx, m, &resp.Diagnostics)
	if !ok {
		return
	}
	if a.Provider.Planned.Contains(typeName, i.scope.ModelID) {
		warnOfUnknownAction(i.scope, &resp.Diagnostics)
		return
	}
	before, ok := i.read(ctx)
	if !ok {
		return
	}
	var found diag.Diagnostics
	i.diags = &found
	if p, ok := a.plan(ctx, i, before); ok {
		warnOfAction(p, i.impact(ctx, &p), &resp.Diagnostics)
		if p.proposal.ChangesDevices() {
			checkDeviceBudget(p.proposal, i.devices, p.attribute, i.diags)
		}
		i.warnOfPolicy(ctx, p, &resp.Diagnostics)
	}
	warnOfFailingAction(found, &resp.Diagnostics)
}

// isPlanned is true when the same plan creates the model or the group.
func (a *operatorAction) isPlanned(m actionModel) bool {
	planned := &a.Provider.Planned
	return planned.Contains("octomil_model", m.Model.ValueString()) ||
		!m.Group.IsNull() && planned.Contains("octomil_device_group", m.Group.ValueString())
}

func (a *operatorAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	m := readActionModel(ctx, req.Config, a.takes, &resp.Diagnostics)
	timeout := m.timeout(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	shown := &progress{send: func(message string) { resp.SendProgress(action.InvokeProgressEvent{Message: message}) }}
	defer shown.close()
	if ctx, i, ok := a.invocation(control.OnWait(limited, shown.say), m, &resp.Diagnostics); ok {
		i.send = shown.say
		i.run(ctx, a.plan)
	}
}

// progress shows the messages of an action while it runs. A request that waits for the rate limit may say so from another goroutine, and
// after the action has ended.
type progress struct {
	mu     sync.Mutex
	send   func(message string)
	closed bool
}

func (p *progress) say(message string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.send(message)
	}
}

func (p *progress) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
}

// invocation finds what an action is about. The context that it returns names the action to the server.
func (a *operatorAction) invocation(ctx context.Context, m actionModel, diags *diag.Diagnostics) (context.Context, *invocation, bool) {
	ctx, client := a.Client(ctx, diags)
	if diags.HasError() {
		return ctx, nil, false
	}
	named := &model{Model: m.Model, Group: m.Group, ModelID: types.StringUnknown(), GroupID: types.StringUnknown()}
	if !resolve(ctx, client, named, diags) {
		return ctx, nil, false
	}
	i := &invocation{client: client, config: m, model: named, scope: named.scope(), devices: &a.Provider.Devices, diags: diags}
	options := rollout.Options{PollInterval: a.Provider.PollInterval, Reason: m.Reason.ValueString(), Report: i.report}
	i.fleet = rollout.Fleet{Client: client, Scope: i.scope, Options: options}
	i.target = rollout.NewTarget(client, i.scope, options)
	return ctx, i, true
}
