package deployment

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// reach is how many devices an operation changes, as far as the server tells.
type reach struct {
	// all devices of the scope, nil where the server gives no number.
	all *int
	// apart are devices that keep a version of their own, which a deployment to a group has given them; nil where unknown.
	apart *int
	// warnings are the server's own.
	warnings []string
}

// measure asks for the devices of a scope: the preview of a deployment, or else the number of devices (the control API contract,
// section 4). Without any number the reach is not known; that is no error here.
func measure(ctx context.Context, client *control.Client, m *model, s situation, w wish) reach {
	d := control.GroupDeployment{
		ModelID: m.ModelID.ValueString(), ModelName: m.Model.ValueString(), Version: w.version, Group: m.Group.ValueString(), Percentage: w.share,
	}
	preview, err := client.PrepareDeployment(ctx, d)
	r := reach{all: preview.Targets, warnings: preview.Warnings}
	if err != nil {
		r.all = nil
	}
	if !m.Group.IsNull() {
		return r
	}
	if r.all == nil {
		r.all, _ = client.DeviceCount(ctx)
	}
	r.leaveApart(ctx, client, m, s)
	return r
}

// leaveApart takes out the devices that a deployment to a group has given a version of their own, where that can be known: a rollout
// that reached the whole fleet did not reach them.
func (r *reach) leaveApart(ctx context.Context, client *control.Client, m *model, s situation) {
	if r.all == nil || s.Targeted == nil || s.Targeted.ID == "" || s.Targeted.Status != control.RolloutCompleted {
		return
	}
	affected, err := client.AffectedDevices(ctx, m.ModelID.ValueString(), s.Targeted.ID)
	if err != nil || affected.Total == nil || *affected.Total > *r.all {
		return
	}
	apart := *r.all - *affected.Total
	r.all, r.apart = affected.Total, &apart
}

// changed is how many devices get another version between two shares, nil where the server gives no number.
func (r reach) changed(from, to float64) *int {
	if r.all == nil {
		return nil
	}
	n := int(math.Ceil(float64(*r.all)*to/100) - math.Ceil(float64(*r.all)*from/100))
	return &n
}

// span is the share before and after an operation.
func span(s situation, op operation, w wish) (from, to float64) {
	if op.replaces() || s.Targeted == nil {
		return 0, w.share
	}
	return min(s.Targeted.Percentage, w.share), w.share
}

// refuseReach is the guard of max_affected_devices. It fails closed: what cannot be counted is too much.
func refuseReach(m *model, r reach, s situation, op operation, w wish, diags *diag.Diagnostics) {
	if m.MaxAffected.IsNull() || m.MaxAffected.IsUnknown() {
		return
	}
	at, limit := path.Root("max_affected_devices"), int(m.MaxAffected.ValueInt64())
	n := r.changed(span(s, op, w))
	switch {
	case n == nil:
		diags.AddAttributeError(at, "The devices cannot be counted",
			fmt.Sprintf("max_affected_devices = %d, and the control plane does not say how many devices it would be to %s. Remove "+
				"max_affected_devices to go on without a count.", limit, op.words()))
	case *n > limit:
		diags.AddAttributeError(at, "Too many devices would change",
			fmt.Sprintf("To %s changes %s of %s, and max_affected_devices = %d allows no more than that. Raise it, or lower rollout.percentage.",
				op.words(), devices(*n), m.scopeText(), limit))
	}
}

// announce says in a plan, for whoever reviews it, what an apply is going to do.
func announce(m *model, r reach, s situation, op operation, w wish, steps []step, diags *diag.Diagnostics) {
	var text strings.Builder
	var summary string
	from, to := span(s, op, w)
	count := r.changed(from, to)
	switch op.Kind {
	case operationRollback:
		summary = fmt.Sprintf("This is a rollback from %s to %s", op.From, op.To)
		fmt.Fprintf(&text, "%s %s to %s, at once.", subject(count, r.all, m), verb(count, "goes back", "go back"), op.To)
	case operationDeploy:
		summary = "This deploys " + op.To
		fmt.Fprintf(&text, "%s %s %s", subject(count, r.all, m), verb(count, "gets", "get"), op.To)
		if op.From != "" {
			fmt.Fprintf(&text, " in the place of %s", op.From)
		}
		text.WriteString(".")
		if s.Targeted != nil && precedes(op.To, op.From, s.Deployed) {
			fmt.Fprintf(&text, " %s is older than %s but was never deployed to %s, so this is no rollback: it goes out like a new version.",
				op.To, op.From, m.scopeText())
		}
	case operationAdvance:
		summary = fmt.Sprintf("This advances %s from %g to %g percent", op.To, from, to)
		fmt.Fprintf(&text, "%s %s %s as well.", subject(count, r.all, m), verb(count, "gets", "get"), op.To)
	default:
		return
	}
	if words := stepsText(steps); words != "" {
		fmt.Fprintf(&text, " It goes out %s; the apply takes at least %s.", words, shortDuration(pauses(steps)))
	}
	if s.Open != nil && op.replaces() {
		fmt.Fprintf(&text, " Rollout %s of %s, %s at %g percent, is cancelled", s.Open.ID, s.Open.Version, s.Open.Status, s.Open.Percentage)
		if op.Kind == operationRollback {
			text.WriteString(": the devices that have it already revert as well")
		}
		text.WriteString(".")
	}
	if r.apart != nil && *r.apart > 0 {
		fmt.Fprintf(&text, " %s that a deployment to a group has assigned keep their own version.", devices(*r.apart))
	}
	for _, warning := range r.warnings {
		text.WriteString("\n\nThe control plane warns: " + warning)
	}
	diags.AddAttributeWarning(path.Root("version"), summary, text.String())
}

// subject is who changes: "50 of 124 devices of the fleet".
func subject(count, all *int, m *model) string {
	switch {
	case count == nil:
		return "An unknown number of devices of " + m.scopeText() + " (the control plane gives none)"
	case *count == *all:
		return "All " + devices(*count) + " of " + m.scopeText()
	}
	return fmt.Sprintf("%d of %s of %s", *count, devices(*all), m.scopeText())
}

func verb(count *int, one, many string) string {
	if count == nil || *count == 1 {
		return one
	}
	return many
}

func devices(n int) string {
	if n == 1 {
		return "1 device"
	}
	return fmt.Sprintf("%d devices", n)
}

// review holds an operation against the guards once more, with what the server says right before the first write.
func (a *application) review(ctx context.Context, before view, op operation, w wish) {
	if takenBackSince(before.situation, w, a.remembered, before.rolledBack) && a.plan.OnRollback.ValueString() != onRollbackRedeploy {
		refuseTakenBack(a.plan, before.situation, before.rolledBack, a.diags)
		return
	}
	refuseForeign(before.situation, op, a.remembered, a.plan, a.diags)
	if !a.plan.MaxAffected.IsNull() && op.moves() {
		refuseReach(a.plan, measure(ctx, a.client, a.plan, before.situation, w), before.situation, op, w, a.diags)
	}
}
