package catalog

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Resources returns the constructors of the package's resources.
func Resources() []func() resource.Resource {
	return []func() resource.Resource{modelEntity.Resource, versionEntity.Resource}
}

// ListResources returns the constructors of the package's list resources.
func ListResources() []func() list.ListResource {
	return []func() list.ListResource{modelEntity.ListResource, versionEntity.ListResource}
}

// DataSources returns the constructors of the package's data sources.
func DataSources() []func() datasource.DataSource {
	return []func() datasource.DataSource{
		func() datasource.DataSource {
			return modelEntity.DataSource("name", "A model of the registry, found by its name, for example to add versions to one that another "+
				"configuration manages.")
		},
		func() datasource.DataSource {
			return modelEntity.DataSources("octomil_models", "models", "All models of the organization, or those of one framework or use case.")
		},
		NewVersionsDataSource,
	}
}
