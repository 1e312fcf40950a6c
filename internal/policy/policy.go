package policy

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Resources are the package's.
func Resources() []func() resource.Resource {
	return []func() resource.Resource{rollbackPolicy.newResource, orgSettings.newResource}
}

// ListResources are the package's.
func ListResources() []func() list.ListResource {
	return []func() list.ListResource{rollbackPolicy.newListResource, orgSettings.newListResource}
}

// DataSources are the package's.
func DataSources() []func() datasource.DataSource {
	return []func() datasource.DataSource{NewSettingsSource, NewPresetsSource}
}
