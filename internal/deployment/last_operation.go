package deployment

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

// lastOperationModel is last_operation. Policies read it from the JSON of a plan: its names and their meaning are a stable interface.
type lastOperationModel struct {
	Kind         types.String `tfsdk:"kind"`
	FromVersion  types.String `tfsdk:"from_version"`
	ToVersion    types.String `tfsdk:"to_version"`
	Devices      types.Int64  `tfsdk:"devices"`
	DevicesTotal types.Int64  `tfsdk:"devices_total"`
	Cancels      types.Object `tfsdk:"cancels"`
	Summary      types.String `tfsdk:"summary"`
}

// cancelsModel is the rollout that an operation ends.
type cancelsModel struct {
	RolloutID  types.String  `tfsdk:"rollout_id"`
	Version    types.String  `tfsdk:"version"`
	Percentage types.Float64 `tfsdk:"percentage"`
}

var (
	cancelsTypes       = map[string]attr.Type{"rollout_id": types.StringType, "version": types.StringType, "percentage": types.Float64Type}
	lastOperationTypes = map[string]attr.Type{
		"kind": types.StringType, "from_version": types.StringType, "to_version": types.StringType,
		"devices": types.Int64Type, "devices_total": types.Int64Type, "cancels": types.ObjectType{AttrTypes: cancelsTypes}, "summary": types.StringType,
	}
)

// readOnlyObject is an attribute that the provider computes. It is an object without nested attributes: OpenTofu before 1.12 crashes when it
// generates a configuration for a resource with nested attributes that are all read-only.
func readOnlyObject(attributes map[string]attr.Type, description string) schema.Attribute {
	return schema.ObjectAttribute{Computed: true, AttributeTypes: attributes, MarkdownDescription: description}
}

func lastOperationSchema() schema.Attribute {
	return readOnlyObject(lastOperationTypes, "What the last apply did and, in a plan, what this apply will do: a reviewer sees here whether a change is "+
		"a rollback. Unknown in the plan of a new resource, for which `octomil_deployment_preview` shows the same. Null after another "+
		"change was made outside of Terraform. It has:\n"+
		"  - `kind`: `deploy`, `rollback`, `advance` (the percentage increases), `resume` (attach to a rollout that already exists), "+
		"`pause`, or `adopt` (the version was already deployed).\n"+
		"  - `from_version`: The version before the operation. Null if nothing was deployed.\n"+
		"  - `to_version`: The version after the operation.\n"+
		"  - `devices`: The number of devices that get another version, counted when the plan refreshed the resource. A part of the fleet "+
		"is an estimate from the percentage. On the fleet, devices that keep a version from a deployment to a group are included: "+
		"`octomil_deployment_preview` leaves them out. `0` if no device changes, null if the control plane does not count the devices.\n"+
		"  - `devices_total`: The number of devices of the fleet or the group. Null if the control plane does not count them.\n"+
		"  - `cancels`: The rollout in progress that the operation cancels: its `rollout_id`, its `version`, and the `percentage` of the "+
		"fleet that it had reached. Null if there is none.\n"+
		"  - `summary`: The operation in one line, such as `rollback 2.0.0 → 1.0.0, 124 of 124 devices, cancels rol_5 at 40 %`. Its wording "+
		"may change.")
}

// operation is what last_operation says; ok is false where it is not known, or says nothing.
func (m *model) operation(ctx context.Context, diags *diag.Diagnostics) (op rollout.Operation, ok bool) {
	if !resourcekit.Known(m.LastOperation) {
		return rollout.Operation{}, false
	}
	var last lastOperationModel
	diags.Append(m.LastOperation.As(ctx, &last, basetypes.ObjectAsOptions{})...)
	return rollout.Operation{
		Kind: rollout.Kind(last.Kind.ValueString()), From: last.FromVersion.ValueString(), To: last.ToVersion.ValueString(),
	}, true
}

// setOperation writes what a proposal does.
func (m *model) setOperation(ctx context.Context, p rollout.Proposal, c changedDevices, diags *diag.Diagnostics) {
	cancels := types.ObjectNull(cancelsTypes)
	if open := p.Cancels(); open != nil {
		object, d := types.ObjectValueFrom(ctx, cancelsTypes, cancelsModel{
			RolloutID: resourcekit.StringOrNull(open.ID), Version: types.StringValue(open.Version), Percentage: types.Float64Value(open.Percentage),
		})
		diags.Append(d...)
		cancels = object
	}
	object, d := types.ObjectValueFrom(ctx, lastOperationTypes, lastOperationModel{
		Kind:         types.StringValue(string(p.Operation.Kind)),
		FromVersion:  resourcekit.StringOrNull(p.Operation.From),
		ToVersion:    types.StringValue(p.Operation.To),
		Devices:      intOrNull(c.affected),
		DevicesTotal: intOrNull(c.total),
		Cancels:      cancels,
		Summary:      types.StringValue(summaryText(p, c)),
	})
	diags.Append(d...)
	m.LastOperation = object
}

// changedDevices is how many devices of how many an operation gives another version, nil where that is not known.
type changedDevices struct {
	affected, total *int
	// isUncounted is true of an apply that had no reason to count them: the plan of a new resource has shown no number.
	isUncounted bool
}

// expectedDevices are those by the number of devices that the last refresh has found.
func expectedDevices(p rollout.Proposal) changedDevices {
	affected, total := p.Expected()
	return changedDevices{affected: affected, total: total}
}

// summaryText is an operation in one line: "rollback 2.0.0 → 1.0.0, 124 of 124 devices, cancels rol_5 at 40 %".
func summaryText(p rollout.Proposal, c changedDevices) string {
	op := p.Operation
	from, to := p.Span()
	parts := []string{string(op.Kind) + " " + op.To}
	switch {
	case op.ReplacesVersion() && op.From != "" && op.From != op.To:
		parts[0] = fmt.Sprintf("%s %s → %s", op.Kind, op.From, op.To)
	case from < to && p.ChangesDevices() && !op.ReplacesVersion():
		parts[0] += fmt.Sprintf(" from %g to %g %%", from, to)
	}
	if op.Kind == rollout.Deploy && to < 100 {
		parts[0] += fmt.Sprintf(" to %g %%", to)
	}
	if p.ChangesDevices() && !c.isUncounted {
		parts = append(parts, c.text(p))
	}
	if c.affected != nil && p.State.Joined > 0 && *c.affected == p.State.Joined {
		parts = append(parts, "joined after the last apply")
	}
	if open := p.Cancels(); open != nil {
		parts = append(parts, fmt.Sprintf("cancels %s at %g %%", open.ID, open.Percentage))
	}
	return strings.Join(parts, ", ")
}

func (c changedDevices) text(p rollout.Proposal) string {
	switch {
	case c.affected == nil || c.total == nil:
		return "unknown number of devices"
	case p.IsEstimate():
		return fmt.Sprintf("about %d of %s", *c.affected, deviceCount(*c.total))
	}
	return fmt.Sprintf("%d of %s", *c.affected, deviceCount(*c.total))
}
