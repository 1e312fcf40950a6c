package resourcekit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
)

// DataSourceBase is embedded by every data source. It provides the type name and the client.
type DataSourceBase struct {
	Configured
}

// NewDataSourceBase returns the base of a data source.
func NewDataSourceBase(typeName string) DataSourceBase {
	return DataSourceBase{Configured{TypeName: typeName}}
}

// Metadata implements datasource.DataSource.
func (s *DataSourceBase) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = s.TypeName
}

// Configure implements datasource.DataSourceWithConfigure.
func (s *DataSourceBase) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	s.ConfigureDataSource(req, resp)
}
