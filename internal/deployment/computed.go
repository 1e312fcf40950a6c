package deployment

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

// What a plan says of the computed attributes: what an operation does not change keeps the value of the state, so that a reviewer sees only
// what changes. An apply that succeeds returns what the plan has shown, and the next refresh whatever has changed since.

// setComputedUnknown makes every computed attribute that an operation changes unknown.
func (m *model) setComputedUnknown() {
	m.Status = types.StringUnknown()
	m.ActiveVersion = types.StringUnknown()
	m.PreviousVersion = types.StringUnknown()
	m.RolloutID = types.StringUnknown()
	m.Percentage = types.Float64Unknown()
	m.LastOperation = types.ObjectUnknown(lastOperationTypes)
	m.RolledBack = types.ObjectUnknown(rolledBackTypes)
}

// useStateForComputed takes every computed attribute from the state: nothing is going to happen.
func (m *model) useStateForComputed(state model) {
	m.Status = state.Status
	m.ActiveVersion = state.ActiveVersion
	m.PreviousVersion = state.PreviousVersion
	m.RolloutID = state.RolloutID
	m.Percentage = state.Percentage
	m.LastOperation = state.LastOperation
	m.RolledBack = state.RolledBack
}

// useStateForUnchanged takes the computed attributes that the operation of a proposal does not change from the state; the others are
// unknown. Every operation but an adoption changes the status, or may.
func (m *model) useStateForUnchanged(state model, p rollout.Proposal) {
	op, isGroup := p.Operation, p.Scope.IsGroup()
	adopts := op.Kind == rollout.Adopt && !isGroup // which writes nothing
	last, previous := m.LastOperation, m.PreviousVersion
	m.setComputedUnknown()
	m.LastOperation, m.PreviousVersion = last, previous
	if adopts {
		m.Status, m.ActiveVersion, m.Percentage, m.RolloutID, m.RolledBack = state.Status, state.ActiveVersion, state.Percentage, state.RolloutID, state.RolledBack
		if last.Equal(state.LastOperation) { // Terraform applies only what differs
			m.Status = types.StringUnknown()
		}
		return
	}
	if isGroup || !op.ReplacesVersion() || op.Kind == rollout.Deploy && p.Cancels() == nil && state.RolledBack.IsNull() {
		m.RolledBack = state.RolledBack
	}
	if !isGroup && !op.ReplacesVersion() && p.State.Targeted != nil && p.State.Targeted.Version == op.To {
		m.RolloutID = state.RolloutID
	}
	waits := p.Spec.Wait && (p.Spec.Paused == nil || !*p.Spec.Paused)
	isPart := !isGroup && p.Spec.Percentage < wholeFleet && p.Cancels() == nil
	isReverting := p.State.Targeted != nil && p.State.Targeted.Status == control.RolloutRollingBack
	if waits && state.ActiveVersion.ValueString() == op.To || (isPart || op.Kind == rollout.Pause) && !isReverting {
		m.ActiveVersion = state.ActiveVersion
	}
	if waits && !isGroup && p.Spec.Percentage == state.Percentage.ValueFloat64() {
		m.Percentage = state.Percentage
	}
}

// wholeFleet is the percentage from which a server that drops or rounds fractions may take a rollout for one to all devices.
const wholeFleet = 99

// useShown takes what the plan has shown of computed attributes, once an apply has succeeded: Terraform requires it.
func (m *model) useShown(shown model) {
	for _, text := range []struct{ now, shown *types.String }{
		{&m.Status, &shown.Status}, {&m.ActiveVersion, &shown.ActiveVersion}, {&m.PreviousVersion, &shown.PreviousVersion}, {&m.RolloutID, &shown.RolloutID},
	} {
		if !text.shown.IsUnknown() {
			*text.now = *text.shown
		}
	}
	if !shown.Percentage.IsUnknown() {
		m.Percentage = shown.Percentage
	}
	if !shown.LastOperation.IsUnknown() {
		m.LastOperation = shown.LastOperation
	}
	if !shown.RolledBack.IsUnknown() {
		m.RolledBack = shown.RolledBack
	}
}
