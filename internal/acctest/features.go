package acctest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// Feature is what not every supported command line can do. The guide "Supported command lines" has a row for each.
type Feature struct {
	// Name is that of the row.
	Name string
	// configuration needs the feature, to be valid.
	configuration string
	// command is the name of a command that exists only with the feature.
	command string
}

// The features that tests are gated by.
var (
	EphemeralValues = Feature{Name: "Ephemeral values and the ephemeral resource `octomil_api_key`", configuration: `
ephemeral "octomil_api_key" "probe" {
  name = "probe"
}
`}
	WriteOnlyAttributes = Feature{Name: "Write-only attributes, the `credentials` of integrations", configuration: `
resource "octomil_metrics_integration" "probe" {
  name             = "probe"
  integration_type = "datadog"
  credentials      = { api_key = "probe" }
}
`}
	IdentityImports = Feature{Name: "Imports by identity", configuration: `
import {
  to       = octomil_device_group.probe
  identity = { id = "grp_00000001", org_id = "demo" }
}
resource "octomil_device_group" "probe" {
  name = "probe"
}
`}
	Actions = Feature{Name: "Actions", configuration: `
action "octomil_rollback" "probe" {
  config {
    model      = "phi-4-mini"
    to_version = "1.0.0"
  }
}
`}
	Queries = Feature{Name: "`terraform query`", command: "query"}
)

// Features are all of them.
func Features() []Feature {
	return []Feature{EphemeralValues, WriteOnlyAttributes, IdentityImports, Actions, Queries}
}

// unsupported are the errors by which a command line says that it lacks a feature. Any other error of a probe is a mistake in it.
var unsupported = []string{
	"Unsupported block type", "Unsupported argument", "Missing required argument", "WriteOnly Attribute Not Allowed", "Write-only Attribute Not Allowed",
}

// Needs skips a test whose command line lacks one of the features, whatever its version.
func Needs(t testing.TB, features ...Feature) {
	t.Helper()
	for _, f := range features {
		if lacks := f.Lacks(t); lacks != "" {
			t.Skipf("this command line cannot: %s\n%s", f.Name, lacks)
		}
	}
}

var (
	credentials = regexp.MustCompile(`(?m)^ +credentials += .*$`)
	ephemeral   = regexp.MustCompile(`(?m)^ +ephemeral += true$`)
	required    = regexp.MustCompile(`(?m)^ +required_version += .*$`)
)

// Supported returns a configuration without what the command line lacks: the credentials of integrations, for which a configuration
// requires a version, and that variables are ephemeral. Each takes a line.
func Supported(t testing.TB, configuration string) string {
	t.Helper()
	for _, part := range []struct {
		of   *regexp.Regexp
		need Feature
	}{{credentials, WriteOnlyAttributes}, {required, WriteOnlyAttributes}, {ephemeral, EphemeralValues}} {
		if part.of.MatchString(configuration) && part.need.Lacks(t) != "" {
			configuration = part.of.ReplaceAllString(configuration, "")
		}
	}
	return configuration
}

// KeepSupported takes out of the files of the configuration what the command line lacks.
func (c *CLI) KeepSupported(t testing.TB) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(c.Dir, "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c.Write(t, filepath.Base(file), Supported(t, string(content)))
	}
}

// probed has the results of Lacks by the name of the feature: each feature is probed once a process.
var probed sync.Map

// Lacks returns what the command line says of the feature if it lacks it, else "".
func (f Feature) Lacks(t testing.TB) (says string) {
	t.Helper()
	if known, ok := probed.Load(f.Name); ok {
		return known.(string) //nolint:errcheck,forcetypeassert // only strings are stored
	}
	says = f.probe(t)
	probed.Store(f.Name, says)
	return says
}

func (f Feature) probe(t testing.TB) (says string) {
	t.Helper()
	isolateCLI(t)
	cli := NewCLI(t, "")
	if f.command != "" {
		if r := cli.Run(t, f.command, "-help"); r.Code != 0 || !strings.Contains(r.Output, "Usage: ") || !strings.Contains(r.Output, " "+f.command+" ") {
			return r.Output
		}
		return ""
	}
	cli.Write(t, "probe.tf", f.configuration)
	r := cli.Run(t, "validate")
	if r.Code == 0 {
		return ""
	}
	for _, message := range unsupported {
		if strings.Contains(r.Output, message) {
			return r.Output
		}
	}
	t.Fatalf("the probe of %q is wrong:\n%s", f.Name, r.Output)
	return ""
}
