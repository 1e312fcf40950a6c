package observation

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Resources returns the constructors of the package's resources.
func Resources() []func() resource.Resource {
	return []func() resource.Resource{logEntity.Resource, metricsEntity.Resource}
}

// ListResources returns the constructors of the package's list resources.
func ListResources() []func() list.ListResource {
	return []func() list.ListResource{logEntity.ListResource, metricsEntity.ListResource}
}

// DataSources returns the constructors of the package's data sources.
func DataSources() []func() datasource.DataSource {
	return []func() datasource.DataSource{
		func() datasource.DataSource {
			return logEntity.DataSources("octomil_log_integrations", "log_integrations", "The integrations that stream the organization's logs, or those of one type. The data source has no "+
				"credentials.")
		},
		func() datasource.DataSource {
			return metricsEntity.DataSources("octomil_metrics_integrations", "metrics_integrations", "The integrations that export the organization's metrics, or those of one type. The data source has neither "+
				"credentials nor `config`, which may contain some.")
		},
	}
}
