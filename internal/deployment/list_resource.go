package deployment

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

// NewList returns the list resource of octomil_model_deployment.
func NewList() list.ListResource {
	return &resourcekit.ListResource{
		Base: resourcekit.NewBase(typeName, deploymentIdentity...),
		Description: "Lists deployments, to import them with `terraform query`: for each model the deployment to the whole " +
			"fleet or, with `group`, what the members of a device group are assigned. The API does not report whether " +
			"a group got its version from its own deployment or from the fleet.",
		ErrorSummary: "Could not list the deployments",
		Filters: []resourcekit.ListFilter{
			{Name: "model", Description: "Only deployments of this model, by name or ID."},
			{Name: "group", Description: "Deployments to this device group, by name or ID, instead of those to the whole fleet."},
		},
		Find: findDeployments,
	}
}

func findDeployments(ctx context.Context, client *control.Client, q resourcekit.ListQuery, yield func(resourcekit.ListItem) bool) error {
	models, err := client.Models(ctx)
	if err != nil {
		return err
	}
	if word, only := q.Filters["model"]; only {
		models = slices.DeleteFunc(slices.Clone(models), func(m control.Model) bool { return m.Name != word && m.ID != word })
		if len(models) == 0 {
			return fmt.Errorf("there is no model %q", word)
		}
	}
	for _, candidate := range models {
		scope, found, err := findScope(ctx, client, candidate.ID, q.Filters["group"])
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("there is no device group %q", q.Filters["group"])
		}
		deployed, err := rollout.NewTarget(client, scope, rollout.Options{}).Read(ctx, rollout.Private{})
		if err != nil && !control.NotFound(err) {
			return err
		}
		if err != nil || deployed.Targeted == nil {
			continue
		}
		var m model
		m.setScope(scope)
		if !yield(resourcekit.ListItem{Name: m.ID.ValueString(), Fill: func(ctx context.Context, state *tfsdk.State, diags *diag.Diagnostics) {
			var m model
			diags.Append(state.Get(ctx, &m)...)
			m.setScope(scope)
			m.setFromState(ctx, deployed, diags)
			m.setRolloutPercentage(ctx, diags)
			diags.Append(state.Set(ctx, &m)...)
		}}) {
			return nil
		}
	}
	return nil
}
