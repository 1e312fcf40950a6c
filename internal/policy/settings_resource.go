package policy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// orgSettings is octomil_org_settings.
var orgSettings = &part[settingsModel]{
	typeName: "octomil_org_settings",
	title:    "organization settings",
	schema:   settingsSchema(),
	owner:    func(m *settingsModel) *owner { return &m.owner },
	open: func(_ context.Context, m *settingsModel, _ *diag.Diagnostics) (fields []field, shut func()) {
		return m.fields(), func() {}
	},
}
