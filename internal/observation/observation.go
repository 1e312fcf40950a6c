// Package observation is octomil_metrics_integration and octomil_log_integration: where the organization's metrics and logs go.
package observation

import (
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

var (
	metricsEntity = entityOf[metricsModel](metricsFlavour)
	logEntity     = entityOf[logModel](logFlavour)
)

// Resources are the package's.
func Resources() []func() resource.Resource {
	return []func() resource.Resource{logEntity.Resource, metricsEntity.Resource}
}

// ListResources are the package's.
func ListResources() []func() list.ListResource {
	return []func() list.ListResource{logEntity.ListResource, metricsEntity.ListResource}
}
