package access

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// changedAttribute returns the attribute that another invitation would change.
func (m *memberModel) changedAttribute(prior *memberModel) path.Path {
	if m.Role.Equal(prior.Role) {
		return path.Root("name")
	}
	return path.Root("role")
}

func dashboardOnlyDetail(m *memberModel) string {
	return fmt.Sprintf("`%s` is a member with the role `%s`. The API cannot change the role or the name of a member who has joined. "+
		"Change them in the dashboard, or restore them in the configuration.", m.Email.ValueString(), m.Role.ValueString())
}

// remainsWarning returns the warning that a destroy does not remove the member from the organization.
func (m *memberModel) remainsWarning() (summary, detail string) {
	return fmt.Sprintf("Member %#q remains in the organization", m.Email.ValueString()), fmt.Sprintf(
		"The API cannot remove a member. `%s` keeps the role `%s`, and a pending invitation remains valid. "+
			"Remove the member in the dashboard.", m.Email.ValueString(), m.Role.ValueString())
}

// planMember warns of changes that the API cannot make.
func planMember(ctx context.Context, _ *resourcekit.Base, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() {
		return
	}
	var state, plan memberModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.AddWarning(state.remainsWarning())
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	switch {
	case plan.Email.IsUnknown():
	case !strings.EqualFold(plan.Email.ValueString(), state.Email.ValueString()):
		resp.Diagnostics.AddWarning(state.remainsWarning())
	case state.Status.ValueString() == control.MemberActive && plan.needsInvitation(&state):
		resp.Diagnostics.AddAttributeWarning(plan.changedAttribute(&state), "The API cannot change this member", dashboardOnlyDetail(&state))
	}
}
