package deployment

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Resources returns the constructors of the resources of this package.
func Resources() []func() resource.Resource {
	return []func() resource.Resource{NewResource}
}

// DataSources returns the constructors of the data sources of this package.
func DataSources() []func() datasource.DataSource {
	return []func() datasource.DataSource{NewPreview, NewPromotion, NewRollouts, NewStatus}
}

// ListResources returns the constructors of the list resources of this package.
func ListResources() []func() list.ListResource {
	return []func() list.ListResource{NewList}
}
