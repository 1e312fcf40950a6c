// Package sandbox is a control plane for trying the provider and for its tests: the control API in memory, on a loopback
// address. It shares no code with the provider; the two sides meet only in the contract, internal/control/CONTRACT.md.
//
// # What it simulates
//
// The fleet has simulated devices, which sync at a fixed interval, and real ones, which register and sync through the API. For
// each model every device has a bucket from 0 to 99, and a rollout at n percent includes the devices whose bucket is below n.
// At its sync a device installs its desired version and reports the health of the version that it runs. If that exceeds a limit
// in the organization's settings, the rollout is rolled back automatically and the fleet reverts to the previous stable version.
// A group deployment assigns a version to devices directly and takes precedence over the rollouts of the fleet.
//
// The simulation is deterministic: its state follows from the requests and from the injected clock, and each request first
// advances it to the time of the clock. Only API keys and upload URLs are random, since they must be unguessable.
//
// # What tests control
//
//   - The [Dialect] selects the wire format where the documentation and the public SDKs disagree.
//   - A [Fault] replaces, delays or cuts the response to certain requests, before or after they are executed.
//   - The ledger has an [Entry] for each request, so that tests can also assert which requests were not made.
//   - [Options].Now is the clock.
//
// Outside of Go the same is available below /sandbox (CONTRACT.md, section 8), and a page at / shows the fleet.
//
// # Where to start reading
//
// A request passes through ServeHTTP in serve.go, where faults, the rate limit and the ledger apply, and reaches one of the
// calls listed in routes.go. The calls of an object are in x_routes.go and its rules in x.go; short ones have both in one file.
// The rules work on the world in world.go and do not know about HTTP. The simulation is in simulation.go (the clock and the
// syncs), fleet.go (buckets and versions) and auto_rollback.go. The page is in page.go, what it shows in page_view.go and how it
// follows the fleet in events.go.
package sandbox
