package deployment

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

// resolve finds the model and the group that the configuration names and fills in their IDs. A model that no list shows is left
// to the server, since some take a name in paths.
func resolve(ctx context.Context, client *control.Client, m *model, diags *diag.Diagnostics) bool {
	m.setID()
	if m.ModelID.IsUnknown() {
		found, _, err := client.ResolveModel(ctx, m.Model.ValueString())
		if err != nil {
			resourcekit.AddError(diags, path.Empty(), "Could not look up the model", err)
			return false
		}
		m.ModelID = types.StringValue(found.ID)
	}
	switch {
	case m.Group.IsNull():
		m.GroupID = types.StringNull()
	case m.GroupID.IsUnknown():
		g, groups, err := findGroup(ctx, client, m.Group.ValueString())
		if err != nil {
			resourcekit.AddError(diags, path.Empty(), "Could not look up the device group", err)
			return false
		}
		if g == nil {
			addMissingGroup(m.Group.ValueString(), groups, diags)
			return false
		}
		m.GroupID = types.StringValue(g.ID)
	}
	return true
}

// presentName returns a scope with the name that the server has now for the ID of its group: one that the same plan renames has not got the
// new name yet. Where that cannot be known, the name stays.
func presentName(ctx context.Context, client *control.Client, scope rollout.Scope) rollout.Scope {
	if !scope.IsGroup() {
		return scope
	}
	if g, found, err := client.ResolveGroup(ctx, scope.GroupID); err == nil && found {
		scope.Group = g.Name
	}
	return scope
}

// checkNames reports names of a plan that do not belong to the model and the group of the state: a plan leaves that to the apply, because
// another configuration of the provider may rename them before.
func checkNames(ctx context.Context, client *control.Client, plan *model, state model, diags *diag.Diagnostics) {
	if !plan.Group.Equal(state.Group) && !plan.Group.IsNull() {
		groups, err := client.Groups(ctx)
		i := slices.IndexFunc(groups, func(g control.Group) bool { return g.Name == plan.Group.ValueString() })
		switch {
		case err != nil:
			resourcekit.AddError(diags, path.Empty(), "Could not look up the device group", err)
		case i < 0:
			addMissingGroup(plan.Group.ValueString(), groups, diags)
		case groups[i].ID != plan.GroupID.ValueString():
			addOtherName(path.Root("group"), "device group", plan.Group.ValueString(), diags)
		}
	}
	if plan.Model.Equal(state.Model) {
		return
	}
	models, err := client.Models(ctx)
	named := func(m control.Model) bool {
		return m.Name == plan.Model.ValueString() || m.ID == plan.Model.ValueString()
	}
	i := slices.IndexFunc(models, named)
	switch {
	case err != nil:
		resourcekit.AddError(diags, path.Empty(), "Could not look up the model", err)
	case i < 0:
		addUnknownModel(plan.Model.ValueString(), models, diags)
	case models[i].ID != plan.ModelID.ValueString():
		addOtherName(path.Root("model"), "model", plan.Model.ValueString(), diags)
	}
}

// readHistory reads the history of the model with this name or ID, and returns its ID as well.
func readHistory(ctx context.Context, client *control.Client, word string, diags *diag.Diagnostics) (id string, h rollout.History, ok bool) {
	found, _, err := client.ResolveModel(ctx, word)
	if err != nil {
		resourcekit.AddError(diags, path.Empty(), "Could not look up the model", err)
		return "", nil, false
	}
	rollouts, err := client.Rollouts(ctx, found.ID)
	switch {
	case control.NotFound(err):
		addMissingModel(ctx, client, word, err, diags)
	case err != nil:
		resourcekit.AddError(diags, path.Empty(), "Could not list the rollouts", err)
	}
	return found.ID, rollouts, err == nil
}

// findGroup looks a group up by its name alone: deployments name groups on the wire. Without a match it returns all groups.
func findGroup(ctx context.Context, client *control.Client, name string) (*control.Group, []control.Group, error) {
	g, found, err := client.ResolveGroup(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	if found && (g.Name == name || g.ID != name) {
		return &g, nil, nil
	}
	groups, err := client.Groups(ctx)
	return nil, groups, err
}

// checkReferences reports during a plan what an apply would fail on: a model, a version or a group that the server does not know.
// What the same plan is going to create is no mistake.
func (r *deploymentResource) checkReferences(ctx context.Context, client *control.Client, m *model, diags *diag.Diagnostics) {
	planned := &r.Provider.Planned
	if name := m.Group; resourcekit.Known(name) && !planned.Contains("octomil_device_group", name.ValueString()) {
		g, groups, err := findGroup(ctx, client, name.ValueString())
		switch {
		case err != nil:
			resourcekit.AddError(diags, path.Empty(), "Could not look up the device group", err)
			return
		case g == nil:
			addMissingGroup(name.ValueString(), groups, diags)
		default:
			m.GroupID = types.StringValue(g.ID)
		}
	}
	if !resourcekit.Known(m.Model) || planned.Contains("octomil_model", m.Model.ValueString()) {
		return
	}
	found, listed, err := client.ResolveModel(ctx, m.Model.ValueString())
	if err != nil {
		resourcekit.AddError(diags, path.Empty(), "Could not look up the model", err)
		return
	}
	if !listed { // a list may lack a model that the server knows by its name, or know it by another name than it did
		if byName, err := client.Model(ctx, m.Model.ValueString()); err == nil {
			found, listed = byName, true
		}
	}
	if listed {
		m.ModelID = types.StringValue(found.ID)
	}
	named := *m
	named.ModelID = types.StringValue(found.ID)
	r.checkPin(ctx, client, &named, rollout.Operation{Kind: rollout.Deploy, To: m.Version.ValueString()}, diags)
}

// checkPin reports whether the pinned version exists and may be deployed, or rolled back to.
func (r *deploymentResource) checkPin(ctx context.Context, client *control.Client, m *model, op rollout.Operation, diags *diag.Diagnostics) {
	if m.Version.IsUnknown() || r.createsVersion(m) || r.Applying() {
		return
	}
	versions, err := client.Versions(ctx, m.ModelID.ValueString(), "")
	if control.NotFound(err) {
		addMissingModel(ctx, client, m.Model.ValueString(), err, diags)
		return
	}
	if err != nil {
		resourcekit.AddError(diags, path.Empty(), "Could not list the versions of the model", err)
		return
	}
	checkVersion(m, op, versions, diags)
}

// createsVersion is true when the same plan creates the version. Versions name their model by its ID, as a rule.
func (r *deploymentResource) createsVersion(m *model) bool {
	return slices.ContainsFunc([]string{m.ModelID.ValueString(), m.Model.ValueString()}, func(word string) bool {
		return r.Provider.Planned.Contains("octomil_model_version", word+"/"+m.Version.ValueString())
	})
}

// findScope returns what an import ID stands for when it is read as this model and this group, each by name or ID.
func findScope(ctx context.Context, client *control.Client, modelWord, groupWord string) (scope rollout.Scope, found bool, err error) {
	m, found, err := client.ResolveModel(ctx, modelWord)
	if err != nil || !found {
		return rollout.Scope{}, false, err
	}
	scope = rollout.Scope{Model: m.Name, ModelID: m.ID}
	if groupWord == "" {
		return scope, true, nil
	}
	g, found, err := client.ResolveGroup(ctx, groupWord)
	if err != nil || !found {
		return rollout.Scope{}, false, err
	}
	scope.Group, scope.GroupID = g.Name, g.ID
	return scope, true, nil
}
