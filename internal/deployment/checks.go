package deployment

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

// checks hold a proposal against what a configuration guards. A plan and an apply use the same ones: the plan with what the refresh has
// read, the apply with what the server says right before the first write.
type checks struct {
	client  *control.Client
	config  *model
	private rollout.Private
	// devices is what all deployments of the run may change together.
	devices *resourcekit.DeviceBudget
	// warned is true in an apply whose plan has made the same checks.
	warned bool
	diags  *diag.Diagnostics
}

// plan refuses what the guards forbid, and says the rest in words.
func (c checks) plan(ctx context.Context, p *rollout.Proposal) {
	c.checkUnmanaged(*p)
	if !p.ChangesDevices() || c.diags.HasError() {
		return
	}
	p.CountAffected(ctx, c.client)
	c.checkMaxAffected(*p)
	c.checkPolicy(ctx, p)
	if p.NeedsApproval() {
		warnOfApproval(*p, c.diags)
	}
	if c.private.Pin == p.Spec.Version && (p.State.Joined > 0 || p.State.Version() != c.private.Pin) {
		c.findRival(ctx, p)
	}
	warnOfOperation(*p, c.diags)
}

// apply checks once more, right before the first write. It counts the devices only where that is limited.
func (c checks) apply(ctx context.Context, p *rollout.Proposal) {
	if !c.checkRolledBack(ctx, p) {
		return
	}
	c.checkUnmanaged(*p)
	c.checkMaxAffectedOf(ctx, p)
	c.checkPolicy(ctx, p)
}

// destroy is the check of the plan of a destroy.
func (c checks) destroy(ctx context.Context, p rollout.Proposal) {
	p.CountAffected(ctx, c.client)
	c.checkMaxAffected(p)
	warnOfDestroy(p, c.diags)
}

// checkMaxAffectedOf counts the devices where their number is limited, and checks it.
func (c checks) checkMaxAffectedOf(ctx context.Context, p *rollout.Proposal) {
	if (!c.config.MaxAffected.IsNull() || c.devices.Limit != nil) && p.ChangesDevices() {
		p.CountAffected(ctx, c.client)
		c.checkMaxAffected(*p)
	}
}

// checkPolicy plans the steps within the limits of the organization's policy. It fails closed: limits that cannot be read are not
// taken for none. A server without settings has none that can be known, which is only said.
func (c checks) checkPolicy(ctx context.Context, p *rollout.Proposal) {
	var unread *rollout.PolicyError
	var step *rollout.StepError
	err := p.PlanSteps(ctx, c.client)
	switch {
	case errors.As(err, &step):
		addTooLargeStep(*p, step, c.diags)
	case errors.As(err, &unread) && unread.Absent:
		if !c.warned {
			warnOfUnknownPolicy(unread, c.diags)
		}
	case err != nil:
		addUnreadPolicy(*p, err, c.diags)
	}
}

// checkRolledBack is the guard of on_rollback: a version that was rolled back since it was pinned is not deployed again unless that is
// "redeploy".
func (c checks) checkRolledBack(ctx context.Context, p *rollout.Proposal) bool {
	if !rollout.RolledBackSince(p.State, p.Spec, c.private) || c.config.OnRollback.ValueString() == onRollbackRedeploy {
		return true
	}
	c.findRival(ctx, p)
	addRolledBack(*p, c.diags)
	return false
}

// findRival looks for another group whose deployment has assigned the version that replaces the pin.
func (c checks) findRival(ctx context.Context, p *rollout.Proposal) {
	if c.client != nil {
		p.FindRival(ctx, c.client, c.private)
	}
}

// checkUnmanaged stops a deploy that would cancel a rollout which this resource did not start, unless supersede is set. A rollback
// may cancel any.
func (c checks) checkUnmanaged(p rollout.Proposal) {
	if p.Operation.Kind != rollout.Deploy || c.config.Supersede.ValueBool() {
		return
	}
	if open := p.Unmanaged(c.private.RolloutID); open != nil {
		addUnmanagedRollout(*open, c.diags)
	}
}

// checkMaxAffected is the guard of max_affected_devices, of the resource and of the provider. It fails closed: what cannot be counted is too
// much.
func (c checks) checkMaxAffected(p rollout.Proposal) {
	n := p.Affected()
	if resourcekit.Known(c.config.MaxAffected) {
		limit := int(c.config.MaxAffected.ValueInt64())
		switch {
		case n == nil:
			addUncounted(p, path.Root("max_affected_devices"), "`max_affected_devices`", limit, c.diags)
			return
		case *n > limit:
			addTooManyAffected(p, *n, limit, c.diags)
			return
		}
	}
	checkDeviceBudget(p, c.devices, path.Root("version"), c.diags)
}

// checkDeviceBudget is the guard of the provider's max_affected_devices. It is ok where there is none.
func checkDeviceBudget(p rollout.Proposal, budget *resourcekit.DeviceBudget, at path.Path, diags *diag.Diagnostics) (ok bool) {
	if budget.Limit == nil {
		return true
	}
	n := p.Affected()
	if n == nil {
		addUncounted(p, at, "`max_affected_devices` of the provider", *budget.Limit, diags)
		return false
	}
	all, sum, ok := budget.Spend(resourcekit.DeviceExpense{Scope: expenseText(p), Devices: *n})
	if !ok {
		addBudgetExceeded(all, sum, *budget.Limit, at, diags)
	}
	return ok
}

// checkVersion looks for a version among those of the model: one that does not exist, or that the control plane does not roll out.
func checkVersion(m *model, op rollout.Operation, versions []control.Version, diags *diag.Diagnostics) {
	if !checkVersionExists(m, versions, diags) {
		return
	}
	for _, v := range versions {
		if v.Version != m.Version.ValueString() {
			continue
		}
		switch {
		case v.Status == control.VersionRetired, v.Status == control.VersionDeprecated && op.Kind == rollout.Rollback:
			addVersionStatusError(m, v, op, diags)
		case v.Status == control.VersionDeprecated && op.Kind == rollout.Deploy,
			v.Status == control.VersionDraft && op.ReplacesVersion():
			warnOfVersionStatus(m, v, diags)
		}
	}
}

// checkVersionExists adds an error, and returns false, when the pin is none of the versions.
func checkVersionExists(m *model, versions []control.Version, diags *diag.Diagnostics) bool {
	names := make([]string, len(versions))
	for i, v := range versions {
		names[i] = v.Version
		if v.Version == m.Version.ValueString() {
			return true
		}
	}
	addMissingVersion(m, names, diags)
	return false
}
