package sandbox

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Dialect is how the server spells what public sources spell in two ways.
type Dialect string

const (
	// DialectDocs is the documentation's: text ids, the documented error envelope, lists in objects.
	DialectDocs Dialect = "docs"
	// DialectSDK is what public SDKs read: integer ids of rollouts, errors in `detail`, bare arrays, no rollback call.
	DialectSDK Dialect = "sdk"
)

// Options say what a sandbox starts with. The zero value of each means its default.
type Options struct {
	// Dialect is DialectDocs by default.
	Dialect Dialect
	// APIKey is the key with all scopes, "sandbox" by default.
	APIKey string
	// OrgID is the organization, "demo" by default.
	OrgID string
	// Devices is the number of simulated devices, 124 by default; negative means none.
	Devices int
	// SyncInterval is how often each device syncs, 1 s by default.
	SyncInterval time.Duration
	// RateLimit is how many requests a key may make in a minute; 0 means no limit.
	RateLimit int
	// SeedModels and SeedGroups are how many models, each with one published version, and how many device groups without members
	// it starts with beside all else.
	SeedModels, SeedGroups int
	// Empty starts with the organization only: no model, no device, no group.
	Empty bool
	// Now is the clock, time.Now by default.
	Now func() time.Time
	// Log gets one line a change of the fleet; nobody by default.
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

// Server is a sandbox. It is safe for concurrent use. The simulation goes on at each request, up to the clock's time.
type Server struct {
	options  Options
	router   *router
	controls http.Handler

	mu     sync.Mutex
	world  *world
	limits *rateLimiter
	faults []*activeFault
	ledger []Entry
	nextID int
}

// New makes a sandbox.
func New(options Options) *Server {
	o := options.withDefaults()
	s := &Server{
		options: o, router: newRouter(o.Dialect, routes()), world: newWorld(o, o.Now()), limits: newRateLimiter(o.RateLimit),
	}
	s.world.secrets[o.APIKey] = nil
	s.controls = s.controlRoutes()
	if !o.Empty {
		s.world.seed(max(o.Devices, 0))
	}
	s.world.seedExtra(o.SeedModels, o.SeedGroups)
	return s
}

// locked runs something with the simulation at the clock's time.
func (s *Server) withWorld(run func(w *world)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.advance(s.options.Now())
	run(s.world)
}

// Advance brings the simulation to the clock's time.
func (s *Server) Advance() { s.withWorld(func(*world) {}) }

// Fleet counts the devices by the version of a model that they run; model is a name or an id. A model that does not exist has a
// fleet without devices.
func (s *Server) Fleet(model string) Fleet {
	return s.countFleet(model, func(*world) func(*device) bool { return everyDevice })
}

// GroupFleet is Fleet for the members of a device group alone; group is a name or an id.
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

// Ledger is every request that reached the API, in the order of their answers.
func (s *Server) Ledger() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.ledger)
}

// ClearLedger forgets the requests so far.
func (s *Server) ClearLedger() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ledger = nil
}

// AddFault scripts a fault. A fault that POST /sandbox/faults would refuse is never due.
func (s *Server) AddFault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &activeFault{Fault: f})
}

// ClearFaults lets every request through again.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// SetHealth says how a version does on the devices; model is a name or an id.
func (s *Server) SetHealth(model, version string, h Health) {
	s.withWorld(func(w *world) {
		if m, err := w.model(model); err == nil {
			m.health[version] = h
		}
	})
}

// SetOffline takes a share of the simulated devices, 0 to 100 percent, off the network.
func (s *Server) SetOffline(percent int) {
	s.withWorld(func(w *world) { w.setOffline(percent) })
}

// AddKey adds a further API key, limited to scopes such as "models:read"; without any it may do everything.
func (s *Server) AddKey(key string, limits ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.secrets[key] = limits
}

// Credentials are what an integration was given and no answer of the API shows, nil where there is no such integration.
func (s *Server) Credentials(integration string) map[string]any {
	var found map[string]any
	s.withWorld(func(w *world) {
		if i, err := w.integrations.find(integration); err == nil {
			found = maps.Clone(i.credentials)
		}
	})
	return found
}
