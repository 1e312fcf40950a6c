package catalog

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource"
)

// DataSources are the package's.
func DataSources() []func() datasource.DataSource {
	return []func() datasource.DataSource{NewVersions}
}
