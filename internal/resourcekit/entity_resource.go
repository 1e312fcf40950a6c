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

// Resource is the entity as a resource.
func (e *Entity[M, O]) Resource() resource.Resource {
	return &entityResource[M, O]{Base: NewBase(e.TypeName, e.Identity...), entity: e}
}

// Metadata is Base's.
func (r *entityResource[M, O]) Metadata(ctx context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	r.Base.Metadata(ctx, req, resp)
	resp.ResourceBehavior.MutableIdentity = r.entity.MutableIdentity
}

func (r *entityResource[M, O]) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = r.entity.Schema
}

// ValidateConfig asks the entity.
func (r *entityResource[M, O]) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config M
	if r.entity.Validate == nil {
		return
	}
	if resp.Diagnostics.Append(req.Config.Get(ctx, &config)...); !resp.Diagnostics.HasError() {
		r.entity.Validate(ctx, config, &resp.Diagnostics)
	}
}

// ModifyPlan announces the name of what is planned, and warns of what a destroy leaves behind.
func (r *entityResource[M, O]) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.entity.ModifyPlan != nil {
		r.entity.ModifyPlan(ctx, &r.Base, req, resp)
	}
	if req.Plan.Raw.IsNull() {
		r.warnOfRemains(&resp.Diagnostics)
		return
	}
	if r.entity.PlannedName == nil || r.Provider == nil || resp.Diagnostics.HasError() {
		return
	}
	r.announce(ctx, req.State, resp)
}

// announce tells what refers to the object by its name that it will be there, or will have another name. What is there already under
// its name, everybody can look up.
func (r *entityResource[M, O]) announce(ctx context.Context, prior tfsdk.State, resp *resource.ModifyPlanResponse) {
	var plan, state M
	resp.Diagnostics.Append(resp.Plan.Get(ctx, &plan)...)
	name := r.entity.PlannedName(plan)
	switch {
	case name == "" || resp.Diagnostics.HasError():
	case prior.Raw.IsNull():
		r.Provider.Planned.Add(r.TypeName, name)
	case hasAttribute(prior, "id"):
		var id string
		resp.Diagnostics.Append(prior.Get(ctx, &state)...)
		resp.Diagnostics.Append(prior.GetAttribute(ctx, path.Root("id"), &id)...)
		if r.entity.PlannedName(state) != name {
			r.Provider.Planned.Rename(r.TypeName, id, name)
		}
	}
}

func (r *entityResource[M, O]) warnOfRemains(diags *diag.Diagnostics) {
	if r.entity.DestroyWarning != "" {
		diags.AddWarning(fmt.Sprintf("The %s stays on the server", r.entity.Title), r.entity.DestroyWarning)
	}
}

func (r *entityResource[M, O]) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config M
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	w := writing[M, O]{r: r, client: client, plan: req.Plan, state: &resp.State, identity: resp.Identity, diags: &resp.Diagnostics}
	o, err := r.entity.Create(ctx, &Operation[M, O]{
		Client: client, Plan: &plan, Config: &config, Private: resp.Private, Diags: &resp.Diagnostics,
		save: func(ctx context.Context, o O) { w.take(ctx, plan, o) },
	})
	if err != nil {
		r.blameCreate(ctx, client, plan, err, &resp.Diagnostics)
		return
	}
	if !resp.Diagnostics.HasError() {
		w.settle(ctx, plan, o)
	}
}

func (r *entityResource[M, O]) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state M
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	o, err := r.entity.Read(ctx, client, &state)
	if control.NotFound(err) {
		r.SetIdentity(ctx, req.State, resp.Identity, &resp.Diagnostics)
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		AddError(&resp.Diagnostics, path.Empty(), "Could not read the "+r.entity.Title, err)
		return
	}
	r.entity.FromAPI(ctx, client, &state, o, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
}

func (r *entityResource[M, O]) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state, config M
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	w := writing[M, O]{r: r, client: client, plan: req.Plan, state: &resp.State, identity: resp.Identity, diags: &resp.Diagnostics}
	op := &Operation[M, O]{
		Client: client, Plan: &plan, State: &state, Config: &config, Private: resp.Private, Diags: &resp.Diagnostics,
		save: func(ctx context.Context, o O) { w.take(ctx, plan, o) },
	}
	var o O
	var err error
	if r.entity.Update == nil { // only what the server knows nothing of has changed
		o, err = r.entity.Read(ctx, client, &plan)
	} else {
		o, err = r.entity.Update(ctx, op)
	}
	if err != nil {
		AddError(&resp.Diagnostics, r.blamed(err), "Could not update the "+r.entity.Title, err)
		return
	}
	if !resp.Diagnostics.HasError() {
		w.settle(ctx, plan, o)
	}
}

func (r *entityResource[M, O]) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state M
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.entity.Delete != nil {
		err := r.entity.Delete(ctx, &Operation[M, O]{Client: client, State: &state, Private: req.Private, Diags: &resp.Diagnostics})
		if err != nil {
			AddError(&resp.Diagnostics, path.Empty(), "Could not delete the "+r.entity.Title, err)
			return
		}
	}
	r.warnOfRemains(&resp.Diagnostics)
}
