package sandbox

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"
)

// runCommand makes the test's own executable the sandbox's.
const runCommand = "OCTOMIL_TEST_RUN_SANDBOX"

// Nothing that a test has started goes on after the tests.
func TestMain(m *testing.M) {
	if os.Getenv(runCommand) == "" {
		goleak.VerifyTestMain(m)
		return
	}
	if err := Command(context.Background(), os.Args[1:], os.Stdout, os.Stderr); err != nil {
		panic(err)
	}
}

func TestCommandEndsOnASignal(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		cmd := exec.CommandContext(t.Context(), self, "--listen", "127.0.0.1:0")
		cmd.Env = append(os.Environ(), runCommand+"=1")
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(stdout)
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), "sandbox: ready on http://127.0.0.1:") {
			t.Errorf("the first line is %q", lines.Text())
		}
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("after %v it ended with %v", signal, err)
		}
	}
}
