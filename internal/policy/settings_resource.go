package policy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// orgSettings is the section of octomil_org_settings.
var orgSettings = &section[settingsModel]{
	typeName:     "octomil_org_settings",
	title:        "organization settings",
	schema:       settingsSchema(),
	organization: func(m *settingsModel) *organization { return &m.organization },
	bind: func(_ context.Context, m *settingsModel, _ *diag.Diagnostics) (fields []field, writeBack func()) {
		return m.fields(), func() {}
	},
}
