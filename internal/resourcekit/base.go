package resourcekit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Base is embedded by every resource: it gives it its name, its client and its identity.
type Base struct {
	Configured
	Identity Identity
}

// NewBase is the base of a resource of the type; without parts the organization alone is the identity.
func NewBase(typeName string, identity ...Part) Base {
	return Base{Configured: Configured{TypeName: typeName}, Identity: identity}
}

// Metadata is the method of a resource and of a list resource.
func (b *Base) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = b.TypeName
}

// Configure is the method of a resource and of a list resource.
func (b *Base) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	b.ConfigureResource(req, resp)
}

func (b *Base) orgID() string {
	if !b.HasClient() {
		return ""
	}
	return b.Provider.Client.OrgID()
}
