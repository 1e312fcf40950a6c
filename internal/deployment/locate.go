package deployment

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// closestShown is how many existing names an error lists beside one that does not exist.
const closestShown = 5

// locate finds the model and the group that the configuration names and fills in their ids. A model that no list shows is left
// to the server, since some take a name in paths.
func locate(ctx context.Context, client *control.Client, m *model, diags *diag.Diagnostics) bool {
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
			missingGroup(diags, m.Group.ValueString(), groups)
			return false
		}
		m.GroupID = types.StringValue(g.ID)
	}
	return true
}

// historyOf is the history of the model that a word means, its name or its id, and that id.
func historyOf(ctx context.Context, client *control.Client, word string, diags *diag.Diagnostics) (id string, h history, ok bool) {
	found, _, err := client.ResolveModel(ctx, word)
	if err != nil {
		resourcekit.AddError(diags, path.Empty(), "Could not look up the model", err)
		return "", nil, false
	}
	rollouts, err := client.Rollouts(ctx, found.ID)
	switch {
	case control.NotFound(err):
		missingModel(ctx, client, word, err, diags)
	case err != nil:
		resourcekit.AddError(diags, path.Empty(), "Could not list the rollouts", err)
	}
	return found.ID, rollouts, err == nil
}

// findGroup looks a group up by its name alone: deployments name groups on the wire. Without a match it answers all groups.
func findGroup(ctx context.Context, client *control.Client, name string) (*control.Group, []control.Group, error) {
	g, found, err := client.ResolveGroup(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	if found && g.Name == name {
		return &g, nil, nil
	}
	groups, err := client.Groups(ctx)
	return nil, groups, err
}

func missingGroup(diags *diag.Diagnostics, name string, groups []control.Group) {
	at := path.Root("group")
	names := make([]string, len(groups))
	for i, g := range groups {
		names[i] = g.Name
		if g.ID == name {
			diags.AddAttributeError(at, "A group is given by its name",
				fmt.Sprintf("%s is the id of a device group. Write its name: group = %q.", name, g.Name))
			return
		}
	}
	diags.AddAttributeError(at, "The device group does not exist",
		fmt.Sprintf("The organization has no device group %q.%s", name, alternatives(name, names)))
}

// checkNames tells during a plan what an apply would fail on: a model, a version or a group that the server does not know. What
// the same plan is going to create is no mistake.
func (r *deploymentResource) checkNames(ctx context.Context, client *control.Client, m *model, diags *diag.Diagnostics) {
	planned := &r.Provider.Planned
	if name := m.Group; resourcekit.Known(name) && !planned.Contains("octomil_device_group", name.ValueString()) {
		g, groups, err := findGroup(ctx, client, name.ValueString())
		switch {
		case err != nil:
			resourcekit.AddError(diags, path.Empty(), "Could not look up the device group", err)
			return
		case g == nil:
			missingGroup(diags, name.ValueString(), groups)
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
	if listed {
		m.ModelID = types.StringValue(found.ID)
	}
	named := *m
	named.ModelID = types.StringValue(found.ID)
	r.checkVersion(ctx, client, &named, operation{Kind: operationDeploy, To: m.Version.ValueString()}, diags)
}

// checkVersion looks whether the pin exists and may be deployed, or rolled back to.
func (r *deploymentResource) checkVersion(ctx context.Context, client *control.Client, m *model, op operation, diags *diag.Diagnostics) {
	if m.Version.IsUnknown() || r.announced(m) || client.Applying() {
		return
	}
	versions, err := client.Versions(ctx, m.ModelID.ValueString(), "")
	if control.NotFound(err) {
		missingModel(ctx, client, m.Model.ValueString(), err, diags)
		return
	}
	if err != nil {
		resourcekit.AddError(diags, path.Empty(), "Could not list the versions of the model", err)
		return
	}
	checkPin(m, op, versions, diags)
}

// announced is true when the plan under way creates the version. Versions name their model by its id, as a rule.
func (r *deploymentResource) announced(m *model) bool {
	return slices.ContainsFunc([]string{m.ModelID.ValueString(), m.Model.ValueString()}, func(word string) bool {
		return r.Provider.Planned.Contains("octomil_model_version", word+"/"+m.Version.ValueString())
	})
}

// missingVersion adds an error, and answers true, when the pin is none of the versions.
func missingVersion(m *model, versions []control.Version, diags *diag.Diagnostics) bool {
	names := make([]string, len(versions))
	for i, v := range versions {
		names[i] = v.Version
	}
	pin := m.Version.ValueString()
	if slices.Contains(names, pin) {
		return false
	}
	diags.AddAttributeError(path.Root("version"), "The version does not exist",
		fmt.Sprintf("The model %s has no version %q.%s", m.Model.ValueString(), pin, alternatives(pin, names)))
	return true
}

// missingModel is the error of a model that the server does not know; err is its answer.
func missingModel(ctx context.Context, client *control.Client, word string, err error, diags *diag.Diagnostics) {
	detail := resourcekit.ErrorDetail(err)
	if models, listErr := client.Models(ctx); listErr == nil {
		names := make([]string, len(models))
		for i, known := range models {
			names[i] = known.Name
		}
		detail = strings.TrimSpace(alternatives(word, names) + "\n\n" + detail)
	}
	diags.AddAttributeError(path.Root("model"), "The model does not exist", fmt.Sprintf("The organization has no model %q. %s", word, detail))
}

// alternatives names what exists and is most like a word that does not.
func alternatives(word string, names []string) string {
	closest := resourcekit.Closest(word, names, closestShown)
	if len(closest) == 0 {
		return " There is none at all yet."
	}
	return " The closest that exist: " + strings.Join(closest, ", ") + "."
}

// find is what an import id stands for when it is read as this model and group, by attribute; nil where there is no such thing.
func find(ctx context.Context, client *control.Client, modelWord, groupWord string) (map[string]string, error) {
	found, listed, err := client.ResolveModel(ctx, modelWord)
	if err != nil || !listed {
		return nil, err
	}
	attributes := map[string]string{"id": found.Name, "model": found.Name, "model_id": found.ID}
	if groupWord == "" {
		return attributes, nil
	}
	g, ok, err := client.ResolveGroup(ctx, groupWord)
	if err != nil || !ok {
		return nil, err
	}
	attributes["id"] = found.Name + "/" + g.Name
	attributes["group"], attributes["group_id"] = g.Name, g.ID
	return attributes, nil
}
