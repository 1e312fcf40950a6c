// Package access is octomil_api_key, as a resource and as an ephemeral one, and octomil_org_member: who may use the organization.
package access

import (
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Resources are the package's.
func Resources() []func() resource.Resource {
	return []func() resource.Resource{keyEntity.Resource, memberEntity.Resource}
}

// ListResources are the package's.
func ListResources() []func() list.ListResource {
	return []func() list.ListResource{keyEntity.ListResource, memberEntity.ListResource}
}

// EphemeralResources are the package's.
func EphemeralResources() []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{NewEphemeralKey}
}
