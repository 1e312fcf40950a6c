package resourcekit

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// writer is what Create and Update have in common: the operation, and the state that it leaves.
type writer[M, O any] struct {
	resource *entityResource[M, O]
	plan     tfsdk.Plan
	// state is the response's. It holds the prior state before an update and is null before a create.
	state    *tfsdk.State
	identity *tfsdk.ResourceIdentity
	diags    *diag.Diagnostics

	op *Operation[M, O]
}

// begin decodes what the operation is about. The operation is nil after an error.
func (w *writer[M, O]) begin(ctx context.Context, config tfsdk.Config, private PrivateState) (context.Context, *Operation[M, O]) {
	op := &Operation[M, O]{Plan: new(M), Config: new(M), Private: private, Diags: w.diags, save: w.save}
	w.diags.Append(w.plan.Get(ctx, op.Plan)...)
	w.diags.Append(config.Get(ctx, op.Config)...)
	if !w.state.Raw.IsNull() {
		op.State = new(M)
		w.diags.Append(w.state.Get(ctx, op.State)...)
	}
	ctx, op.Client = w.resource.Client(ctx, w.diags)
	if w.diags.HasError() {
		return ctx, nil
	}
	w.op = op
	return ctx, op
}

// save sets the state and the identity from the plan and the object.
func (w *writer[M, O]) save(ctx context.Context, o O) {
	m := *w.op.Plan
	w.resource.entity.FromAPI(ctx, w.op.Client, &m, o, w.diags)
	state := tfsdk.State{Schema: w.state.Schema, Raw: w.plan.Raw}
	w.diags.Append(state.Set(ctx, &m)...)
	if !state.Raw.IsFullyKnown() { // a later response sets it
		state.Raw = nullUnknown(state.Raw)
	}
	w.state.Raw = state.Raw
	w.resource.SetIdentity(ctx, *w.state, w.identity, w.diags)
}

// saveAndVerify saves the object, and adds an error for each attribute that the server has not set to the planned value.
func (w *writer[M, O]) saveAndVerify(ctx context.Context, o O) {
	if w.diags.HasError() {
		return
	}
	w.save(ctx, o)
	if len(w.differences()) == 0 || w.diags.HasError() {
		return
	}
	// The response of a write may omit what a read returns, and an object that was adopted after a lost response may have
	// been created by another client.
	entity, m := w.resource.entity, *w.op.Plan
	entity.FromAPI(ctx, w.op.Client, &m, o, w.diags)
	o, err := entity.Read(ctx, w.op.Client, &m)
	if err != nil {
		AddError(w.diags, path.Empty(), fmt.Sprintf("Could not read the %s that was written", entity.Title), err)
		return
	}
	w.save(ctx, o)
	for _, name := range w.differences() {
		w.diags.AddAttributeError(path.Root(name), "Unexpected value after apply", fmt.Sprintf("The server accepted the request but returned "+
			"a different value for `%s` of the %s. Run `terraform plan` to see it. If another apply does not change it, the server does not "+
			"support the configured value: change the configuration.", name, entity.Title))
	}
}

// differences returns the names of the attributes whose value in the state is not the planned one.
func (w *writer[M, O]) differences() []string {
	var planned, saved map[string]tftypes.Value
	if w.plan.Raw.As(&planned) != nil || w.state.Raw.As(&saved) != nil {
		return nil
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(planned)) {
		if planned[name].IsFullyKnown() && !planned[name].Equal(saved[name]) {
			names = append(names, name)
		}
	}
	return names
}

// nullUnknown replaces unknown values by null.
func nullUnknown(value tftypes.Value) tftypes.Value {
	out, err := tftypes.Transform(value, func(_ *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if !v.IsKnown() {
			return tftypes.NewValue(v.Type(), nil), nil
		}
		return v, nil
	})
	if err != nil {
		return value
	}
	return out
}

// addCreateError reports an object that could not be created. If its name is taken, it says how to import the existing
// object, which is never adopted silently.
func (r *entityResource[M, O]) addCreateError(ctx context.Context, op *Operation[M, O], err error) {
	e := r.entity
	summary := "Could not create the " + e.Title
	if e.Unique == "" || !IsConflict(err) {
		AddError(op.Diags, e.attributeFor(err), summary, err)
		return
	}
	id := "<id>"
	if e.PlannedName != nil {
		id = e.PlannedName(*op.Plan)
		if o, found, _, findErr := e.search(ctx, op.Client, id); findErr == nil && found {
			id = e.ID(o)
		}
	}
	op.Diags.AddAttributeError(path.Root(e.Unique), summary, fmt.Sprintf("%s\n\nChoose another `%s`, or import the existing %s under its "+
		"address in the configuration:\n\n    terraform import %s.<address> %q", ErrorDetail(err), e.Unique, e.Title, r.TypeName, id))
}
