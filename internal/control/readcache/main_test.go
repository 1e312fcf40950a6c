package readcache

import (
	"testing"

	"go.uber.org/goleak"
)

// Nothing that a test has started goes on after the tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
