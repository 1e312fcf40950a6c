package deployment

import (
	"context"
	"errors"
	"fmt"
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
// one of the same version to more.
func (g group) execute(ctx context.Context, _ operation, w wish, _ view) (receipt, error) {
	named, _, err := g.client.ResolveModel(ctx, g.modelID)
	if err != nil {
		return receipt{}, err
	}
	d := control.GroupDeployment{
		ModelID: g.modelID, ModelName: named.Name, Version: w.version, Group: g.name, Percentage: w.share,
	}
	preview, err := g.client.PrepareDeployment(ctx, d)
	if err != nil {
		return receipt{}, err
	}
	done := receipt{warnings: preview.Warnings}
	if preview.Targets != nil && *preview.Targets == 0 {
		done.warnings = append(done.warnings, fmt.Sprintf("The group %s has no devices: nothing was deployed. Devices that join it later show "+
			"as a difference in the next plan.", g.name))
		return done, nil
	}
	result, err := g.client.ExecuteDeployment(ctx, d, func(ctx context.Context) (bool, error) {
		members, err := g.client.GroupAssignments(ctx, g.id, g.modelID)
		return err == nil && w.share == 100 && everyone(members, w.version), err
	})
	done.written = err == nil || control.Ambiguous(err)
	if err != nil {
		return done, err
	}
	done.id = result.ID
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
func (g group) await(ctx context.Context, w wish, accepted receipt) error {
	var members assignments
	err := resourcekit.Wait(ctx, g.poll, func(ctx context.Context) (bool, error) {
		var err error
		if members, err = g.client.GroupAssignments(ctx, g.id, g.modelID); err != nil {
			return false, err
		}
		tflog.Info(ctx, "Waiting for the group's members", map[string]any{
			"group": g.name, "version": w.version, "devices_assigned": members[w.version], "devices_total": members.total(),
		})
		if w.share < 100 {
			return members[w.version] >= min(accepted.activated, members.total()), nil
		}
		return everyone(members, w.version), nil
	})
	var ended *resourcekit.WaitError
	if errors.As(err, &ended) {
		assigned := members[w.version]
		total := members.total()
		return &unfinished{WaitError: ended, share: w.share, progress: progress{
			rollout: control.Rollout{
				ID: accepted.id, Version: w.version, Status: control.RolloutActive, Percentage: share(assigned, total),
			},
			affected: control.AffectedDevices{Total: &total, Updated: &assigned},
		}}
	}
	return err
}

func everyone(members assignments, version string) bool { return members[version] == members.total() }
