package policy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// rollbackPolicy is the section of octomil_rollback_policy.
var rollbackPolicy = &section[policyModel]{
	typeName:     "octomil_rollback_policy",
	title:        "rollback policy",
	schema:       policySchema(),
	organization: func(m *policyModel) *organization { return &m.organization },
	bind: func(ctx context.Context, m *policyModel, diags *diag.Diagnostics) (fields []field, writeBack func()) {
		g := m.guardrails(ctx, diags)
		return g.fields(), func() { m.setGuardrails(ctx, g, diags) }
	},
}
