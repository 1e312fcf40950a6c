package provider

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// directServer answers some requests without the framework, where it is certain that the framework would answer the same: a state of the
// current version of its schema that is to be upgraded, and a plan in which the state is to stay as it is. For these the framework walks
// over each attribute several times, and looks up each of them in a copy of the schema.
type directServer struct {
	fullServer
	provider provider.Provider

	mu sync.Mutex
	// types are the resource types by name, nil before the first request.
	types map[string]*directType
}

// configured is a provider that tells what it gives its resources, nil before it is configured.
type configured interface {
	resourceData() *resourcekit.Provider
}

// resourceType returns what is known of a resource type. It is nil of a type that the framework alone can answer for.
func (s *directServer) resourceType(ctx context.Context, name string) *directType {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.types == nil {
		s.types = map[string]*directType{}
		var meta provider.MetadataResponse
		s.provider.Metadata(ctx, provider.MetadataRequest{}, &meta)
		for _, open := range s.provider.Resources(ctx) {
			var of resource.MetadataResponse
			open().Metadata(ctx, resource.MetadataRequest{ProviderTypeName: meta.TypeName}, &of)
			s.types[of.TypeName] = &directType{open: open}
		}
	}
	found := s.types[name]
	if found == nil {
		return nil
	}
	found.load(ctx)
	return found
}

// PlanResourceChange implements tfprotov6.ResourceServer.
func (s *directServer) PlanResourceChange(
	ctx context.Context, req *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	if resp := s.planUnchanged(ctx, req); resp != nil {
		return resp, nil
	}
	return s.fullServer.PlanResourceChange(ctx, req)
}
