package acctest

import (
	"net/http"
	"testing"
	"testing/synctest"

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
		transport: inmemory.Transport{Handler: server},
	}
}

// EachDialectVirtually runs a test once for each dialect, in a bubble of testing/synctest with a sandbox from StartVirtual.
func EachDialectVirtually(t *testing.T, run func(t *testing.T, s *Sandbox, dialect sandbox.Dialect), configure ...func(*sandbox.Options)) {
	t.Helper()
	EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			run(t, StartVirtual(t, append(configure, func(o *sandbox.Options) { o.Dialect = dialect })...), dialect)
		})
	})
}

// ServeThrough makes the requests of a sandbox from StartVirtual pass a handler before they reach the server.
func (s *Sandbox) ServeThrough(handler http.Handler) {
	s.transport = inmemory.Transport{Handler: handler}
}
