package rollout

import (
	"context"
	"math"
	"net/http"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// Impact is how many devices a target has for an operation, as far as the server tells.
type Impact struct {
	// Total is the number of devices of the target, nil where the server gives no number.
	Total *int
	// Excluded is the number of devices that keep a version of their own, which a deployment to a group has given them; nil where
	// unknown.
	Excluded *int
	// Warnings are the server's own.
	Warnings []string
	// Err is why the devices could not be counted, nil where they were, or where the server gives no number.
	Err error
}

// CountAffected fills in the impact: the preview of a deployment, or else the number of devices (CONTRACT.md, section 4). A request
// that fails leaves the number unknown, and its error in the impact.
func (p *Proposal) CountAffected(ctx context.Context, client *control.Client) {
	preview, err := client.PrepareDeployment(ctx, control.GroupDeployment{
		ModelID: p.Scope.ModelID, ModelName: p.Scope.Model, Version: p.Spec.Version, Group: p.Scope.Group, Percentage: p.Spec.Percentage,
	})
	impact := &Impact{Total: preview.Targets, Warnings: preview.Warnings, Err: err}
	p.Impact = impact
	if p.Scope.IsGroup() {
		if control.NoSuchRoute(err) {
			impact.Err = nil
		}
		return
	}
	if impact.Total == nil {
		impact.Total, err = client.DeviceCount(ctx)
		switch {
		case err != nil:
			impact.Err = err
		case impact.Total != nil || noPreview(impact.Err):
			impact.Err = nil
		}
	}
	impact.exclude(ctx, client, p.Scope, p.State)
}

// noPreview is true of the error of a server that does not preview deployments to the whole fleet (CONTRACT.md, section 4).
func noPreview(err error) bool {
	return control.NoSuchRoute(err) || control.HasStatus(err, http.StatusBadRequest) || control.HasStatus(err, http.StatusUnprocessableEntity)
}

// exclude leaves out the devices that a deployment to a group has given a version of their own, where that can be known: a rollout
// that reached the whole fleet did not reach them.
func (i *Impact) exclude(ctx context.Context, client *control.Client, scope Scope, s State) {
	if i.Total == nil || s.Targeted == nil || s.Targeted.ID == "" || s.Targeted.Status != control.RolloutCompleted {
		return
	}
	affected, err := Fleet{Client: client, Scope: scope}.Affected(ctx, s.Targeted.ID)
	if err != nil {
		i.Total, i.Err = nil, err
		return
	}
	if affected.Total == nil || *affected.Total > *i.Total {
		return
	}
	excluded := *i.Total - *affected.Total
	i.Total, i.Excluded = affected.Total, &excluded
}

// Reverts reports whether a deploy ends a rollout that has reached more devices than it reaches itself: the others go back.
func (p Proposal) Reverts() bool {
	open := p.State.Open
	return p.Operation.Kind == Deploy && open != nil && open.Status != control.RolloutPending && open.Percentage > p.Spec.Percentage
}

// Affected returns how many devices get another version by the proposal, nil where the server gives no number.
func (p Proposal) Affected() *int {
	if p.Impact == nil {
		return nil
	}
	return p.affectedOf(p.Impact.Total)
}

// Expected returns how many devices of how many get another version by the proposal, by the number of devices that the state was read
// with; nil where that is not known. Unlike Affected it needs no request, so that it is the same in every plan from one state.
func (p Proposal) Expected() (affected, total *int) {
	return p.affectedOf(p.State.Devices), p.State.Devices
}

// affectedOf returns how many of a number of devices get another version, nil of an unknown number.
func (p Proposal) affectedOf(devices *int) *int {
	if !p.ChangesDevices() {
		return new(int)
	}
	if devices == nil {
		return nil
	}
	from, to := p.reach()
	total := float64(*devices)
	n := int(math.Ceil(total*to/100) - math.Ceil(total*from/100))
	if have, counted := p.State.Assigned[p.Spec.Version]; counted && !p.Operation.ReplacesVersion() {
		n = max(int(math.Round(total*to/100))-have, 0) // the members that do not have it yet (CONTRACT.md 4.9)
	}
	return &n
}

// IsEstimate reports whether the number of devices follows from a percentage: a server assigns devices of the fleet by chance, so that it
// reaches more or less than that.
func (p Proposal) IsEstimate() bool {
	from, to := p.reach()
	return !p.Scope.IsGroup() && from < to && (from > 0 || to < 100)
}

// reach is the percentage of the devices between which the operation changes them.
func (p Proposal) reach() (from, to float64) {
	from, to = p.Span()
	if p.Reverts() {
		to = p.State.Open.Percentage
	}
	return from, to
}
