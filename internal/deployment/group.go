package deployment

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// group is the scope of a deployment to a device group (the control API contract, section 4). What a group runs is read from
// the versions that its members are assigned.
type group struct {
	client   *control.Client
	modelID  string
	id, name string
	poll     time.Duration
	// report is told how far a wait has come; nil where nobody listens.
	report reporter
}

func (g group) look(ctx context.Context, remembered memory) (view, error) {
	members, err := g.client.GroupAssignments(ctx, g.id, g.modelID)
	if err != nil {
		return view{}, err
	}
	rollouts, err := g.client.Rollouts(ctx, g.modelID)
	if err != nil {
		return view{}, err
	}
	return groupView(members, rollouts, remembered), nil
}

// execute deploys to the members. Every operation is a deployment there: a rollback one of an older version to all, an advance
// one of the same version to more, and an adoption one of the version that they have from the fleet, so that they keep it when
// the fleet moves on.
func (g group) execute(ctx context.Context, _ operation, w wish, _ view) (receipt, error) {
	preview, err := g.prepare(ctx, w)
	if err != nil {
		return receipt{}, err
	}
	if preview.Targets != nil && *preview.Targets == 0 {
		return receipt{nobody: true}, nil
	}
	return g.raise(ctx, w, receipt{})
}

func (g group) prepare(ctx context.Context, w wish) (control.DeploymentPreview, error) {
	d, err := g.deployment(ctx, w)
	if err != nil {
		return control.DeploymentPreview{}, err
	}
	return g.client.PrepareDeployment(ctx, d)
}

// deployment is the request for a share of the members.
func (g group) deployment(ctx context.Context, w wish) (control.GroupDeployment, error) {
	named, _, err := g.client.ResolveModel(ctx, g.modelID)
	return control.GroupDeployment{
		ModelID: g.modelID, ModelName: named.Name, Version: w.version, Group: g.name, Percentage: w.share,
	}, err
}

// raise assigns the version to a share of the members.
func (g group) raise(ctx context.Context, w wish, done receipt) (receipt, error) {
	d, err := g.deployment(ctx, w)
	if err != nil {
		return done, err
	}
	result, err := g.client.ExecuteDeployment(ctx, d, func(ctx context.Context) (bool, error) {
		members, err := g.client.GroupAssignments(ctx, g.id, g.modelID)
		return err == nil && w.share == 100 && everyone(members, w.version), err
	})
	if err != nil {
		done.written = done.written || control.Ambiguous(err)
		return done, err
	}
	done = receipt{id: result.ID, written: true}
	if result.Activated != nil {
		done.activated = *result.Activated
	}
	return done, nil
}

// after takes the server by its word, that the pin is on its way to the members, until they have been counted.
func (g group) after(_ operation, w wish, before view, accepted receipt) view {
	v := before
	switch {
	case accepted.members != nil:
		pinned := memory{Pin: w.version, Share: w.share, Activated: accepted.activated, Deployed: before.Deployed}
		v = groupView(accepted.members, before.history, pinned)
	case accepted.written:
		v.Targeted = &record{Version: w.version, Status: control.RolloutActive, Percentage: w.share}
	}
	v.groupDeployment = accepted.id
	return v
}

// await returns when the members are assigned the version: all of them, or as many as the server said it would reach. What a
// device has loaded no public call tells.
func (g group) await(ctx context.Context, w wish, done receipt) (receipt, error) {
	err := resourcekit.Wait(ctx, g.poll, func(ctx context.Context) (bool, error) {
		if err := g.count(ctx, w, &done); err != nil {
			return false, err
		}
		return done.reaches(w), nil
	})
	return done, stillRunning(err, done.assigned(w), w)
}

// watch bakes a share of the members: when some of them lose the version again, somebody has taken it back.
func (g group) watch(ctx context.Context, w wish, done receipt, bake time.Duration) (receipt, error) {
	err := resourcekit.Watch(ctx, g.poll, bake, func(ctx context.Context) error {
		if err := g.count(ctx, w, &done); err != nil {
			return err
		}
		if !done.reaches(w) {
			return &verdict{kind: verdictRolledBack, progress: done.assigned(w)}
		}
		return nil
	})
	return done, stillRunning(err, done.assigned(w), w)
}

// count takes one look at the members. Where it fails, what was counted last stays.
func (g group) count(ctx context.Context, w wish, done *receipt) error {
	members, err := g.client.GroupAssignments(ctx, g.id, g.modelID)
	if err != nil {
		return err
	}
	done.members = members
	tflog.Info(ctx, "Waiting for the group's members", map[string]any{
		"group": g.name, "version": w.version, "percentage": w.share,
		"devices_assigned": members[w.version], "devices_total": done.members.total(),
	})
	g.report.tell(done.assigned(w))
	return nil
}

// reaches is true when as many members as were meant to have the version.
func (r receipt) reaches(w wish) bool {
	if w.share < 100 {
		return r.members[w.version] >= min(r.activated, r.members.total())
	}
	return everyone(r.members, w.version)
}

// assigned is how far a deployment to a group has come.
func (r receipt) assigned(w wish) progress {
	updated, total := r.members[w.version], r.members.total()
	return progress{
		rollout:  control.Rollout{ID: r.id, Version: w.version, Status: control.RolloutActive, Percentage: share(updated, total)},
		affected: control.AffectedDevices{Total: &total, Updated: &updated},
	}
}

func everyone(members assignments, version string) bool { return members[version] == members.total() }
