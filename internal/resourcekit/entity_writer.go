package resourcekit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octomil/terraform-provider-octomil/internal/control"
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
	// before is the state before the write, null before a create; through are the answers that the object has had on the way.
	before  tftypes.Value
	through []tftypes.Value
}

// begin decodes what the operation is about. The operation is nil after an error.
func (w *writer[M, O]) begin(ctx context.Context, config tfsdk.Config, private PrivateState) (context.Context, *Operation[M, O]) {
	op := &Operation[M, O]{Plan: new(M), Config: new(M), Private: private, Diags: w.diags, save: w.save, found: w.found}
	w.before = w.state.Raw
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

// answer is the object as a state that is set from the plan and the server's answer.
func (w *writer[M, O]) answer(ctx context.Context, o O, diags *diag.Diagnostics) tftypes.Value {
	m := *w.op.Plan
	w.resource.entity.FromAPI(ctx, w.op.Client, &m, o, diags)
	state := tfsdk.State{Schema: w.state.Schema, Raw: w.plan.Raw}
	diags.Append(state.Set(ctx, &m)...)
	if !state.Raw.IsFullyKnown() { // a later response sets it
		return nullUnknown(state.Raw)
	}
	return state.Raw
}

// save sets the state and the identity while the operation goes on. What the server has not set as planned is the server's: the
// operation may fail before it comes to that.
func (w *writer[M, O]) save(ctx context.Context, o O) {
	got := w.answer(ctx, o, w.diags)
	w.through = append(w.through, got)
	result := w.compare(ctx, got)
	attributes, answered := attributesOf(result.state), attributesOf(got)
	for _, name := range result.different {
		attributes[name] = answered[name]
	}
	w.set(ctx, tftypes.NewValue(got.Type(), attributes))
}

// found notes what the object was like before.
func (w *writer[M, O]) found(ctx context.Context, o O) {
	var unsaid diag.Diagnostics // what is wrong with it, the answer after the change says
	if got := w.answer(ctx, o, &unsaid); !unsaid.HasError() {
		w.through = append(w.through, got)
	}
}

func (w *writer[M, O]) set(ctx context.Context, state tftypes.Value) {
	w.state.Raw = state
	w.resource.SetIdentity(ctx, *w.state, w.identity, w.diags)
}

func (w *writer[M, O]) compare(ctx context.Context, got tftypes.Value) written {
	return w.resource.entity.objectType(ctx).afterWrite(w.plan.Raw, got, w.before)
}

// finish sets the state to what was planned, and warns of what the server has not set so. The next read shows that as drift.
func (w *writer[M, O]) finish(ctx context.Context, o O) {
	if w.diags.HasError() {
		return
	}
	e, at := w.resource.entity, time.Now()
	got := w.answer(ctx, o, w.diags)
	if err := e.checkSame(w.before, got); err != nil {
		AddError(w.diags, path.Empty(), "Could not update the "+e.Title, err)
		return
	}
	result := w.compare(ctx, got)
	if len(result.different) > 0 && !w.diags.HasError() {
		// The response of a write may omit what a read returns, or a read may be stale. An object that was adopted after a lost
		// response may have been created by another client.
		result = w.lookAgain(ctx, o, result)
	}
	if len(result.different) > 0 {
		warnOfDifferences(e.Title, result.different, w.diags)
	}
	if len(result.rounded) > 0 {
		warnOfWholePercents(e.Title, result.rounded, w.diags)
	}
	w.set(ctx, result.state)
	result.answers.save(ctx, w.op.Private, w.diags)
	last := newLastWrite(at, w.creates(result.state), w.plan.Raw, append(w.through, w.before)...)
	last.save(ctx, w.op.Private, w.diags)
}

// creates is true of a write after which the object has an ID that it did not have before.
func (w *writer[M, O]) creates(state tftypes.Value) bool {
	before, ok := attributesOf(w.before)["id"]
	return w.op.State == nil || ok && !before.Equal(attributesOf(state)["id"])
}

// lookAgain reads the object until it is as planned. Where it cannot be read, the first answer counts.
func (w *writer[M, O]) lookAgain(ctx context.Context, o O, first written) written {
	e, m := w.resource.entity, *w.op.Plan
	e.FromAPI(ctx, w.op.Client, &m, o, w.diags)
	result, err := control.LookAgain(ctx, func(ctx context.Context) (written, error) {
		var diags diag.Diagnostics
		o, err := e.Read(ctx, w.op.Client, &m)
		if err != nil {
			return written{}, err
		}
		got := w.answer(ctx, o, &diags)
		if diags.HasError() {
			return written{}, errors.New(diags.Errors()[0].Detail())
		}
		return w.compare(ctx, got), nil
	}, func(result written, err error) bool {
		return err == nil && len(result.different) == 0 || err != nil && !control.NotFound(err)
	})
	if err != nil {
		warnOfUnreadWrite(e.Title, err, w.diags)
		first.different = nil
		return first
	}
	return result
}

// objectType is the type of the entity's state.
func (e *Entity[M, O]) objectType(ctx context.Context) objectType {
	object, _ := e.Schema.Type().TerraformType(ctx).(tftypes.Object)
	return objectType{Object: object, exact: e.Exact}
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
	var namesake *control.NamesakeError
	if errors.As(err, &namesake) {
		AddError(op.Diags, e.attributeFor(err), summary, err)
		return
	}
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
