package experiment

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Resources returns the constructors of the package's resources.
func Resources() []func() resource.Resource { return []func() resource.Resource{entity.Resource} }

// ListResources returns the constructors of the package's list resources.
func ListResources() []func() list.ListResource {
	return []func() list.ListResource{entity.ListResource}
}

// DataSources returns the constructors of the package's data sources.
func DataSources() []func() datasource.DataSource {
	return []func() datasource.DataSource{
		func() datasource.DataSource {
			return entity.DataSources("octomil_experiments", "experiments", "The experiments of the organization, or those with one status or of one model, for example to see "+
				"which versions are compared before one of them is deployed.")
		},
	}
}
