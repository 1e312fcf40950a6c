package deployment

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

const typeName = "octomil_model_deployment"

// defaultTimeout is how long an apply waits where the configuration does not say.
const defaultTimeout = 30 * time.Minute

type deploymentResource struct {
	resourcekit.Base
}

var (
	_ resource.ResourceWithConfigure        = (*deploymentResource)(nil)
	_ resource.ResourceWithConfigValidators = (*deploymentResource)(nil)
	_ resource.ResourceWithIdentity         = (*deploymentResource)(nil)
	_ resource.ResourceWithImportState      = (*deploymentResource)(nil)
	_ resource.ResourceWithModifyPlan       = (*deploymentResource)(nil)
	_ resource.ResourceWithValidateConfig   = (*deploymentResource)(nil)
)

// NewResource returns octomil_model_deployment.
func NewResource() resource.Resource {
	return &deploymentResource{Base: resourcekit.NewBase(typeName, deploymentIdentity...)}
}

var deploymentIdentity = resourcekit.Identity{
	{Name: "model_id", Description: "The id of the model."},
	{Name: "group_id", Description: "The id of the device group; none for the whole fleet.", Optional: true},
}

func (r *deploymentResource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{
		resourcevalidator.Conflicting(path.MatchRoot("group"), path.MatchRoot("paused")),
	}
}

func (r *deploymentResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	limit, d := plan.Timeouts.Create(ctx, defaultTimeout)
	resp.Diagnostics.Append(d...)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !locate(ctx, client, &plan, &resp.Diagnostics) {
		return
	}
	a := application{
		scope: r.scope(client, &plan), client: client, plan: &plan, limit: limit, diags: &resp.Diagnostics,
	}
	a.save = func(m model, remembered memory, v view) {
		m.closeComputed()
		resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
		r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
		remember(ctx, resp.Private, remembered, v, &resp.Diagnostics)
	}
	if !resp.Diagnostics.HasError() {
		a.run(ctx)
	}
}

func (r *deploymentResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	var remembered memory
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resourcekit.GetPrivate(ctx, req.Private, memoryKey, &remembered, &resp.Diagnostics)
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	scope := r.scope(client, &state)
	v, err := scope.look(ctx, remembered)
	if control.NotFound(err) || err == nil && v.Targeted == nil {
		r.SetIdentity(ctx, req.State, resp.Identity, &resp.Diagnostics)
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not read the deployment", err)
		return
	}
	state.show(ctx, v, &resp.Diagnostics)
	if remembered.Imported && remembered.Pin == "" {
		state.showShare(ctx, &resp.Diagnostics)
	}
	if op, said := state.operation(ctx, &resp.Diagnostics); said && op.To != v.target() {
		// Something else has happened since. Left in place, the same operation again would be no visible change in a plan.
		state.LastOperation = types.ObjectNull(lastOperationTypes)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
	if remembered.Pin == "" { // after an import
		remembered.Pin, remembered.Share = v.target(), 100
	}
	remember(ctx, resp.Private, remembered, v, &resp.Diagnostics)
}

func (r *deploymentResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, config model
	var remembered memory
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resourcekit.GetPrivate(ctx, req.Private, memoryKey, &remembered, &resp.Diagnostics)
	limit, d := plan.Timeouts.Update(ctx, defaultTimeout)
	resp.Diagnostics.Append(d...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !plan.Status.IsUnknown() { // the plan has found nothing to do at the server
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
		remembered.Pin, remembered.Imported = config.Version.ValueString(), false
		resourcekit.SetPrivate(ctx, resp.Private, memoryKey, remembered, &resp.Diagnostics)
		return
	}
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	a := application{
		scope: r.scope(client, &plan), client: client, plan: &plan, remembered: remembered,
		limit: limit, diags: &resp.Diagnostics,
	}
	a.save = func(m model, remembered memory, v view) {
		m.closeComputed()
		resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
		r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
		remember(ctx, resp.Private, remembered, v, &resp.Diagnostics)
	}
	if !resp.Diagnostics.HasError() {
		a.run(ctx)
	}
}

// ImportState takes an identity, a model, or a model and a group with a slash between, each by name or id.
func (r *deploymentResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ways := splits(req.ID)
	if r.ImportByIdentity(ctx, req, resp) {
		var modelID, groupID types.String
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("model_id"), &modelID)...)
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("group_id"), &groupID)...)
		ways = [][2]string{{modelID.ValueString(), groupID.ValueString()}}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	for _, way := range ways {
		found, err := find(ctx, client, way[0], way[1])
		if err != nil {
			resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not import the deployment", err)
			return
		}
		if found == nil {
			continue
		}
		for name, value := range found {
			resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
		}
		r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
		// Whatever is under way was not begun here: nothing is owed.
		resourcekit.SetPrivate(ctx, resp.Private, memoryKey, memory{Imported: true, Settled: true, Lasting: true}, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.AddError("There is nothing to import",
		fmt.Sprintf("%q is no model of this organization, and no model and group of it with a slash between. Import a deployment by "+
			"the model, such as phi-4-mini, or by model and group, such as phi-4-mini/staging.", req.ID))
}

// scope is the one that the model names.
func (r *deploymentResource) scope(client *control.Client, m *model) scope {
	return scopeOf(client, m, r.Provider.PollInterval, nil)
}

// scopeOf is the scope that a model names. ModelID, and GroupID where there is a group, are known.
func scopeOf(client *control.Client, m *model, poll time.Duration, report reporter) scope {
	if m.Group.IsNull() {
		return fleetOf(client, m, poll, report)
	}
	return group{
		client: client, modelID: m.ModelID.ValueString(), id: m.GroupID.ValueString(), name: m.Group.ValueString(), poll: poll, report: report,
	}
}

func fleetOf(client *control.Client, m *model, poll time.Duration, report reporter) fleet {
	return fleet{client: client, modelID: m.ModelID.ValueString(), reason: m.Reason.ValueString(), poll: poll, report: report}
}

func remember(ctx context.Context, private resourcekit.PrivateState, remembered memory, v view, diags *diag.Diagnostics) {
	resourcekit.SetPrivate(ctx, private, memoryKey, remembered, diags)
	resourcekit.SetPrivate(ctx, private, situationKey, v.situation, diags)
}
