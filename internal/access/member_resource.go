package access

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

type memberOperation = resourcekit.Operation[memberModel, control.OrgMember]

var memberEntity = resourcekit.Entity[memberModel, control.OrgMember]{
	TypeName: "octomil_org_member",
	Title:    "member", Titles: "members of the organization",
	Schema:   memberSchema(),
	Identity: resourcekit.Identity{{Name: "id", Description: "ID of the member, assigned by the server."}},
	Unique:   "email",

	Create: func(ctx context.Context, op *memberOperation) (control.OrgMember, error) {
		return op.Client.InviteOrgMember(ctx, op.Plan.invitation())
	},
	Read: func(ctx context.Context, client *control.Client, m *memberModel) (control.OrgMember, error) {
		return client.OrgMember(ctx, m.ID.ValueString())
	},
	Update: updateMember,
	Delete: func(_ context.Context, op *memberOperation) error {
		op.Diags.AddWarning(op.State.remainsWarning())
		return nil
	},
	FromAPI: func(_ context.Context, _ *control.Client, m *memberModel, o control.OrgMember, _ *diag.Diagnostics) {
		m.fromAPI(o)
	},

	List: func(ctx context.Context, client *control.Client, _ map[string]string) ([]control.OrgMember, error) {
		return client.OrgMembers(ctx)
	},
	Filters: []resourcekit.Filter[control.OrgMember]{
		{
			Name: "role", Description: "Only members with this role: `owner`, `admin` or `member`.",
			OneOf: []string{control.RoleOwner, control.RoleAdmin, control.RoleMember},
			Of:    func(o control.OrgMember) string { return o.Role },
		},
		{
			Name: "status", Description: "Only members with this status: `active`, or `pending` for those who have not accepted the invitation yet.",
			Of: func(o control.OrgMember) string { return o.Status },
		},
	},
	Name:   func(o control.OrgMember) string { return o.Email },
	ID:     func(o control.OrgMember) string { return o.ID },
	Lookup: findMember,

	PlannedName: func(planned memberModel) string { return planned.Email.ValueString() },
	ModifyPlan:  planMember,
}

// updateMember sends another invitation. A conflict means that the member has joined: the error is added to the attribute that
// changes.
func updateMember(ctx context.Context, op *memberOperation) (control.OrgMember, error) {
	if !op.Plan.needsInvitation(op.State) {
		return op.Client.OrgMember(ctx, op.State.ID.ValueString())
	}
	o, err := op.Client.InviteOrgMember(ctx, op.Plan.invitation())
	if resourcekit.IsConflict(err) {
		op.Diags.AddAttributeError(op.Plan.changedAttribute(op.State), "Could not update the member",
			resourcekit.Sentence(err.Error())+"\n\n"+dashboardOnlyDetail(op.State))
		return o, nil
	}
	return o, err
}

// findMember returns the member with an ID or an address.
func findMember(ctx context.Context, client *control.Client, idOrEmail string) (control.OrgMember, bool, error) {
	members, err := client.OrgMembers(ctx)
	at := slices.IndexFunc(members, func(o control.OrgMember) bool { return o.ID == idOrEmail || strings.EqualFold(o.Email, idOrEmail) })
	if at < 0 {
		return control.OrgMember{}, false, err
	}
	return members[at], true, err
}
