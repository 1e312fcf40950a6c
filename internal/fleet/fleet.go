package fleet

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Resources returns the constructors of the package's resources.
func Resources() []func() resource.Resource {
	return []func() resource.Resource{deviceEntity.Resource, groupEntity.Resource, NewGroupMembers}
}

// ListResources returns the constructors of the package's list resources.
func ListResources() []func() list.ListResource {
	return []func() list.ListResource{deviceEntity.ListResource, groupEntity.ListResource, NewGroupMembersList}
}

// DataSources returns the constructors of the package's data sources.
func DataSources() []func() datasource.DataSource {
	return []func() datasource.DataSource{
		func() datasource.DataSource {
			return deviceEntity.DataSource("device_identifier", "Reads a registered device by its identifier.")
		},
		func() datasource.DataSource {
			return deviceEntity.DataSources("octomil_devices", "devices",
				"Lists the registered devices of the organization, optionally of one platform or status, for example as members of a group.")
		},
		func() datasource.DataSource {
			return groupEntity.DataSource("name", "Reads a device group by its name, for example one that another configuration manages.")
		},
		func() datasource.DataSource {
			return groupEntity.DataSources("octomil_device_groups", "device_groups", "Lists the device groups of the organization, optionally of one type.")
		},
	}
}
