package policy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// rollback is octomil_rollback_policy.
var rollback = &part[model]{
	typeName: "octomil_rollback_policy",
	title:    "rollback policy",
	schema:   rollbackSchema(),
	owner:    func(m *model) *owner { return &m.owner },
	open: func(ctx context.Context, m *model, diags *diag.Diagnostics) (fields []field, shut func()) {
		g := m.guardrails(ctx, diags)
		return g.fields(), func() { m.setGuardrails(ctx, g, diags) }
	},
}
