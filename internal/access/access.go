package access

import (
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Resources are the package's.
func Resources() []func() resource.Resource {
	return []func() resource.Resource{keyNoun.Resource, memberNoun.Resource}
}

// ListResources are the package's.
func ListResources() []func() list.ListResource {
	return []func() list.ListResource{keyNoun.ListResource, memberNoun.ListResource}
}

// EphemeralResources are the package's.
func EphemeralResources() []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{NewEphemeralKey}
}
