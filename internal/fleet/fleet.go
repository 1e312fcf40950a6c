package fleet

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Resources are the package's.
func Resources() []func() resource.Resource {
	return []func() resource.Resource{deviceEntity.Resource, groupEntity.Resource, NewGroupMembers}
}

// ListResources are the package's.
func ListResources() []func() list.ListResource {
	return []func() list.ListResource{deviceEntity.ListResource, groupEntity.ListResource, NewGroupMembersList}
}

// DataSources are the package's.
func DataSources() []func() datasource.DataSource {
	return []func() datasource.DataSource{
		func() datasource.DataSource {
			return deviceEntity.DataSource("device_identifier", "A registered device, found by what it calls itself.")
		},
		func() datasource.DataSource {
			return deviceEntity.DataSources("octomil_devices", "devices",
				"The registered devices of the organization, or those of one platform or status, for example as members of a group.")
		},
		func() datasource.DataSource {
			return groupEntity.DataSource("name", "A device group, found by its name, for example to refer to one that another configuration manages.")
		},
		func() datasource.DataSource {
			return groupEntity.DataSources("octomil_device_groups", "device_groups", "All device groups of the organization, or those of one type.")
		},
	}
}
