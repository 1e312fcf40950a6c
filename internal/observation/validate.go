package observation

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// validate checks what the schema cannot: that config is an object without secrets.
func validate(config any, diags *diag.Diagnostics) {
	m, ok := config.(metricsModel)
	if !ok || m.Config.IsNull() || m.Config.IsUnknown() || m.Config.IsUnderlyingValueNull() || m.Config.IsUnderlyingValueUnknown() {
		return
	}
	at := path.Root("config")
	if objectMembers(m.Config) == nil {
		diags.AddAttributeError(at, "Invalid `config`", "`config` must be an object, such as `{ site = \"datadoghq.eu\" }`.")
		return
	}
	if err := checkBounds(m.Config, 0); err != nil {
		diags.AddAttributeError(at, "Invalid `config`", fmt.Sprintf("`config` cannot be used: %s.", err))
		return
	}
	if names := credentialsIn(m.Config); len(names) > 0 {
		diags.AddAttributeError(at, "Secret in `config`", fmt.Sprintf("`config` is stored in the state, readable for everyone with access to it. "+
			"Move these keys to `credentials`: %s.", strings.Join(names, ", ")))
	}
}
