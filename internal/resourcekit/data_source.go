package resourcekit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
)

// DataSourceBase is embedded by every data source: it gives it its name and its client.
type DataSourceBase struct {
	Configured
}

// NewDataSourceBase is the base of a data source of the type.
func NewDataSourceBase(typeName string) DataSourceBase {
	return DataSourceBase{Configured{TypeName: typeName}}
}

// Metadata is the method of a data source.
func (s *DataSourceBase) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = s.TypeName
}

// Configure is the method of a data source.
func (s *DataSourceBase) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	s.ConfigureDataSource(req, resp)
}
