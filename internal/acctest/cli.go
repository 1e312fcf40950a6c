package acctest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/octomil/terraform-provider-octomil/internal/provider"
)

// CLI is a folder with a configuration and the real command line around it, which starts the provider as a process of its own.
// It serves what the test framework cannot show: logs, plan files, interrupts.
type CLI struct {
	// Dir holds main.tf and the state.
	Dir string
	// Env is added to the environment of each command.
	Env []string
	// Limit ends a command that hangs, after 2 minutes unless it says otherwise.
	Limit time.Duration

	config, provider string
}

// commandLimit ends a command that hangs.
const commandLimit = 2 * time.Minute

// NewCLI writes the configuration into a folder of the test's own. The package's TestMain has to call
// Main; development overrides need no init.
func NewCLI(t testing.TB, configuration string) *CLI {
	t.Helper()
	dir, folder := t.TempDir(), t.TempDir()
	linkProvider(t, folder)
	c := &CLI{Dir: dir, config: filepath.Join(dir, "cli.tfrc"), provider: filepath.Join(folder, providerName)}
	overrides := `provider_installation {
  dev_overrides {
    "registry.terraform.io/octomil/octomil" = "` + folder + `"
    "registry.opentofu.org/octomil/octomil" = "` + folder + `"
  }
  direct {}
}
`
	write(t, c.config, overrides)
	c.Configure(t, configuration)
	return c
}

// Configure replaces the configuration.
func (c *CLI) Configure(t testing.TB, configuration string) {
	t.Helper()
	const source = `terraform {
  required_providers {
    octomil = { source = "octomil/octomil" }
  }
}
`
	write(t, filepath.Join(c.Dir, "main.tf"), source+configuration)
}

// KeepLogs makes the provider write its logs into a file, of which Terraform would pass on only some, or none. It needs a shell.
func (c *CLI) KeepLogs(t testing.TB) (file string) {
	t.Helper()
	folder := t.TempDir()
	file = filepath.Join(folder, "provider.log")
	linkProvider(t, folder)
	if err := os.Remove(c.provider); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\nexec '%s' 2>>'%s'\n", filepath.Join(folder, providerName), file)
	if err := os.WriteFile(c.provider, []byte(script), 0o700); err != nil { //nolint:gosec // it has to be executable
		t.Fatal(err)
	}
	return file
}

// Result is how a command ended.
type Result struct {
	// Output is what it printed, errors included.
	Output string
	// Code is its exit code.
	Code int
	// Process is what the operating system says of the command and of the providers that it has started.
	Process *os.ProcessState
}

// Run runs a command of Terraform to its end.
func (c *CLI) Run(t testing.TB, args ...string) Result {
	t.Helper()
	return c.Start(t, args...).Wait(t)
}

// Command is a running command.
type Command struct {
	cmd    *exec.Cmd
	output *bytes.Buffer
	cancel context.CancelFunc
}

// Start starts a command and does not wait for it.
func (c *CLI) Start(t testing.TB, args ...string) *Command {
	t.Helper()
	limit := c.Limit
	if limit <= 0 {
		limit = commandLimit
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	cmd := exec.CommandContext(ctx, executable(t), append(args, "-no-color")...) //nolint:gosec // the tests choose what runs
	cmd.Dir = c.Dir
	cmd.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+c.config, "CHECKPOINT_DISABLE=1", "TF_INPUT=0", "TF_IN_AUTOMATION=1")
	cmd.Env = append(cmd.Env, c.Env...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatalf("starting the command line: %v", err)
	}
	return &Command{cmd: cmd, output: &output, cancel: cancel}
}

// Interrupt is a single Ctrl-C.
func (c *Command) Interrupt(t testing.TB) {
	t.Helper()
	if err := c.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatalf("interrupting: %v", err)
	}
}

// Wait waits for the command's end.
func (c *Command) Wait(t testing.TB) Result {
	t.Helper()
	defer c.cancel()
	err := c.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("running the command line: %v", err)
	}
	return Result{Output: c.output.String(), Code: c.cmd.ProcessState.ExitCode(), Process: c.cmd.ProcessState}
}

// executable is the command line that `make test` has found, or else the one on PATH.
func executable(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("neither terraform nor tofu is on PATH; install one, or run `make test`, which does")
	return ""
}

// providerName is the name by which the command line looks for a provider's executable.
const providerName = "terraform-provider-octomil"

// Main runs the acceptance tests of a package; TestMain calls it. The test's own executable is the provider as well, under the
// provider's name, so that none has to be built beside it. Nothing that a test has started may go on after the tests, but for the
// readers of a provider's output, which go-plugin leaves to the end of the process.
func Main(m *testing.M) {
	if filepath.Base(os.Args[0]) != providerName {
		setenv("GORACE", "atexit_sleep_ms=0") // a provider under the race detector otherwise takes a second to end, at each command
		goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/hashicorp/go-plugin.copyChan"))
		return
	}
	if err := provider.Serve(context.Background(), "test", false); err != nil {
		panic(err)
	}
}

// linkProvider puts the provider's executable into a folder.
func linkProvider(t testing.TB, folder string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(folder, providerName)); err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// isolated makes isolateCLI set the environment of the process once.
var isolated sync.Once

// isolateCLI keeps the settings of this machine, and the question for updates, out of the command-line tool that a test starts.
func isolateCLI(t testing.TB) {
	t.Helper()
	isolated.Do(func() {
		empty := filepath.Join(os.TempDir(), "terraform-provider-octomil-empty.tfrc")
		if err := os.WriteFile(empty, nil, 0o600); err != nil {
			t.Fatalf("writing an empty configuration for the command-line tool: %v", err)
		}
		setenv("TF_CLI_CONFIG_FILE", empty)
		setenv("CHECKPOINT_DISABLE", "1")
	})
}

// setenv outlives the test that asks for it, unlike t.Setenv, which tests that run in parallel must not call.
func setenv(name, value string) {
	if err := os.Setenv(name, value); err != nil {
		panic(err)
	}
}
