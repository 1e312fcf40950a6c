package deployment

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// NewList returns the list resource of octomil_model_deployment.
func NewList() list.ListResource {
	return &resourcekit.ListResource{
		Base: resourcekit.NewBase(typeName, deploymentIdentity...),
		Description: "Finds what is deployed, to import it with `terraform query`: of each model the deployment to the whole fleet, or with `group` " +
			"what the members of a device group are assigned. Whether a group got its version by a deployment of its own or from the fleet " +
			"no call of the API tells.",
		ErrorSummary: "Could not list the deployments",
		Filters: []resourcekit.ListFilter{
			{Name: "model", Description: "Only deployments of this model, by its name or its id."},
			{Name: "group", Description: "Deployments to this device group, by its name or its id, instead of those to the whole fleet."},
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
		found, err := find(ctx, client, candidate.ID, q.Filters["group"])
		if err != nil {
			return err
		}
		if found == nil {
			return fmt.Errorf("there is no device group %q", q.Filters["group"])
		}
		m := located(found)
		v, err := scopeOf(client, &m, 0, nil).look(ctx, memory{})
		if err != nil && !control.NotFound(err) {
			return err
		}
		if err != nil || v.Targeted == nil {
			continue
		}
		if !yield(resourcekit.ListItem{Name: found["id"], Fill: func(ctx context.Context, state *tfsdk.State, diags *diag.Diagnostics) {
			m := m
			diags.Append(state.Get(ctx, &m)...)
			m.locate(found)
			m.show(ctx, v, diags)
			m.showShare(ctx, diags)
			diags.Append(state.Set(ctx, &m)...)
		}}) {
			return nil
		}
	}
	return nil
}

// located is the resource of what find has found.
func located(found map[string]string) model {
	var m model
	m.locate(found)
	return m
}

func (m *model) locate(found map[string]string) {
	m.ID, m.Model, m.ModelID = types.StringValue(found["id"]), types.StringValue(found["model"]), types.StringValue(found["model_id"])
	m.Group, m.GroupID = resourcekit.StringOrNull(found["group"]), resourcekit.StringOrNull(found["group_id"])
}
