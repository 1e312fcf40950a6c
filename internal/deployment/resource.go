package deployment

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

const typeName = "octomil_model_deployment"

// defaultTimeout is how long an apply waits where the configuration does not say.
const defaultTimeout = 30 * time.Minute

// models loads and stores the model of the resource.
var models resourcekit.Models[model]

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
	return &deploymentResource{Base: resourcekit.NewBase(typeName, deploymentIdentity...).WithKind(deploymentKind)}
}

// deploymentKind leaves out what two deployments of one target may spell or set differently.
var deploymentKind = resourcekit.Kind{Title: "deployment", Adopts: true, ProviderOnly: []string{"model", "group", "reason"}}

var deploymentIdentity = resourcekit.Identity{
	{Name: "model_id", Description: "The ID of the model."},
	{Name: "group_id", Description: "The ID of the device group. Null for the whole fleet.", Optional: true},
}

func (r *deploymentResource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{
		resourcevalidator.Conflicting(path.MatchRoot("group"), path.MatchRoot("paused")),
	}
}

func (r *deploymentResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, d := plan.Timeouts.Create(ctx, defaultTimeout)
	resp.Diagnostics.Append(d...)
	out := output{state: &resp.State, identity: resp.Identity, private: resp.Private, diags: &resp.Diagnostics}
	isNewScope := plan.ModelID.IsUnknown() || plan.GroupID.IsUnknown()
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !resolve(ctx, client, &plan, &resp.Diagnostics) ||
		!r.claimAtApply(ctx, client, &plan, isNewScope, &resp.Diagnostics) {
		return
	}
	resolved := req.Plan
	resp.Diagnostics.Append(resolved.Set(ctx, &plan)...)
	done := r.WriteObject(ctx, resolved.Raw, true, &resp.Diagnostics)
	if done == nil {
		return
	}
	defer done()
	a := r.applier(ctx, client, &plan, timeout, out)
	a.warned = !isNewScope
	a.run(ctx)
	oneWarning(plan.scope(), &resp.Diagnostics)
}

func (r *deploymentResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	r.BeginRead(req.State.Raw)
	var state model
	var private rollout.Private
	models.State(ctx, req.State, &state, &resp.Diagnostics)
	if !resourcekit.GetPrivate(ctx, req.Private, privateKey, &private, &resp.Diagnostics) {
		private.Unread = true
	}
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	s, err := r.target(client, &state).Read(ctx, private)
	if control.NotFound(err) || err == nil && s.Targeted == nil {
		r.SetIdentity(ctx, req.State, resp.Identity, &resp.Diagnostics)
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not read the deployment", err)
		return
	}
	if s.Devices == nil { // one request for all deployments to the fleet, answered or not: without a number it is unknown
		s.Devices, _ = client.DeviceCount(ctx)
	}
	state.setFromState(ctx, s, &resp.Diagnostics)
	if private.Imported && private.Unread {
		state.setRolloutPercentage(ctx, &resp.Diagnostics)
	}
	if op, known := state.operation(ctx, &resp.Diagnostics); known && op.To != s.Version() {
		// Another change was made since. Left in place, the same operation again would be no visible change in a plan.
		state.LastOperation = types.ObjectNull(lastOperationTypes)
	}
	out := output{state: &resp.State, identity: resp.Identity, private: resp.Private, diags: &resp.Diagnostics}
	private = witnessed(private.AfterRead(s), client, s)
	state.setVersionSince(private)
	r.save(ctx, out, state, private, &s)
}

func (r *deploymentResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state, config model
	var private rollout.Private
	var planned plannedChange
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resourcekit.GetPrivate(ctx, req.Private, privateKey, &private, &resp.Diagnostics)
	changes := resourcekit.GetPrivate(ctx, req.Private, plannedKey, &planned, &resp.Diagnostics)
	timeout, d := plan.Timeouts.Update(ctx, defaultTimeout)
	resp.Diagnostics.Append(d...)
	if resp.Diagnostics.HasError() {
		return
	}
	out := output{state: &resp.State, identity: resp.Identity, private: resp.Private, diags: &resp.Diagnostics}
	if !plan.Group.Equal(state.Group) || !plan.Model.Equal(state.Model) {
		ctx, client := r.Client(ctx, &resp.Diagnostics)
		if resp.Diagnostics.HasError() {
			return
		}
		if checkNames(ctx, client, &plan, state, &resp.Diagnostics); resp.Diagnostics.HasError() {
			return
		}
	}
	if !changes {
		r.BeginWrite()
		private.Imported = false
		if plan.Version.Equal(config.Version) { // it is not with `ignore_changes`, nor where a rollback is accepted
			private.Pin = config.Version.ValueString()
		}
		r.save(ctx, out, plan, private, nil)
		return
	}
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() ||
		plan.Version.Equal(config.Version) && !r.claimAtApply(ctx, client, &plan, false, &resp.Diagnostics) {
		return
	}
	done := r.WriteObject(ctx, req.State.Raw, false, &resp.Diagnostics)
	if done == nil {
		return
	}
	defer done()
	a := r.applier(ctx, client, &plan, timeout, out)
	a.private, a.planned, a.cancels, a.held = private, planned.Operation, planned.Cancels, planned.Held
	a.warned = planned.Operation != nil
	a.run(ctx)
	oneWarning(plan.scope(), &resp.Diagnostics)
}

// ImportState takes an identity, a model, or a model and a group with a slash between, each by name or ID.
func (r *deploymentResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	candidates := parseImportID(req.ID)
	if r.ImportByIdentity(ctx, req, resp) {
		var modelID, groupID types.String
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("model_id"), &modelID)...)
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("group_id"), &groupID)...)
		candidates = [][2]string{{modelID.ValueString(), groupID.ValueString()}}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	for _, words := range candidates {
		scope, found, err := findScope(ctx, client, words[0], words[1])
		if err != nil {
			resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not import the deployment", err)
			return
		}
		if !found {
			continue
		}
		var m model
		m.setScope(scope)
		for name, value := range map[string]types.String{"id": m.ID, "model": m.Model, "model_id": m.ModelID, "group": m.Group, "group_id": m.GroupID} {
			resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
		}
		r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
		// A rollout in progress was not started here: nothing is owed.
		private := rollout.Private{Imported: true, Unread: true, LastApplySucceeded: true, EverSucceeded: true}
		resourcekit.SetPrivate(ctx, resp.Private, privateKey, private, &resp.Diagnostics)
		return
	}
	addNothingToImport(req.ID, &resp.Diagnostics)
}

// target is the fleet or the group that a resource names. Its IDs are known.
func (r *deploymentResource) target(client *control.Client, m *model) rollout.Target {
	return rollout.NewTarget(client, m.scope(), rollout.Options{PollInterval: r.Provider.PollInterval, Reason: m.Reason.ValueString()})
}

// The keys of private state.
const (
	privateKey = "memory"
	stateKey   = "situation"
	plannedKey = "planned"
)

// plannedChange is what a plan that changes something on the server tells its apply. A plan without one changes the state only.
type plannedChange struct {
	// Operation is nil where the plan could not decide, because a part of the configuration was not known yet.
	Operation *rollout.Operation `json:"operation,omitempty"`
	// Cancels is the ID of the rollout that the operation ends, "" for none.
	Cancels string `json:"cancels,omitempty"`
	// Held is true where the percentage of a rollout that others have started is left as it is.
	Held bool `json:"held,omitempty"`
}

// output is where an operation of Terraform leaves what it has found.
type output struct {
	state    *tfsdk.State
	identity *tfsdk.ResourceIdentity
	private  resourcekit.PrivateState
	diags    *diag.Diagnostics
}

// save writes state, identity and private state. Without s, what the last read has found stays in private state.
func (r *deploymentResource) save(ctx context.Context, out output, m model, private rollout.Private, s *rollout.State) {
	models.Store(ctx, out.state, &m, out.diags)
	r.SetIdentity(ctx, *out.state, out.identity, out.diags)
	resourcekit.SetPrivate(ctx, out.private, privateKey, private, out.diags)
	if s != nil {
		resourcekit.SetPrivate(ctx, out.private, stateKey, *s, out.diags)
	}
	out.diags.Append(out.private.SetKey(ctx, plannedKey, nil)...)
}

// applier is what a create and an update have in common. The IDs of the plan are known.
func (r *deploymentResource) applier(ctx context.Context, client *control.Client, plan *model, timeout time.Duration, out output) *applier {
	return &applier{
		target: r.target(client, plan), client: client, plan: plan, shown: *plan, devices: &r.Provider.Devices, timeout: timeout, diags: out.diags,
		save: func(m model, private rollout.Private, s rollout.State) {
			m.nullUnknownComputed()
			if m.VersionSince.IsUnknown() {
				m.setVersionSince(private)
			}
			r.save(ctx, out, m, private, &s)
		},
	}
}
