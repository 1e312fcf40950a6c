package fleet

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

const groupTypeName = "octomil_device_group"

type groupOperation = resourcekit.Operation[groupModel, control.Group]

var groupEntity = resourcekit.Entity[groupModel, control.Group]{
	TypeName: groupTypeName,
	Title:    "device group", Titles: "device groups",
	Schema:   groupSchema(),
	Identity: resourcekit.Identity{{Name: "id", Description: "ID of the group, assigned by the server."}},
	Unique:   "name",
	Exact:    []string{"rules"},
	KnownAs: func(client *control.Client, m groupModel, g control.Group) {
		client.GroupKnownAs(m.Name.ValueString(), g)
	},

	Create: func(ctx context.Context, op *groupOperation) (control.Group, error) {
		return op.Client.CreateGroup(ctx, op.Plan.createSettings(ctx, op.Diags))
	},
	Read: func(ctx context.Context, client *control.Client, m *groupModel) (control.Group, error) {
		return client.Group(ctx, m.ID.ValueString())
	},
	Update: func(ctx context.Context, op *groupOperation) (control.Group, error) {
		return op.Client.UpdateGroup(ctx, op.Plan.ID.ValueString(), op.Plan.updateSettings(ctx, op.Diags))
	},
	Delete: func(ctx context.Context, op *groupOperation) error {
		return op.Client.DeleteGroup(ctx, op.State.ID.ValueString())
	},
	FromAPI: func(ctx context.Context, client *control.Client, m *groupModel, g control.Group, diags *diag.Diagnostics) {
		m.fromAPI(ctx, g, client.OrgID(), diags)
	},

	List: func(ctx context.Context, client *control.Client, _ map[string]string) ([]control.Group, error) {
		return client.Groups(ctx)
	},
	Filters: []resourcekit.Filter[control.Group]{{
		Name: "group_type", Description: "Returns only groups of this type: `static`, `dynamic` or `hybrid`.",
		OneOf: []string{control.GroupStatic, control.GroupDynamic, control.GroupHybrid},
		Of:    func(g control.Group) string { return g.Type },
	}},
	Name: func(g control.Group) string { return g.Name },
	ID:   func(g control.Group) string { return g.ID },
	Lookup: func(ctx context.Context, client *control.Client, id string) (control.Group, bool, error) {
		return resourcekit.FoundOrNot(client.Group(ctx, id))
	},

	ModifyPlan: func(ctx context.Context, r *resourcekit.Base, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
		announceMembers(ctx, r, "id", changesList(ctx, "rules", req, resp), req, resp)
	},
	PlannedName: func(planned groupModel) string { return planned.Name.ValueString() },
	Validate:    validateGroup,
}
