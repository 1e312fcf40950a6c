package access

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

type memberOperation = resourcekit.Operation[memberModel, control.OrgMember]

var memberEntity = resourcekit.Entity[memberModel, control.OrgMember]{
	TypeName: "octomil_org_member",
	Title:    "member", Titles: "members of the organization",
	Schema:   memberSchema(),
	Identity: resourcekit.Identity{{Name: "id", Description: "The id that the server gave to the member."}},
	Unique:   "email",

	Create: func(ctx context.Context, op *memberOperation) (control.OrgMember, error) {
		return op.Client.InviteOrgMember(ctx, op.Plan.invitation())
	},
	Read: func(ctx context.Context, client *control.Client, m *memberModel) (control.OrgMember, error) {
		return client.OrgMember(ctx, m.ID.ValueString())
	},
	Update: updateMember,
	Delete: func(_ context.Context, op *memberOperation) error {
		op.Diags.AddWarning(op.State.stays())
		return nil
	},
	FromAPI: func(_ context.Context, _ *control.Client, m *memberModel, o control.OrgMember, _ *diag.Diagnostics) {
		m.read(o)
	},

	List: func(ctx context.Context, client *control.Client, _ map[string]string) ([]control.OrgMember, error) {
		return client.OrgMembers(ctx)
	},
	Filters: []resourcekit.Filter[control.OrgMember]{
		{
			Name: "role", Description: "Only members of this role: `owner`, `admin` or `member`.",
			OneOf: []string{control.RoleOwner, control.RoleAdmin, control.RoleMember},
			Of:    func(o control.OrgMember) string { return o.Role },
		},
		{
			Name: "status", Description: "Only members of this status: `active`, or `pending` for those who have not accepted the invitation yet.",
			Of: func(o control.OrgMember) string { return o.Status },
		},
	},
	Name:   func(o control.OrgMember) string { return o.Email },
	ID:     func(o control.OrgMember) string { return o.ID },
	Lookup: findMember,

	PlannedName: func(planned memberModel) string { return planned.Email.ValueString() },
	ModifyPlan:  planMember,
}

// updateMember invites again. A server that refuses, since the member has joined, is answered in the words of the role.
func updateMember(ctx context.Context, op *memberOperation) (control.OrgMember, error) {
	if !op.Plan.invites(op.State) {
		return op.Client.OrgMember(ctx, op.State.ID.ValueString())
	}
	o, err := op.Client.InviteOrgMember(ctx, op.Plan.invitation())
	if resourcekit.IsConflict(err) {
		op.Diags.AddAttributeError(op.Plan.changes(op.State), "Could not update the member",
			resourcekit.Sentence(err.Error())+"\n\n"+dashboardOnly(op.State))
		return o, nil
	}
	return o, err
}

// changes is the attribute that another invitation would change.
func (m *memberModel) changes(before *memberModel) path.Path {
	if m.Role.Equal(before.Role) {
		return path.Root("name")
	}
	return path.Root("role")
}

func dashboardOnly(m *memberModel) string {
	return fmt.Sprintf("%s is a member with the role %s. The API changes neither role nor name of somebody who has joined: change them in the "+
		"dashboard, or write what is there into the configuration.", m.Email.ValueString(), m.Role.ValueString())
}

// stays says who remains when the resource goes.
func (m *memberModel) stays() (summary, detail string) {
	return m.Email.ValueString() + " stays in the organization", fmt.Sprintf("The API cannot remove a member. %s keeps the role %s, and an open "+
		"invitation stays open, until somebody removes them in the dashboard.", m.Email.ValueString(), m.Role.ValueString())
}

// planMember warns of what the API cannot do.
func planMember(ctx context.Context, _ *resourcekit.Base, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() {
		return
	}
	var state, plan memberModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.AddWarning(state.stays())
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	switch {
	case plan.Email.IsUnknown():
	case !strings.EqualFold(plan.Email.ValueString(), state.Email.ValueString()):
		resp.Diagnostics.AddWarning(state.stays())
	case state.Status.ValueString() == control.MemberActive && plan.invites(&state):
		resp.Diagnostics.AddAttributeWarning(plan.changes(&state), "The API cannot change this member", dashboardOnly(&state))
	}
}

// findMember finds a member by its id or address.
func findMember(ctx context.Context, client *control.Client, word string) (control.OrgMember, bool, error) {
	members, err := client.OrgMembers(ctx)
	at := slices.IndexFunc(members, func(o control.OrgMember) bool { return o.ID == word || strings.EqualFold(o.Email, word) })
	if at < 0 {
		return control.OrgMember{}, false, err
	}
	return members[at], true, err
}
