package fleet

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// groupModel is the state of octomil_device_group.
type groupModel struct {
	ID          types.String `tfsdk:"id"`
	OrgID       types.String `tfsdk:"org_id"`
	Name        types.String `tfsdk:"name"`
	Description types.String `tfsdk:"description"`
	GroupType   types.String `tfsdk:"group_type"`
	Tags        types.Set    `tfsdk:"tags"`
	Rules       types.List   `tfsdk:"rules"`
}

// createSettings returns the body of a create request, which has only what the configuration sets.
func (m *groupModel) createSettings(ctx context.Context, diags *diag.Diagnostics) control.GroupSettings {
	return control.GroupSettings{
		Name:        m.Name.ValueString(),
		Description: resourcekit.StringPointer(m.Description),
		Type:        m.GroupType.ValueString(),
		Rules:       rulesToAPI(ctx, m.Rules, diags),
		Tags:        tagsToAPI(ctx, m.Tags, diags),
	}
}

// updateSettings returns the body of an update request. Attributes that are not configured are sent as empty, because a server may
// take null for unchanged.
func (m *groupModel) updateSettings(ctx context.Context, diags *diag.Diagnostics) control.GroupSettings {
	settings := m.createSettings(ctx, diags)
	if settings.Description == nil {
		settings.Description = new(string)
	}
	if settings.Tags == nil {
		settings.Tags = []string{}
	}
	if settings.Rules == nil && settings.Type != control.GroupStatic {
		settings.Rules = []control.Rule{}
	}
	return settings
}

// fromAPI sets the model from the server's group. Equivalent values keep the spelling that the model has. org is used where the
// server does not return the organization.
func (m *groupModel) fromAPI(ctx context.Context, g control.Group, org string, diags *diag.Diagnostics) {
	before := *m
	m.ID = types.StringValue(g.ID)
	m.OrgID = resourcekit.StringOrNull(cmp.Or(g.OrgID, before.OrgID.ValueString(), org))
	m.Name = types.StringValue(g.Name)
	m.Description = resourcekit.OptionalString(g.Description, before.Description)
	m.GroupType = types.StringValue(cmp.Or(g.Type, before.GroupType.ValueString(), control.GroupStatic))
	m.Tags = tagsFromAPI(ctx, g.Tags, before.Tags, diags)
	m.Rules = rulesFromAPI(ctx, g.Rules, before.Rules, diags)
}

func tagsToAPI(ctx context.Context, tags types.Set, diags *diag.Diagnostics) []string {
	if !resourcekit.Known(tags) {
		return nil
	}
	elements := make([]string, 0, len(tags.Elements()))
	diags.Append(tags.ElementsAs(ctx, &elements, false)...)
	slices.Sort(elements)
	return elements
}

// tagsFromAPI maps the server's tags. Where there are none, prior decides between null and empty.
func tagsFromAPI(ctx context.Context, tags []string, prior types.Set, diags *diag.Diagnostics) types.Set {
	if len(tags) == 0 && !resourcekit.Known(prior) {
		return types.SetNull(types.StringType)
	}
	tags = slices.Compact(slices.Sorted(slices.Values(tags)))
	set, d := types.SetValueFrom(ctx, types.StringType, append([]string{}, tags...))
	diags.Append(d...)
	return set
}
