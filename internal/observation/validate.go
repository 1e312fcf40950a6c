package observation

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// validate looks at what a schema cannot say of a configuration.
func validate(config any, diags *diag.Diagnostics) {
	m, ok := config.(metricsModel)
	if !ok || m.Config.IsNull() || m.Config.IsUnknown() || m.Config.IsUnderlyingValueNull() || m.Config.IsUnderlyingValueUnknown() {
		return
	}
	at := path.Root("config")
	if objectMembers(m.Config) == nil {
		diags.AddAttributeError(at, "The configuration is no object", "config must be an object such as { site = \"datadoghq.eu\" }.")
		return
	}
	if names := credentialsIn(m.Config); len(names) > 0 {
		diags.AddAttributeError(at, "The configuration holds a secret", fmt.Sprintf("config would be kept in the state, readable for everybody "+
			"who can read it. Move %s to credentials.", strings.Join(names, ", ")))
	}
}
