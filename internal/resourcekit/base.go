package resourcekit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Base is embedded by every resource and list resource. It provides the type name, the client and the identity.
type Base struct {
	Configured
	Identity Identity
	// Kind is set for managed resources only.
	Kind Kind

	// checked is true of a plan that the same run has checked and shown before.
	checked bool
}

// NewBase returns the base of a resource. Without parts, the identity is the organization alone.
func NewBase(typeName string, identity ...Part) Base {
	return Base{Configured: Configured{TypeName: typeName}, Identity: identity}
}

// WithKind returns the base of a managed resource.
func (b Base) WithKind(k Kind) Base {
	b.Kind = k
	return b
}

// CheckedBefore is true of a plan that the same run has checked and shown before, in another process.
func (b *Base) CheckedBefore() bool { return b.checked }

// Applying is true of a plan that an apply makes once more: it was checked and shown before, and what it says is only repeated. See
// control.Client.Applying, CheckedPlans and Provider.AppliesPlan.
func (b *Base) Applying() bool {
	return b.checked || b.Provider != nil && (b.Provider.AppliesPlan || b.Provider.Client != nil && b.Provider.Client.Applying())
}

// Metadata implements resource.Resource and list.ListResource.
func (b *Base) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = b.TypeName
}

// Configure implements resource.ResourceWithConfigure and list.ListResourceWithConfigure.
func (b *Base) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	b.ConfigureResource(req, resp)
}

func (b *Base) orgID() string {
	if !b.HasClient() {
		return ""
	}
	return b.Provider.Client.OrgID()
}
