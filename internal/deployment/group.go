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

// after takes the server by its word: the pin is on its way to the members.
func (g group) after(_ operation, w wish, before view, accepted receipt) view {
	v := before
	if accepted.written {
		v.groupDeployment = accepted.id
		v.Targeted = &record{Version: w.version, Status: control.RolloutActive, Percentage: w.share}
	}
	return v
}

// await returns when the members are assigned the version: all of them, or as many as the server said it would reach. What a
// device has loaded no public call tells.
func (g group) await(ctx context.Context, w wish, done receipt) error {
	var members assignments
	err := resourcekit.Wait(ctx, g.poll, func(ctx context.Context) (bool, error) {
		if err := g.count(ctx, w, &members); err != nil {
			return false, err
		}
		return g.reached(members, w, done), nil
	})
	return stillRunning(err, assigned(members, w, done), w)
}

// watch bakes a share of the members: when some of them lose the version again, somebody has taken it back.
func (g group) watch(ctx context.Context, w wish, done receipt, bake time.Duration) error {
	var members assignments
	err := resourcekit.Watch(ctx, g.poll, bake, func(ctx context.Context) error {
		if err := g.count(ctx, w, &members); err != nil {
			return err
		}
		if !g.reached(members, w, done) {
			return &verdict{kind: verdictRolledBack, progress: assigned(members, w, done)}
		}
		return nil
	})
	return stillRunning(err, assigned(members, w, done), w)
}

// count takes one look at the members. Where it fails, what was counted last stays.
func (g group) count(ctx context.Context, w wish, members *assignments) error {
	counted, err := g.client.GroupAssignments(ctx, g.id, g.modelID)
	if err != nil {
		return err
	}
	*members = counted
	tflog.Info(ctx, "Waiting for the group's members", map[string]any{
		"group": g.name, "version": w.version, "percentage": w.share,
		"devices_assigned": counted[w.version], "devices_total": members.total(),
	})
	g.report.tell(assigned(counted, w, receipt{}))
	return nil
}

func (g group) reached(members assignments, w wish, done receipt) bool {
	if w.share < 100 {
		return members[w.version] >= min(done.activated, members.total())
	}
	return everyone(members, w.version)
}

// assigned is how far a deployment to a group has come.
func assigned(members assignments, w wish, done receipt) progress {
	updated, total := members[w.version], members.total()
	return progress{
		rollout:  control.Rollout{ID: done.id, Version: w.version, Status: control.RolloutActive, Percentage: share(updated, total)},
		affected: control.AffectedDevices{Total: &total, Updated: &updated},
	}
}

func everyone(members assignments, version string) bool { return members[version] == members.total() }
