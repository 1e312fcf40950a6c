package access

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// memberModel is the state of octomil_org_member.
type memberModel struct {
	ID        types.String `tfsdk:"id"`
	Email     types.String `tfsdk:"email"`
	Role      types.String `tfsdk:"role"`
	Name      types.String `tfsdk:"name"`
	Status    types.String `tfsdk:"status"`
	InvitedAt types.String `tfsdk:"invited_at"`
	JoinedAt  types.String `tfsdk:"joined_at"`
}

func (m *memberModel) invitation() control.Invitation {
	return control.Invitation{Email: m.Email.ValueString(), Role: m.Role.ValueString(), Name: m.Name.ValueString()}
}

// needsInvitation returns whether a change needs another invitation. A change of the case of the address does not.
func (m *memberModel) needsInvitation(prior *memberModel) bool {
	return !m.Role.Equal(prior.Role) || !m.Name.Equal(prior.Name)
}

// fromAPI sets the model from a response. An address that differs only in case keeps the prior one.
func (m *memberModel) fromAPI(o control.OrgMember) {
	m.ID = types.StringValue(o.ID)
	if !strings.EqualFold(m.Email.ValueString(), o.Email) && o.Email != "" {
		m.Email = types.StringValue(o.Email)
	}
	if o.Role != "" {
		m.Role = types.StringValue(o.Role)
	}
	m.Name = resourcekit.StringOrNull(o.Name)
	m.Status = resourcekit.StringOrNull(o.Status)
	m.InvitedAt = resourcekit.StringOrNull(o.InvitedAt)
	m.JoinedAt = resourcekit.StringOrNull(o.JoinedAt)
}
