package resourcekit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// reading is what a read has found.
type reading[O any] struct {
	object O
	// state is the state with the server's values.
	state tftypes.Value
	diags diag.Diagnostics
}

// readSettled reads the object. Right after a write it looks again while the answer is from before it.
func (r *entityResource[M, O]) readSettled(
	ctx context.Context, client *control.Client, state M, req resource.ReadRequest, resp *resource.ReadResponse,
) (reading[O], error) {
	var last lastWrite
	GetPrivate(ctx, req.Private, lastWriteKey, &last, &resp.Diagnostics)
	return control.WithinSettleTime(ctx, last.At, func(ctx context.Context) (reading[O], error) {
		m, now := state, reading[O]{}
		o, err := r.entity.Read(ctx, client, &m)
		if err != nil {
			return now, err
		}
		now.object = o
		r.entity.FromAPI(ctx, client, &m, o, &now.diags)
		set := tfsdk.State{Schema: req.State.Schema, Raw: req.State.Raw}
		r.entity.models.Store(ctx, &set, &m, &now.diags)
		now.state = set.Raw
		return now, r.entity.checkSame(req.State.Raw, now.state)
	}, func(now reading[O], err error) bool { return last.agrees(req.State.Raw, now.state, err) })
}

// noteName lets other resources of the walk find the object by the name in its state.
func (r *entityResource[M, O]) noteName(ctx context.Context, client *control.Client, state tfsdk.State, o O, diags *diag.Diagnostics) {
	if r.entity.KnownAs == nil {
		return
	}
	var m M
	if r.entity.models.State(ctx, state, &m, diags); !diags.HasError() {
		r.entity.KnownAs(client, m, o)
	}
}

// keepSpelling keeps what the state has of each attribute whose configuration means the same: after an import, a description
// without its last line break must not replace what it describes.
func keepSpelling(req *resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() || req.Plan.Raw.IsNull() {
		return
	}
	planned, state, config := attributesOf(req.Plan.Raw), attributesOf(req.State.Raw), attributesOf(req.Config.Raw)
	respelled, unchanged := false, true
	for name, value := range planned {
		prior := state[name]
		switch {
		case !value.IsFullyKnown():
			unchanged = unchanged && !value.IsKnown() && config[name].IsNull()
		case value.Equal(prior):
		case !value.IsNull() && !prior.IsNull() && sameValue(value, prior):
			planned[name], respelled = prior, true
		default:
			unchanged = false
		}
	}
	switch {
	case respelled && unchanged: // what is unknown was so for the sake of that change
		resp.Plan.Raw = req.State.Raw
	case respelled:
		resp.Plan.Raw = tftypes.NewValue(req.Plan.Raw.Type(), planned)
	}
	req.Plan.Raw = resp.Plan.Raw
}
