package provider

import (
	"context"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewFrameworkServer returns a server that answers every request by the framework, as where logs are read.
func NewFrameworkServer(open func() provider.Provider) tfprotov6.ProviderServer {
	return newServer(open, true)()
}

// NewDirectServer returns a server that answers by itself where it can. It counts the requests that it leaves to the framework.
func NewDirectServer(open func() provider.Provider, left *atomic.Int64) tfprotov6.ProviderServer {
	server := newServer(open, false)()
	printable, _ := server.(*printableServer)
	direct, _ := printable.inner.(*directServer)
	direct.fullServer = &countingServer{fullServer: direct.fullServer, left: left}
	return server
}

// countingServer counts requests that can be answered without it.
type countingServer struct {
	fullServer
	left *atomic.Int64
}

func (s *countingServer) PlanResourceChange(
	ctx context.Context, req *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	s.left.Add(1)
	return s.fullServer.PlanResourceChange(ctx, req)
}

func (s *countingServer) UpgradeResourceState(
	ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	s.left.Add(1)
	return s.fullServer.UpgradeResourceState(ctx, req)
}
