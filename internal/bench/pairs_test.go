//go:build bench

package bench

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

var (
	pairCount  = flag.Int("pairs.count", 300, "how many resources the plans have that are compared with those of the trivial provider")
	pairRounds = flag.Int("pairs.rounds", 5, "how many times each of these plans runs")
	pairKinds  = flag.String("pairs.kinds", "group,members,deployment", "which resources are compared, comma-separated")
	pairOther  = flag.String("pairs.other", "", "the executable of another build of the provider, to be measured beside this one")
)

// contender is a configuration that is applied and is planned again and again, with one build of a provider.
type contender struct {
	name string
	cli  *acctest.CLI
	// provider is the executable of the provider.
	provider string

	runs []planCost
}

// planCost is what one plan without changes costs.
type planCost struct {
	// cpu is the CPU time of Terraform and of the provider, of users and of the system, provider that of the provider alone.
	cpu, provider time.Duration
	// peak is the peak memory of the provider in MiB, 0 where that cannot be told.
	peak int64
}

// TestPlansBesideTrivialProvider compares the plans of resources that need no change with those of as many resources of the trivial
// provider. The plans take turns, so that other work on the machine meets them alike.
func TestPlansBesideTrivialProvider(t *testing.T) {
	for _, n := range []int{1, *pairCount} {
		t.Run(fmt.Sprintf("%d resources", n), func(t *testing.T) {
			all := contenders(t, n)
			for range *pairRounds {
				for i := range all {
					all[i].plan(t)
				}
			}
			logPairs(t, all)
		})
	}
}

// contenders applies n resources of each kind. The trivial provider comes first.
func contenders(t *testing.T, n int) []contender {
	t.Helper()
	built := build(t, ".")
	all := []contender{apply(t, "trivial", things(t, n), build(t, trivialPackage))}
	for _, kind := range []struct {
		name    string
		prepare func(t *testing.T, n int) scenario
	}{{"group", groups}, {"members", members}, {"deployment", deployments}} {
		if !slices.Contains(strings.Split(*pairKinds, ","), kind.name) {
			continue
		}
		c := apply(t, kind.name, kind.prepare(t, n), built)
		all = append(all, c)
		if *pairOther != "" {
			c.name, c.provider = c.name+", other build", *pairOther
			all = append(all, c)
		}
	}
	return all
}

func apply(t *testing.T, name string, s scenario, provider string) contender {
	t.Helper()
	configuration := s.configuration
	if s.Sandbox != nil {
		configuration = s.Provider() + configuration
	}
	c := contender{name: name, cli: acctest.NewCLI(t, configuration), provider: provider}
	c.cli.Limit = commandLimit
	if s.variables != nil {
		c.cli.Write(t, "bench.auto.tfvars.json", string(s.variables))
	}
	c.cli.UseProvider(t, provider)
	if r := c.cli.Run(t, commands[0].args...); r.Code != 0 {
		t.Fatalf("%s: the apply ended with %d:\n%s", name, r.Code, tail(r.Output))
	}
	return c
}

func (c *contender) plan(t *testing.T) {
	t.Helper()
	c.cli.UseProvider(t, c.provider)
	command := c.cli.Start(t, "plan", "-detailed-exitcode")
	usage := watchProviders(command.PID())
	r := command.Wait(t)
	if r.Code != 0 {
		t.Fatalf("%s: the plan ended with %d:\n%s", c.name, r.Code, tail(r.Output))
	}
	cost := planCost{cpu: r.Process.UserTime() + r.Process.SystemTime()}
	cost.provider, cost.peak = usage()
	c.runs = append(c.runs, cost)
}

// median returns the median of what is told of each run.
func (c *contender) median(of func(planCost) int64) int64 {
	values := make([]int64, len(c.runs))
	for i, run := range c.runs {
		values[i] = of(run)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// cpu is the median of the CPU time.
func (c *contender) cpu() time.Duration {
	return time.Duration(c.median(func(p planCost) int64 { return int64(p.cpu) }))
}

// peak is the median of the provider's peak memory, in MiB.
func (c *contender) peak() int64 { return c.median(func(p planCost) int64 { return p.peak }) }

func logPairs(t *testing.T, all []contender) {
	t.Helper()
	for i := range all {
		c := &all[i]
		t.Logf("%-24s CPU %s, %.2f times the trivial provider's; the provider alone about %s, peak %d MiB", c.name, seconds(c.cpu()),
			c.cpu().Seconds()/all[0].cpu().Seconds(), seconds(time.Duration(c.median(func(p planCost) int64 { return int64(p.provider) }))), c.peak())
	}
}

// builds are the executables of packages, which are built once.
var builds sync.Map

// build builds a package of the module as a release does.
func build(t *testing.T, folder string) (executable string) {
	t.Helper()
	once, _ := builds.LoadOrStore(folder, sync.OnceValues(func() (string, error) {
		into, err := os.MkdirTemp("", "octomil-bench-") //nolint:usetesting // it outlives the test
		if err != nil {
			return "", err
		}
		executable := filepath.Join(into, "terraform-provider-octomil")
		cmd := exec.Command("go", "build", "-trimpath", "-o", executable, "./"+folder) //nolint:gosec,noctx // a package of the module, for all tests
		cmd.Dir = filepath.Join("..", "..")
		cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
		if output, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("building %s: %w\n%s", folder, err, output)
		}
		return executable, nil
	}))
	built, _ := once.(func() (string, error))
	executable, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return executable
}
