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

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// writing is what follows a create or an update.
type writing[M, O any] struct {
	r        *entityResource[M, O]
	client   *control.Client
	plan     tfsdk.Plan
	state    *tfsdk.State
	identity *tfsdk.ResourceIdentity
	diags    *diag.Diagnostics
}

// take saves an object over what was planned.
func (w *writing[M, O]) take(ctx context.Context, m M, o O) {
	w.r.entity.FromAPI(ctx, w.client, &m, o, w.diags)
	state := tfsdk.State{Schema: w.state.Schema, Raw: w.plan.Raw}
	w.diags.Append(state.Set(ctx, &m)...)
	if !state.Raw.IsFullyKnown() { // what only a later answer tells
		state.Raw = known(state.Raw)
	}
	w.state.Raw = state.Raw
	w.r.SetIdentity(ctx, *w.state, w.identity, w.diags)
}

// settle saves the object, and says where the server keeps something else than was planned: it must not look as if it were right.
func (w *writing[M, O]) settle(ctx context.Context, m M, o O) {
	w.take(ctx, m, o)
	if len(w.differ()) == 0 || w.diags.HasError() {
		return
	}
	// An answer may leave out what a read gives, and an object that was adopted after a lost answer may be somebody else's.
	found := m
	w.r.entity.FromAPI(ctx, w.client, &found, o, w.diags)
	o, err := w.r.entity.Read(ctx, w.client, &found)
	if err != nil {
		AddError(w.diags, path.Empty(), fmt.Sprintf("Could not read the %s that was written", w.r.entity.Title), err)
		return
	}
	w.take(ctx, m, o)
	for _, name := range w.differ() {
		w.diags.AddAttributeError(path.Root(name), "The server keeps something else", fmt.Sprintf("The server accepted the request, but %s "+
			"of the %s is not what the configuration says. Run plan to see what it is. If it stays so after another apply, this server "+
			"cannot keep it: change the configuration.", name, w.r.entity.Title))
	}
}

// differ are the attributes that are not as they were planned.
func (w *writing[M, O]) differ() []string {
	var planned, kept map[string]tftypes.Value
	if w.plan.Raw.As(&planned) != nil || w.state.Raw.As(&kept) != nil {
		return nil
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(planned)) {
		if planned[name].IsFullyKnown() && !planned[name].Equal(kept[name]) {
			names = append(names, name)
		}
	}
	return names
}

// known replaces what is unknown by null.
func known(value tftypes.Value) tftypes.Value {
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
