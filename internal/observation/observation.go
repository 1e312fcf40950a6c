package observation

import (
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Resources are the package's.
func Resources() []func() resource.Resource {
	return []func() resource.Resource{logEntity.Resource, metricsEntity.Resource}
}

// ListResources are the package's.
func ListResources() []func() list.ListResource {
	return []func() list.ListResource{logEntity.ListResource, metricsEntity.ListResource}
}
