package access

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Resources returns the constructors of the package's resources.
func Resources() []func() resource.Resource {
	return []func() resource.Resource{keyEntity.Resource, memberEntity.Resource}
}

// ListResources returns the constructors of the package's list resources.
func ListResources() []func() list.ListResource {
	return []func() list.ListResource{keyEntity.ListResource, memberEntity.ListResource}
}

// EphemeralResources returns the constructors of the package's ephemeral resources.
func EphemeralResources() []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{NewEphemeralKey}
}

// DataSources returns the constructors of the package's data sources.
func DataSources() []func() datasource.DataSource {
	return []func() datasource.DataSource{
		func() datasource.DataSource {
			return keyEntity.DataSources("octomil_api_keys", "api_keys", "The API keys of the organization, or those with one name, for example to find keys with more scopes than "+
				"they need. The data source has no secrets.")
		},
		func() datasource.DataSource {
			return memberEntity.DataSources("octomil_org_members", "org_members", "The members of the organization, or those with one role or status, for example to find invitations that "+
				"were not accepted.")
		},
	}
}
