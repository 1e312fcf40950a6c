package deployment_test

import (
	"flag"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

func TestMain(m *testing.M) {
	// A hundred histories, which is rapid's default, take half a minute under the race detector; -rapid.checks asks for more.
	if err := flag.Set("rapid.checks", "25"); err != nil {
		panic(err)
	}
	acctest.Main(m)
}
