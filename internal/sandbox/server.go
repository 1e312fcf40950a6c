package sandbox

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Dialect selects the wire format where public sources of the control API disagree.
type Dialect string

const (
	// DialectDocs follows the documentation: string IDs, the documented error envelope, lists in objects.
	DialectDocs Dialect = "docs"
	// DialectSDK follows the public SDKs: integer rollout IDs, errors in `detail`, bare arrays, no rollback call.
	DialectSDK Dialect = "sdk"
)

// Options configure a sandbox. The zero value of each field means its default.
type Options struct {
	// Dialect defaults to DialectDocs.
	Dialect Dialect
	// Variants are what the server does differently from other servers, in either dialect. None by default.
	Variants []Variant
	// APIKey is the key with all scopes. Defaults to "sandbox".
	APIKey string
	// OrgID is the ID of the organization. Defaults to "demo".
	OrgID string
	// Devices is the number of simulated devices. Defaults to 124; negative means none.
	Devices int
	// SyncInterval is how often each device syncs. Defaults to 1 s.
	SyncInterval time.Duration
	// RateLimit is the number of requests per minute and key; 0 means no limit.
	RateLimit int
	// SeedModels and SeedGroups are the numbers of models, each with one published version, and of device groups without
	// members to add to the seed.
	SeedModels, SeedGroups int
	// Empty starts with the organization only: no model, no device, no group.
	Empty bool
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
	// Log receives a line for each change of the fleet. Defaults to io.Discard.
	Log io.Writer
}

func (o Options) withDefaults() Options {
	if o.Dialect == "" {
		o.Dialect = DialectDocs
	}
	if o.APIKey == "" {
		o.APIKey = "sandbox"
	}
	if o.OrgID == "" {
		o.OrgID = "demo"
	}
	if o.Devices == 0 {
		o.Devices = 124
	}
	if o.SyncInterval <= 0 {
		o.SyncInterval = time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	return o
}

// Server is a sandbox. It is safe for concurrent use. Each request first advances the simulation to the time of the clock.
type Server struct {
	options Options
	router  *router
	// ownRoutes serves the controls and the page.
	ownRoutes http.Handler
	// streams has an element for each stream of events in progress.
	streams chan struct{}
	// skipped is how far the sandbox's time is ahead of the clock, in nanoseconds.
	skipped atomic.Int64

	mu     sync.Mutex
	world  *world
	limits *rateLimiter
	faults []*activeFault
	ledger []Entry
	nextID int
}

// New returns a sandbox.
func New(options Options) *Server {
	o := options.withDefaults()
	s := &Server{
		options: o, router: newRouter(o.Dialect, routes()), world: newWorld(o, o.Now()), limits: newRateLimiter(o.RateLimit),
		streams: make(chan struct{}, maxStreams),
	}
	s.world.secrets[o.APIKey] = nil
	s.ownRoutes = s.controlRoutes()
	if !o.Empty {
		s.world.seed(max(o.Devices, 0))
	}
	s.world.seedExtra(o.SeedModels, o.SeedGroups)
	return s
}

// withWorld advances the simulation to the time of the clock and runs a function on it.
func (s *Server) withWorld(run func(w *world)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.advance(s.now())
	run(s.world)
}

// now is the sandbox's time.
func (s *Server) now() time.Time { return s.options.Now().Add(time.Duration(s.skipped.Load())) }

// Skip lets a time pass at once.
func (s *Server) Skip(d time.Duration) {
	s.skipped.Add(int64(d))
	s.Advance()
}

// Advance advances the simulation to the time of the clock.
func (s *Server) Advance() { s.withWorld(func(*world) {}) }

// Fleet counts the devices by the version of a model that they run. The model is given by name or ID; an unknown one has no
// devices.
func (s *Server) Fleet(model string) Fleet {
	return s.countFleet(model, func(*world) func(*device) bool { return everyDevice })
}

// GroupFleet is Fleet for the members of one device group, given by name or ID.
func (s *Server) GroupFleet(model, group string) Fleet {
	return s.countFleet(model, func(w *world) func(*device) bool {
		g, err := w.groupByIDOrName(group)
		return func(d *device) bool { return err == nil && w.isMember(g, d) }
	})
}

func (s *Server) countFleet(model string, which func(*world) func(*device) bool) Fleet {
	f := Fleet{Model: model, Versions: map[string]int{}}
	s.withWorld(func(w *world) {
		if m, err := w.model(model); err == nil {
			f = w.fleet(m, which(w))
		}
	})
	return f
}

// Ledger returns every request to the API, in the order of the responses.
func (s *Server) Ledger() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.ledger)
}

// ClearLedger removes all entries from the ledger.
func (s *Server) ClearLedger() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ledger = nil
}

// AddFault scripts a fault. It does not validate it: a fault that POST /sandbox/faults rejects may never become active.
func (s *Server) AddFault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &activeFault{Fault: f})
}

// ClearFaults removes all faults.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// SetHealth sets the health that devices report for a version. The model is given by name or ID.
func (s *Server) SetHealth(model, version string, h Health) {
	s.withWorld(func(w *world) {
		if m, err := w.model(model); err == nil {
			m.health[version] = h
		}
	})
}

// SetOffline takes a percentage of the simulated devices, 0 to 100, offline.
func (s *Server) SetOffline(percent int) {
	s.withWorld(func(w *world) { w.setOffline(percent) })
}

// AddKey adds an API key, limited to scopes such as "models:read". Without scopes it may do everything.
func (s *Server) AddKey(key string, limits ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.secrets[key] = limits
}

// Credentials returns the credentials of an integration, which no response contains. It is nil if the integration does not
// exist.
func (s *Server) Credentials(integration string) map[string]any {
	var found map[string]any
	s.withWorld(func(w *world) {
		if i, err := w.integrations.find(integration); err == nil {
			found = maps.Clone(i.credentials)
		}
	})
	return found
}
