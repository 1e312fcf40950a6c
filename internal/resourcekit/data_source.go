package resourcekit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
)

// Source is embedded by every data source: it gives it its name and its client.
type Source struct {
	Configured
}

// NewSource is the base of a data source of the type.
func NewSource(typeName string) Source { return Source{Configured{TypeName: typeName}} }

// Metadata is the method of a data source.
func (s *Source) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = s.TypeName
}

// Configure is the method of a data source.
func (s *Source) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	s.ConfigureDataSource(req, resp)
}
