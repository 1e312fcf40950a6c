package sandbox

import (
	"context"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// runCommand makes the test executable run the sandbox command.
const runCommand = "OCTOMIL_TEST_RUN_SANDBOX"

// No goroutine of a test outlives the tests.
func TestMain(m *testing.M) {
	if os.Getenv(runCommand) == "" {
		goleak.VerifyTestMain(m)
		return
	}
	if err := Command(context.Background(), os.Args[1:], os.Stdout, os.Stderr); err != nil {
		panic(err)
	}
}
