package acctest

import (
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest/inmemory"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// StartVirtual returns a sandbox without a network. Inside a bubble of testing/synctest the sandbox, its fleet and the provider live in
// virtual time, where an hour of waiting takes no time. Core and Do reach it; the command line does not.
func StartVirtual(t testing.TB, configure ...func(*sandbox.Options)) *Sandbox {
	t.Helper()
	clock := newClock()
	options := sandbox.Options{APIKey: apiKey, OrgID: orgID, SyncInterval: interval, Now: clock.Now}
	for _, change := range configure {
		change(&options)
	}
	server := sandbox.New(options)
	return &Sandbox{
		Server: server, URL: "http://127.0.0.1", Clock: clock, Key: apiKey, Org: orgID, interval: options.SyncInterval,
		transport: &rewriter{RoundTripper: inmemory.Transport{Handler: server}},
	}
}
