package sandbox

import (
	"context"
	"os"
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
