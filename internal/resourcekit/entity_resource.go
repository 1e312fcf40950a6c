package resourcekit

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

type entityResource[M, O any] struct {
	Base
	entity *Entity[M, O]
}

// Resource returns the managed resource of the entity.
func (e *Entity[M, O]) Resource() resource.Resource {
	kind := Kind{Title: e.Title, Key: e.Key, Unique: e.Unique, Adopts: e.Adopts, ProviderOnly: e.ProviderOnly}
	return &entityResource[M, O]{Base: NewBase(e.TypeName, e.Identity...).WithKind(kind), entity: e}
}

func (r *entityResource[M, O]) Metadata(ctx context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	r.Base.Metadata(ctx, req, resp)
	resp.ResourceBehavior.MutableIdentity = r.entity.MutableIdentity
}

func (r *entityResource[M, O]) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = r.entity.Schema
}

func (r *entityResource[M, O]) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	r.Base.ValidateConfig(ctx, req, resp)
	var config M
	if r.entity.Validate == nil {
		return
	}
	if r.entity.models.Config(ctx, req.Config, &config, &resp.Diagnostics); !resp.Diagnostics.HasError() {
		r.entity.Validate(ctx, config, &resp.Diagnostics)
	}
}

// ModifyPlan registers the planned name, and warns of what a destroy leaves behind.
func (r *entityResource[M, O]) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	r.BeginPlan(req)
	defer r.RegisterPlan(ctx, req, resp)
	keepSpelling(&req, resp)
	if r.entity.ModifyPlan != nil {
		r.entity.ModifyPlan(ctx, &r.Base, req, resp)
	}
	if req.Plan.Raw.IsNull() {
		r.addDestroyWarning(&resp.Diagnostics)
		return
	}
	r.warnOfNamesakes(ctx, req, resp)
	if r.entity.PlannedName == nil || r.Provider == nil || resp.Diagnostics.HasError() {
		return
	}
	r.registerName(ctx, req.State, resp)
}

// registerName records the name of an object that the plan creates or renames, for resources that refer to it by name. An
// object that keeps its name needs no record: the server knows it.
func (r *entityResource[M, O]) registerName(ctx context.Context, prior tfsdk.State, resp *resource.ModifyPlanResponse) {
	var plan, state M
	r.entity.models.Plan(ctx, resp.Plan, &plan, &resp.Diagnostics)
	name := r.entity.PlannedName(plan)
	switch {
	case name == "" || resp.Diagnostics.HasError():
	case prior.Raw.IsNull():
		r.Provider.Planned.Add(r.TypeName, name)
	case hasAttribute(prior, "id"):
		var id string
		r.entity.models.State(ctx, prior, &state, &resp.Diagnostics)
		resp.Diagnostics.Append(prior.GetAttribute(ctx, path.Root("id"), &id)...)
		if r.entity.PlannedName(state) != name {
			r.Provider.Planned.Rename(r.TypeName, id, name)
		}
	}
}

func (r *entityResource[M, O]) addDestroyWarning(diags *diag.Diagnostics) {
	if r.entity.DestroyWarning != "" {
		diags.AddWarning(fmt.Sprintf("The %s remains on the server", r.entity.Title), r.entity.DestroyWarning)
	}
}

func (r *entityResource[M, O]) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	w := writer[M, O]{resource: r, plan: req.Plan, state: &resp.State, identity: resp.Identity, diags: &resp.Diagnostics}
	ctx, op := w.begin(ctx, req.Config, resp.Private)
	if op == nil {
		return
	}
	done := r.WriteObject(ctx, req.Plan.Raw, true, &resp.Diagnostics)
	if done == nil {
		return
	}
	defer done()
	ctx, op.adopted = control.WatchAdoption(ctx)
	defer r.disown(ctx, op, resp)
	o, err := r.entity.Create(ctx, op)
	if IsConflict(err) && r.awaitDelete(ctx, req.Plan.Raw) {
		o, err = r.entity.Create(ctx, op)
	}
	if err != nil {
		r.addCreateError(ctx, op, err)
		return
	}
	w.finish(ctx, o)
}

func (r *entityResource[M, O]) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	r.BeginRead(req.State.Raw)
	var state M
	r.entity.models.State(ctx, req.State, &state, &resp.Diagnostics)
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	now, err := r.readSettled(ctx, client, state, req, resp)
	if control.NotFound(err) {
		r.SetIdentity(ctx, req.State, resp.Identity, &resp.Diagnostics)
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		AddError(&resp.Diagnostics, path.Empty(), "Could not read the "+r.entity.Title, err)
		return
	}
	kept := loadAnswers(ctx, req.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(now.diags...)
	resp.State.Raw = r.entity.objectType(ctx).afterRead(req.State.Raw, now.state, kept)
	r.noteName(ctx, client, resp.State, now.object, &resp.Diagnostics)
	r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
}

func (r *entityResource[M, O]) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	w := writer[M, O]{resource: r, plan: req.Plan, state: &resp.State, identity: resp.Identity, diags: &resp.Diagnostics}
	ctx, op := w.begin(ctx, req.Config, resp.Private)
	if op == nil {
		return
	}
	done := r.WriteObject(ctx, req.State.Raw, false, &resp.Diagnostics)
	if done == nil {
		return
	}
	defer done()
	var o O
	var err error
	if r.entity.Update == nil { // only provider-only attributes have changed
		o, err = r.entity.Read(ctx, op.Client, op.Plan)
	} else {
		o, err = r.entity.Update(ctx, op)
	}
	if err != nil {
		AddError(&resp.Diagnostics, r.entity.attributeFor(err), "Could not update the "+r.entity.Title, err)
		return
	}
	w.finish(ctx, o)
}

func (r *entityResource[M, O]) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state M
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	done := r.DeleteObject(ctx, req.State.Raw, req.Private, &resp.Diagnostics)
	if done == nil {
		return
	}
	defer done()
	if r.entity.Delete != nil {
		err := r.entity.Delete(ctx, &Operation[M, O]{Client: client, State: &state, Private: req.Private, Diags: &resp.Diagnostics})
		if err != nil {
			AddError(&resp.Diagnostics, path.Empty(), "Could not delete the "+r.entity.Title, err)
			return
		}
	}
	r.addDestroyWarning(&resp.Diagnostics)
}

// ImportState accepts an identity, the object's ID, or its name. It sets the attributes of the identity; the read that
// Terraform does next sets the others.
func (r *entityResource[M, O]) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || r.ImportByIdentity(ctx, req, resp) || resp.Diagnostics.HasError() {
		return
	}
	o, found := r.entity.Find(ctx, client, req.ID, path.Empty(), &resp.Diagnostics)
	if !found {
		return
	}
	state := tfsdk.State{Schema: resp.State.Schema, Raw: resp.State.Raw.Copy()}
	r.entity.fill(ctx, client, &state, o, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	for _, part := range r.Identity {
		var value *string
		resp.Diagnostics.Append(state.GetAttribute(ctx, path.Root(part.Name), &value)...)
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(part.Name), value)...)
	}
	r.SetIdentity(ctx, state, resp.Identity, &resp.Diagnostics)
}
