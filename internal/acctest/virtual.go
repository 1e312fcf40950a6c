package acctest

import (
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest/inmemory"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// StartVirtual is a sandbox that is reached without a network: inside a bubble of testing/synctest it, its fleet and the provider live
// in virtual time, so that an hour of waiting passes in a moment. Core and Do reach it; the command line cannot.
func StartVirtual(t testing.TB, configure ...func(*sandbox.Options)) *Sandbox {
	t.Helper()
	clock := newClock()
	options := sandbox.Options{APIKey: apiKey, OrgID: orgID, SyncInterval: interval, Now: clock.Now}
	for _, change := range configure {
		change(&options)
	}
	server := sandbox.New(options)
	return &Sandbox{
		Server: server, URL: "http://127.0.0.1", Clock: clock, interval: options.SyncInterval, transport: inmemory.Transport{Handler: server},
	}
}
