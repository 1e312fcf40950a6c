package observation

import (
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Resources are the package's.
func Resources() []func() resource.Resource {
	return []func() resource.Resource{logNoun.Resource, metricsNoun.Resource}
}

// ListResources are the package's.
func ListResources() []func() list.ListResource {
	return []func() list.ListResource{logNoun.ListResource, metricsNoun.ListResource}
}
