package acctest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/octomil/terraform-provider-octomil/internal/discover"
	"github.com/octomil/terraform-provider-octomil/internal/provider"
	"github.com/octomil/terraform-provider-octomil/internal/review"
)

// CLI runs the real command line, which starts the provider as a process, in a folder with a configuration. It is for what
// terraform-plugin-testing does not offer: logs, plan files, interrupts.
type CLI struct {
	// Dir is the working directory, with main.tf and the state.
	Dir string
	// Env is added to the environment of each command.
	Env []string
	// Limit is the time limit of a command, 2 minutes unless it is set.
	Limit time.Duration

	config, provider string
}

// commandLimit is the default time limit of a command.
const commandLimit = 2 * time.Minute

// NewCLI writes the configuration into a temporary folder. TestMain of the package has to call Main. The provider is installed as a
// development override, so no init is needed.
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

// Write writes another file of the configuration.
func (c *CLI) Write(t testing.TB, name, content string) {
	t.Helper()
	write(t, filepath.Join(c.Dir, name), content)
}

// KeepLogs makes the provider write its logs to a file, before Terraform filters them. It needs a shell.
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

// UseProvider makes the commands that follow start another executable as the provider.
func (c *CLI) UseProvider(t testing.TB, executable string) {
	t.Helper()
	if err := os.Remove(c.provider); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(executable, c.provider); err != nil {
		t.Fatal(err)
	}
}

// Result is the result of a command.
type Result struct {
	// Output is what it printed to standard output and standard error.
	Output string
	// Code is its exit code.
	Code int
	// Process has the resource usage of the command and of the providers that it started.
	Process *os.ProcessState
}

// Run runs a command and waits for its end.
func (c *CLI) Run(t testing.TB, args ...string) Result {
	t.Helper()
	return c.Start(t, args...).Wait(t)
}

// RunProvider runs a command of the provider's executable in the folder, with the settings of a sandbox in the environment, and returns what it
// printed to each of its outputs.
func (c *CLI) RunProvider(t testing.TB, sb *Sandbox, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), commandLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.provider, args...) //nolint:gosec // the tests choose what runs
	cmd.Dir = c.Dir
	cmd.Env = append(os.Environ(), "HOME="+c.Dir, "OCTOMIL_API_URL="+sb.URL, "OCTOMIL_API_KEY="+sb.Key, "OCTOMIL_ORG_ID="+sb.Org)
	cmd.Env = append(cmd.Env, c.Env...)
	var out, errors bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errors
	if err := cmd.Run(); err != nil && (cmd.ProcessState == nil || ctx.Err() != nil) {
		t.Fatalf("running %v: %v", args, err)
	}
	return out.String(), errors.String(), cmd.ProcessState.ExitCode()
}

// Command is a running command.
type Command struct {
	cmd    *exec.Cmd
	output *bytes.Buffer
	cancel context.CancelFunc
}

// Start starts a command without waiting for its end.
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

// PID is the process ID of the command line.
func (c *Command) PID() int { return c.cmd.Process.Pid }

// Interrupt sends a single Ctrl-C.
func (c *Command) Interrupt(t testing.TB) {
	t.Helper()
	if err := c.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatalf("interrupting: %v", err)
	}
}

// Wait waits for the end of the command. An output that reports a bug in the provider fails the test.
func (c *Command) Wait(t testing.TB) Result {
	t.Helper()
	defer c.cancel()
	err := c.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("running the command line: %v", err)
	}
	expectNoBug(t, c.output.String())
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

// Main runs the acceptance tests of a package; TestMain calls it. Started under the name of the provider, the test executable is the
// provider and has its commands except the sandbox, so that none has to be built. No goroutine may be left after the tests, except the readers of a provider's output, which
// go-plugin leaves running.
func Main(m *testing.M) {
	if filepath.Base(os.Args[0]) != providerName {
		setenv("GORACE", "atexit_sleep_ms=0") // otherwise each provider under the race detector takes a second to exit
		setenv("TF_DISABLE_PLUGIN_TLS", "1")  // otherwise half the time of a command goes to making certificates for the provider
		goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/hashicorp/go-plugin.copyChan"))
		return
	}
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		code, err := command(os.Args[1], os.Args[2:])
		if err != nil {
			fmt.Fprintln(os.Stderr, providerName+":", err)
			code = 1
		}
		os.Exit(code)
	}
	if err := provider.Serve(context.Background(), "test", false); err != nil {
		panic(err)
	}
}

// command runs a command of the provider's executable.
func command(name string, args []string) (code int, err error) {
	switch run := review.Commands[name]; {
	case run != nil:
		return run(args, os.Stdin, os.Stdout, os.Stderr)
	case name == "discover":
		return discover.Command(context.Background(), args, provider.NewServer(provider.New("test"))(), os.Stdout, os.Stderr)
	}
	return 0, fmt.Errorf("there is no command %q", name)
}

// linkProvider links the provider executable into a folder.
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

// isolated guards isolateCLI.
var isolated sync.Once

// isolateCLI keeps the settings of this machine and the check for updates out of the command lines that tests start.
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

// setenv sets a variable beyond the end of a test. Parallel tests must not call t.Setenv.
func setenv(name, value string) {
	if err := os.Setenv(name, value); err != nil {
		panic(err)
	}
}
