package version

import "github.com/hashicorp/terraform-plugin-framework/function"

// Functions are the provider's.
func Functions() []func() function.Function {
	return []func() function.Function{
		func() function.Function { return compareVersions{} },
		func() function.Function { return newestVersion{} },
	}
}
