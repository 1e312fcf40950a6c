//go:build bench

package bench

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// command is a measured command. Each starts from the state that the previous one left.
type command struct {
	name string
	args []string
}

var commands = []command{
	{"apply", []string{"apply", "-auto-approve"}},
	{"refresh", []string{"apply", "-refresh-only", "-auto-approve"}},
	{"plan", []string{"plan", "-detailed-exitcode"}},
	{"destroy", []string{"destroy", "-auto-approve"}},
}

const (
	// commandLimit is the time limit of a command.
	commandLimit = 30 * time.Minute
	// requestsPerMinute is the rate limit of the API (CONTRACT.md, section 1), longestWait the longest wait for it in a measurement.
	requestsPerMinute = 100
	longestWait       = time.Minute
)

// cost is the cost of one command.
type cost struct {
	requests int
	wall     time.Duration
	// cpu is the CPU time of the command line and the provider, of users and of the system. peak is the peak memory of the larger of the two,
	// and providerPeak that of the provider, in MiB, 0 where that cannot be told.
	cpu                time.Duration
	peak, providerPeak int64
}

// memory is the peak of the provider, or of the larger process where only that can be told, which is at least that of this one.
func (c cost) memory() int64 { return cmp.Or(c.providerPeak, c.peak) }

// scenario is a configuration with its organization.
type scenario struct {
	organization
	configuration string
	variables     []byte
	// state is the state before the first command, nil for none.
	state []byte
	// only are the commands to measure, nil for all.
	only []command
	// provider is the package of the provider's executable, "" for the one of this module.
	provider string
}

func (s scenario) commands() []command {
	if s.only != nil {
		return s.only
	}
	return commands
}

// measure runs the commands of a scenario under a limit of requests per minute, 0 for none.
func measure(t *testing.T, s scenario, limit int) map[string]cost {
	t.Helper()
	configuration := s.configuration
	if s.Sandbox != nil {
		configuration = strings.Replace(s.Provider(), "max_requests_per_minute = 0", fmt.Sprintf("max_requests_per_minute = %d", limit), 1) + configuration
	}
	cli := acctest.NewCLI(t, configuration)
	cli.Limit = commandLimit
	if s.variables != nil {
		cli.Write(t, "bench.auto.tfvars.json", string(s.variables))
	}
	if s.state != nil {
		cli.Write(t, "terraform.tfstate", string(s.state))
	}
	cli.UseProvider(t, build(t, cmp.Or(s.provider, ".")))
	costs := map[string]cost{}
	for _, command := range s.commands() {
		if s.Sandbox != nil {
			s.ClearLedger()
		}
		begun := time.Now()
		running := cli.Start(t, command.args...)
		usage := watchProviders(running.PID())
		result := running.Wait(t)
		c := cost{wall: time.Since(begun), cpu: result.Process.UserTime() + result.Process.SystemTime(), peak: peakMiB(result.Process)}
		_, c.providerPeak = usage()
		if result.Code != 0 {
			t.Fatalf("%s ended with %d:\n%s", command.name, result.Code, tail(result.Output))
		}
		if s.Sandbox != nil {
			c.requests = len(s.Ledger())
		}
		costs[command.name] = c
		t.Logf("%s: %+v", command.name, c)
	}
	return costs
}

func tail(output string) string { return output[max(len(output)-4000, 0):] }
